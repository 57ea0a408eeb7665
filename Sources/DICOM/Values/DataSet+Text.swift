/// Values of text, decoded.
extension DataSet {
  /// The first value as text: decoded, padding trimmed; nil where the element is absent or its first value empty.
  ///
  /// Throws `.characterSet` for text that is none in the declared character set.
  public func string(_ tag: Tag) throws -> String? {
    guard let first = try strings(tag).first, !first.isEmpty else { return nil }
    return first
  }

  /// All values as text: decoded, padding trimmed, empty ones in their places. Numbers are given in decimal; a value
  /// of a representation without text (OB, SQ and the like) gives none.
  ///
  /// Throws `.characterSet` for text that is none in the declared character set.
  public func strings(_ tag: Tag) throws -> [String] {
    guard let element = self[tag] else { return [] }
    return try strings(element)
  }

  /// The text values of one of this data set's elements.
  func strings(_ element: Element) throws -> [String] {
    guard element.length > 0 else { return [] }
    let vr = element.effectiveVR
    if vr.isWholeText { return try text(element).map { [$0] } ?? [] }
    if vr.isPlainText || vr.isEncodedText || vr == .un {
      guard let text = try decoded(element) else { return [] }
      return text.utf8.split(separator: UInt8(ascii: "\\"), omittingEmptySubsequences: false).map { value in
        let value = String(Substring(value))
        // Leading spaces of UC count (PS3.5 table 6.2-1).
        return vr == .uc ? value.trimmingTrailingPadding() : value.trimmingPadding()
      }
    }
    if vr == .fl || vr == .fd { return try numbers(element).map { "\($0)" } }
    if vr == .at { return try tags(element).map(\.description) }
    return try integers(element, as: Int.self).map { String($0) }
  }

  /// The whole value as one text, padding at its end trimmed: for LT, ST, UT; nil where it is absent or empty.
  ///
  /// Throws `.characterSet` for text that is none in the declared character set, `.valueTooLong` for too long a text.
  public func text(_ tag: Tag) throws -> String? { try self[tag].flatMap(text) }

  func text(_ element: Element) throws -> String? {
    guard let text = try decoded(element)?.trimmingTrailingPadding(), !text.isEmpty else { return nil }
    return text
  }

  /// The names of a PN, each with its groups and components.
  ///
  /// Throws `.characterSet` for text that is none in the declared character set.
  public func personNames(_ tag: Tag) throws -> [PersonName] { try strings(tag).map { PersonName($0) } }

  /// The value in the character set that its VR calls for.
  func decoded(_ element: Element) throws -> String? {
    guard let bytes = try value(element) else { return nil }
    let vr = element.effectiveVR
    let set = vr.isEncodedText || vr == .un ? characterSet : .undeclared(origin.options.undeclaredText)
    do {
      return try set.decode(bytes, vr: vr)
    } catch let error as DICOMError {
      throw self.error(error.code, error.message, element)
    }
  }
}
