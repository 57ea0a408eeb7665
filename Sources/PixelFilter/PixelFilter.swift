/// Which bytes of a file are filtered, and how: all that is needed to put them back. <doc:Format> says what it does.
public struct PixelFilter: Hashable, Sendable {
  /// What the filter is called.
  public static let name = "median"
  /// The version of the format that this module writes and reads.
  public static let version = 1

  /// Where the first filtered byte lies in the file.
  public let offset: Int64
  /// How many bytes of the file are filtered: whole rows, or where the colours lie apart whole bands.
  public let count: Int64
  /// What they are.
  public let shape: BandShape

  /// Describes the filtering of a part of a file.
  ///
  /// - Throws: ``PixelFilterError`` `geometry` where there is no such part.
  public init(offset: Int64, count: Int64, shape: BandShape) throws {
    guard (0...Self.farthest).contains(offset), (1...Self.farthest).contains(count), count % Int64(shape.unit) == 0
    else {
      throw PixelFilterError(.geometry, "\(count) bytes from byte \(offset) on are not whole rows of it")
    }
    self.offset = offset
    self.count = count
    self.shape = shape
  }

  /// So that sums stay far from overflow: a byte may be a band, to which 64 are added.
  private static let farthest: Int64 = 1 << 56

  /// How many bands there are.
  public var bands: Int64 { (count - 1) / Int64(shape.bandBytes) + 1 }

  /// How many bytes filtering adds to the file.
  public var added: Int64 { bands * Int64(shape.added) }
}

extension PixelFilter {
  /// The band in the middle: its place in the file. Compressed both ways, it tells whether filtering pays.
  public var sample: Range<Int64> {
    let band = Int64(shape.bandBytes)
    let start = bands / 2 * band
    return offset + start..<offset + min(start + band, count)
  }
}
