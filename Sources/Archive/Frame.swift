/// The frames of an archive: each is compressed and decompressed by itself, on whatever thread.
enum Frame {
  /// The most bytes that a frame may expand to: what bounds a reader's memory.
  static let largest = 4 << 20
  /// The most bytes that such a frame may take itself: what does not compress, and the heads of many small blocks.
  static let largestCompressed = largest + (256 << 10)
  /// How much a writer puts into a frame, where a single part is not larger.
  static let usual = 768 << 10
}
