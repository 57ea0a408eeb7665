extension DataSet {
  /// Every unique identifier that an element names, at any depth: of a sequence those of all its items.
  ///
  /// - Parameter body: gets each with the tag under which it stands.
  public func forEachUID(of element: Element, _ body: (Tag, String) throws -> Void) throws {
    guard element.itemCount == nil else {
      return try forEachItem(of: element) { _, item in
        for element in item.elements { try item.forEachUID(of: element, body) }
      }
    }
    guard element.effectiveVR == .ui, element.length > 0, let value = try value(element) else { return }
    for bytes in value.split(separator: UInt8(ascii: "\\")) { try body(element.tag, Self.uid(bytes)) }
  }

  /// A unique identifier without the padding that it has, or should not have.
  static func uid(_ bytes: ArraySlice<UInt8>) -> String {
    var bytes = bytes
    while let last = bytes.last, last == 0 || last == UInt8(ascii: " ") { bytes.removeLast() }
    return String(decoding: bytes.drop { $0 == UInt8(ascii: " ") }, as: UTF8.self)
  }
}
