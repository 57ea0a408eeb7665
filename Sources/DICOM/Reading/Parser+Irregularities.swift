/// What breaks the standard, and is read all the same.
extension Parser {
  /// An encapsulated value that no delimiter closes.
  struct OpenValue {
    let tag: Tag
    /// How many fragments it has, the offset table among them.
    let fragments: Int
    /// Where the last of them lies.
    let last: Range<Int64>
  }

  /// Where the first element is: a stray byte before it is stepped over.
  mutating func behindStrayByte(_ offset: Int64) -> Int64 {
    guard let size = input.size, let group = Start.group(&input, at: offset), group > 0x00FF,
      Start.hasStrayByte(&input, at: offset, size: size)
    else { return offset }
    note(Irregularity(.strayByte, "a byte that belongs to nothing stands before the first element", offset: offset))
    return offset + 1
  }

  // MARK: Delimiters

  /// Whether this is a delimiter that closes nothing, to be stepped over. Within an item of unknown length a sequence
  /// delimiter says that the item's own is missing.
  mutating func isStray(_ head: Header, _ scope: Scope) throws -> Bool {
    switch head.tag {
    case .itemDelimiter: break
    case .sequenceDelimiter where scope.depth == 0 || scope.end != nil: break
    // An item without anything in it; one that has something would be data of nobody.
    case .item where scope.depth == 0 && head.length == 0: break
    default: return false
    }
    try count(head.start, head.tag)
    noteDelimiter(head, isCounted: scope.depth > 0 && head.content == scope.end, in: head.tag)
    return true
  }

  mutating func noteDelimiter(_ head: Header, isCounted: Bool, in tag: Tag) {
    note(
      isCounted
        ? Irregularity(
          .countedDelimiter, "a delimiter is counted within the length of what it ends", tag: tag, offset: head.start)
        : Irregularity(.strayDelimiter, "a delimiter closes nothing", tag: head.tag, offset: head.start))
  }

  /// Whether an encapsulated value of the top level ends here without its delimiter: at the end of the file, before padding,
  /// or before another element.
  mutating func endsOpen(_ tag: Tag, at offset: Int64, _ encoding: Encoding, _ last: Range<Int64>?) throws -> Bool {
    // Of what is being inflated, the end is that of a stream that is checked by itself.
    guard let size = input.size, last != nil else { return false }
    if offset < size {
      let next = try tag16(at: offset, encoding)
      guard next != .item, next != .sequenceDelimiter else { return false }
      guard next == .itemDelimiter || next.map({ $0.group > tag.group }) ?? true || paddingBytes(from: offset) != nil
      else {
        return false
      }
    }
    note(Irregularity(.missingDelimiter, "no delimiter ends the encapsulated value", tag: tag, offset: offset))
    return true
  }

  /// The tag at `offset`; nil where the file ends before it.
  private mutating func tag16(at offset: Int64, _ encoding: Encoding) throws -> Tag? {
    guard let size = input.size, size - offset >= 8 else { return nil }
    let at = try input.load(offset, 4)
    return Tag(input.u16(at, encoding), input.u16(at + 2, encoding))
  }

  // MARK: Padding

  /// Whether nothing but padding follows: bytes that are all zeros, all spaces or all ones.
  mutating func isPadding(from offset: Int64, _ scope: Scope) throws -> Bool {
    guard scope.group == nil else { return false }
    // Nearly always an element follows.
    if let at = input.present(offset, 8) {
      let first = input.u64(at)
      guard first == 0 || first == 0x2020_2020_2020_2020 || first == .max else { return false }
    }
    guard let padding = paddingBytes(from: offset) else { return false }
    self.padding = (padding.fill, offset)
    note(
      Irregularity(.padding, "\(padding.count) bytes of padding follow the data set", offset: offset))
    return true
  }

  /// What padding may consist of.
  private static let fills: [UInt8] = [0, 0x20, 0xFF]

  /// How many bytes of padding there are from `offset` to the end; nil where something else is.
  private mutating func paddingBytes(from offset: Int64) -> (fill: UInt8, count: Int64)? {
    var end = offset
    var fill: UInt8?
    // Few bytes first: they nearly always begin an element.
    var count = 8
    while let bytes = upcoming(end, count, from: offset), let first = bytes.first {
      let expected = fill ?? first
      guard Parser.fills.contains(expected), bytes.allSatisfy({ $0 == expected }) else { return nil }
      fill = expected
      end += Int64(bytes.count)
      count = 64 << 10
    }
    return fill.map { ($0, end - offset) }
  }

  /// The next bytes, at most `count`; nil at the end. What is being inflated is looked at within a window.
  private mutating func upcoming(_ offset: Int64, _ count: Int, from place: Int64) -> ArraySlice<UInt8>? {
    if let size = input.size {
      let count = Int(min(Int64(count), size - offset))
      return count > 0 ? input.look(offset, count, from: place) : nil
    }
    for count in [count, 8, 7, 6, 5, 4, 3, 2, 1] where input.holds(place, offset + Int64(count)) {
      return try? input.slice(offset, count)
    }
    return nil
  }

  // MARK: Repetitions

  /// The file meta information may stand there twice, and its elements in the data set; of the lengths of groups nobody
  /// minds either.
  mutating func noteRepeated(in dataSet: DataSet, of group: UInt16?) {
    if group == nil, let meta = dataSet.misplacedMeta {
      note(
        Irregularity(
          .metaInDataSet, "file meta information stands in the data set", tag: meta.tag, offset: meta.offset))
    }
    for (element, first) in dataSet.repetitions where !element.tag.isGroupLength {
      let isSame = isSame(element, first)
      note(
        Irregularity(
          isSame ? .repeated : .contradictory,
          isSame ? "this element occurs twice, with one value" : "this element occurs twice, with different values",
          tag: element.tag, offset: element.offset))
    }
  }

  /// Whether two elements have the same bytes, apart from padding at their end.
  private mutating func isSame(_ one: Element, _ other: Element) -> Bool {
    if case .bytes(let bytes) = one.content, case .bytes(let others) = other.content {
      func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        bytes[..<((bytes.lastIndex { $0 != 0 && $0 != 0x20 }).map { $0 + 1 } ?? bytes.startIndex)]
      }
      return trimmed(bytes).elementsEqual(trimmed(others))
    }
    guard input.size != nil, one.length == other.length else { return false }
    var done: Int64 = 0
    while done < one.length {
      let count = Int(min(one.length - done, 64 << 10))
      guard let bytes = input.look(one.extent.content + done, count, from: one.extent.start),
        let others = input.look(other.extent.content + done, count, from: other.extent.start),
        bytes.elementsEqual(others)
      else { return false }
      done += Int64(count)
    }
    return true
  }
}
