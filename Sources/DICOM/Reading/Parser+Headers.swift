/// Reading the headers of elements, as the standard has them, and as they are found.
extension Parser {
  struct Header {
    var tag: Tag
    var vr: VR
    /// Nil is undefined.
    var length: UInt32?
    var start, content: Int64
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
    /// Tag, VR and length as they lie in the file, the first byte lowest.
    private let raw: UInt64
    /// The length behind a VR of the long form; nil where the bytes end before it.
    private let eight: UInt32?

    @inline(__always)
    init(_ input: borrowing Input, _ at: Int, hasTwelve: Bool, offset: Int64, encoding: Encoding) {
      self.offset = offset
      self.encoding = encoding
      raw = input.u64(at)
      tag =
        encoding.isBigEndian
        ? Tag(UInt16(truncatingIfNeeded: raw).byteSwapped, UInt16(truncatingIfNeeded: raw >> 16).byteSwapped)
        : Tag(UInt16(truncatingIfNeeded: raw), UInt16(truncatingIfNeeded: raw >> 16))
      vr = VR(letters: UInt16(truncatingIfNeeded: raw >> 32))
      eight = hasTwelve ? input.u32(at + 8, encoding) : nil
    }

    private var four: UInt32 {
      let length = UInt32(truncatingIfNeeded: raw >> 32)
      return encoding.isBigEndian ? length.byteSwapped : length
    }

    private var six: UInt16 {
      let length = UInt16(truncatingIfNeeded: raw >> 48)
      return encoding.isBigEndian ? length.byteSwapped : length
    }

    /// Nothing but zeros.
    var isZero: Bool { raw == 0 }

    var hasLetters: Bool { VR.areLetters(UInt16(truncatingIfNeeded: raw >> 32)) }

    /// A tag and a length: the VR is the dictionary's, unless only a sequence can be meant.
    var implicit: Header {
      let isSequence = four == 0xFFFF_FFFF && !tag.isPixelData
      return header(isSequence ? .sq : DataDictionary.vr(tag), four, 8, isExplicit: false)
    }

    /// An item or a delimiter: a tag and a length in any encoding.
    var item: Header { header(.un, four, 8, isExplicit: encoding.isExplicit) }

    /// A VR, and a length of sixteen bits.
    func short(_ vr: VR) -> Header { header(vr, UInt32(six), 8, isExplicit: true) }

    /// A VR, two bytes of nothing, and a length of 32 bits.
    func long(_ vr: VR) -> Header? { eight.map { header(vr, $0, 12, isExplicit: true) } }

    private func header(_ vr: VR, _ length: UInt32, _ size: Int64, isExplicit: Bool) -> Header {
      Header(
        tag: tag, vr: vr, length: length == 0xFFFF_FFFF ? nil : length, start: offset, content: offset + size,
        encoding: Encoding(isExplicit: isExplicit, isBigEndian: encoding.isBigEndian))
    }
  }

  /// The header at `offset` in a data set of that encoding; nothing of it may lie past `bound`. Elements of group 0000
  /// are read only where that group is asked for.
  mutating func header(
    at offset: Int64, _ encoding: Encoding, _ bound: Int64, in group: UInt16? = nil
  ) throws -> Header {
    let bytes = try self.bytes(at: offset, encoding, bound)
    if bytes.tag.group == 0xFFFE { return bytes.item }
    if bytes.tag.group == 0, group != 0 || bytes.isZero {
      // Zeros: space that a copy in progress has reserved, and not yet filled.
      if bytes.tag == Tag(0, 0) { throw Input.cut(offset, bytes.tag) }
      throw DICOMError(.malformed, "this is no element of a file", tag: bytes.tag, offset: offset)
    }
    if !encoding.isExplicit { return bytes.implicit }
    guard let vr = bytes.vr else { return try oddHeader(bytes, bound) }
    guard vr.hasLongLength else { return bytes.short(vr) }
    guard let long = bytes.long(vr) else { throw overrun(offset, bound, bytes.tag) }
    return long
  }

  /// The tag at `offset`, of which eight bytes may not be there.
  mutating func tag(at offset: Int64, _ encoding: Encoding, _ bound: Int64) throws -> Tag {
    guard bound - offset >= 4 else { throw overrun(offset, bound) }
    let at = try input.load(offset, 4)
    return Tag(input.u16(at, encoding), input.u16(at + 2, encoding))
  }

  /// Some scanners write items, or whole files, in another VR encoding than declared. The first header shows it, if
  /// what follows agrees.
  mutating func settled(_ encoding: Encoding, at offset: Int64, _ bound: Int64) throws -> Encoding {
    guard bound - offset >= 8 else { return encoding }
    let bytes = try self.bytes(at: offset, encoding, bound)
    if bytes.tag.group == 0xFFFE || encoding.isExplicit && bytes.vr != nil { return encoding }
    var other = encoding
    other.isExplicit.toggle()
    if encoding.isExplicit {
      if bytes.hasLetters || bytes.implicit.length == nil { return encoding }
      if next(after: bytes.short(.un), bound) == .explicit { return encoding }
      return [.end, .other].contains(next(after: bytes.implicit, bound)) ? other : encoding
    }
    guard let vr = bytes.vr, let header = vr.hasLongLength ? bytes.long(vr) : bytes.short(vr) else { return encoding }
    return [.end, .explicit].contains(next(after: header, bound)) ? other : encoding
  }

  /// A header in an explicit data set whose VR is none: of a later edition (which has the long form, PS3.5 7.1.2), made
  /// up (which has the short one, as a rule), or left out. What the next header makes sense after is right.
  private mutating func oddHeader(_ bytes: Bytes, _ bound: Int64) throws -> Header {
    if bytes.hasLetters {
      if let long = bytes.long(.un), [.end, .explicit].contains(next(after: long, bound)) { return long }
      return bytes.short(.un)
    }
    let (short, implicit) = (bytes.short(.un), bytes.implicit)
    if implicit.length == nil { return implicit }
    if [.end, .explicit].contains(next(after: short, bound)) { return short }
    if next(after: implicit, bound) != .none { return implicit }
    guard next(after: short, bound) != .none else {
      throw DICOMError(.malformed, "neither a VR nor a length follows the tag", tag: bytes.tag, offset: bytes.offset)
    }
    return short
  }

  private enum Next {
    /// The end of what it is in, or a delimiter.
    case end
    /// A header with a VR.
    case explicit
    /// Something else, or nothing that can be looked at from here.
    case other
    /// The element would reach too far.
    case none
  }

  private mutating func next(after header: Header, _ bound: Int64) -> Next {
    guard let end = header.end else { return .end }
    if end == bound { return .end }
    if end > bound { return .none }
    // From the header on: its value may turn out to begin earlier.
    guard bound - end >= 8, let ahead = input.look(end, 8, from: header.start) else { return .other }
    let bytes = Bytes(Input(Array(ahead)), 0, hasTwelve: false, offset: end, encoding: header.encoding)
    if bytes.tag.group == 0xFFFE { return .end }
    return bytes.vr == nil ? .other : .explicit
  }

  private mutating func bytes(at offset: Int64, _ encoding: Encoding, _ bound: Int64) throws -> Bytes {
    let room = bound - offset
    guard room >= 8 else { throw overrun(offset, bound) }
    // Of what is being inflated, the end is not known.
    if room >= 12, let at = input.present(offset, 12) ?? (try? input.load(offset, 12)) {
      return Bytes(input, at, hasTwelve: true, offset: offset, encoding: encoding)
    }
    let at = try input.load(offset, 8)
    return Bytes(input, at, hasTwelve: false, offset: offset, encoding: encoding)
  }
}
