/// Values that are numbers, or tags.
extension DataSet {
  /// The first value as a whole number, of a text (IS, DS and others) or of a binary representation; nil where there is
  /// none, or one that is no whole number.
  public func integer(_ tag: Tag) -> Int? {
    guard let values = try? integers(tag) else { return nil }
    return values.first
  }

  /// All values as whole numbers, of IS or of a binary representation (US, SS, UL, SL, UV, SV, and OB, OW, OL, OV word
  /// by word); none where the element is absent or empty.
  ///
  /// Throws `.malformed` for a value that is no whole number, or none that `type` can hold.
  public func integers<Number: FixedWidthInteger>(_ tag: Tag, as type: Number.Type = Int.self) throws -> [Number] {
    guard let element = self[tag] else { return [] }
    return try integers(element, as: type)
  }

  /// The first value as a number; nil where there is none, or one that is no number.
  public func number(_ tag: Tag) -> Double? {
    guard let values = try? numbers(tag) else { return nil }
    return values.first
  }

  /// All values as numbers, of DS, IS, FL, FD (and OF, OD) or of a whole-number representation; none where the element
  /// is absent or empty.
  ///
  /// Throws `.malformed` for a value that is no number.
  public func numbers(_ tag: Tag) throws -> [Double] {
    guard let element = self[tag] else { return [] }
    return try numbers(element)
  }

  /// The tags that an AT holds; none where the element is absent or of another representation.
  ///
  /// Throws `.valueTooLong` as `bytes(_:)` does.
  public func tags(_ tag: Tag) throws -> [Tag] {
    guard let element = self[tag] else { return [] }
    return try tags(element)
  }

  func integers<Number: FixedWidthInteger>(_ element: Element, as type: Number.Type) throws -> [Number] {
    let vr = element.effectiveVR
    if vr.isPlainText || vr.isEncodedText {
      return try strings(element).filter { !$0.isEmpty }.map { text in
        // A plus sign is legal (PS3.5 6.2).
        guard let number = Number(text) else {
          throw error(.malformed, "\(text.quoted) is no whole number that can be held here", element)
        }
        return number
      }
    }
    guard let bytes = try value(element) else { return [] }
    let encoding = element.valueEncoding
    func words<Word: FixedWidthInteger>(_ word: Word.Type) throws -> [Number] {
      try encoding.words(bytes, as: word).map { value in
        guard let number = Number(exactly: value) else {
          throw error(.malformed, "the number \(value) is too large to be held here", element)
        }
        return number
      }
    }
    return switch vr {
    case .us, .ow: try words(UInt16.self)
    case .ss: try words(Int16.self)
    case .ul, .ol: try words(UInt32.self)
    case .sl: try words(Int32.self)
    case .sv: try words(Int64.self)
    case .uv, .ov: try words(UInt64.self)
    case .ob: try words(UInt8.self)
    default: []
    }
  }

  func numbers(_ element: Element) throws -> [Double] {
    let vr = element.effectiveVR
    switch vr {
    case .fl, .of:
      guard let bytes = try value(element) else { return [] }
      return element.valueEncoding.words(bytes, as: UInt32.self).map { Double(Float(bitPattern: $0)) }
    case .fd, .od:
      guard let bytes = try value(element) else { return [] }
      return element.valueEncoding.words(bytes, as: UInt64.self).map { Double(bitPattern: $0) }
    case _ where vr.isPlainText || vr.isEncodedText:
      return try strings(element).filter { !$0.isEmpty }.map { text in
        guard let number = Double(text), !text.utf8.contains(where: { $0 | 0x20 > 0x65 }) else {
          throw error(.malformed, "\(text.quoted) is no number", element)
        }
        return number
      }
    default: return try integers(element, as: Int64.self).map(Double.init)
    }
  }

  func tags(_ element: Element) throws -> [Tag] {
    guard element.effectiveVR == .at, let bytes = try value(element) else { return [] }
    let halves = element.valueEncoding.words(bytes, as: UInt16.self)
    return stride(from: 0, to: halves.count - halves.count % 2, by: 2).map { Tag(halves[$0], halves[$0 + 1]) }
  }
}

extension Element {
  /// The byte order of the value: within UN everything is little endian (PS3.5 6.2.2).
  var valueEncoding: Encoding { vr == .un ? .implicitLittle : encoding }

  /// Whether nothing but (0028,0103) says whether the value is signed: no VR is written, or UN is, and the dictionary
  /// has "US or SS" (PS3.6).
  var isSignDependent: Bool {
    (vr == .us && !encoding.isExplicit || vr == .un) && DataDictionary.isSignDependent(tag)
  }

  mutating func becomeSigned() { if vr == .un { isSigned = true } else { vr = .ss } }
}
