/// A place in a data set, through sequences: `(0040,1010)`, `PatientID`, `(0040,0275)[*].(0040,1001)`,
/// `OtherPatientIDsSequence[0].PatientID`, and private elements by their creator: `(0029,"SIEMENS CSA HEADER",10)`.
public struct TagPath: Hashable, Sendable, CustomStringConvertible {
  /// The path as it was written.
  public let description: String
  private let steps: [Step]

  private struct Step: Hashable, Sendable {
    var place: Place
    /// Of a sequence: this item; nil is all of them.
    var item: Int?
  }

  private enum Place: Hashable, Sendable {
    case tag(Tag)
    case `private`(group: UInt16, creator: String, element: UInt16)
  }

  /// Reads a path. A sequence without an index stands for all of its items.
  ///
  /// Throws `.malformed` with what was expected.
  public init(_ text: String) throws {
    description = text
    var steps: [Step] = []
    for part in TagPath.parts(text) {
      let (head, item) = try TagPath.index(part, of: text)
      guard let place = TagPath.place(head) else {
        throw DICOMError(
          .malformed,
          "\(part.quoted) in the path \(text.quoted) is neither (gggg,eeee), nor (gggg,\"CREATOR\",ee), nor a keyword")
      }
      steps.append(Step(place: place, item: item))
    }
    self.steps = steps
  }

  /// Split at the full stops that stand outside of parentheses.
  private static func parts(_ text: String) -> [String] {
    var parts = [""]
    var isQuoted = false
    for character in text {
      if character == "\"" { isQuoted.toggle() }
      if character == ".", !isQuoted { parts.append("") } else { parts[parts.count - 1].append(character) }
    }
    return parts
  }

  private static func index(_ part: String, of text: String) throws -> (String, Int?) {
    guard part.hasSuffix("]"), let open = part.lastIndex(of: "[") else { return (part, nil) }
    let index = part[part.index(after: open)...].dropLast()
    if index == "*" { return (String(part[..<open]), nil) }
    guard let number = Int(index), number >= 0 else {
      throw DICOMError(.malformed, "[\(index)] in the path \(text.quoted) is neither [*] nor the number of an item")
    }
    return (String(part[..<open]), number)
  }

  private static func place(_ text: String) -> Place? {
    if let tag = Tag(text) { return .tag(tag) }
    guard text.hasPrefix("("), text.hasSuffix(")"), let open = text.firstIndex(of: "\""),
      let close = text.lastIndex(of: "\""), open < close
    else { return nil }
    let group = text[..<open].dropFirst()
    let element = text[text.index(after: close)...].dropLast()
    guard group.last == ",", element.first == ",", let base = Tag("(\(group)0000)"), base.isPrivate,
      let low = UInt16(element.dropFirst(), radix: 16), low <= 0xFF
    else { return nil }
    return .private(group: base.group, creator: String(text[text.index(after: open)..<close]), element: low)
  }

  /// Every data set in which the path ends, with the tag to look for there.
  func ends(in dataSet: DataSet) -> [(DataSet, Tag)] { ends(in: dataSet, steps[...]) }

  private func ends(in dataSet: DataSet, _ steps: ArraySlice<Step>) -> [(DataSet, Tag)] {
    guard let step = steps.first, let tag = tag(step.place, in: dataSet) else { return [] }
    if steps.count == 1 { return [(dataSet, tag)] }
    let items = dataSet.items(tag)
    guard let index = step.item else { return items.flatMap { ends(in: $0, steps.dropFirst()) } }
    return index < items.count ? ends(in: items[index], steps.dropFirst()) : []
  }

  /// The block of a private element is the one that its creator reserved in this data set (PS3.5 7.8.1).
  private func tag(_ place: Place, in dataSet: DataSet) -> Tag? {
    switch place {
    case .tag(let tag): return tag
    case .private(let group, let creator, let element):
      let block = dataSet.elements.first {
        $0.tag.group == group && $0.tag.isPrivateCreator && (try? dataSet.string($0.tag)) == creator
      }
      return block.map { Tag(group, $0.tag.element << 8 | element) }
    }
  }
}

extension DataSet {
  /// The values of every element that the path leads to, as text.
  ///
  /// Throws `.characterSet` for text that is none in the declared character set.
  public func strings(at path: TagPath) throws -> [String] {
    try path.ends(in: self).flatMap { try $0.0.strings($0.1) }
  }
}
