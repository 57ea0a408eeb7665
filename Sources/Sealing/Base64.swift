import FoundationEssentials

/// Base 64 of RFC 4648 section 4 in its canonical form only (section 3.5): one text for one value.
enum Base64 {
  enum Padding { case required, forbidden }

  static func encode(_ bytes: some Sequence<UInt8>, padding: Padding) -> String {
    let text = Data(bytes).base64EncodedString()
    switch padding {
    case .required: return text
    case .forbidden: return String(text.prefix { $0 != "=" })
    }
  }

  /// Returns nil for anything that ``encode(_:padding:)`` would not have written.
  static func decode(_ text: some Collection<UInt8>, padding: Padding) -> [UInt8]? {
    var padded = Data(text)
    if padding == .forbidden {
      padded.append(contentsOf: repeatElement(UInt8(ascii: "="), count: (4 - padded.count % 4) % 4))
    }
    guard let bytes = Data(base64Encoded: padded), bytes.base64EncodedData() == padded else { return nil }
    // "AA==" is canonical as padded text, but not where padding is forbidden.
    if padding == .forbidden, text.contains(UInt8(ascii: "=")) { return nil }
    return [UInt8](bytes)
  }
}
