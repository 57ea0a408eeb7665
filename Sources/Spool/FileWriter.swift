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

  init(_ file: consuming OpenFile) { self.file = file }

  /// Where it lies.
  public var path: FilePath { file.path }

  /// Appends bytes.
  public func write(_ bytes: UnsafeRawBufferPointer) throws(SpoolError) {
    try file.write(at: count, bytes)
    advance(by: bytes.count)
  }

  /// Lets the kernel append a range of another file, which does not pass through this program's memory.
  ///
  /// - Returns: how many bytes were appended: fewer where the kernel cannot copy between these two files, or the other
  ///   file ends. What is left is to be written.
  public func copy(_ range: Range<Int64>, of source: FileDescriptor) throws(SpoolError) -> Int64 {
    var rest = range
    while !rest.isEmpty {
      let copied: Int
      do throws(SpoolError) {
        copied = try call("write", path, try file.system.copy(rest, of: source, to: file.descriptor, at: count))
      } catch {
        if let errno = error.errno, Self.cannotCopy.contains(errno) { break }
        throw error
      }
      if copied == 0 { break }
      rest = rest.lowerBound + Int64(copied)..<rest.upperBound
      advance(by: copied)
    }
    return rest.lowerBound - range.lowerBound
  }

  private static let cannotCopy: Set<Errno> = [
    .improperLink, .invalidArgument, .notSupportedOnSocket, .noFunction, .badFileDescriptor, .notPermitted,
    .textFileBusy,
  ]

  /// Starts writing back all that was written, so that a sync that follows finds little to do. It promises nothing.
  public func beginSync() { file.system.startWriteback(file.descriptor, from: 0, count: 0) }

  /// Makes the content durable. The name becomes durable with its directory.
  public func finish() throws(SpoolError) { try file.sync() }

  private func advance(by bytes: Int) {
    count += Int64(bytes)
    if count - started >= Self.writebackStep {
      file.system.startWriteback(file.descriptor, from: started, count: count - started)
      started = count
    }
  }
}
