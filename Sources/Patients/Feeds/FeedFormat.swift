/// In what form a file tells of patients, by how it begins: its name says nothing.
public enum FeedFormat: Sendable, Equatable {
  /// A list.
  case csv
  /// HL7 version 2 messages, alone, in batches, or as they went over a line.
  case hl7
  /// FHIR resources in JSON.
  case fhir

  /// So many bytes tell.
  public static let telling = 64

  /// What a file is that begins so.
  public init(_ beginning: [UInt8]) {
    let text = beginning.starts(with: [0xEF, 0xBB, 0xBF]) ? beginning.dropFirst(3) : beginning[...]
    let start = text.drop { [0x09, 0x0A, 0x0D, 0x20].contains($0) }
    if text.first == 0x0B
      || ["MSH", "FHS", "BHS"].contains(where: { start.starts(with: $0.utf8) && Self.isDelimiter(start) })
    {
      self = .hl7
    } else if start.first == UInt8(ascii: "{") || start.first == UInt8(ascii: "[") {
      self = .fhir
    } else {
      self = .csv
    }
  }

  /// The fourth byte of a header segment is the delimiter that it declares: nearly always `|`, never a letter or a digit.
  private static func isDelimiter(_ start: ArraySlice<UInt8>) -> Bool {
    guard let byte = start.dropFirst(3).first else { return false }
    return byte > 0x20 && byte < 0x7F && !Unicode.Scalar(byte).properties.isAlphabetic && !(0x30...0x39).contains(byte)
      && byte != UInt8(ascii: ",") && byte != UInt8(ascii: ";") && byte != UInt8(ascii: "_")
  }
}
