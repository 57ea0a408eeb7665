/// The standard's attributes (PS3.6): the table is generated from the published one, see `generate`.
public enum DataDictionary {
  /// What PS3.6 says of one attribute, or of a family of them in repeating groups.
  public struct Entry: Hashable, Sendable {
    /// The VRs that it may have: more than one where the context decides ("US or SS").
    public let vrs: [VR]
    /// The value multiplicity, such as `1`, `2-n` or `1-2`.
    public let vm: String
    /// The keyword: `PatientID`.
    public let keyword: String
    /// The name for people: `Patient ID`.
    public let name: String
    /// Whether the standard no longer has it.
    public let isRetired: Bool
  }

  /// What the standard says of `tag`; nil for private and unknown attributes.
  public static func entry(_ tag: Tag) -> Entry? { index.row(tag).flatMap { index.entry($0) } }

  /// The tag of that keyword; nil for one that the standard does not have, or has for a family of tags.
  public static func tag(keyword: String) -> Tag? { byKeyword[keyword] }

  /// The VR of an element whose header does not say it, or says UN (PS3.5 A.1, 6.2.2); UN where nothing is known.
  ///
  /// Where the standard leaves a choice, this is what implicit little endian has: OW for pixels, overlays and tables
  /// (PS3.5 A.1), and US where only the sign is open (`isSignDependent`).
  static func vr(_ tag: Tag) -> VR {
    if tag.isGroupLength { return .ul }
    if tag.isPrivate { return tag.isPrivateCreator ? .lo : .un }
    return index.row(tag).map { index.vrs[$0] } ?? .un
  }

  /// Whether (0028,0103) decides between US and SS.
  static func isSignDependent(_ tag: Tag) -> Bool {
    guard let row = index.row(tag), index.vrs[row] == .us else { return false }
    return index.entry(row).map { $0.vrs.count > 1 } ?? false
  }

  private static let index = AttributeIndex(table)

  private static let byKeyword: [String: Tag] = {
    var tags: [String: Tag] = [:]
    for (row, tag) in index.tags.enumerated() {
      if let entry = index.entry(row) { tags[entry.keyword] = Tag(tag) }
    }
    return tags
  }()
}
