internal import FoundationEssentials

extension DataSet {
  /// The data set in the DICOM JSON model (PS3.18 annex F), as one object without white space.
  ///
  /// - Elements are in ascending order, whatever that of the file is (F.2.2); of a private one that occurs twice, the
  ///   first.
  /// - Text is decoded; (0008,0005), where it is, therefore says ISO_IR 192. Text that cannot be decoded stands there
  ///   under the VR UN, as its bytes.
  /// - A value that was not kept (`Element.Content.onDisk`), pixel data and encapsulated values are bulk data: the
  ///   `BulkDataURI` is a reference relative to the file (RFC 3986 4.2), `?offset=O&length=L`, in bytes from the start
  ///   of the file, or `?inflatedOffset=O&length=L` of the inflated data set of a deflated file. What lies there is in
  ///   the byte order of the file.
  /// - DS and IS are numbers, and strings where they break their form or no binary64 holds them; SV and UV are strings
  ///   beyond 2^53 (F.2.3). FL and FD that are no numbers are the strings `NaN`, `Infinity` and `-Infinity`.
  /// - What is written as UN although the standard has the attribute is given by its VR (PS3.5 6.2.2).
  /// - Group lengths are left out (F.2.2), and so is the file meta information, which is a data set of its own.
  ///
  /// Throws `.unreadable` where the file is gone or changed, for text that was not kept.
  public func json() throws -> String {
    var text = ""
    try DataSet.writeJSON([self]) { text += $0 }
    return text
  }

  /// Writes several data sets as one object in the DICOM JSON model, as `json()` does one, piece by piece: for what may be
  /// very long.
  public static func writeJSON(_ dataSets: [DataSet], to output: (String) throws -> Void) throws {
    try withoutActuallyEscaping(output) { output in
      var writer = JSONWriter(output: output)
      try writer.object(dataSets)
      try output(writer.text)
    }
  }
}

/// Writes the DICOM JSON model.
struct JSONWriter {
  private(set) var text = ""
  private let output: (String) throws -> Void

  init(output: @escaping (String) throws -> Void) { self.output = output }

  mutating func object(_ dataSets: [DataSet]) throws {
    text += "{"
    var isEmpty = true
    for dataSet in dataSets { try members(of: dataSet, &isEmpty) }
    text += "}"
  }

  private mutating func members(of dataSet: DataSet, _ isEmpty: inout Bool) throws {
    var last: Tag?
    for element in dataSet.ascendingElements where !element.tag.isGroupLength && element.tag != last {
      if !isEmpty { text += "," }
      isEmpty = false
      last = element.tag
      text += "\"\(element.tag.digits)\":{"
      try value(of: element, in: dataSet)
      text += "}"
    }
  }

  /// Long texts are written in pieces, where nothing that stands there can be taken back.
  private mutating func flush() throws {
    guard text.utf8.count > 64 << 10 else { return }
    try output(text)
    text = ""
  }

  private mutating func items(of element: Element, in dataSet: DataSet) throws {
    guard element.itemCount ?? 0 > 0 else { return }
    text += ",\"Value\":["
    try dataSet.forEachItem(of: element) { index, item in
      if index > 0 { text += "," }
      try object([item])
      try flush()
    }
    text += "]"
  }

  private mutating func value(of element: Element, in dataSet: DataSet) throws {
    var vr = element.effectiveVR
    if element.itemCount != nil {
      vr = .sq
    } else if vr == .sq, element.length > 0 {
      // Written as UN, and no sequence to anybody: SQ has no bytes (F.2.2).
      vr = .un
    }
    let start = text.endIndex
    text += "\"vr\":\"\(vr)\""
    do {
      switch element.content {
      case .items, .itemsOnDisk: try items(of: element, in: dataSet)
      case .fragments: bulk(element, in: dataSet)
      case .bytes, .onDisk: try plain(element, vr, in: dataSet)
      }
    } catch let error as DICOMError {
      guard error.code == .characterSet, let bytes = try dataSet.value(element) else { throw error }
      text.removeSubrange(start...)
      text += "\"vr\":\"UN\",\"InlineBinary\":\"\(Data(bytes).base64EncodedString())\""
    }
  }

  private mutating func plain(_ element: Element, _ vr: VR, in dataSet: DataSet) throws {
    // Of the empty one, too: that means ASCII, which the text may not have kept to.
    if element.tag == .specificCharacterSet { return list(["ISO_IR 192"]) { $0.string($1) } }
    if element.length == 0 { return }
    if case .onDisk = element.content, !vr.isEncodedText || element.length > dataSet.origin.options.limits.textBytes {
      return bulk(element, in: dataSet)
    }
    switch vr {
    case .pn: try list(dataSet.strings(element)) { $0.name($1) }
    case .ds, .is: try list(dataSet.strings(element)) { $0.decimal($1) }
    case .lt, .st, .ut, .ur: try list([dataSet.text(element) ?? ""]) { $0.string($1) }
    case _ where vr.isPlainText || vr.isEncodedText: try list(dataSet.strings(element)) { $0.string($1) }
    case .at: try list(dataSet.tags(element)) { $0.string($1.digits) }
    case .fl, .fd: try list(dataSet.numbers(element)) { $0.number($1, isSingle: vr == .fl) }
    case .us, .ss, .ul, .sl: try list(dataSet.integers(element, as: Int64.self)) { $0.text += "\($1)" }
    case .sv: try list(dataSet.integers(element, as: Int64.self)) { $0.large("\($1)", $1.magnitude) }
    case .uv: try list(dataSet.integers(element, as: UInt64.self)) { $0.large("\($1)", $1) }
    default:
      var bytes = try Array(dataSet.value(element) ?? [])
      // Always little endian (F.2.7).
      if element.encoding.isBigEndian, element.vr != .un { bytes.swapWords(vr.wordSize) }
      text += ",\"InlineBinary\":\"\(Data(bytes).base64EncodedString())\""
    }
  }

  private mutating func bulk(_ element: Element, in dataSet: DataSet) {
    let offset = dataSet.origin.isInflated ? "inflatedOffset" : "offset"
    text += ",\"BulkDataURI\":\"?\(offset)=\(element.valueOffset)&length=\(element.length)\""
  }

  private mutating func list<Value>(
    _ values: [Value], _ write: (inout JSONWriter, Value) throws -> Void
  ) rethrows {
    if values.isEmpty { return }
    text += ",\"Value\":["
    for (index, value) in values.enumerated() {
      if index > 0 { text += "," }
      try write(&self, value)
    }
    text += "]"
  }

  // MARK: Values

  /// An empty one among several is null (F.2.5).
  private mutating func string(_ value: String) {
    if value.isEmpty { text += "null" } else { quote(value) }
  }

  private mutating func name(_ value: String) {
    if value.isEmpty { return text += "null" }
    let groups = value.fields("=", atMost: 3)
    text += "{"
    var isFirst = true
    for (key, group) in zip(["Alphabetic", "Ideographic", "Phonetic"], groups) where !group.isEmpty {
      if !isFirst { text += "," }
      isFirst = false
      text += "\"\(key)\":"
      quote(group)
    }
    text += "}"
  }

  /// The digits as they are written, in the form that JSON has for numbers (RFC 8259 6).
  private mutating func decimal(_ value: String) {
    var rest = value[...]
    let isNegative = rest.hasPrefix("-")
    if isNegative || rest.hasPrefix("+") { rest.removeFirst() }
    let exponent = rest.firstIndex { $0 == "e" || $0 == "E" }
    let parts = rest[..<(exponent ?? rest.endIndex)].split(separator: ".", omittingEmptySubsequences: false)
    func isDigits(_ text: Substring) -> Bool { text.utf8.allSatisfy { (0x30...0x39).contains($0) } }
    let whole = parts.first ?? ""
    let fraction = parts.count > 1 ? parts[1] : ""
    var power = exponent.map { rest[rest.index(after: $0)...] }
    if power?.hasPrefix("+") == true { power?.removeFirst() }
    let powerDigits = power.map { $0.hasPrefix("-") ? $0.dropFirst() : $0 }
    guard parts.count <= 2, isDigits(whole), isDigits(fraction), !(whole.isEmpty && fraction.isEmpty),
      powerDigits.map({ isDigits($0) && !$0.isEmpty && $0.utf8.count < 4 }) ?? true,
      let number = Double(value), number.isFinite
    else { return string(value) }
    // Readers take a number of JSON for one of binary64, as a rule: what that cannot hold stays a string.
    let significant = (whole + fraction).drop { $0 == "0" }
    guard significant.utf8.count <= 17, number != 0 || significant.isEmpty else { return string(value) }
    let digits = whole.drop { $0 == "0" }
    text += isNegative ? "-" : ""
    text += digits.isEmpty ? "0" : digits
    if !fraction.isEmpty { text += "." + fraction }
    if let power { text += "e" + power }
  }

  private mutating func number(_ value: Double, isSingle: Bool) {
    if value.isNaN { return text += "\"NaN\"" }
    if value.isInfinite { return text += value < 0 ? "\"-Infinity\"" : "\"Infinity\"" }
    text += isSingle ? "\(Float(value))" : "\(value)"
  }

  private mutating func large(_ digits: String, _ magnitude: UInt64) {
    text += magnitude <= 1 << 53 ? digits : "\"\(digits)\""
  }

  /// A string that no terminal takes for a command: what is not printed as itself is escaped (RFC 8259 7).
  private mutating func quote(_ value: String) {
    text += "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      default:
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
          for unit in String(scalar).utf16 {
            let digits = String(unit, radix: 16)
            text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
          }
        default: text.unicodeScalars.append(scalar)
        }
      }
    }
    text += "\""
  }
}

extension Tag {
  /// `ggggeeee`.
  fileprivate var digits: String { description.filter { $0.isHexDigit } }
}
