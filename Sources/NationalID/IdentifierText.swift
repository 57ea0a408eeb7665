/// An identifier as it stands in a field, taken apart: the number, and whom the text itself names as its issuer.
///
/// Some systems write all that HL7 knows of an identifier into one field: `85073003328^^^NISS&2.16.840…&ISO` (CX: the
/// authority's name, its OID, the OID's type), others what FHIR searches by: `urn:oid:2.16.840…|85073003328`.
public struct IdentifierText: Hashable, Sendable {
  /// No identifier is longer, with all that is written around it (bytes of UTF-8).
  public static let longest = 256

  /// The number, as it is written.
  public let number: String
  /// The names and OIDs that the text gives for the number's issuer; usually none.
  public let issuers: [String]

  /// Takes a text apart.
  ///
  /// - Throws: a problem where the text is too long.
  public init(_ text: String) throws(NationalIDProblem) {
    guard text.utf8.count <= Self.longest else {
      throw .init(.length, "this is too long to be an identifier")
    }
    guard text.utf8.contains(where: { $0 == UInt8(ascii: "|") || $0 == UInt8(ascii: "^") }) else {
      number = text
      issuers = []
      return
    }
    let system = text.split(separator: "|", omittingEmptySubsequences: false)
    if system.count == 2 {
      number = String(system[1])
      issuers = system[0].isEmpty ? [] : [String(system[0])]
      return
    }
    let components = text.split(separator: "^", omittingEmptySubsequences: false)
    number = components.first.map(String.init) ?? ""
    // A hierarchic designator: name, universal ID, type of that ID (HL7 2.5.1, 2A.33).
    let authority = components.count > 3 ? components[3].split(separator: "&", omittingEmptySubsequences: false) : []
    issuers = authority.prefix(2).filter { !$0.isEmpty }.map(String.init)
  }
}
