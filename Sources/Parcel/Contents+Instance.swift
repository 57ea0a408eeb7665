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

    /// Creates the announcement of the file with this number, counted from 1.
    public init(
      number: Int, sopInstanceUID: String, sopClassUID: String, seriesInstanceUID: String, transferSyntaxUID: String,
      bytes: Int64, sha256: String
    ) {
      file = Contents.name(ofInstance: number)
      self.sopInstanceUID = sopInstanceUID
      self.sopClassUID = sopClassUID
      self.seriesInstanceUID = seriesInstanceUID
      self.transferSyntaxUID = transferSyntaxUID
      self.bytes = bytes
      self.sha256 = sha256
    }

    /// What is wrong with it as the instance of this number, as the end of a sentence that begins with "contents.json";
    /// nil where nothing is.
    func fault(as number: Int) -> String? {
      if file != Contents.name(ofInstance: number) { return "misnames instance \(number)" }
      if ![sopInstanceUID, sopClassUID, seriesInstanceUID, transferSyntaxUID].allSatisfy(isIdentifier) {
        return "gives instance \(number) something that cannot stand for a UID"
      }
      if !isDigest(sha256) || bytes < 1 { return "gives instance \(number) a size or digest that cannot be" }
      return nil
    }

    /// Its JSON. Nothing in an instance without a ``fault(as:)`` needs an escape.
    var json: String {
      """
      {"bytes":\(bytes),"file":"\(file)","seriesInstanceUID":"\(seriesInstanceUID)","sha256":"\(sha256)",\
      "sopClassUID":"\(sopClassUID)","sopInstanceUID":"\(sopInstanceUID)","transferSyntaxUID":"\(transferSyntaxUID)"}
      """
    }
  }
}
