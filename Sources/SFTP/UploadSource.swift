import CPOSIX
import SystemPackage

/// The bytes of a file that are not yet acknowledged, as one region of memory that slides over the file.
final class UploadSource {
  private let path: FilePath
  private let host: String
  private let file: FileDescriptor
  private let size: Int64
  /// Where what is sent ends.
  private var end: Int64
  /// It ends before it was to.
  private(set) var isCutShort = false
  private let window: Int
  /// Four windows, so that what remains is moved to the front once in three windows and not at each acknowledgement.
  private let memory: UnsafeMutableRawBufferPointer
  private var start = 0
  private var count = 0
  /// Where in the file to read on.
  private var position: Int64

  /// What libssh2 puts into one write request. A window that holds whole ones never splits them smaller.
  private static let request = 30_000
  /// Read from the file in pieces of at least this size, unless the window is small.
  private static let leastRead = 10 * request

  /// All from an offset to the file's end is sent, or the parts that are named later.
  init(_ path: FilePath, from offset: Int64, window: Int, host: String) throws(SFTPError) {
    let size: Int64
    do {
      let file = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .nonBlocking])
      do {
        size = try file.seek(offset: 0, from: .end)
      } catch {
        try? file.close()
        throw error
      }
      self.file = file
    } catch {
      throw SFTPError(
        .source, host: host, path: path.string, "The file to send cannot be opened.", underlying: "\(error)")
    }
    (self.path, self.host, self.size, position, end) = (path, host, size, offset, size)
    self.window = max(1, min(window, 16 << 20) / Self.request) * Self.request
    memory = .allocate(byteCount: 4 * self.window, alignment: 16)
    _ = cposix_advise_sequential(file.rawValue)
    guard (0...size).contains(offset) else { throw changed() }
  }

  deinit {
    memory.deallocate()
    try? file.close()
  }

  /// The unacknowledged bytes, at most a window of them; `nil` when all are acknowledged.
  func pending() throws(SFTPError) -> UnsafeRawBufferPointer? {
    if window - count >= min(window, Self.leastRead) || count == 0 { try fill() }
    return count == 0 ? nil : UnsafeRawBufferPointer(rebasing: memory[start..<(start + count)])
  }

  /// Lets acknowledged bytes go, from the front.
  func release(_ acknowledged: Int) {
    let released = min(max(acknowledged, 0), count)
    start += released
    count -= released
  }

  /// Another part of the file is sent; all before is acknowledged.
  func move(to part: Range<Int64>) throws(SFTPError) {
    guard part.lowerBound >= 0, part.upperBound <= size else { throw changed() }
    (start, count, position, end) = (0, 0, part.lowerBound, part.upperBound)
  }

  /// Nothing more is read: what is pending is the last.
  func cutShort() {
    isCutShort = position < end
    end = position
  }

  private func fill() throws(SFTPError) {
    if start + window > memory.count {
      let (from, to) = (memory.baseAddress?.advanced(by: start), memory.baseAddress)
      if let from, let to { to.copyMemory(from: from, byteCount: count) }
      start = 0
    }
    while count < window, position < end {
      let room = Int(min(Int64(window - count), end - position))
      let free = UnsafeMutableRawBufferPointer(rebasing: memory[(start + count)..<(start + count + room)])
      let got: Int
      do {
        got = try file.read(fromAbsoluteOffset: position, into: free)
      } catch {
        throw SFTPError(
          .source, host: host, path: path.string, "The file to send cannot be read.", underlying: "\(error)")
      }
      guard got > 0 else { throw changed() }
      count += got
      position += Int64(got)
    }
  }

  private func changed() -> SFTPError {
    SFTPError(.source, host: host, path: path.string, "The file to send has become shorter than it was.")
  }
}
