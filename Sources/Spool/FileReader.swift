public import SystemPackage

/// A regular file that is open for reading.
public final class FileReader: Sendable {
  static let blockSize = 1 << 18

  private let file: OpenFile
  private let system: any FileSystem

  init(
    _ system: any FileSystem, _ place: Place, _ path: FilePath, followingLink: Bool = false
  ) throws(SpoolError) {
    self.system = system
    do throws(SpoolError) {
      // Non-blocking: nobody may make us wait with a FIFO. For a regular file it changes nothing.
      file = try OpenFile(
        system, place, .readOnly, followingLink ? .nonBlocking : [.noFollow, .nonBlocking], path: path)
    } catch {
      guard error.errno == .tooManySymbolicLinkLevels || error.errno == .noSuchAddressOrDevice else { throw error }
      throw SpoolError(.unfit, path, "is not a regular file.")
    }
    guard try file.status().kind == .file else { throw SpoolError(.unfit, path, "is not a regular file.") }
  }

  /// The path by which it was opened.
  public var path: FilePath { file.path }

  /// What it is at this moment.
  public func status() throws(SpoolError) -> FileStatus { try file.status() }

  /// Where its first bytes lie that were reserved and never written, as ``Disk/firstHole(in:)`` tells.
  public func firstHole() throws(SpoolError) -> Hole? {
    system.firstHole(in: file.descriptor, size: try status().size)
  }

  /// Reads at a position.
  ///
  /// - Returns: how many bytes of the buffer were filled; 0 at the end.
  public func read(at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws(SpoolError) -> Int {
    try file.read(at: offset, into: buffer)
  }

  /// Reads all of it, from the beginning, and hands on each block.
  ///
  /// - Parameter buffer: where the blocks lie meanwhile; nil: in memory that goes when the call returns.
  public func read(
    through buffer: UnsafeMutableRawBufferPointer? = nil, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    var failure: (any Error)?
    try all(through: buffer) { (_, bytes) throws(SpoolError) in
      do { try body(bytes) } catch { failure = error }
      return failure == nil
    }
    if let failure { throw failure }
  }

  /// Fills the buffer as far as the file goes.
  func fill(_ buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(SpoolError) -> Int {
    var count = 0
    while count < buffer.count {
      let more = try read(at: offset + Int64(count), into: UnsafeMutableRawBufferPointer(rebasing: buffer[count...]))
      if more == 0 { break }
      count += more
    }
    return count
  }

  /// Hands on all bytes from the beginning, in blocks with their positions, while the answer is to go on.
  func all(
    through buffer: UnsafeMutableRawBufferPointer? = nil,
    _ body: (Int64, UnsafeRawBufferPointer) throws(SpoolError) -> Bool
  ) throws(SpoolError) {
    let block = buffer ?? UnsafeMutableRawBufferPointer.allocate(byteCount: Self.blockSize, alignment: 4096)
    defer { if buffer == nil { block.deallocate() } }
    var offset: Int64 = 0
    while true {
      let count = try read(at: offset, into: block)
      guard count > 0, try body(offset, UnsafeRawBufferPointer(rebasing: block[..<count])) else { return }
      offset += Int64(count)
    }
  }

  /// All of its bytes.
  ///
  /// - Throws: ``SpoolError`` `tooLarge` where there are more than the limit.
  public func whole(limit: Int) throws(SpoolError) -> [UInt8] {
    let tooLarge = SpoolError(.tooLarge, path, "is larger than \(limit) bytes.")
    let size = try status().size
    guard size <= limit else { throw tooLarge }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Int(size))
    // It may grow while it is read.
    try all { (_, block) throws(SpoolError) in
      guard bytes.count + block.count <= limit else { throw tooLarge }
      bytes += block
      return true
    }
    return bytes
  }
}
