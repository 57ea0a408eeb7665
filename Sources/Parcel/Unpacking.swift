internal import Archive
internal import Crypto
internal import PixelFilter
internal import Spool
internal import SystemPackage
internal import Threads

/// Takes the instances out of a payload: small ones several at a time, in memory; large ones one after the other, into files.
final class Unpacking<Found: Sendable> {
  typealias Read = @Sendable (Contents.Instance, UnpackedInstance) throws -> Found
  typealias Each = (Contents.Instance, UnpackedInstance, Found) throws -> Void

  private let folder: FilePath
  private let target: FilePath
  private let payload: PayloadReader
  private let disk: Disk
  private let read: Read
  private let crew: Crew<(Contents.Instance, UnpackedInstance, Found)>
  private var bands: BandFilter?

  /// The largest instance that is unpacked in memory, and what all of them under way may have together, in bytes.
  private static var mostInMemory: Int64 { 4 << 20 }
  private static var budget: Int { 4 << 20 }
  private static var block: Int { 1 << 18 }

  init(folder: FilePath, target: FilePath, payload: PayloadReader, disk: Disk, read: @escaping Read) {
    self.folder = folder
    self.target = target
    self.payload = payload
    self.disk = disk
    self.read = read
    crew = Crew("unpack", threads: disk.threads, budget: Self.budget)
  }

  /// Takes the next instance out, and hands on those that are ready where there is no room for more.
  func add(_ instance: Contents.Instance, isCancelled: () -> Bool, each: Each) throws {
    if isCancelled() { throw CancellationError() }
    guard let entry = try payload.next() else { throw bad("the payload ends before \(instance.file).") }
    guard entry.name == instance.file else {
      throw bad("the payload holds something else where \(instance.file) is due.")
    }
    guard entry.size == instance.stored else { throw bad("\(instance.file) has another size than announced.") }
    if let shape = instance.filter?.shape, bands?.shape != shape { bands = BandFilter(shape) }
    guard instance.stored <= Self.mostInMemory else {
      while try handOn(to: each) {}
      let unpacked = try file(instance, isCancelled: isCancelled)
      return try each(instance, unpacked, read(instance, unpacked))
    }
    while crew.isFull(for: Int(instance.stored)) { _ = try handOn(to: each) }
    let stored = try memory(Int(instance.stored)) { memory in
      guard try payload.read(into: memory) == memory.count else { throw bad("\(instance.file) is cut off.") }
    }
    crew.submit(cost: stored.count) { [read, bands, folder] in
      let bytes = try instance.checked(stored, bands, in: folder)
      let unpacked = UnpackedInstance.memory(bytes)
      return (instance, unpacked, try read(instance, unpacked))
    }
  }

  /// Hands on the instance that was taken out first; false where there is none.
  func handOn(to each: Each) throws -> Bool {
    guard let (instance, unpacked, found) = try crew.next() else { return false }
    try each(instance, unpacked, found)
    return true
  }

  private func bad(_ what: String) -> ParcelError { ParcelError(.contents, folder, what) }

  /// Writes one instance to its file.
  private func file(_ instance: Contents.Instance, isCancelled: () -> Bool) throws -> UnpackedInstance {
    let path = instance.place(in: target)
    let writer = try disk.create(path)
    var digest = SHA256()
    func take(_ bytes: UnsafeRawBufferPointer) throws {
      digest.update(bufferPointer: bytes)
      try writer.write(bytes)
    }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.block, alignment: 4096)
    defer { buffer.deallocate() }
    try withoutActuallyEscaping(take) { take in
      let unfiltering = instance.filter.map { PixelUnfiltering($0, output: take) }
      try instance.puttingBack(in: folder) {
        while case let count = try payload.read(into: buffer), count > 0 {
          if isCancelled() { throw CancellationError() }
          let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
          if let unfiltering { try unfiltering.write(bytes) } else { try take(bytes) }
        }
        try unfiltering?.finish()
      }
    }
    try instance.check(writer.count, digest, in: folder)
    return .file(path)
  }
}

extension Contents.Instance {
  /// The original of what stands in the tar, once its digest holds.
  fileprivate func checked(_ stored: [UInt8], _ bands: BandFilter?, in folder: FilePath) throws -> [UInt8] {
    var original = stored
    if let filter, let bands {
      original = try puttingBack(in: folder) {
        try memory(Int(bytes)) { original in
          try stored.withUnsafeBytes { try filter.putBack($0, into: original, by: bands) }
        }
      }
    }
    var digest = SHA256()
    original.withUnsafeBytes { digest.update(bufferPointer: $0) }
    try check(Int64(original.count), digest, in: folder)
    return original
  }

  /// That it is what was announced.
  fileprivate func check(_ count: Int64, _ digest: SHA256, in folder: FilePath) throws {
    guard count == bytes, hexadecimal(digest.finalize()) == sha256 else {
      throw ParcelError(.contents, folder, "\(file) does not have the SHA-256 that contents.json announces.")
    }
  }

  fileprivate func puttingBack<Result>(in folder: FilePath, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as PixelFilterError {
      throw ParcelError(.contents, folder, "\(file) cannot be put back: \(error).", cause: error)
    }
  }
}

/// An array of so many bytes, all of which `fill` writes.
private func memory(_ count: Int, _ fill: (UnsafeMutableRawBufferPointer) throws -> Void) throws -> [UInt8] {
  try [UInt8](unsafeUninitializedCapacity: count) { memory, initialized in
    try fill(UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(memory)[..<count]))
    initialized = count
  }
}
