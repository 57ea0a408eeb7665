internal import Crypto
public import Spool
public import SystemPackage

/// Hands out the instances of a study one after the other, each with its file; nil at the end.
public typealias NextInstance = () throws -> (Contents.Instance, InstanceFile)?

/// Where an instance lies that is to be sealed.
public struct InstanceFile: Sendable {
  /// Its path.
  public let path: FilePath
  /// How the file was when the announced digest was taken of it; nil: that must be compared.
  public let stamp: FileStamp?

  /// Names a file.
  public init(_ path: FilePath, stamp: FileStamp? = nil) {
    self.path = path
    self.stamp = stamp
  }
}

/// Writes `contents.json` without ever holding it: the instances are gone through once for its size, once for its bytes and
/// once for their files, and must be the same each time.
struct ContentsWriter {
  /// The size of `contents.json`.
  let size: Int64
  /// The sizes of all instances' members together.
  let bytes: Int64

  private let count: Int
  private let head: [UInt8]
  private let tail: [UInt8]
  /// SHA-256 of the instances as they were announced.
  private let digest: String

  /// Goes through the instances a first time.
  ///
  /// - Throws: ``JSONFault`` where no reader would take them; what `next` throws.
  init(_ contents: Contents, count: Int, _ next: NextInstance) throws {
    guard ((contents.mayBeEmpty ? 0 : 1)...Contents.most).contains(count) else {
      throw JSONFault("would announce \(count) instances")
    }
    if let fault = contents.fault { throw JSONFault(fault) }
    // No text holds the mark: its quotation marks would have backslashes before them there.
    let mark = Array(#""instances":["#.utf8)
    let frame = try encodeJSON(Frame(contents: contents))
    let end = (frame.indices.first { frame[$0...].starts(with: mark) } ?? 0) + mark.count
    head = Array(frame[..<end])
    tail = Array(frame[end...])
    self.count = count

    var size = Int64(frame.count)
    var bytes: Int64 = 0
    var number = 0
    digest = try Self.pass(next) { instance, _, json in
      number += 1
      guard number <= count else { throw JSONFault("would announce more than the \(count) instances that are due") }
      if let fault = instance.fault(as: number) { throw JSONFault(fault) }
      size += Int64(json.count)
      let (sum, overflow) = bytes.addingReportingOverflow(instance.stored)
      guard !overflow else { throw JSONFault("announces more bytes than can be counted") }
      bytes = sum
    }
    guard number == count else { throw JSONFault("would announce \(number) instances where \(count) are due") }
    guard size <= Contents.largest(instances: count) else { throw JSONFault("would be too large") }
    self.size = size
    self.bytes = bytes
  }

  /// Writes the file; whole only if the result is true.
  ///
  /// - Returns: whether the instances were those of the first time.
  /// - Throws: what `next` and `output` throw.
  func write(_ next: NextInstance, to output: (UnsafeRawBufferPointer) throws -> Void) throws -> Bool {
    var block = head
    var rest = size - Int64(head.count + tail.count)
    let again = try Self.pass(next) { _, _, json in
      rest -= Int64(json.count)
      // The tar has room for what was announced and for nothing else.
      guard rest >= 0 else { return }
      block += json
      if block.count >= 1 << 16 {
        try block.withUnsafeBytes(output)
        block.removeAll(keepingCapacity: true)
      }
    }
    guard again == digest else { return false }
    try (block + tail).withUnsafeBytes(output)
    return true
  }

  /// Calls `body` with each instance and its file.
  ///
  /// - Returns: whether the instances were those of the first time.
  /// - Throws: what `next` and `body` throw.
  func forEach(_ next: NextInstance, _ body: (Contents.Instance, InstanceFile) throws -> Void) throws -> Bool {
    var left = bytes
    return try digest
      == Self.pass(next) { instance, file, _ in
        left -= instance.stored
        if left >= 0 { try body(instance, file) }
      }
  }

  /// - Parameter body: called with each instance, its file and its JSON with the comma before it.
  /// - Returns: the SHA-256 of all the JSON.
  private static func pass(
    _ next: NextInstance, _ body: (Contents.Instance, InstanceFile, [UInt8]) throws -> Void
  ) throws -> String {
    var digest = SHA256()
    var isFirst = true
    while let (instance, file) = try next() {
      let json = Array(((isFirst ? "" : ",") + instance.json).utf8)
      isFirst = false
      digest.update(data: json)
      try body(instance, file, json)
    }
    return hexadecimal(digest.finalize())
  }
}

/// `contents.json` with room for the instances.
private struct Frame: Encodable {
  let contents: Contents

  private enum Key: CodingKey { case instances }

  func encode(to encoder: any Encoder) throws {
    try contents.encode(to: encoder)
    var container = encoder.container(keyedBy: Key.self)
    try container.encode([Int](), forKey: .instances)
  }
}
