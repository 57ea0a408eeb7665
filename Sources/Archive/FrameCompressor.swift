import CArchive

/// Compresses chunks, each into a zstd frame. For one thread at a time.
final class FrameCompressor {
  private let context: OpaquePointer
  private var frame: UnsafeMutableRawBufferPointer
  private var count = 0

  init() throws {
    guard let context = ZSTD_createCCtx() else { throw ArchiveError(.library, "out of memory") }
    self.context = context
    frame = .allocate(byteCount: ZSTD_compressBound(Frame.usual), alignment: 4096)
  }

  deinit {
    ZSTD_freeCCtx(context)
    frame.deallocate()
  }

  /// Makes what is to be made of a chunk's parts, and compresses it.
  ///
  /// - Throws: `ArchiveError` with `.library`, `.usage`; what a part's change throws.
  func compress(_ chunk: Chunk, level: Int) throws -> [UInt8] {
    count = 0
    _ = try check(ZSTD_CCtx_reset(context, ZSTD_reset_session_only))
    _ = try check(ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, Int32(level)))
    _ = try check(ZSTD_CCtx_setPledgedSrcSize(context, UInt64(chunk.size)))
    for part in chunk.parts {
      let bytes = chunk.bytes(of: part)
      guard let change = part.change else {
        try add(bytes, ZSTD_e_continue)
        continue
      }
      // What comes is of another kind than what came.
      try add(UnsafeRawBufferPointer(start: nil, count: 0), ZSTD_e_flush)
      var rest = part.size
      try change(bytes) { made, endsHere in
        rest -= made.count
        try add(made, endsHere ? ZSTD_e_flush : ZSTD_e_continue)
      }
      guard rest == 0 else { throw ArchiveError(.usage, "a part did not become as large as was announced") }
    }
    try add(UnsafeRawBufferPointer(start: nil, count: 0), ZSTD_e_end)
    return Array(frame[..<count])
  }

  private func add(_ bytes: UnsafeRawBufferPointer, _ directive: ZSTD_EndDirective) throws {
    var input = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
    while true {
      var output = ZSTD_outBuffer(dst: frame.baseAddress, size: frame.count, pos: count)
      let rest = try check(ZSTD_compressStream2(context, &output, &input, directive))
      count = output.pos
      if directive == ZSTD_e_continue ? input.pos == input.size : rest == 0 { return }
      if count == frame.count { frame.grow(to: 2 * count, keeping: count) }
    }
  }
}

/// That a call of libzstd did what it should.
func check(_ status: Int) throws -> Int {
  guard ZSTD_isError(status) == 0 else {
    throw ArchiveError(.library, "libzstd failed: \(String(cString: ZSTD_getErrorName(status)))")
  }
  return status
}
