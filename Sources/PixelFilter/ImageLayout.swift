/// What a DICOM file says of its pixel data, as far as filtering depends on it (PS3.3 C.7.6.3, PS3.5 8.1).
public struct ImageLayout: Hashable, Sendable {
  /// (0028,0010) Rows and (0028,0011) Columns.
  public var rows, columns: Int
  /// (0028,0100) Bits Allocated.
  public var bitsAllocated: Int
  /// (0028,0002) Samples per Pixel.
  public var samplesPerPixel: Int
  /// (0028,0004) Photometric Interpretation, without padding.
  public var photometricInterpretation: String
  /// Whether (0028,0006) Planar Configuration is 1.
  public var isPlanar: Bool
  /// Whether (0028,0103) Pixel Representation is 1.
  public var isSigned: Bool
  /// Whether the transfer syntax is big endian.
  public var isBigEndian: Bool

  /// Describes pixel data.
  public init(
    rows: Int, columns: Int, bitsAllocated: Int, samplesPerPixel: Int = 1,
    photometricInterpretation: String = "MONOCHROME2", isPlanar: Bool = false, isSigned: Bool = false,
    isBigEndian: Bool = false
  ) {
    self.rows = rows
    self.columns = columns
    self.bitsAllocated = bitsAllocated
    self.samplesPerPixel = samplesPerPixel
    self.photometricInterpretation = photometricInterpretation
    self.isPlanar = isPlanar
    self.isSigned = isSigned
    self.isBigEndian = isBigEndian
  }

  /// Pixels in a band, if nothing speaks for another number: a slice of 512 by 512. A longer band gains less than 1 % and
  /// does not fit a processor's cache.
  static let pixelsInBand = 1 << 18

  /// How pixel data of so many bytes at this place of a file is filtered. What is left behind whole rows (a frame that was
  /// cut, padding) is not.
  ///
  /// - Returns: nil where it is better left alone: fewer bytes than a row, indices into a palette, 1, 24, 32 or 64 bits
  ///   allocated, colours that are not red, green and blue.
  public func filter(offset: Int64, length: Int64) -> PixelFilter? {
    guard (1...65_535).contains(rows), (1...BandShape.mostColumns).contains(columns), let shape = bandShape else {
      return nil
    }
    return try? PixelFilter(offset: offset, count: length - length % Int64(shape.unit), shape: shape)
  }

  private var bandShape: BandShape? {
    switch (samplesPerPixel, bitsAllocated) {
    case (1, 16) where photometricInterpretation != "PALETTE COLOR":
      // Explicit VR big endian turns the bytes of words only; samples of 8 bits in such words are turned, too (PS3.5 8.2).
      try? BandShape(
        columns: columns, rows: bandRows(rows), bytesPerSample: 2, isSigned: isSigned, isBigEndian: isBigEndian)
    case (1, 8) where photometricInterpretation != "PALETTE COLOR" && !isBigEndian:
      try? BandShape(columns: columns, rows: bandRows(rows), bytesPerSample: 1, isSigned: isSigned)
    case (3, 8) where photometricInterpretation == "RGB" && !isSigned && !isBigEndian:
      if !isPlanar {
        try? BandShape(columns: columns, rows: bandRows(rows), bytesPerSample: 1, components: 3)
      } else if columns * rows <= BandShape.mostPixels {
        try? BandShape(columns: columns, rows: rows, bytesPerSample: 1, components: 3, isPlanar: true)
      } else {
        // The colours one below the other, as an image three times as high.
        try? BandShape(columns: columns, rows: bandRows(rows), bytesPerSample: 1)
      }
    default: nil
    }
  }

  /// Whole frames, or even parts of one.
  private func bandRows(_ frameRows: Int) -> Int {
    let frame = columns * frameRows
    if frame <= Self.pixelsInBand { return frameRows * (Self.pixelsInBand / frame) }
    let parts = (frame - 1) / Self.pixelsInBand + 1
    return (frameRows - 1) / parts + 1
  }
}
