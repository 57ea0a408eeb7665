/// Reading the headers of elements, as the standard has them, and as they are found.
extension Parser {
  struct Header {
    var tag: Tag
    var vr: VR
    /// Nil is undefined.
    var length: UInt32?
    var content: Int64
    var encoding: Encoding

    /// Where the element ends, unless its length is undefined.
    var end: Int64? { length.map { content + Int64($0) } }
  }

  /// The first bytes of an element, and the three ways in which they can be understood (PS3.5 7.1).
  private struct Bytes {
    let offset: Int64
    let encoding: Encoding
    let tag: Tag
    /// The VR, where its letters are one.
    let vr: VR?
    let hasLetters: Bool
    private let words: (four: UInt32, six: UInt16, eight: UInt32?)

    init(_ input: borrowing Input, _ at: Int, _ count: Int, offset: Int64, encoding: Encoding) {
      self.offset = offset
      self.encoding = encoding
      func long(_ index: Int) -> UInt32 {
        encoding.u32(input[at + index], input[at + index + 1], input[at + index + 2], input[at + index + 3])
      }
      tag = Tag(encoding.u16(input[at], input[at + 1]), encoding.u16(input[at + 2], input[at + 3]))
      vr = VR(input[at + 4], input[at + 5])
      hasLetters = VR.isLetter(input[at + 4]) && VR.isLetter(input[at + 5])
      words = (long(4), encoding.u16(input[at + 6], input[at + 7]), count < 12 ? nil : long(8))
    }

    /// A tag and a length: the VR is the dictionary's, unless only a sequence can be meant.
    var implicit: Header {
      let isSequence = words.four == 0xFFFF_FFFF && !tag.isPixelData
      return header(isSequence ? .sq : DataDictionary.vr(tag), words.four, 8, isExplicit: false)
    }

    /// A VR, and a length of sixteen bits.
    func short(_ vr: VR) -> Header { header(vr, UInt32(words.six), 8, isExplicit: true) }

    /// A VR, two bytes of nothing, and a length of 32 bits.
    func long(_ vr: VR) -> Header? { words.eight.map { header(vr, $0, 12, isExplicit: true) } }

    private func header(_ vr: VR, _ length: UInt32, _ size: Int64, isExplicit: Bool) -> Header {
      var encoding = encoding
      encoding.isExplicit = isExplicit
      return Header(
        tag: tag, vr: vr, length: length == 0xFFFF_FFFF ? nil : length, content: offset + size, encoding: encoding)
    }
  }

  /// The header at `offset` in a data set of that encoding; nothing of it may lie past `bound`.
  mutating func header(at offset: Int64, _ encoding: Encoding, _ bound: Int64) throws -> Header {
    let bytes = try self.bytes(at: offset, encoding, bound)
    if bytes.tag.group == 0 {
      // Zeros: space that a copy in progress has reserved, and not yet filled.
      if bytes.tag == Tag(0, 0) { throw Input.cut(offset, bytes.tag) }
      throw DICOMError(.malformed, "this is no element of a file", tag: bytes.tag, offset: offset)
    }
    // Items and delimiters have no VR in any encoding.
    if !encoding.isExplicit || bytes.tag.group == 0xFFFE { return bytes.implicit }
    guard let vr = bytes.vr else { return try oddHeader(bytes, bound) }
    guard vr.hasLongLength else { return bytes.short(vr) }
    guard let long = bytes.long(vr) else { throw overrun(offset, bound, bytes.tag) }
    return long
  }

  /// The tag at `offset`, of which eight bytes may not be there.
  mutating func tag(at offset: Int64, _ encoding: Encoding, _ bound: Int64) throws -> Tag {
    guard bound - offset >= 4 else { throw overrun(offset, bound) }
    let at = try input.load(offset, 4)
    return Tag(encoding.u16(input[at], input[at + 1]), encoding.u16(input[at + 2], input[at + 3]))
  }

  /// Some scanners write items, or whole files, in another VR encoding than declared. The first header shows it, if
  /// what follows agrees.
  mutating func settled(_ encoding: Encoding, at offset: Int64, _ bound: Int64) throws -> Encoding {
    guard bound - offset >= 8 else { return encoding }
    let bytes = try self.bytes(at: offset, encoding, bound)
    var other = encoding
    other.isExplicit.toggle()
    if bytes.tag.group == 0xFFFE { return encoding }
    if encoding.isExplicit {
      if bytes.hasLetters || bytes.implicit.length == nil { return encoding }
      if try next(after: bytes.short(.un), bound) == .explicit { return encoding }
      return [.end, .other].contains(try next(after: bytes.implicit, bound)) ? other : encoding
    }
    guard let vr = bytes.vr, let header = vr.hasLongLength ? bytes.long(vr) : bytes.short(vr) else { return encoding }
    return [.end, .explicit].contains(try next(after: header, bound)) ? other : encoding
  }

  /// A header in an explicit data set whose VR is none: of a later edition (which has the long form, PS3.5 7.1.2), made
  /// up (which has the short one, as a rule), or left out. What the next header makes sense after is right.
  private mutating func oddHeader(_ bytes: Bytes, _ bound: Int64) throws -> Header {
    if bytes.hasLetters {
      if let long = bytes.long(.un), [.end, .explicit].contains(try next(after: long, bound)) { return long }
      return bytes.short(.un)
    }
    let (short, implicit) = (bytes.short(.un), bytes.implicit)
    if implicit.length == nil { return implicit }
    if [.end, .explicit].contains(try next(after: short, bound)) { return short }
    if try next(after: implicit, bound) != .none { return implicit }
    guard try next(after: short, bound) != .none else {
      throw DICOMError(.malformed, "neither a VR nor a length follows the tag", tag: bytes.tag, offset: bytes.offset)
    }
    return short
  }

  private enum Next {
    /// The end of what it is in, or a delimiter.
    case end
    /// A header with a VR.
    case explicit
    case other
    /// The element would reach too far.
    case none
  }

  private mutating func next(after header: Header, _ bound: Int64) throws -> Next {
    guard let end = header.end else { return .end }
    if end == bound { return .end }
    if end > bound { return .none }
    guard bound - end >= 8 else { return .other }
    let bytes = try self.bytes(at: end, header.encoding, bound)
    if bytes.tag.group == 0xFFFE { return .end }
    return bytes.vr == nil ? .other : .explicit
  }

  private mutating func bytes(at offset: Int64, _ encoding: Encoding, _ bound: Int64) throws -> Bytes {
    guard bound - offset >= 8 else { throw overrun(offset, bound) }
    let count = Int(min(12, bound - offset))
    let at = try input.load(offset, count)
    return Bytes(input, at, count, offset: offset, encoding: encoding)
  }
}
