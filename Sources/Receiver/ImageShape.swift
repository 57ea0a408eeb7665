internal import DICOM

/// What has to be known of an instance to make a picture of it.
struct ImageShape {
  let rows: Int
  let columns: Int
  /// The frame in the middle, from 1.
  let frame: Int
  let isGreyscale: Bool
  /// Whether the file says how its values are to be shown, (0028,1050).
  let hasWindow: Bool
  let isJPEGLS: Bool

  /// A larger one is not decoded.
  private static let mostPixels = 1 << 26

  /// - Throws: ``Renderer/Failure`` where it is no image, or too large a one.
  init(_ file: DICOMFile) throws {
    let dataSet = file.dataSet
    guard dataSet[.pixelData] != nil, let rows = dataSet.integer(.rows), let columns = dataSet.integer(.columns),
      rows > 0, columns > 0
    else { throw Renderer.Failure(why: "it is no image") }
    guard rows <= 65535, columns <= 65535, rows * columns <= Self.mostPixels else {
      throw Renderer.Failure(why: "it is too large: \(columns) by \(rows)")
    }
    self.rows = rows
    self.columns = columns
    frame = (min(max(dataSet.integer(.numberOfFrames) ?? 1, 1), 1 << 24) + 1) / 2
    isGreyscale = ((try? dataSet.string(.photometricInterpretation)) ?? "").hasPrefix("MONOCHROME")
    hasWindow = dataSet.number(.windowCenter) != nil
    // PS3.6 A: JPEG-LS, lossless and near-lossless.
    isJPEGLS = ["1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81"].contains(file.transferSyntax.uid)
  }
}
