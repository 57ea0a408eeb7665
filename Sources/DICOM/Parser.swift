/// Walks the elements of a data set, from header to header (PS3.5 7). Large values are stepped over.
struct Parser {
  var input: Input
  let origin: Origin
  let limits: Limits
  private var elementsLeft: Int
  private var bytesLeft: Int

  init(_ input: Input, of origin: Origin) {
    self.input = input
    self.origin = origin
    limits = origin.limits
    elementsLeft = origin.limits.elements
    bytesLeft = origin.limits.headerBytes
  }

  /// What a data set is read under.
  struct Scope {
    /// Where its item begins, and where its first element does.
    var start, content: Int64
    /// Where it ends; nil if a delimiter closes it.
    var end: Int64?
    /// The innermost end that is known: nothing inside may reach past it.
    var bound: Int64
    var encoding: Encoding
    var characterSet: CharacterSet
    var depth: Int
    /// Reads group 0002 only.
    var isMeta = false
    /// The last tag that is wanted; nil for all.
    var last: Tag?
  }

  mutating func dataSet(_ scope: Scope) throws -> DataSet {
    var scope = scope
    var elements: [Element] = []
    var offset = scope.content
    var delimited: Int64?
    while offset != scope.end {
      if offset == scope.content { scope.encoding = try settled(scope.encoding, at: offset, scope.bound) }
      // What follows the meta information may be deflated, and then is no header.
      if scope.isMeta, try tag(at: offset, scope.encoding, scope.bound).group != 0x0002 { break }
      let head = try header(at: offset, scope.encoding, scope.bound)
      if let last = scope.last, head.tag > last { break }
      if head.tag == .itemDelimiter, scope.end == nil {
        delimited = head.content
        break
      }
      let element = try element(head, at: offset, scope)
      if element.tag == .specificCharacterSet, case .bytes(let bytes) = element.content {
        scope.characterSet = try CharacterSet(declared: bytes)
      }
      elements.append(element)
      offset = element.extent.end
    }
    let extent = Extent(start: scope.start, content: scope.content, contentEnd: offset, end: delimited ?? offset)
    let dataSet = DataSet(
      elements, encoding: scope.encoding, characterSet: scope.characterSet, extent: extent, origin: origin)
    if let tag = dataSet.repeated {
      throw DICOMError(
        .malformed, "this element occurs twice, so that readers would disagree on its value", tag: tag,
        offset: scope.start)
    }
    return dataSet
  }

  /// Something reaches past the innermost known end: the file's, or that of an item or sequence.
  func overrun(_ offset: Int64, _ bound: Int64, _ tag: Tag? = nil) -> DICOMError {
    if bound == input.size { return Input.cut(offset, tag) }
    return DICOMError(.malformed, "this reaches past the end of the item that it is in", tag: tag, offset: offset)
  }

  private mutating func count(_ offset: Int64) throws {
    elementsLeft -= 1
    if elementsLeft < 0 {
      throw DICOMError(.limit, "the file has more than \(limits.elements) elements", offset: offset)
    }
  }

  // MARK: Values

  private mutating func element(_ head: Header, at offset: Int64, _ scope: Scope) throws -> Element {
    try count(offset)
    let tag = head.tag
    if tag.group == 0xFFFE {
      throw DICOMError(.malformed, "an item or a delimiter where an element should be", tag: tag, offset: offset)
    }
    func element(_ content: Element.Content, contentEnd: Int64, end: Int64) -> Element {
      let extent = Extent(start: offset, content: head.content, contentEnd: contentEnd, end: end)
      return Element(tag: tag, vr: head.vr, content: content, extent: extent, encoding: head.encoding)
    }
    // Whatever is within UN is implicit little endian (PS3.5 6.2.2).
    let inner = head.vr == .un ? .implicitLittle : scope.encoding

    guard let length = head.length else {
      if tag.isPixelData || [.ob, .ow, .of, .od, .ol, .ov].contains(head.vr) {
        let (count, end) = try fragments(head, inner, scope.bound)
        return element(.fragments(count), contentEnd: end - 8, end: end)
      }
      let (items, end) = try items(tag, from: head.content, to: nil, inner, scope)
      return element(.items(items), contentEnd: end - 8, end: end)
    }

    let end = head.content + Int64(length)
    guard end <= scope.bound else { throw overrun(offset, scope.bound, tag) }
    if head.vr == .sq {
      let (items, _) = try items(tag, from: head.content, to: end, inner, scope)
      return element(.items(items), contentEnd: end, end: end)
    }
    if head.vr == .un, length > 0, DataDictionary.vr(tag) == .sq,
      let items = try knownSequence(tag, from: head.content, to: end, scope)
    {
      return element(.items(items), contentEnd: end, end: end)
    }
    if tag.isPixelData || Int(length) > limits.valueBytes { return element(.onDisk, contentEnd: end, end: end) }
    guard Int(length) <= bytesLeft else {
      throw DICOMError(.limit, "the values of the header are longer than \(limits.headerBytes) bytes", offset: offset)
    }
    bytesLeft -= Int(length)
    return element(.bytes(try input.bytes(head.content, Int(length))), contentEnd: end, end: end)
  }

  /// A sequence that was written as UN of known length; what cannot be read so is left as bytes.
  private mutating func knownSequence(
    _ tag: Tag, from: Int64, to end: Int64, _ scope: Scope
  ) throws -> [DataSet]? {
    let before = bytesLeft
    do {
      return try items(tag, from: from, to: end, .implicitLittle, scope).0
    } catch let error as DICOMError where error.code == .malformed {
      bytesLeft = before
      return nil
    }
  }

  /// The items of a sequence, and where it ends (PS3.5 7.5).
  private mutating func items(
    _ tag: Tag, from: Int64, to end: Int64?, _ encoding: Encoding, _ scope: Scope
  ) throws -> ([DataSet], Int64) {
    guard scope.depth < limits.depth else {
      throw DICOMError(.limit, "sequences lie more than \(limits.depth) deep", tag: tag, offset: from)
    }
    let bound = end ?? scope.bound
    var items: [DataSet] = []
    var offset = from
    while offset != end {
      let head = try header(at: offset, encoding, bound)
      if head.tag == .sequenceDelimiter, end == nil { return (items, head.content) }
      guard head.tag == .item else {
        throw DICOMError(.malformed, "no item where one should be, but \(head.tag)", tag: tag, offset: offset)
      }
      try count(offset)
      let itemEnd = head.length.map { head.content + Int64($0) }
      guard (itemEnd ?? bound) <= bound else { throw overrun(offset, bound, tag) }
      let item = try dataSet(
        Scope(
          start: offset, content: head.content, end: itemEnd, bound: itemEnd ?? bound, encoding: encoding,
          characterSet: scope.characterSet, depth: scope.depth + 1))
      items.append(item)
      offset = item.extent.end
    }
    return (items, offset)
  }

  /// Steps over the fragments of an encapsulated value, and tells where it ends (PS3.5 A.4).
  private mutating func fragments(_ head: Header, _ encoding: Encoding, _ bound: Int64) throws -> (Int, Int64) {
    var offset = head.content
    var count = 0
    while true {
      let fragment = try header(at: offset, encoding, bound)
      if fragment.tag == .sequenceDelimiter { return (count, fragment.content) }
      guard fragment.tag == .item, let length = fragment.length else {
        throw DICOMError(.malformed, "no fragment where one should be", tag: head.tag, offset: offset)
      }
      try self.count(offset)
      guard Int64(length) <= bound - fragment.content else { throw overrun(offset, bound, head.tag) }
      offset = fragment.content + Int64(length)
      count += 1
    }
  }
}
