public import PixelFilter

extension Contents {
  /// One DICOM file, as `contents.json` announces it.
  public struct Instance: Sendable, Equatable {
    /// Its name in the tar: `dicom/00000001.dcm`.
    public var file: String
    /// (0008,0018).
    public var sopInstanceUID: String
    /// (0008,0016).
    public var sopClassUID: String
    /// (0020,000E).
    public var seriesInstanceUID: String
    /// (0002,0010), or what the file shows.
    public var transferSyntaxUID: String
    /// The file's size.
    public var bytes: Int64
    /// Of the original, lower-case hexadecimal.
    public var sha256: String
    /// How its pixels are filtered in the tar; nil where the file stands there as it is.
    public var filter: PixelFilter?

    /// Creates the announcement of the file with this number, counted from 1.
    public init(
      number: Int, sopInstanceUID: String, sopClassUID: String, seriesInstanceUID: String, transferSyntaxUID: String,
      bytes: Int64, sha256: String, filter: PixelFilter? = nil
    ) {
      file = Contents.name(ofInstance: number)
      self.sopInstanceUID = sopInstanceUID
      self.sopClassUID = sopClassUID
      self.seriesInstanceUID = seriesInstanceUID
      self.transferSyntaxUID = transferSyntaxUID
      self.bytes = bytes
      self.sha256 = sha256
      self.filter = filter
    }

    /// The size of its member in the tar.
    public var stored: Int64 { bytes + (filter?.added ?? 0) }

    /// Whether its transfer syntax is none of those that leave pixels as they are: implicit and explicit little endian, and
    /// explicit big endian (PS3.5 A.1 to A.3).
    var isCompressed: Bool {
      !["1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2"].contains(transferSyntaxUID)
    }

    /// What is wrong with it as the instance of this number, as the end of a sentence that begins with "contents.json";
    /// nil where nothing is.
    func fault(as number: Int) -> String? {
      if file != Contents.name(ofInstance: number) { return "misnames instance \(number)" }
      if ![sopInstanceUID, sopClassUID, seriesInstanceUID, transferSyntaxUID].allSatisfy(isIdentifier) {
        return "gives instance \(number) something that cannot stand for a UID"
      }
      // So that sums of sizes stay far from overflow.
      if !isDigest(sha256) || !(1...1 << 60).contains(bytes) {
        return "gives instance \(number) a size or digest that cannot be"
      }
      if let filter, filter.count > bytes - min(filter.offset, bytes) {
        return "filters pixels that instance \(number) does not have"
      }
      return nil
    }

    /// Its JSON. Nothing in an instance without a ``fault(as:)`` needs an escape.
    var json: String {
      """
      {"bytes":\(bytes),"file":"\(file)",\(filter.map { "\"filter\":\($0.json)," } ?? "")"seriesInstanceUID":"\(seriesInstanceUID)","sha256":"\(sha256)",\
      "sopClassUID":"\(sopClassUID)","sopInstanceUID":"\(sopInstanceUID)","transferSyntaxUID":"\(transferSyntaxUID)"}
      """
    }
  }
}
