/// Encodes new elements.
struct Encoder {
  var encoding: Encoding
  let characterSet: CharacterSet
  /// (0028,0103) of the data set: whether values of "US or SS" are signed.
  var isSigned = false
  /// An old element of the top level in the given encoding, for `NewDataSet.setOriginal`.
  var original: (Tag, Encoding) throws -> Pieces? = { _, _ in nil }

  /// New text that the character set cannot hold: the writer then takes another.
  struct TextDoesNotFit: Error {}

  /// The element `tag`; `fileVR` is what the file has it as.
  func element(_ tag: Tag, _ value: EditValue, vr given: VR?, fileVR: VR? = nil) throws -> Pieces {
    guard let vr = given ?? vr(tag, fileVR) else {
      throw DICOMError(.unsupported, "the dictionary does not have this attribute: give its VR", tag: tag)
    }
    guard case .items(let items) = value else {
      let bytes = try bytes(value, vr, tag)
      var element = try header(tag, vr, Int64(bytes.count), room: bytes.count)
      element += bytes
      return Pieces(element)
    }
    guard vr == .sq else { throw unfit(tag, vr, "items") }
    let content = try self.items(items)
    var pieces = Pieces(try header(tag, vr, content.count))
    pieces.append(content)
    return pieces
  }

  /// The dictionary's VR; where it leaves a choice, that of the file, or the one that the data set calls for.
  private func vr(_ tag: Tag, _ fileVR: VR?) -> VR? {
    let known = DataDictionary.vr(tag)
    if known == .un { return fileVR }
    if let fileVR, fileVR == known || DataDictionary.entry(tag)?.vrs.contains(fileVR) == true { return fileVR }
    return isSigned && DataDictionary.isSignDependent(tag) ? .ss : known
  }

  /// Items of known length, in the order given.
  func items(_ items: [NewDataSet]) throws -> Pieces {
    var pieces = Pieces()
    for item in items {
      // Its text is written in the set of the data set that the sequence is in, which an item without inherits.
      if case .value? = item.contents[.specificCharacterSet] {
        throw DICOMError(
          .unsupported, "a new item cannot declare a character set of its own", tag: .specificCharacterSet)
      }
      let content = try dataSet(item)
      pieces.append(try itemHeader(content.count))
      pieces.append(content)
    }
    return pieces
  }

  func dataSet(_ dataSet: NewDataSet) throws -> Pieces {
    var pieces = Pieces()
    for (tag, content) in dataSet.contents.sorted(by: { $0.key < $1.key }) {
      switch content {
      case .value(let value, let vr): pieces.append(try element(tag, value, vr: vr))
      case .original: if let old = try original(tag, encoding) { pieces.append(old) }
      }
    }
    return pieces
  }

  // MARK: Headers

  /// The header of an element whose value takes `length` bytes (PS3.5 7.1), with room for so much of it.
  func header(_ tag: Tag, _ vr: VR, _ length: Int64, room: Int = 0) throws -> [UInt8] {
    let isLong = !encoding.isExplicit || vr.hasLongLength
    guard length <= (isLong ? 0xFFFF_FFFE : 0xFFFE) else {
      throw DICOMError(.valueTooLong, "a value of \(length) bytes is too long for its VR \(vr)", tag: tag)
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(12 + room)
    encoding.append(tag.group, to: &bytes)
    encoding.append(tag.element, to: &bytes)
    if encoding.isExplicit {
      bytes += vr.rawValue.utf8
      if vr.hasLongLength { bytes += [0, 0] }
    }
    if isLong { encoding.append(UInt32(length), to: &bytes) } else { encoding.append(UInt16(length), to: &bytes) }
    return bytes
  }

  func itemHeader(_ length: Int64) throws -> [UInt8] {
    var implicit = encoding
    implicit.isExplicit = false
    return try Encoder(encoding: implicit, characterSet: characterSet).header(.item, .un, length)
  }

  // MARK: Values

  private func bytes(_ value: EditValue, _ vr: VR, _ tag: Tag) throws -> [UInt8] {
    var bytes: [UInt8]
    switch value {
    case .empty: bytes = []
    case .string(let text): bytes = try self.text([text], vr, tag)
    case .strings(let values): bytes = try text(values, vr, tag)
    case .integers(let values): bytes = try numbers(values, vr, tag)
    case .tags(let tags):
      guard vr == .at else { throw unfit(tag, vr, "tags") }
      bytes = tags.flatMap { encoding.bytes($0.group) + encoding.bytes($0.element) }
    case .bytes(let given): bytes = given
    case .items: throw unfit(tag, vr, "items")
    }
    if bytes.count % 2 == 1 { bytes.append(vr.padding) }
    return bytes
  }

  private func text(_ values: [String], _ vr: VR, _ tag: Tag) throws -> [UInt8] {
    guard vr.isEncodedText || vr.isPlainText else { throw unfit(tag, vr, "text") }
    if vr.isWholeText {
      guard values.count == 1 else { throw unfit(tag, vr, "several values") }
    }
    for value in values {
      if let problem = vr.problem(in: value) {
        throw DICOMError(.malformed, "\(value.quoted) cannot be a value here: \(problem)", tag: tag)
      }
    }
    let set = vr.isEncodedText ? characterSet : .ascii
    if let bytes = set.encode(values.joined(separator: "\\"), vr: vr) { return bytes }
    guard vr.isEncodedText else {
      throw DICOMError(.characterSet, "a value of VR \(vr) has to be ASCII", tag: tag)
    }
    throw TextDoesNotFit()
  }

  private func numbers(_ values: [Int], _ vr: VR, _ tag: Tag) throws -> [UInt8] {
    func words<Word: FixedWidthInteger>(_ type: Word.Type) throws -> [UInt8] {
      try values.flatMap { value in
        guard let word = Word(exactly: value) else { throw unfit(tag, vr, "the number \(value)") }
        return encoding.bytes(word)
      }
    }
    return switch vr {
    case .us: try words(UInt16.self)
    case .ss: try words(Int16.self)
    case .ul: try words(UInt32.self)
    case .sl: try words(Int32.self)
    case .uv: try words(UInt64.self)
    case .sv: try words(Int64.self)
    case .is, .ds: try text(values.map { String($0) }, vr, tag)
    default: throw unfit(tag, vr, "whole numbers")
    }
  }

  private func unfit(_ tag: Tag, _ vr: VR, _ what: String) -> DICOMError {
    DICOMError(.malformed, "an element of VR \(vr) cannot hold \(what)", tag: tag)
  }
}
