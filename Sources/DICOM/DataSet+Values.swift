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
    guard let element = self[tag], element.length > 0 else { return [] }
    let vr = element.effectiveVR
    if vr.isWholeText { return try text(tag).map { [$0] } ?? [] }
    if vr.isPlainText || vr.isEncodedText || vr == .un {
      guard case let text? = try decoded(element) else { return [] }
      return text.split(separator: "\\", omittingEmptySubsequences: false).map { String($0).trimmingPadding() }
    }
    return integers(tag).map { String($0) }
  }

  /// The whole value as one text, padding at its end trimmed: for LT, ST, UT; nil where it is absent or empty.
  ///
  /// Throws `.characterSet` for text that is none in the declared character set, `.limit` for too long a text.
  public func text(_ tag: Tag) throws -> String? {
    guard let element = self[tag], let text = try decoded(element)?.trimmingTrailingPadding(), !text.isEmpty else {
      return nil
    }
    return text
  }

  /// The first value as a whole number, of a text (IS, DS and others) or of a binary representation.
  public func integer(_ tag: Tag) -> Int? {
    guard let element = self[tag] else { return nil }
    if element.effectiveVR.isPlainText || element.effectiveVR.isEncodedText {
      return (try? string(tag)).flatMap { Int($0) }
    }
    return integers(tag).first
  }

  /// The value's bytes as they are encoded, padding included; read from the file where they were not kept. Nil where
  /// the element is absent, a sequence or encapsulated.
  ///
  /// Throws `.limit` for more than `Limits.textBytes`.
  public func bytes(_ tag: Tag) throws -> [UInt8]? { try self[tag].flatMap(bytes) }

  func bytes(_ element: Element) throws -> [UInt8]? {
    switch element.content {
    case .bytes(let bytes): return bytes
    case .items, .fragments: return nil
    case .onDisk:
      guard element.length <= origin.limits.textBytes else {
        throw DICOMError(.limit, "a value of \(element.length) bytes is too long to be read whole", tag: element.tag)
      }
      return try DICOMError.naming(origin.path) {
        try origin.reading { try $0.bytes(element.extent.content, Int(element.length)) }
      }
    }
  }

  /// The value in the character set that its VR calls for.
  func decoded(_ element: Element) throws -> String? {
    guard let bytes = try bytes(element) else { return nil }
    let vr = element.effectiveVR
    let set = vr.isEncodedText || vr == .un ? characterSet : .undeclared
    do {
      return try set.decode(bytes, vr: vr)
    } catch var error as DICOMError {
      error.file = origin.path
      error.tag = element.tag
      error.offset = element.extent.content
      throw error
    }
  }

  private func integers(_ tag: Tag) -> [Int] {
    guard let element = self[tag], case .bytes(let bytes) = element.content else { return [] }
    // Inside UN everything is little endian (PS3.5 6.2.2).
    let encoding = element.vr == .un ? .implicitLittle : self.encoding
    return switch element.effectiveVR {
    case .us: encoding.words(bytes, as: UInt16.self).map(Int.init)
    case .ss: encoding.words(bytes, as: Int16.self).map(Int.init)
    case .ul: encoding.words(bytes, as: UInt32.self).map(Int.init)
    case .sl: encoding.words(bytes, as: Int32.self).map(Int.init)
    case .sv: encoding.words(bytes, as: Int64.self).map(Int.init)
    case .uv: encoding.words(bytes, as: UInt64.self).compactMap(Int.init(exactly:))
    default: []
    }
  }
}
