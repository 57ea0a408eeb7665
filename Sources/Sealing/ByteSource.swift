/// The input of a decryptor: read byte by byte in the header, then in large pieces without another copy.
final class ByteSource {
  private let input: (UnsafeMutableRawBufferPointer) throws -> Int
  private var ahead: [UInt8] = []
  private var position = 0
  private var isAtEnd = false

  init(_ input: @escaping (UnsafeMutableRawBufferPointer) throws -> Int) { self.input = input }

  func next() throws -> UInt8? {
    if position == ahead.count {
      ahead = [UInt8](repeating: 0, count: 4096)
      position = 0
      ahead.removeLast(ahead.count - (try ahead.withUnsafeMutableBytes(read)))
    }
    guard position < ahead.count else { return nil }
    defer { position += 1 }
    return ahead[position]
  }

  /// Fills the buffer, or as much of it as there are bytes; returns how many those were.
  func fill(_ buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    var count = min(buffer.count, ahead.count - position)
    buffer.copyBytes(from: ahead[position..<(position + count)])
    position += count
    while count < buffer.count {
      let more = try read(UnsafeMutableRawBufferPointer(rebasing: buffer[count...]))
      guard more > 0 else { break }
      count += more
    }
    return count
  }

  private func read(_ buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    guard !isAtEnd else { return 0 }
    let count = try input(buffer)
    isAtEnd = count <= 0
    return min(max(count, 0), buffer.count)
  }
}
