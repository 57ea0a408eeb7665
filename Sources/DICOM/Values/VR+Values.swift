/// What one value of a representation may be (PS3.5 table 6.2-1).
extension VR {
  /// The greatest length of one value of text, in characters; of PN of each group. Nil where only the length field
  /// limits it, and for values that are no text.
  public var maximumLength: Int? {
    switch self {
    case .as: 4
    case .da: 8
    case .is: 12
    case .tm: 14
    case .ae, .cs, .ds, .sh: 16
    case .dt: 26
    case .lo, .pn, .ui: 64
    case .st: 1024
    case .lt: 10240
    default: nil
    }
  }

  /// Why one value of text, without padding, breaks this representation, for people; nil where it keeps to it. An empty
  /// value always does.
  public func problem(in value: String) -> String? {
    if value.isEmpty { return nil }
    if let control = value.unicodeScalars.first(where: { !allows($0) }) {
      return control == "\\"
        ? "a backslash separates values" : "it has the control character U+\(String(control.value, radix: 16))"
    }
    // No text has more characters than bytes.
    if let maximumLength, value.utf8.count > maximumLength {
      let groups = value.unicodeScalars.split(separator: "=", maxSplits: self == .pn ? .max : 0)
      if let length = groups.map({ $0.count }).max(), length > maximumLength {
        return "it has \(length) characters, and \(self) may have \(maximumLength)"
      }
    }
    return keepsToForm(value) ? nil : "\(self) is \(form)"
  }

  private func allows(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x5C: isWholeText
    case 0x09, 0x0A, 0x0C, 0x0D: isWholeText && self != .ur
    case 0..<0x20, 0x7F...0x9F: false
    default: true
    }
  }

  private func keepsToForm(_ value: String) -> Bool {
    let bytes = value.utf8
    func all(_ allowed: (UInt8) -> Bool) -> Bool { bytes.allSatisfy(allowed) }
    func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    switch self {
    case .ae, .ur: return all { $0 < 0x80 }
    case .as:
      return all { isDigit($0) || "DWMY".utf8.contains($0) } && bytes.dropLast().allSatisfy(isDigit) && bytes.count == 4
        && !isDigit(bytes.last ?? 0x30)
    case .cs: return all { isDigit($0) || (0x41...0x5A).contains($0) || $0 == 0x20 || $0 == 0x5F }
    case .da: return DICOMDate(value).map { $0.description == value } ?? false
    case .tm: return DICOMTime(value) != nil && !bytes.contains(UInt8(ascii: ":"))
    case .dt: return DICOMDateTime(value) != nil
    case .is: return Int32(value) != nil
    case .ds: return Double(value) != nil && all { isDigit($0) || "+-.eE".utf8.contains($0) }
    case .ui:
      return bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { component in
        component.allSatisfy(isDigit) && !component.isEmpty && (component.count == 1 || component.first != 0x30)
      }
    case .pn:
      let groups = bytes.split(separator: UInt8(ascii: "="), omittingEmptySubsequences: false)
      return groups.count <= 3 && groups.allSatisfy { $0.count { $0 == UInt8(ascii: "^") } <= 4 }
    default: return true
    }
  }

  /// The form of a value, for people.
  private var form: String {
    switch self {
    case .ae, .ur: "of the default repertoire (ASCII)"
    case .as: "three digits and one of D, W, M and Y"
    case .cs: "of capitals, digits, spaces and underscores"
    case .da: "a date: YYYYMMDD"
    case .tm: "a time: HHMMSS.FFFFFF, of which the end may be missing"
    case .dt: "a date and time: YYYYMMDDHHMMSS.FFFFFF&ZZXX, of which the end may be missing"
    case .is: "a whole number of 32 bits"
    case .ds: "a decimal number"
    case .ui: "numbers without leading zeros, separated by full stops"
    case .pn: "up to three groups of five components"
    default: "of another form"
    }
  }
}
