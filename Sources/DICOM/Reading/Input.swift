internal import SystemPackage

/// Bytes to parse, through a window that moves over them: over a file by `pread`, over a deflated data set as it is
/// inflated, or over the whole of what is in memory.
///
/// The first window holds a usual header whole. After a value has been skipped, the next window is small, so that
/// walking the fragments of encapsulated pixel data does not read the pixels.
struct Input {
  private enum Source {
    case file(FileDescriptor)
    case memory
    case inflating(Inflater)
  }

  private let source: Source
  private var window: [UInt8]
  private var windowStart: Int64 = 0
  /// How often the window has moved: what is in memory has the one window of number 0.
  private(set) var windowNumber = 0
  /// Length in bytes; of what is being inflated it is not known.
  let size: Int64?

  private static let firstWindow = 16 << 10
  private static let largeWindow = 64 << 10
  private static let smallWindow = 4 << 10
  /// How far what is inflated is kept for a look ahead.
  private static let longestLook = 1 << 20

  init(_ file: FileDescriptor, size: Int64) {
    source = .file(file)
    self.size = size
    window = []
  }

  init(_ bytes: [UInt8]) {
    source = .memory
    size = Int64(bytes.count)
    window = bytes
  }

  init(_ inflater: Inflater) {
    source = .inflating(inflater)
    size = nil
    window = []
  }

  /// The open file, if the bytes are those of one.
  var file: FileDescriptor? {
    if case .file(let file) = source { file } else { nil }
  }

  // MARK: Reading

  /// `count` bytes at `offset`, as a view of the window that they came with.
  mutating func slice(_ offset: Int64, _ count: Int) throws -> ArraySlice<UInt8> {
    let start = try load(offset, count)
    return window[start..<start + count]
  }

  /// `count` bytes at `offset`.
  mutating func bytes(_ offset: Int64, _ count: Int) throws -> [UInt8] { Array(try slice(offset, count)) }

  /// Makes `count` bytes at `offset` present, and returns where they begin in the window.
  ///
  /// Throws `.truncated` where there are not as many.
  mutating func load(_ offset: Int64, _ count: Int) throws -> Int {
    if let present = present(offset, count) { return present }
    return try move(to: offset, count)
  }

  /// Where `count` bytes at `offset` begin in the window, if they are there.
  @inline(__always)
  func present(_ offset: Int64, _ count: Int) -> Int? {
    let skipped = offset - windowStart
    return skipped >= 0 && skipped + Int64(count) <= Int64(window.count) ? Int(skipped) : nil
  }

  private mutating func move(to offset: Int64, _ count: Int) throws -> Int {
    let skipped = offset - windowStart
    let follows = skipped >= 0 && skipped <= Int64(window.count)
    switch source {
    case .memory:
      throw Input.cut(offset)
    case .file(let file):
      guard offset >= 0, let size, Int64(count) <= size - offset else { throw Input.cut(offset) }
      let usual = offset == 0 ? Input.firstWindow : follows ? Input.largeWindow : Input.smallWindow
      window = try Input.read(file, offset, max(count, Int(min(Int64(usual), size - offset))))
    case .inflating(let inflater):
      // Looks ahead stay within the window, so that nothing before it is asked for again.
      guard skipped >= 0 else {
        throw DICOMError(.unsupported, "a deflated data set is read from its beginning to its end", offset: offset)
      }
      let kept = follows ? window[Int(skipped)...] : []
      if !follows { try inflater.skip(to: offset) }
      window = kept + (try inflater.read(max(count, Input.largeWindow) - kept.count))
    }
    windowStart = offset
    windowNumber += 1
    guard window.count >= count else { throw Input.cut(offset + Int64(window.count)) }
    return 0
  }

  /// `count` bytes at `offset`, for a look ahead from `place`, which stays within reach; nil where there are not as many.
  ///
  /// The window stays where it is: values that were kept hold the windows that they came with, and looks ahead from
  /// element after element would make one of each.
  mutating func look(_ offset: Int64, _ count: Int, from place: Int64) -> ArraySlice<UInt8>? {
    if case .file(let file) = source, present(offset, count) == nil {
      guard let bytes = try? Input.read(file, offset, count), bytes.count == count else { return nil }
      return bytes[...]
    }
    return holds(place, offset + Int64(count)) ? try? slice(offset, count) : nil
  }

  /// Whether all from `start` to `end` can be read again and again: what is being inflated can within the window, which
  /// grows to hold it.
  mutating func holds(_ start: Int64, _ end: Int64) -> Bool {
    guard case .inflating = source else { return true }
    guard end - start <= Int64(Input.longestLook) else { return false }
    let count = Int(end - start)
    if present(start, count) != nil { return true }
    // Twice as much, so that the next elements' looks do not move it again.
    _ = try? move(to: start, 2 * count)
    return present(start, count) != nil
  }

  /// Length of the window in bytes.
  var windowSize: Int { window.count }

  /// Whether the bytes end exactly at `offset`.
  ///
  /// Throws `.truncated` where they end before it.
  mutating func isEnd(_ offset: Int64) throws -> Bool {
    if let size { return offset == size }
    if offset < windowStart + Int64(window.count) { return false }
    _ = try move(to: offset, 0)
    return window.isEmpty
  }

  // MARK: Words

  /// The 16 bits at an index that `load` returned, in the byte order of the file.
  @inline(__always)
  func u16(_ index: Int, _ encoding: Encoding) -> UInt16 {
    let word = window.span.bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt16.self)
    return encoding.isBigEndian ? UInt16(bigEndian: word) : UInt16(littleEndian: word)
  }

  /// The 32 bits at an index that `load` returned, in the byte order of the file.
  @inline(__always)
  func u32(_ index: Int, _ encoding: Encoding) -> UInt32 {
    let word = window.span.bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt32.self)
    return encoding.isBigEndian ? UInt32(bigEndian: word) : UInt32(littleEndian: word)
  }

  /// The eight bytes at an index that `load` returned, the first lowest.
  @inline(__always)
  func u64(_ index: Int) -> UInt64 {
    UInt64(littleEndian: window.span.bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
  }

  // MARK: Files

  /// Up to `count` bytes at `offset`: fewer only at the file's end.
  static func read(_ file: FileDescriptor, _ offset: Int64, _ count: Int) throws -> [UInt8] {
    try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        let rest = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[filled...])
        let more = try file.read(fromAbsoluteOffset: offset + Int64(filled), into: rest)
        if more == 0 { break }
        filled += more
      }
    }
  }

  /// The file ended at `offset`, before it should.
  static func cut(_ offset: Int64, _ tag: Tag? = nil) -> DICOMError {
    DICOMError(
      .truncated, "the file ends before its data set does: it is cut off, or still being written", tag: tag,
      offset: offset)
  }
}
