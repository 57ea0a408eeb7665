/// Walks the elements of a data set, from header to header (PS3.5 7). Large values are stepped over.
struct Parser {
  var input: Input
  let origin: Origin
  let limits: Limits
  /// Keeps what was read when something is wrong, instead of throwing.
  let isTolerant: Bool
  /// What was wrong first.
  private(set) var damage: DICOMError?
  /// What is unusual, and was understood all the same.
  var irregularities = Irregularities()
  /// The encapsulated value of the top level that ends without a delimiter.
  private(set) var openValue: OpenValue?
  /// What follows the data set, and where that begins.
  var padding: (fill: UInt8, start: Int64)?
  /// Nothing after this place can be made sense of.
  private(set) var isStopped = false
  private var elementsLeft: Int
  /// Elements and items that are in memory.
  private var kept = 0
  private var bytesLeft: Int
  /// How much more of windows may stay in memory for the values that are views of them.
  private var windowBytesLeft: Int
  /// The window that is the last to stay for that.
  private var heldWindow = 0

  init(_ input: Input, of origin: Origin, isTolerant: Bool) {
    self.input = input
    self.origin = origin
    self.isTolerant = isTolerant
    limits = origin.options.limits
    elementsLeft = limits.elements
    bytesLeft = limits.headerBytes / 4
    windowBytesLeft = limits.headerBytes / 4
  }

  /// What a data set is read under.
  struct Scope {
    /// Where its item begins, and where its first element does.
    var start, content: Int64
    /// Where it ends; nil if a delimiter closes it, or the end of the bytes at depth 0.
    var end: Int64?
    /// The innermost end that is known: nothing inside may reach past it.
    var bound: Int64
    var encoding: Encoding
    var characterSet: CharacterSet
    /// (0028,0103) of the data set, or of the one around it: whether values of "US or SS" are signed.
    var isSigned = false
    var depth: Int
    /// Reads the elements of this group only.
    var group: UInt16?
    /// The last tag that is wanted; nil for all.
    var last: Tag?
  }

  /// A bound for bytes whose number is not known before they have been inflated.
  static let unbounded = Int64.max / 2

  mutating func dataSet(_ start: Scope) throws -> DataSet {
    var scope = start
    var elements: [Element] = []
    if scope.depth == 0 { elements.reserveCapacity(128) }
    var offset = scope.content
    var end: Int64?
    var isAscending = true
    var hasSignDependent = false
    var current: Tag?
    do {
      while try !isEnd(offset, scope) {
        if scope.depth == 0, try isPadding(from: offset, scope) { break }
        if elements.isEmpty { scope.encoding = try settled(scope.encoding, at: offset, scope.bound) }
        // What follows the meta information may be deflated, and then is no header.
        if let group = scope.group, try tag(at: offset, scope.encoding, scope.bound).group != group { break }
        let head = try header(at: offset, scope.encoding, scope.bound, in: scope.group)
        current = head.tag
        if let last = scope.last, head.tag > last { break }
        if head.tag == .itemDelimiter, scope.end == nil, scope.depth > 0 {
          end = head.content
          break
        }
        if try isStray(head, scope) {
          offset = head.content
          continue
        }
        let element = try element(head, at: offset, scope)
        if let previous = elements.last, previous.tag >= head.tag { isAscending = false }
        elements.append(element)
        try keepOne(element.tag, offset)
        offset = element.extent.end
        if isStopped { break }
        try look(at: element, &scope, &hasSignDependent)
      }
    } catch var error as DICOMError {
      error.tag = error.tag ?? current
      error.offset = error.offset ?? offset
      try stop(error)
    }
    if hasSignDependent, scope.isSigned {
      for index in elements.indices where elements[index].isSignDependent { elements[index].becomeSigned() }
    }
    let dataSet = DataSet(
      elements, isAscending: isAscending, encoding: scope.encoding, characterSet: scope.characterSet,
      isSigned: scope.isSigned,
      extent: Extent(
        start: scope.start, content: scope.content, contentEnd: offset, end: end ?? offset, isUndefined: end != nil),
      origin: origin, depth: scope.depth)
    if !isStopped { noteRepeated(in: dataSet, of: scope.group) }
    return dataSet
  }

  /// What an element says of those around it.
  private mutating func look(at element: Element, _ scope: inout Scope, _ hasSignDependent: inout Bool) throws {
    if element.tag == .specificCharacterSet {
      if case .bytes(let bytes) = element.content {
        scope.characterSet = CharacterSet(declared: bytes, undeclared: origin.options.undeclaredText)
        if let term = scope.characterSet.unknownTerm {
          note(
            Irregularity(
              .characterSet, "the standard has no character set \(term.quoted)", tag: element.tag,
              offset: element.offset))
        }
      }
    } else if element.tag == .pixelRepresentation {
      if case .bytes(let bytes) = element.content { scope.isSigned = bytes.contains(1) }
    } else if element.isSignDependent {
      hasSignDependent = true
    }
  }

  /// Whether a data set of known length, or all of the bytes, ends here.
  private mutating func isEnd(_ offset: Int64, _ scope: Scope) throws -> Bool {
    if let end = scope.end { return offset == end }
    return scope.depth == 0 ? try input.isEnd(offset) : false
  }

  // MARK: What is wrong

  /// Something reaches past the innermost known end: the file's, or that of an item or sequence.
  func overrun(_ offset: Int64, _ bound: Int64, _ tag: Tag? = nil) -> DICOMError {
    if bound == input.size ?? Parser.unbounded { return Input.cut(offset, tag) }
    return DICOMError(.malformed, "this reaches past the end of the item that it is in", tag: tag, offset: offset)
  }

  /// Something is unusual, and yet clear.
  mutating func note(_ irregularity: Irregularity) { irregularities.add(irregularity) }

  /// Something is wrong that leaves the rest readable.
  private mutating func note(_ error: any Error) throws {
    guard isTolerant, let error = error as? DICOMError else { throw error }
    if damage == nil { damage = error }
  }

  /// Something is wrong after which nothing makes sense.
  private mutating func stop(_ error: any Error) throws {
    try note(error)
    isStopped = true
  }

  mutating func count(_ offset: Int64, _ tag: Tag) throws {
    elementsLeft -= 1
    if elementsLeft < 0 {
      throw DICOMError(
        .tooManyElements,
        "the file has more than \(limits.elements) elements; if it is meant, raise max_elements in [dicom]", tag: tag,
        offset: offset)
    }
  }

  /// Sequences give way before this; what is left is elements of one data set, and of those around it.
  private mutating func keepOne(_ tag: Tag, _ offset: Int64) throws {
    kept += 1
    guard kept <= limits.keptElements else {
      throw DICOMError(
        .tooManyElements,
        "a data set has more than \(limits.keptElements) elements of its own; if it is meant, raise max_kept_elements in "
          + "[dicom]", tag: tag, offset: offset)
    }
  }

  /// What was kept is let go.
  mutating func forget() { restore(Account(kept: 0, bytes: limits.headerBytes / 4, windows: limits.headerBytes / 4)) }

  /// What was in memory when a sequence began.
  private struct Account {
    var kept, bytes, windows: Int
  }

  private var account: Account { Account(kept: kept, bytes: bytesLeft, windows: windowBytesLeft) }

  private mutating func restore(_ account: Account) {
    kept = account.kept
    bytesLeft = account.bytes
    windowBytesLeft = account.windows
    heldWindow = -1
  }

  // MARK: Values

  private mutating func element(_ head: Header, at offset: Int64, _ scope: Scope) throws -> Element {
    let tag = head.tag
    try count(offset, tag)
    if tag.group == 0xFFFE {
      throw DICOMError(.malformed, "an item or a delimiter where an element should be", tag: tag, offset: offset)
    }
    guard let length = head.length else { return try undefined(head, at: offset, scope) }

    func element(_ content: Element.Content, end: Int64) -> Element {
      let extent = Extent(start: offset, content: head.content, contentEnd: end, end: end, isUndefined: false)
      return Element(tag: tag, vr: head.vr, content: content, extent: extent, encoding: head.encoding)
    }
    var end = head.content + Int64(length)
    let isCut = end > scope.bound
    if isCut {
      try note(overrun(offset, scope.bound, tag))
      end = scope.bound
    }
    defer { if isCut { isStopped = true } }
    if head.vr == .sq {
      return element(try items(tag, from: head.content, to: end, inner(head, scope), scope).0, end: end)
    }
    if head.vr == .un, length > 0, !isCut, DataDictionary.vr(tag) == .sq,
      let items = try knownSequence(tag, from: head.content, to: end, scope)
    {
      return element(items, end: end)
    }
    let count = Int(end - head.content)
    // What says how others are read is short, and always kept.
    if tag.isPixelData || count > limits.valueBytes || count > bytesLeft && count > Parser.alwaysKept {
      return element(.onDisk, end: end)
    }
    bytesLeft -= min(count, bytesLeft)
    return element(.bytes(try value(head.content, count)), end: end)
  }

  private static let alwaysKept = 64

  /// A value as a view of the window that it came with, which costs nothing, but keeps all of the window in memory. Where
  /// that adds up, as in a file of little values between long ones, it is copied.
  private mutating func value(_ offset: Int64, _ count: Int) throws -> ArraySlice<UInt8> {
    let view = try input.slice(offset, count)
    if input.windowNumber == heldWindow { return view }
    guard input.windowSize <= windowBytesLeft else { return Array(view)[...] }
    windowBytesLeft -= input.windowSize
    heldWindow = input.windowNumber
    return view
  }

  /// An element that a delimiter closes: fragments, or items.
  private mutating func undefined(_ head: Header, at offset: Int64, _ scope: Scope) throws -> Element {
    let content: Element.Content
    let contentEnd, end: Int64
    var vr = head.vr
    if head.tag.isPixelData || [.ob, .ow, .of, .od, .ol, .ov].contains(head.vr) {
      let count: Int
      (count, contentEnd, end) = try fragments(head, inner(head, scope), scope)
      content = .fragments(count)
      // The dictionary's VR is that of pixels which are not encapsulated (PS3.5 A.4).
      if !head.encoding.isExplicit { vr = .ob }
    } else {
      (content, contentEnd, end) = try items(head.tag, from: head.content, to: nil, inner(head, scope), scope)
    }
    let extent = Extent(
      start: offset, content: head.content, contentEnd: contentEnd, end: end, isUndefined: true)
    return Element(tag: head.tag, vr: vr, content: content, extent: extent, encoding: head.encoding)
  }

  /// Whatever is within UN is implicit little endian (PS3.5 6.2.2).
  private func inner(_ head: Header, _ scope: Scope) -> Encoding { head.vr == .un ? .implicitLittle : scope.encoding }

  /// A sequence that was written as UN of known length; what cannot be read so is left as bytes.
  private mutating func knownSequence(
    _ tag: Tag, from: Int64, to end: Int64, _ scope: Scope
  ) throws -> Element.Content? {
    // Its items lie within the window as a rule; what is being inflated cannot be gone back to otherwise.
    guard input.holds(from, end) else { return nil }
    var attempt = Parser(self, isTolerant: false)
    do {
      let items = try attempt.items(tag, from: from, to: end, .implicitLittle, scope).0
      self = Parser(attempt, isTolerant: isTolerant)
      return items
    } catch let error as DICOMError {
      // All of its bytes are there: where they end too early, or are zeros, they are no sequence.
      guard [.malformed, .truncated].contains(error.code) else { throw error }
      // What was spent on the attempt stays spent, so that a hostile file cannot ask for it again and again.
      elementsLeft = attempt.elementsLeft
      return nil
    }
  }

  private init(_ other: Parser, isTolerant: Bool) {
    input = other.input
    origin = other.origin
    limits = other.limits
    self.isTolerant = isTolerant
    damage = other.damage
    irregularities = other.irregularities
    openValue = other.openValue
    isStopped = other.isStopped
    elementsLeft = other.elementsLeft
    kept = other.kept
    bytesLeft = other.bytesLeft
    windowBytesLeft = other.windowBytesLeft
    heldWindow = other.heldWindow
  }

  /// The items of a sequence, where they end, and where the sequence does (PS3.5 7.5).
  private mutating func items(
    _ tag: Tag, from: Int64, to end: Int64?, _ encoding: Encoding, _ scope: Scope
  ) throws -> (Element.Content, Int64, Int64) {
    guard scope.depth < limits.depth else {
      throw DICOMError(
        .tooDeep, "sequences lie more than \(limits.depth) deep; if it is meant, raise max_depth in [dicom]", tag: tag,
        offset: from)
    }
    let account = account
    var itemCount = 0
    var isKept = true
    var content: Element.Content { isKept ? .items(items) : .itemsOnDisk(itemCount) }
    let bound = end ?? scope.bound
    var items: [DataSet] = []
    var offset = from
    do {
      while offset != end, !isStopped {
        let head = try header(at: offset, encoding, bound)
        if head.tag == .sequenceDelimiter, end == nil { return (content, offset, head.content) }
        if head.tag == .sequenceDelimiter || head.tag == .itemDelimiter {
          try count(offset, tag)
          noteDelimiter(head, isCounted: head.content == end, in: tag)
          offset = head.content
          continue
        }
        guard head.tag == .item else {
          throw DICOMError(.malformed, "no item where one should be, but \(head.tag)", tag: tag, offset: offset)
        }
        try count(offset, tag)
        var itemEnd = head.length.map { head.content + Int64($0) }
        let isCut = itemEnd.map { $0 > bound } ?? false
        if isCut {
          try note(overrun(offset, bound, tag))
          itemEnd = bound
        }
        let item = try dataSet(
          Scope(
            start: offset, content: head.content, end: itemEnd, bound: itemEnd ?? bound, encoding: encoding,
            characterSet: scope.characterSet, isSigned: scope.isSigned, depth: scope.depth + 1))
        itemCount += 1
        kept += 1
        if isKept { items.append(item) }
        // A sequence that is too long for all of it to be kept is read again when its items are asked for.
        if !isKept || kept > limits.keptElements / 2 {
          isKept = false
          items = []
          restore(account)
        }
        if isCut { isStopped = true }
        offset = item.extent.end
      }
    } catch {
      try stop(error)
    }
    return (content, offset, offset)
  }

  /// Steps over the fragments of an encapsulated value, and tells where they and it end (PS3.5 A.4).
  private mutating func fragments(
    _ head: Header, _ encoding: Encoding, _ scope: Scope
  ) throws -> (Int, Int64, Int64) {
    let bound = scope.bound
    var offset = head.content
    var count = 0
    var last: Range<Int64>?
    do {
      while true {
        if scope.depth == 0, try endsOpen(head.tag, at: offset, encoding, last) {
          openValue = OpenValue(tag: head.tag, fragments: count, last: last ?? offset..<offset)
          return (count, offset, offset)
        }
        let fragment = try header(at: offset, encoding, bound)
        if fragment.tag == .sequenceDelimiter { return (count, offset, fragment.content) }
        guard fragment.tag == .item, let length = fragment.length else {
          throw DICOMError(.malformed, "no fragment where one should be", tag: head.tag, offset: offset)
        }
        try self.count(offset, head.tag)
        guard Int64(length) <= bound - fragment.content else { throw overrun(offset, bound, head.tag) }
        offset = fragment.content + Int64(length)
        last = fragment.content..<offset
        count += 1
      }
    } catch {
      try stop(error)
    }
    return (count, offset, offset)
  }
}
