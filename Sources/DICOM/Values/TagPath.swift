/// A place in a data set, through sequences: `(0040,1010)`, `PatientID`, `(0040,0275)[*].(0040,1001)`,
/// `OtherPatientIDsSequence[0].PatientID`, and private elements by their creator: `(0029,"SIEMENS CSA HEADER",10)`.
///
/// A sequence that is gone through without an index stands for all of its items. A path may end with items
/// (`OtherPatientIDsSequence[0]`): an edit can remove those.
public struct TagPath: Hashable, Sendable, CustomStringConvertible {
  /// The path as it was written.
  public let description: String
  let steps: [Step]

  struct Step: Hashable, Sendable {
    var place: Place
    /// Which items of a sequence; nil where none are named.
    var items: Items?
  }

  enum Place: Hashable, Sendable {
    case tag(Tag)
    case `private`(group: UInt16, creator: String, element: UInt8)
  }

  enum Items: Hashable, Sendable {
    case all
    case index(Int)
  }

  /// The element `tag` of the top level.
  public init(_ tag: Tag) {
    description = tag.description
    steps = [Step(place: .tag(tag))]
  }

  /// The element `tag` inside of the items of that number of sequences, from the outermost.
  fileprivate init(_ items: [(sequence: Tag, index: Int)], _ tag: Tag) {
    description = (items.map { "\($0.sequence)[\($0.index)]" } + [tag.description]).joined(separator: ".")
    steps = items.map { Step(place: .tag($0.sequence), items: .index($0.index)) } + [Step(place: .tag(tag))]
  }

  /// The element of the top level with which the path begins; nil for a private one that is named by its creator.
  public var first: Tag? { if case .tag(let tag)? = steps.first?.place { tag } else { nil } }

  /// Reads a path.
  ///
  /// Throws `.malformed` with what was expected.
  public init(_ text: String) throws {
    description = text
    steps = try TagPath.parts(text).map { part in
      let (head, items) = try TagPath.items(part, of: text)
      guard let place = TagPath.place(head) else {
        throw DICOMError(
          .malformed,
          "\(part.quoted) in the path \(text.quoted) is neither (gggg,eeee), nor (gggg,\"CREATOR\",ee), nor a keyword")
      }
      return Step(place: place, items: items)
    }
  }

  /// Whether the path ends with items of a sequence, instead of an element.
  public var endsWithItems: Bool { steps.last?.items != nil }

  /// Split at the full stops that stand outside of quotation marks.
  private static func parts(_ text: String) -> [String] {
    var parts = [""]
    var isQuoted = false
    for character in text {
      if character == "\"" { isQuoted.toggle() }
      if character == ".", !isQuoted { parts.append("") } else { parts[parts.count - 1].append(character) }
    }
    return parts
  }

  private static func items(_ part: String, of text: String) throws -> (String, Items?) {
    guard part.hasSuffix("]"), let open = part.lastIndex(of: "[") else { return (part, nil) }
    let index = part[part.index(after: open)...].dropLast()
    if index == "*" { return (String(part[..<open]), .all) }
    guard let number = Int(index), number >= 0 else {
      throw DICOMError(.malformed, "[\(index)] in the path \(text.quoted) is neither [*] nor the number of an item")
    }
    return (String(part[..<open]), .index(number))
  }

  private static func place(_ text: String) -> Place? {
    if let tag = Tag(text) { return .tag(tag) }
    guard text.hasPrefix("("), text.hasSuffix(")"), let open = text.firstIndex(of: "\""),
      let close = text.lastIndex(of: "\""), open < close
    else { return nil }
    let group = text[..<open].dropFirst()
    let element = text[text.index(after: close)...].dropLast()
    guard group.last == ",", element.first == ",", let base = Tag("(\(group)0000)"), base.isPrivate,
      let low = UInt8(element.dropFirst(), radix: 16)
    else { return nil }
    return .private(group: base.group, creator: String(text[text.index(after: open)..<close]), element: low)
  }
}

extension DataSet {
  /// The values of every element that the path leads to, as text; of a path that ends with items none.
  ///
  /// Throws `.characterSet` for text that is none in the declared character set.
  public func strings(at path: TagPath) throws -> [String] {
    try ends(of: path).flatMap { try $0.dataSet.strings($0.tag) }
  }

  /// Every data set in which the path ends, with the tag to look for there, whether it is there or not, and the path to
  /// that one element; none for a path that ends with items.
  public func ends(of path: TagPath) -> [(dataSet: DataSet, tag: Tag, path: TagPath)] {
    path.endsWithItems ? [] : ends(of: path.steps[...], from: [])
  }

  private func ends(
    of steps: ArraySlice<TagPath.Step>, from outer: [(sequence: Tag, index: Int)]
  ) -> [(dataSet: DataSet, tag: Tag, path: TagPath)] {
    guard let step = steps.first, let tag = tag(step.place) else { return [] }
    if steps.count == 1 { return [(self, tag, TagPath(outer, tag))] }
    return items(tag).enumerated().flatMap { index, item -> [(dataSet: DataSet, tag: Tag, path: TagPath)] in
      if case .index(let only)? = step.items, only != index { return [] }
      return item.ends(of: steps.dropFirst(), from: outer + [(tag, index)])
    }
  }

  /// The tag of a place; nil where no block of the private creator is reserved in this data set.
  func tag(_ place: TagPath.Place) -> Tag? {
    switch place {
    case .tag(let tag): tag
    case .private(let group, let creator, let element):
      block(group, creator).map { Tag(group, UInt16($0) << 8 | UInt16(element)) }
    }
  }

  /// The block of private elements that a creator reserved (PS3.5 7.8.1).
  private func block(_ group: UInt16, _ creator: String) -> UInt8? {
    let element = elements.first {
      $0.tag.group == group && $0.tag.isPrivateCreator && (try? string($0.tag)) == creator
    }
    return element.map { UInt8(truncatingIfNeeded: $0.tag.element) }
  }
}
