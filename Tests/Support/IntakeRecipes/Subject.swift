/// Whose file it is, and of which study: synthetic, and for the test to choose.
public struct Subject: Sendable, Hashable {
  /// (0020,000D).
  public var study = "1.2.826.0.1.3680043.10.999.1"
  /// (0020,000E).
  public var series = "1.2.826.0.1.3680043.10.999.1.1"
  /// (0008,0018).
  public var instance = "1.2.826.0.1.3680043.10.999.1.1.1"
  /// (0010,0020).
  public var patientID = "TEST-0001"
  /// (0010,0010).
  public var name = "Test^Synthetic"
  /// (0010,0030).
  public var birthDate = "19700102"
  /// (0010,0040).
  public var sex = "O"
  /// (0010,1002): the value of (0010,0020) in an item, under the issuer (0010,0021).
  public var otherID = "85073003328"
  /// The issuer of `otherID`.
  public var otherIssuer = "NISS"

  /// A synthetic patient.
  public init() {}
}

/// A small image, taken apart: what recipes put together otherwise than the standard has it.
public struct Image: Sendable {
  /// How its data set is written.
  public let writer: Writer
  /// Whose it is.
  public let subject: Subject
  /// (0002,0010), where it is another than that of the writer.
  public var transferSyntax: String?
  /// (0008,0005); nil leaves it out.
  public var characterSet: String?
  /// (0010,0010), as bytes.
  public var name: [UInt8]

  /// The image of that patient.
  public init(_ syntax: Syntax, _ subject: Subject) {
    writer = Writer(syntax)
    self.subject = subject
    name = Array(subject.name.utf8)
  }

  /// The preamble and `DICM`.
  public static let preamble = [UInt8](repeating: 0, count: 128) + Array("DICM".utf8)
  static let secondaryCapture = "1.2.840.10008.5.1.4.1.1.7"

  /// Group 0002.
  public func meta(_ syntax: Syntax = .explicit, hasLength: Bool = true) -> [UInt8] {
    let writer = Writer(syntax)
    let elements =
      writer.element(0x0002_0001, "OB", [0, 1]) + writer.element(0x0002_0002, "UI", Image.secondaryCapture)
      + writer.element(0x0002_0003, "UI", subject.instance)
      + writer.element(0x0002_0010, "UI", transferSyntax ?? self.writer.syntax.rawValue)
    return (hasLength ? writer.element(0x0002_0000, "UL", writer.number(UInt32(elements.count))) : []) + elements
  }

  /// Groups 0008 and 0010 without other IDs.
  public var beginning: [UInt8] {
    (characterSet.map { writer.element(0x0008_0005, "CS", $0) } ?? [])
      + writer.element(0x0008_0016, "UI", Image.secondaryCapture)
      + writer.element(0x0008_0018, "UI", subject.instance) + writer.element(0x0008_0020, "DA", "20260102")
      + writer.element(0x0008_0050, "SH", "A1") + writer.element(0x0008_0060, "CS", "OT")
      + writer.element(0x0010_0010, "PN", name) + patientID + writer.element(0x0010_0030, "DA", subject.birthDate)
      + writer.element(0x0010_0040, "CS", subject.sex)
  }

  /// (0010,0020).
  public var patientID: [UInt8] { writer.element(0x0010_0020, "LO", subject.patientID) }

  /// What an item of (0010,1002) has.
  public var otherID: [UInt8] {
    writer.element(0x0010_0020, "LO", subject.otherID) + writer.element(0x0010_0021, "LO", subject.otherIssuer)
  }

  /// (0010,1002), with one item.
  public var otherIDs: [UInt8] { writer.sequence(0x0010_1002, writer.item(otherID)) }

  /// Groups 0020 and 0028.
  public var middle: [UInt8] {
    func us(_ tag: UInt32, _ value: UInt16) -> [UInt8] { writer.element(tag, "US", writer.number(value)) }
    return writer.element(0x0020_000D, "UI", subject.study) + writer.element(0x0020_000E, "UI", subject.series)
      + writer.element(0x0020_0013, "IS", "1") + us(0x0028_0002, 1)
      + writer.element(0x0028_0004, "CS", "MONOCHROME2") + us(0x0028_0010, 2) + us(0x0028_0011, 2)
      + us(0x0028_0100, 16) + us(0x0028_0101, 16) + us(0x0028_0102, 15) + us(0x0028_0103, 0)
  }

  /// (7FE0,0010), of four pixels.
  public var pixels: [UInt8] { writer.element(0x7FE0_0010, "OW", [1, 0, 2, 0, 3, 0, 4, 1]) }

  /// The data set.
  public var dataSet: [UInt8] { beginning + otherIDs + middle + pixels }

  /// Preamble and file meta information.
  public var head: [UInt8] { Image.preamble + meta() }

  /// The whole file, as the standard has it.
  public var file: [UInt8] { head + dataSet }
}
