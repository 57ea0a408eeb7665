/// What this module knows of the standard's attributes (PS3.6): the VR and the keyword of those that the product
/// touches or that commonly occur. An element that is not listed reads as UN in implicit VR and is kept as it is.
enum DataDictionary {
  struct Entry: Sendable {
    let tag: Tag
    let vr: VR
    let keyword: String
  }

  static func entry(_ tag: Tag) -> Entry? { byTag[tag] }

  static func tag(keyword: String) -> Tag? { byKeyword[keyword] }

  /// The VR of an element whose header does not say it, or says UN.
  static func vr(_ tag: Tag) -> VR {
    if tag.isGroupLength { return .ul }
    if tag.isPrivateCreator { return .lo }
    // Curves and overlays repeat in the even groups 50xx and 60xx (PS3.5 7.6).
    let overlay = tag.group & 0xFF00 == 0x6000 && !tag.isPrivate
    return (overlay ? byTag[Tag(0x6000, tag.element)] : byTag[tag])?.vr ?? .un
  }

  static let entries: [Entry] = table.split(separator: "\n").compactMap { line in
    let fields = line.split(separator: " ")
    guard fields.count == 3, let tag = Tag("(\(fields[0]))"), let vr = VR(rawValue: String(fields[1])) else {
      return nil
    }
    return Entry(tag: tag, vr: vr, keyword: String(fields[2]))
  }

  private static let byTag = [Tag: Entry](entries.map { ($0.tag, $0) }) { first, _ in first }
  private static let byKeyword = [String: Tag](entries.map { ($0.keyword, $0.tag) }) { first, _ in first }
}
