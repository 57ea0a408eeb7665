internal import Crypto
public import Spool
public import SystemPackage

/// A `contents.json` on the disk that was read once to its end and holds together. The instances that it announces are read
/// from the file each time they are asked for: memory does not depend on their number, but for 16 bytes of each while the
/// file is checked.
public struct ContentsFile: Sendable, Equatable {
  /// Where it lies.
  public let path: FilePath
  /// What it says of the study.
  public let header: Contents
  /// How many instances it announces.
  public let count: Int
  /// The sizes of all instances together.
  public let bytes: Int64
  /// Lower-case hexadecimal SHA-256 of the file: what waits is held against it before it goes on.
  public let digest: String
  private let disk: Disk

  /// Two that lie at one place and have one digest are the same.
  public static func == (one: ContentsFile, other: ContentsFile) -> Bool {
    one.path == other.path && one.digest == other.digest
  }

  /// Reads a file that was unpacked before, and checks it to its end.
  ///
  /// - Parameters:
  ///   - manifest: what it must agree with, where the parcel is still at hand.
  ///   - digest: what the file must still have, where it is known.
  /// - Throws: ``ParcelError`` `damaged` where it has another digest, `contents` where it is not what it should be;
  ///   `SpoolError` where it cannot be read.
  public init(
    reading path: FilePath, manifest: Manifest? = nil, digest: String? = nil, disk: Disk = Disk()
  ) throws {
    if let digest { try Self.check(path, digest, on: disk) }
    let file = try disk.open(path)
    var offset: Int64 = 0
    try self.init(at: path, on: disk, manifest: manifest, culprit: path) {
      let count = try file.read(at: offset, into: $0)
      offset += Int64(count)
      return count
    }
  }

  /// Checks a file while it is made.
  ///
  /// - Parameters:
  ///   - path: where what `input` hands out will lie.
  ///   - culprit: the folder or file that an error names.
  ///   - input: writes some of the file and returns how many bytes; 0 at the end.
  /// - Throws: ``ParcelError`` `contents`; what `input` throws.
  init(
    at path: FilePath, on disk: Disk, manifest: Manifest?, culprit: FilePath,
    input: @escaping (UnsafeMutableRawBufferPointer) throws -> Int
  ) throws {
    self.path = path
    self.disk = disk
    var digest = SHA256()
    var own: Int64 = 0
    let reader = ContentsReader(instances: manifest?.instances ?? Contents.most, capacity: 1 << 18) {
      let count = try input($0)
      digest.update(bufferPointer: UnsafeRawBufferPointer(rebasing: $0[..<count]))
      own += Int64(count)
      return count
    }
    var check = Check(manifest: manifest)
    do {
      while let instance = try reader.next() { try check.take(instance) }
      header = try reader.header()
      try check.finish(own: own, mayBeEmpty: header.mayBeEmpty)
    } catch let fault as JSONFault {
      throw ParcelError(.contents, culprit, "contents.json \(fault).", cause: fault)
    }
    count = check.count
    bytes = check.bytes
    self.digest = hexadecimal(digest.finalize())
  }

  /// Goes through the instances, from the first one on.
  ///
  /// - Throws: `SpoolError` where the file cannot be opened.
  public func instances() throws -> Instances { try Instances(self) }

  /// Calls `body` with each instance.
  ///
  /// - Throws: as ``Instances/next()``; what `body` throws.
  public func forEach(_ body: (Contents.Instance) throws -> Void) throws {
    let instances = try instances()
    while let instance = try instances.next() { try body(instance) }
  }

  /// Whether the file is still what it was.
  ///
  /// - Throws: ``ParcelError`` `damaged`; `SpoolError` where it cannot be read.
  public func check() throws { try Self.check(path, digest, on: disk) }

  private static func check(_ path: FilePath, _ digest: String, on disk: Disk) throws {
    guard try sha256(of: path, on: disk) == digest else {
      throw ParcelError(.damaged, path, "is not what it was when it was unpacked.")
    }
  }

  /// The way through the instances of a `contents.json`. For one thread.
  public final class Instances {
    private let contents: ContentsFile
    private let digest = Digest()
    private let reader: ContentsReader
    private var number = 0

    private final class Digest { var value = SHA256() }

    fileprivate init(_ contents: ContentsFile) throws {
      self.contents = contents
      let file = try contents.disk.open(contents.path)
      var offset: Int64 = 0
      reader = ContentsReader { [digest] in
        let count = try file.read(at: offset, into: $0)
        offset += Int64(count)
        digest.value.update(bufferPointer: UnsafeRawBufferPointer(rebasing: $0[..<count]))
        return count
      }
    }

    /// The next instance, in the order of the tar; nil at the end, and only if the file has still its digest.
    ///
    /// - Throws: ``ParcelError`` `damaged` where the file is not what it was; `SpoolError` where it cannot be read.
    public func next() throws -> Contents.Instance? {
      let damaged = ParcelError(.damaged, contents.path, "is not what it was when it was unpacked.")
      do {
        if let instance = try reader.next() {
          number += 1
          guard instance.fault(as: number) == nil else { throw damaged }
          return instance
        }
      } catch is JSONFault {
        throw damaged
      }
      guard number == contents.count, hexadecimal(digest.value.finalize()) == contents.digest else { throw damaged }
      return nil
    }
  }
}

/// Holds what `contents.json` announces against itself and the manifest.
private struct Check {
  let manifest: Manifest?
  private(set) var count = 0
  private(set) var bytes: Int64 = 0
  /// The sizes of the members, which filters make larger.
  private var stored: Int64 = 0
  /// The first 16 bytes of each UID's SHA-256: two different UIDs with the same ones cannot be found.
  private var known: Set<Key> = []

  private struct Key: Hashable {
    let high: UInt64
    let low: UInt64
  }

  init(manifest: Manifest?) { self.manifest = manifest }

  mutating func take(_ instance: Contents.Instance) throws {
    count += 1
    if let manifest, count > manifest.instances { throw JSONFault("announces more instances than the manifest") }
    if let fault = instance.fault(as: count) { throw JSONFault(fault) }
    guard known.insert(Self.key(of: instance.sopInstanceUID)).inserted else {
      throw JSONFault("announces one SOP Instance UID twice, the second time as instance \(count)")
    }
    let (sum, overflow) = stored.addingReportingOverflow(instance.stored)
    guard !overflow, sum <= manifest?.expanded ?? .max else {
      throw JSONFault("announces more bytes than the manifest")
    }
    stored = sum
    bytes += instance.bytes
  }

  /// - Parameter own: the size of `contents.json`.
  func finish(own: Int64, mayBeEmpty: Bool) throws {
    guard count >= 1 || mayBeEmpty else { throw JSONFault("announces no instance") }
    guard let manifest else { return }
    guard count == manifest.instances else {
      throw JSONFault("announces \(count) instances, the manifest \(manifest.instances)")
    }
    let (total, overflow) = stored.addingReportingOverflow(own)
    guard !overflow, total == manifest.expanded else {
      throw JSONFault("announces \(total) bytes with itself, the manifest \(manifest.expanded)")
    }
  }

  private static func key(of uid: String) -> Key {
    var digest = SHA256.hash(data: Array(uid.utf8)).makeIterator()
    func word() -> UInt64 { (0..<8).reduce(0) { word, _ in word << 8 | UInt64(digest.next() ?? 0) } }
    return Key(high: word(), low: word())
  }
}
