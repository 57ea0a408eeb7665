/// A file that is read piece by piece, whoever opened it.
public struct FeedSource: Sendable {
  /// The file's name, for messages and the history.
  public let name: String
  /// Its size in bytes.
  public let size: Int64
  private let readAt: @Sendable (Int64, UnsafeMutableRawBufferPointer) throws -> Int

  /// Names a file.
  ///
  /// - Parameter read: reads at a position, and tells how many bytes of the buffer were filled; 0 at the end.
  public init(
    name: String, size: Int64, read: @escaping @Sendable (Int64, UnsafeMutableRawBufferPointer) throws -> Int
  ) {
    self.name = name
    self.size = size
    readAt = read
  }

  /// A file in memory.
  public init(name: String, bytes: [UInt8]) {
    self.init(name: name, size: Int64(bytes.count)) { offset, buffer in
      guard offset < bytes.count else { return 0 }
      let count = min(buffer.count, bytes.count - Int(offset))
      bytes[Int(offset)..<Int(offset) + count].withUnsafeBytes { buffer.copyMemory(from: $0) }
      return count
    }
  }

  /// Fills the buffer as far as the file goes.
  ///
  /// - Returns: how many bytes were filled; fewer than the buffer has only at the end.
  public func fill(_ buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws -> Int {
    var count = 0
    while count < buffer.count {
      let read = try readAt(offset + Int64(count), UnsafeMutableRawBufferPointer(rebasing: buffer[count...]))
      if read == 0 { break }
      count += read
    }
    return count
  }

  /// The first bytes.
  public func beginning(_ count: Int) throws -> [UInt8] {
    try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = try fill(UnsafeMutableRawBufferPointer(buffer), at: 0)
    }
  }
}
