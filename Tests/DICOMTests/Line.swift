@testable import DICOM

/// One element as a reader sees it, for comparing readers: where it is, its VR, its bytes, and its value in the type that
/// the VR has.
struct Line: Codable, Hashable {
  /// The tag, behind the path to it: `(0040,0275)[0].(0040,1001)`.
  var path: String
  var vr: String
  /// Bytes of the encoded value, or items of a sequence. Nil, as the checksum, where the reader does not keep them.
  var length: Int?
  /// Adler-32 of the encoded value.
  var sum: UInt32?
  /// The values of a representation that is text, decoded, without padding.
  var text: [String]?
  /// Numbers exactly, whole ones in decimal and others by the bits of a double; tags as `(gggg,eeee)`.
  var numbers: [String]?
  /// Of each name three groups of five components.
  var names: [[String]]?
  /// Fragments of an encapsulated value, and its offset table.
  var fragments: Int?
  /// Why the reader does not give the value.
  var error: String?
  /// Whether the VR is not the file's, but the reader's own guess at what a vendor means.
  var isGuess: Bool?

  /// Whether the other reader sees the same in every respect, or cannot read the value either.
  func agrees(with other: Line) -> Bool {
    path == other.path && vr == other.vr && length == other.length && sum == other.sum && fragments == other.fragments
      && (error != nil && other.error != nil
        || error == nil && other.error == nil && text == other.text && numbers == other.numbers && names == other.names)
  }

  /// How `other` differs, where both know the same thing.
  func contradicts(_ other: Line) -> Bool {
    func differ<T: Equatable>(_ left: T?, _ right: T?) -> Bool { left != nil && right != nil && left != right }
    return path != other.path || vr != other.vr || differ(length, other.length) || differ(sum, other.sum)
      || differ(text, other.text) || differ(numbers, other.numbers) || differ(names, other.names)
      || differ(fragments, other.fragments)
  }

  /// What differs between two readings of a file, for people.
  static func differences(_ left: [Line], _ right: [Line]) -> [String] {
    func byPath(_ lines: [Line]) -> [String: Line] { Dictionary(lines.map { ($0.path, $0) }) { $1 } }
    let (left, right) = (byPath(left), byPath(right))
    return Set(left.keys).union(right.keys).sorted().compactMap { path in
      guard let one = left[path] else { return "\(path) only there: \(right[path]?.brief ?? "")" }
      guard let other = right[path] else { return "\(path) only here: \(one.brief)" }
      return one.contradicts(other) ? "\(path): \(one.brief) here, \(other.brief) there" : nil
    }
  }

  /// For people.
  var brief: String {
    let parts: [String?] = [
      vr, length.map { "\($0) long" }, sum.map { "sum \($0)" }, text.map { "\($0)" }, numbers.map { "\($0)" },
      names.map { "\($0)" }, fragments.map { "\($0) fragments" }, error,
    ]
    return parts.compactMap { $0 }.joined(separator: ", ")
  }
}

extension DataSet {
  /// What this module reads, as lines.
  func lines(_ prefix: String = "") throws -> [Line] {
    try elements.flatMap { element -> [Line] in
      let path = "\(prefix)\(element.tag)"
      if case .items(let items) = element.content {
        return try [Line(path: path, vr: "SQ", length: items.count)]
          + items.enumerated().flatMap { try $0.element.lines("\(path)[\($0.offset)].") }
      }
      return [try line(path, element)]
    }
  }

  private func line(_ path: String, _ element: Element) throws -> Line {
    let vr = element.effectiveVR
    let bytes = try origin.reading { try $0.bytes(element.extent.content, Int(element.length)) }
    var line = Line(path: path, vr: vr.rawValue, length: bytes.count, sum: bytes.adler)
    if case .fragments(let count) = element.content { line.fragments = count }
    do {
      switch vr {
      case .ds: line.numbers = try numbers(element).map(\.bits)
      case .fl, .fd: line.numbers = try numbers(element).map(\.bits)
      case .is, .us, .ss, .ul, .sl, .sv: line.numbers = try integers(element, as: Int64.self).map { "\($0)" }
      case .uv: line.numbers = try integers(element, as: UInt64.self).map { "\($0)" }
      case .at: line.numbers = try tags(element).map { "\($0)" }
      case .pn: line.names = try strings(element).map { PersonName($0).components }
      default: break
      }
      if vr.isPlainText || vr.isEncodedText {
        let text = try strings(element)
        line.text = text == [""] ? [] : text
      }
    } catch let error as DICOMError {
      line.error = error.message
    }
    return line
  }
}

extension PersonName {
  fileprivate var components: [String] {
    [alphabetic, ideographic, phonetic].flatMap { [$0.family, $0.given, $0.middle, $0.prefix, $0.suffix] }
  }
}
