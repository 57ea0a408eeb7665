extension CharacterSet {
  /// The bytes of a value (or of several, between backslashes) in this set, or nil where they do not fit into it.
  func encode(_ text: String, vr: VR) -> [UInt8]? {
    if isPlain(text.utf8) { return Array(text.utf8) }
    // Who does not know one of the sets may not read the others either.
    guard unknownTerm == nil else { return nil }
    let bytes: [UInt8]? =
      switch scheme {
      case .undeclared: nil
      case .utf8: Array(text.utf8)
      case .whole(let name): whole(text, name)
      case .extended(let lower, let upper, let others): extended(text, vr: vr, (lower, upper), others)
      }
    // What the set cannot give back as it was does not fit into it.
    guard let bytes, case let back? = try? decode(bytes[...], vr: vr),
      back.unicodeScalars.elementsEqual(text.unicodeScalars)
    else { return nil }
    return bytes
  }

  private func whole(_ text: String, _ name: String) -> [UInt8]? {
    return Conversions.bytes(text, in: name)
  }

  /// Designates sets as characters need them, and the initial ones again before every delimiter and at the end.
  private func extended(
    _ text: String, vr: VR, _ initial: (lower: CodedSet, upper: CodedSet?), _ others: [CodedSet]
  ) -> [UInt8]? {
    var lower = initial.lower
    var upper = initial.upper
    var bytes: [UInt8] = []
    for character in text.unicodeScalars {
      // Controls, the delimiters and the space are in every set's lower half.
      if character.isASCII, character.value <= 0x20 || CharacterSet.isDelimiter(UInt8(character.value), in: vr) {
        if lower != initial.lower { bytes += [0x1B] + initial.lower.escape }
        lower = initial.lower
        bytes.append(UInt8(character.value))
        if CharacterSet.isDelimiter(UInt8(character.value), in: vr) { upper = initial.upper }
        continue
      }
      let candidates = [lower] + [upper].compactMap { $0 } + [initial.lower] + others
      var found = false
      for set in candidates {
        guard let encoded = set.bytes(character) else { continue }
        if set.isLower, set != lower {
          bytes += [0x1B] + set.escape
          lower = set
        } else if !set.isLower, set != upper {
          bytes += [0x1B] + set.escape
          upper = set
        }
        bytes += encoded
        found = true
        break
      }
      if !found { return nil }
    }
    if lower != initial.lower { bytes += [0x1B] + initial.lower.escape }
    return bytes
  }
}
