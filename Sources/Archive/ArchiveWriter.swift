internal import Threads

/// Writes regular files into a tar archive, compresses it as a row of zstd frames, and hands the bytes on as they come.
///
/// Every member is a regular file of mode 0640, owner 0, time 0, in one POSIX ustar header; a file of 8 GiB or more has
/// a pax header before it (POSIX.1-2017, pax). A frame holds whole members or a part of one, and expands to at most 4 MiB,
/// so that several are compressed at a time, and memory depends on level and threads, not on sizes: about 8 MiB a thread at
/// level 3. An error, be it the caller's own, is final: every later call throws it again.
/// A writer that is let go before ``finish()`` leaves an archive that every reader refuses as truncated.
public final class ArchiveWriter {
  /// The levels of compression that can be asked for: those that stay within a frame's memory.
  public static let levels = 1...19

  /// How much compressing a member is worth.
  public enum Effort: Sendable {
    /// The archive's level.
    case usual
    /// Level 1: more finds nothing.
    case least
  }

  /// Takes the next bytes that a part becomes. `endsHere` says that something else begins behind them: it gets a block of
  /// its own (`ZSTD_e_flush`), with tables of its own.
  public typealias Made = (_ bytes: UnsafeRawBufferPointer, _ endsHere: Bool) throws -> Void
  /// Makes of a part's bytes what stands in the archive, on any thread.
  public typealias Change = @Sendable (_ bytes: UnsafeRawBufferPointer, _ made: Made) throws -> Void

  private let level: Int
  private let output: (UnsafeRawBufferPointer) throws -> Void
  private let crew: Crew<[UInt8]>
  private let chunks = Reserve { Chunk() }
  private let compressors = Reserve { try FrameCompressor() }

  private var chunk: Chunk?
  /// Whether a part of the current member is in a frame before.
  private var isDivided = false
  private var failure: (any Error)?
  private var isFinished = false
  private var member: String?
  private var effort = Effort.usual
  private var missing: Int64 = 0
  private var padding = 0

  private static let zeros = [UInt8](repeating: 0, count: 2 * TarHeader.block)

  /// Begins an archive.
  ///
  /// - Parameters:
  ///   - level: The zstd level, one of ``levels``.
  ///   - threads: How many threads compress besides the caller's; with 0 the caller's does it.
  ///   - output: Takes the compressed bytes, in order, on the caller's thread; the memory is only valid during the call.
  ///     What it throws comes out of the call that led to it.
  /// - Throws: `ArchiveError` with `.usage`.
  public init(level: Int, threads: Int, output: @escaping (UnsafeRawBufferPointer) throws -> Void) throws {
    guard Self.levels.contains(level), (0...64).contains(threads) else {
      throw ArchiveError(
        .usage, "level \(level) with \(threads) threads is not possible; choose 1 to 19 and 0 to 64")
    }
    self.level = level
    self.output = output
    crew = Crew("compress", threads: threads)
  }

  /// Begins the next member, a regular file.
  ///
  /// - Parameters:
  ///   - name: Its path: relative, ASCII, at most 100 bytes, without empty, `.` or `..` components.
  ///   - size: How many bytes it will have.
  /// - Throws: `ArchiveError` with `.name`, `.size` when the member before is not complete, `.usage`; what `output` throws.
  public func begin(name: String, size: Int64, effort: Effort = .usual) throws {
    try attempt {
      try finishMember()
      let bytes = Array(name.utf8)
      member = EntryName.printable(bytes)
      // 100 bytes are what the name field of a ustar header holds.
      if let fault = bytes.count > 100 ? "its name is longer than 100 bytes" : EntryName.fault(in: bytes) {
        throw ArchiveError(.name, member: member, fault)
      }
      guard size >= 0 else { throw ArchiveError(.usage, member: member, "its size is negative") }
      let header = try TarHeader.bytes(name: name, size: size)
      padding = Int(-size & Int64(TarHeader.block - 1))
      // Whole members, or a part of one.
      if let chunk, isDivided || Int64(chunk.size + header.count + padding) + size > Int64(Frame.usual) {
        try send(chunk)
      }
      isDivided = false
      self.effort = effort
      try header.withUnsafeBytes { try add($0, size: header.count, nil) }
      missing = size
    }
  }

  /// Writes bytes to the member that was begun last.
  ///
  /// - Throws: `ArchiveError` with `.size` for more bytes than were announced, `.usage`; what `output` throws.
  public func write(_ bytes: UnsafeRawBufferPointer) throws {
    try attempt {
      try announce(bytes.count)
      var rest = bytes
      while !rest.isEmpty {
        if let chunk, chunk.size >= Frame.usual { try divide(chunk) }
        let part = UnsafeRawBufferPointer(rebasing: rest.prefix(Frame.usual - (chunk?.size ?? 0)))
        try add(part, size: part.count, nil)
        rest = UnsafeRawBufferPointer(rebasing: rest[part.count...])
      }
    }
  }

  /// Writes to the member that was begun last what is made of bytes, when the frame is compressed.
  ///
  /// - Parameters:
  ///   - size: how many bytes will be made, at most 4 MiB less a header.
  ///   - change: makes them. What it throws comes out of a later call.
  /// - Throws: `ArchiveError` with `.size` for more bytes than were announced, `.usage`; what `output` throws.
  public func write(_ bytes: UnsafeRawBufferPointer, becoming size: Int, by change: @escaping Change) throws {
    try attempt {
      guard (0...Frame.largest - 4 * TarHeader.block).contains(size) else {
        throw ArchiveError(.usage, member: member, "a part of \(size) bytes fits into no frame")
      }
      try announce(size)
      if let chunk, chunk.size + size > Frame.usual, chunk.size > 4 * TarHeader.block { try divide(chunk) }
      try add(bytes, size: size, change)
    }
  }

  /// Ends the last member, the archive and the compression; all bytes have been handed on when this returns.
  ///
  /// - Throws: `ArchiveError` with `.size` when the last member is not complete, `.usage`; what `output` throws.
  public func finish() throws {
    try attempt {
      try finishMember()
      // The end mark.
      try Self.zeros.withUnsafeBytes { try add($0, size: $0.count, nil) }
      if let chunk { try send(chunk) }
      while try handOn() {}
      isFinished = true
    }
  }

  private func attempt(_ body: () throws -> Void) throws {
    if let failure { throw failure }
    if isFinished { throw ArchiveError(.usage, "the archive is finished already") }
    do {
      try body()
    } catch {
      failure = error
      throw error
    }
  }

  private func announce(_ count: Int) throws {
    guard member != nil else { throw ArchiveError(.usage, "bytes were written before a member was begun") }
    guard Int64(count) <= missing else {
      throw ArchiveError(.size, member: member, "it has more bytes than were announced")
    }
    missing -= Int64(count)
  }

  private func finishMember() throws {
    guard missing == 0 else {
      throw ArchiveError(.size, member: member, "it ends \(missing) bytes before the size that was announced")
    }
    try Self.zeros.withUnsafeBytes { zeros in
      try add(UnsafeRawBufferPointer(rebasing: zeros[..<padding]), size: padding, nil)
    }
    padding = 0
  }

  // MARK: Frames

  private func add(_ bytes: UnsafeRawBufferPointer, size: Int, _ change: Change?) throws {
    guard size > 0 else { return }
    let chunk = try chunk ?? chunks.take()
    self.chunk = chunk
    chunk.add(bytes, isEasy: effort == .least, size: size, change: change)
  }

  private func divide(_ chunk: Chunk) throws {
    try send(chunk)
    isDivided = true
  }

  /// Lets a frame be made.
  private func send(_ chunk: Chunk) throws {
    self.chunk = nil
    while crew.isFull() { try handOn() }
    crew.submit { [chunks, compressors, level] in
      let frame = try compressors.lend { try $0.compress(chunk, level: chunk.isEasy ? 1 : level) }
      chunk.empty()
      chunks.giveBack(chunk)
      return frame
    }
  }

  /// Hands on the frame that was begun first.
  @discardableResult private func handOn() throws -> Bool {
    guard let frame = try crew.next() else { return false }
    try frame.withUnsafeBytes(output)
    return true
  }
}
