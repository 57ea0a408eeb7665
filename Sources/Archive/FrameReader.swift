import CArchive
internal import Threads

/// Decompresses a row of zstd frames, several at a time, and hands on what is in them in order.
final class FrameReader {
  private let input: (UnsafeMutableRawBufferPointer) throws -> Int
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 128 << 10, alignment: 16)
  /// What of the buffer was not looked at.
  private var rest = UnsafeRawBufferPointer(start: nil, count: 0)
  /// The compressed frame that comes in.
  private var frame: [UInt8] = []
  private var outline = ZstdFrame()
  /// Why no further frame comes: the end, or an error. Those before it are handed on first.
  private var end: Result<Void, any Error>?

  private let crew: Crew<Block>
  private let blocks = Reserve { Block() }
  private let decompressors = Reserve { try FrameDecompressor() }
  private var current: Block?

  init(threads: Int, input: @escaping (UnsafeMutableRawBufferPointer) throws -> Int) {
    self.input = input
    crew = Crew("expand", threads: threads)
  }

  deinit { buffer.deallocate() }

  /// The contents of the next frame, valid until the next call; nil when frames and input have ended together.
  func next() throws -> UnsafeRawBufferPointer? {
    if let block = current { blocks.giveBack(block) }
    current = nil
    while end == nil, !crew.isFull() { readAhead() }
    guard let block = try crew.next() else {
      try end?.get()
      return nil
    }
    current = block
    return block.contents
  }

  private func readAhead() {
    do {
      guard let frame = try nextFrame() else {
        end = .success(())
        return
      }
      crew.submit { [blocks, decompressors] in
        let block = try blocks.take()
        try decompressors.lend { try $0.decompress(frame, into: block) }
        return block
      }
    } catch {
      end = .failure(error)
    }
  }

  /// The next compressed frame, whole; nil at the end.
  private func nextFrame() throws -> [UInt8]? {
    outline = ZstdFrame()
    frame.removeAll(keepingCapacity: true)
    while !outline.isComplete {
      if rest.isEmpty {
        let count = try input(buffer)
        guard (0...buffer.count).contains(count) else {
          throw ArchiveError(.usage, "the input says that it filled \(count) bytes of \(buffer.count)")
        }
        if count == 0 {
          guard frame.isEmpty else { throw ArchiveError(.truncated, "the compressed data is cut off") }
          return nil
        }
        rest = UnsafeRawBufferPointer(rebasing: buffer[..<count])
      }
      let taken = try outline.take(rest)
      guard frame.count + taken <= Frame.largestCompressed else {
        throw ArchiveError(
          .limit, "a zstd frame has more than \(Frame.largestCompressed) bytes; compress the archive in smaller frames")
      }
      frame += rest[..<taken]
      rest = UnsafeRawBufferPointer(rebasing: rest[taken...])
    }
    return frame
  }
}

/// What one frame expands to.
///
/// `@unchecked Sendable`: it belongs to the thread that fills it, and then to the reader.
private final class Block: @unchecked Sendable {
  // Only the pages that are written to are ever had.
  let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: Frame.largest, alignment: 4096)
  var count = 0

  deinit { memory.deallocate() }

  var contents: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: memory[..<count]) }
}

/// Decompresses frames. For one thread at a time.
private final class FrameDecompressor {
  private let context: OpaquePointer

  init() throws {
    guard let context = ZSTD_createDCtx() else { throw ArchiveError(.library, "out of memory") }
    self.context = context
  }

  deinit { ZSTD_freeDCtx(context) }

  /// Straight into the block, so that no window is allocated, whatever the frame asks for.
  func decompress(_ frame: [UInt8], into block: Block) throws {
    let count = frame.withUnsafeBytes { frame in
      ZSTD_decompressDCtx(context, block.memory.baseAddress, block.memory.count, frame.baseAddress, frame.count)
    }
    if ZSTD_isError(count) != 0 {
      let isTooLarge = ZSTD_getErrorCode(count) == ZSTD_error_dstSize_tooSmall
      throw ArchiveError(
        isTooLarge ? .limit : .malformed,
        isTooLarge
          ? "a zstd frame expands to more than \(Frame.largest) bytes; compress the archive in smaller frames"
          : "a zstd frame is damaged: \(String(cString: ZSTD_getErrorName(count)))")
    }
    guard count > 0 else { throw ArchiveError(.malformed, "a zstd frame is empty") }
    block.count = count
  }
}
