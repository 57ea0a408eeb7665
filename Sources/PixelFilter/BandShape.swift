internal import CPixelFilter

/// How the samples lie in a band: rows of pixels that are filtered together, and apart from all others.
public struct BandShape: Hashable, Sendable {
  /// Pixels in a row, at most ``mostColumns``.
  public let columns: Int
  /// Rows in a band; the last band of an image may have fewer.
  public let rows: Int
  /// Bytes of a sample: 1 or 2.
  public let bytesPerSample: Int
  /// Samples of a pixel: 1; or 3 of one byte each, red, green and blue.
  public let components: Int
  /// Whether all red samples of a band come before the green ones, and these before the blue ones; otherwise, the samples
  /// of a pixel lie together. Planar bands all have the same number of rows.
  public let isPlanar: Bool
  /// Whether samples may be negative.
  public let isSigned: Bool
  /// Whether the high byte of a sample comes first.
  public let isBigEndian: Bool

  /// The most columns that can be filtered.
  public static let mostColumns = 32_767
  /// The most pixels that a band may have: what bounds memory.
  public static let mostPixels = 1 << 20

  /// Describes a band.
  ///
  /// - Throws: ``PixelFilterError`` `geometry` where there can be no such band, or it goes beyond the limits.
  public init(
    columns: Int, rows: Int, bytesPerSample: Int, components: Int = 1, isPlanar: Bool = false, isSigned: Bool = false,
    isBigEndian: Bool = false
  ) throws {
    guard (1...Self.mostColumns).contains(columns), (1...Self.mostPixels).contains(rows),
      columns * rows <= Self.mostPixels
    else {
      throw PixelFilterError(.geometry, "a band of \(columns) columns and \(rows) rows is not possible")
    }
    let isColour = components == 3 && bytesPerSample == 1 && !isSigned
    guard isColour || (components == 1 && (1...2).contains(bytesPerSample) && !isPlanar),
      bytesPerSample == 2 || !isBigEndian
    else {
      throw PixelFilterError(
        .geometry, "pixels of \(components) samples of \(bytesPerSample) bytes are not filtered so")
    }
    self.columns = columns
    self.rows = rows
    self.bytesPerSample = bytesPerSample
    self.components = components
    self.isPlanar = isPlanar
    self.isSigned = isSigned
    self.isBigEndian = isBigEndian
  }

  /// Bytes of a row of pixels.
  var rowBytes: Int { columns * components * bytesPerSample }
  /// Bytes of a full band.
  var bandBytes: Int { rowBytes * rows }
  /// Bytes that filtering adds to a band.
  var added: Int { Int(cpixelfilter_header) * components }
  /// What an image can end with: a row, or where the colours lie apart a band.
  var unit: Int { isPlanar ? bandBytes : rowBytes }

  /// The C shape of a band with so many bytes, a multiple of ``unit``.
  func shape(ofBytes count: Int) -> cpixelfilter_shape {
    cpixelfilter_shape(
      columns: UInt32(columns), rows: UInt32(count / rowBytes), bytes: UInt32(bytesPerSample),
      components: UInt32(components), is_planar: isPlanar, is_signed: isSigned, is_big_endian: isBigEndian)
  }
}
