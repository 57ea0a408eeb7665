import CArchive

/// Compresses a stream into one zstd frame, on threads of its own.
///
/// libzstd is called directly, because libarchive's filter leaves the size of the threads' jobs to it, and with that the
/// memory: five jobs and their results are held at once, 8 MiB each at level 3, for a gain of less than 0.1 %.
final class ZstdWriter {
  private let context: OpaquePointer
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: ZSTD_CStreamOutSize(), alignment: 16)
  private let output: (UnsafeRawBufferPointer) throws -> Void

  /// What one thread compresses at a time, in bytes.
  private static let job: Int32 = 4 << 20

  init(level: Int, threads: Int, output: @escaping (UnsafeRawBufferPointer) throws -> Void) throws {
    guard let context = ZSTD_createCCtx() else { throw ArchiveError(.library, "out of memory") }
    self.context = context
    self.output = output
    try check(ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, Int32(level)))
    // A libzstd that was built without threads refuses both, and the caller's thread does it all.
    if threads > 0, ZSTD_isError(ZSTD_CCtx_setParameter(context, ZSTD_c_nbWorkers, Int32(threads))) == 0 {
      try check(ZSTD_CCtx_setParameter(context, ZSTD_c_jobSize, Self.job))
    }
  }

  deinit {
    ZSTD_freeCCtx(context)
    buffer.deallocate()
  }

  /// Compresses more of the stream.
  func write(_ bytes: UnsafeRawBufferPointer) throws {
    var input = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
    while input.pos < input.size { _ = try step(&input, ZSTD_e_continue) }
  }

  /// Ends the block: what comes has a table of its own in the next one, and all before has been handed on.
  func flush() throws {
    var input = ZSTD_inBuffer(src: nil, size: 0, pos: 0)
    while try step(&input, ZSTD_e_flush) > 0 {}
  }

  /// Ends the frame; all of it has been handed on when this returns.
  func finish() throws {
    var input = ZSTD_inBuffer(src: nil, size: 0, pos: 0)
    while try step(&input, ZSTD_e_end) > 0 {}
  }

  /// Takes in what is possible, and hands on what is ready.
  ///
  /// - Returns: what libzstd returns: with `ZSTD_e_end`, 0 when the frame is complete, with `ZSTD_e_flush`, when the block is.
  private func step(_ input: inout ZSTD_inBuffer, _ directive: ZSTD_EndDirective) throws -> Int {
    var result = ZSTD_outBuffer(dst: buffer.baseAddress, size: buffer.count, pos: 0)
    let rest = ZSTD_compressStream2(context, &result, &input, directive)
    try check(rest)
    if result.pos > 0 { try output(UnsafeRawBufferPointer(rebasing: buffer[..<result.pos])) }
    return rest
  }

  private func check(_ status: Int) throws {
    guard ZSTD_isError(status) == 0 else {
      throw ArchiveError(.library, "libzstd failed: \(String(cString: ZSTD_getErrorName(status)))")
    }
  }
}
