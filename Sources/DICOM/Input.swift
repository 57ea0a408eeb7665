internal import SystemPackage

/// Bytes to parse, through a window that moves over the file by `pread`: or, for what was inflated, lies over all.
///
/// The first window holds a usual header whole. After a value has been skipped, the next window is small, so that
/// walking the fragments of encapsulated pixel data does not read the pixels.
struct Input {
  let size: Int64
  /// The open file, unless the bytes are in memory.
  let file: FileDescriptor?
  private var window: [UInt8]
  private var windowStart: Int64 = 0

  private static let largeWindow = 64 << 10
  private static let smallWindow = 4 << 10

  init(_ file: FileDescriptor, size: Int64) {
    self.file = file
    self.size = size
    window = []
  }

  init(_ bytes: [UInt8]) {
    file = nil
    size = Int64(bytes.count)
    window = bytes
  }

  /// `count` bytes at `offset`; the caller has made sure that they lie within `size`.
  mutating func bytes(_ offset: Int64, _ count: Int) throws -> [UInt8] {
    let start = try load(offset, count)
    return Array(window[start..<start + count])
  }

  /// Makes `count` bytes at `offset` present, and returns where they begin in the window.
  mutating func load(_ offset: Int64, _ count: Int) throws -> Int {
    let skipped = offset - windowStart
    if skipped >= 0, skipped + Int64(count) <= Int64(window.count) { return Int(skipped) }
    guard offset >= 0, let file, Int64(count) <= size - offset else { throw Input.cut(offset) }
    let follows = skipped >= 0 && skipped <= Int64(window.count)
    let wanted = max(count, Int(min(Int64(follows ? Input.largeWindow : Input.smallWindow), size - offset)))
    window = try Input.read(file, offset, wanted)
    windowStart = offset
    guard window.count >= count else { throw Input.cut(offset + Int64(window.count)) }
    return 0
  }

  /// The byte at an index that `load` returned.
  subscript(index: Int) -> UInt8 { window[index] }

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
