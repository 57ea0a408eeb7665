extension CharacterSet {
  /// The text of a value of representation `vr`, still with the backslashes between its values.
  ///
  /// Throws `.characterSet`, giving the bytes, for what is no text in this set.
  func decode(_ bytes: ArraySlice<UInt8>, vr: VR) throws -> String {
    if isPlain(bytes) { return String(decoding: bytes, as: UTF8.self) }
    if let text = text(bytes, vr: vr) { return text }
    if unknownTerm != nil || isUndeclared {
      for set in undeclared.sets {
        if let text = try? set.decode(bytes, vr: vr) { return text }
      }
    }
    throw DICOMError(.characterSet, "these bytes are no text in \(description): \(bytes.quoted)")
  }

  /// The text in the sets that are known; nil where these bytes are none.
  private func text(_ bytes: ArraySlice<UInt8>, vr: VR) -> String? {
    switch scheme {
    case .undeclared: return nil
    case .utf8: return String(validating: bytes, as: UTF8.self)
    case .whole(let name): return Conversions.text(bytes, from: name)
    case .extended(let lower, let upper, _):
      var decoder = Decoder(initial: (lower, upper), vr: vr)
      return decoder.decode(bytes)
    }
  }

  private var isUndeclared: Bool { if case .undeclared = scheme { true } else { false } }

  /// What text was tried as, for people.
  private var description: String {
    let tried =
      undeclared.terms.isEmpty ? "" : ", nor in \(undeclared.terms.joined(separator: " or ")), which are tried then"
    if let unknownTerm {
      return "the declared character set, of which the standard has no \(unknownTerm.quoted)\(tried)"
    }
    if isUndeclared { return "ASCII, as no character set is declared\(tried)" }
    return "the declared character set \(terms.joined(separator: "\\").quoted)"
  }

  /// ASCII, without escapes, where ASCII bytes mean ASCII.
  func isPlain(_ bytes: some Sequence<UInt8>) -> Bool {
    if case .extended(.romaji, _, _) = scheme { return false }
    return bytes.allSatisfy { $0 < 0x80 && $0 != 0x1B }
  }

  /// Follows the escape sequences of one value (PS3.5 6.1.2.5.3).
  private struct Decoder {
    let initial: (lower: CodedSet, upper: CodedSet?)
    let vr: VR
    var lower: CodedSet
    var upper: CodedSet?
    var text = ""

    init(initial: (lower: CodedSet, upper: CodedSet?), vr: VR) {
      self.initial = initial
      self.vr = vr
      lower = initial.lower
      upper = initial.upper
    }

    mutating func decode(_ bytes: ArraySlice<UInt8>) -> String? {
      var rest = bytes
      while let byte = rest.first {
        if byte == 0x1B {
          rest = rest.dropFirst()
          guard let set = CodedSet.all.first(where: { rest.starts(with: $0.escape) }) else { return nil }
          rest = rest.dropFirst(set.escape.count)
          if set.isLower { lower = set } else { upper = set }
        } else if byte >= 0x80 {
          let run = rest.prefix { $0 >= 0x80 }
          guard let part = upper?.text(run) else { return nil }
          text += part
          rest = rest.dropFirst(run.count)
        } else if lower.isDouble, (0x21...0x7E).contains(byte) {
          let run = rest.prefix { (0x21...0x7E).contains($0) }
          guard run.count % 2 == 0, let part = lower.text(run) else { return nil }
          text += part
          rest = rest.dropFirst(run.count)
        } else {
          single(byte)
          rest = rest.dropFirst()
        }
      }
      return text
    }

    /// One byte of a single-byte set in the lower half: the delimiters end all designations.
    private mutating func single(_ byte: UInt8) {
      let isDelimiter = CharacterSet.isDelimiter(byte, in: vr)
      text.unicodeScalars.append(lower == .romaji && !isDelimiter ? CodedSet.romaji(byte) : Unicode.Scalar(byte))
      if isDelimiter { (lower, upper) = initial }
    }
  }

  /// Whether every designation ends at this byte (PS3.5 6.1.2.5.3).
  static func isDelimiter(_ byte: UInt8, in vr: VR) -> Bool {
    switch byte {
    case 0x09, 0x0A, 0x0C, 0x0D: true
    case 0x5C: !vr.isWholeText
    case 0x3D, 0x5E: vr == .pn
    default: false
    }
  }
}

extension Collection<UInt8> {
  /// At most 32 bytes in hexadecimal.
  var quoted: String { hexadecimal(atMost: 32) }

  /// The first bytes in hexadecimal, and how many there are if these are not all.
  func hexadecimal(atMost limit: Int) -> String {
    let digits = prefix(limit).map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }
    return digits.joined(separator: " ") + (count > limit ? " … (\(count) bytes)" : "")
  }
}

extension String {
  /// In quotation marks, shortened, with all escaped that a terminal or a log could take for more than text: fit for a
  /// log line.
  var quoted: String {
    var text = "\""
    // Scalars, of which one character may have any number; escaped, one takes up to ten.
    for scalar in unicodeScalars {
      if text.unicodeScalars.count > 64 { return text + "…\"" }
      switch scalar.properties.generalCategory {
      case .control where scalar.isASCII: text += scalar.escaped(asASCII: true)
      case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
        text += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
      default: text += scalar.escaped(asASCII: false)
      }
    }
    return text + "\""
  }
}
