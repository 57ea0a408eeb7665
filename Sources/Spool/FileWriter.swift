internal import CPOSIX
internal import Glibc
public import SystemPackage

/// Writes a new file that must be durable: ``finish()`` answers only when it is.
///
/// Written-back data is started on its way as it grows, so that the last `fsync` waits for little and a large file does
/// not push everything else out of memory.
public final class FileWriter {
  private static let writebackStep: Int64 = 8 << 20

  private let file: OpenFile
  /// Bytes written so far.
  public private(set) var count: Int64 = 0
  private var started: Int64 = 0

  /// Creates the file; one that exists, or a symbolic link in its place, is an error.
  public init(creating path: FilePath, mode: UInt32 = 0o640) throws(SpoolError) {
    file = try OpenFile(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: mode)
  }

  /// Appends bytes.
  public func write(_ bytes: UnsafeRawBufferPointer) throws(SpoolError) {
    try file.write(bytes)
    count += Int64(bytes.count)
    if count - started >= Self.writebackStep {
      _ = cposix_start_writeback(file.descriptor, started, count - started)
      started = count
    }
  }

  /// Makes the content durable. The name becomes durable with its directory.
  public func finish() throws(SpoolError) { try file.sync() }
}
