/// Feeds the uncompressed bytes to libarchive's tar reader, and keeps watch over what lies beyond the members.
///
/// libarchive stops at the end mark and does not look at what follows, takes a missing mark for an end, and takes a
/// global or volume header at the end for nothing. So the end is judged here: behind the last member there must be at
/// least the two blocks of zeros that POSIX demands, and nothing but zeros.
final class TarSource {
  /// How far beyond a member the next header or the end may be: GNU tar fills a record with zeros, by default 10 KiB.
  private static let longestTail: Int64 = 1 << 20

  private let stream: FrameReader
  private(set) var failure: (any Error)?
  /// Where the next member's header must begin.
  var expectedHeader: Int64 = 0
  /// How many bytes have come.
  private var position: Int64 = 0
  /// Where the last byte that is not zero ended.
  private var lastContent: Int64 = 0

  init(_ stream: FrameReader) {
    self.stream = stream
  }

  /// Points libarchive to the next bytes. Returns their number, 0 at the end, -1 after an error.
  func fill(_ bytes: UnsafeMutablePointer<UnsafeRawPointer?>) -> Int {
    if failure != nil { return -1 }
    do {
      guard let block = try next() else { return 0 }
      bytes.pointee = block.baseAddress
      return block.count
    } catch {
      failure = error
      return -1
    }
  }

  /// Reads to the end, and checks that it is one.
  func finish() throws {
    if let failure { throw failure }
    while try next() != nil {}
    guard lastContent <= expectedHeader else {
      throw ArchiveError(.trailingData, "something other than zeros follows the last member")
    }
    try checkTail(position)
    guard position - expectedHeader >= 1024 else {
      throw ArchiveError(.truncated, "it has no end mark of two blocks of zeros")
    }
  }

  private func next() throws -> UnsafeRawBufferPointer? {
    guard let block = try stream.next() else { return nil }
    let start = position
    position += Int64(block.count)
    // What lies within a member needs no look.
    if position > expectedHeader, let last = block.lastIndex(where: { $0 != 0 }) {
      lastContent = start + Int64(last) + 1
    }
    try checkTail(start)
    return block
  }

  private func checkTail(_ end: Int64) throws {
    guard end <= expectedHeader + Self.longestTail else {
      throw ArchiveError(.limit, "more than \(Self.longestTail) bytes of headers or padding follow a member")
    }
  }
}
