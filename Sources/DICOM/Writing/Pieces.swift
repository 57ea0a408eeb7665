/// What a new file consists of: new bytes, and ranges copied from the old one.
struct Pieces {
  enum Piece {
    case bytes([UInt8])
    case copy(Range<Int64>)
  }

  private(set) var pieces: [Piece] = []
  /// Length in bytes.
  private(set) var count: Int64 = 0

  init() {}

  init(_ bytes: [UInt8]) { append(bytes) }

  /// Neighbours grow together, so that an untouched stretch is one copy however many elements it holds.
  mutating func append(copy start: Int64, to end: Int64) {
    guard start < end else { return }
    count += end - start
    if case .copy(let last)? = pieces.last, last.upperBound == start {
      pieces[pieces.count - 1] = .copy(last.lowerBound..<end)
    } else {
      pieces.append(.copy(start..<end))
    }
  }

  mutating func append(_ bytes: [UInt8]) {
    guard !bytes.isEmpty else { return }
    count += Int64(bytes.count)
    pieces.append(.bytes(bytes))
  }

  mutating func append(_ other: Pieces) {
    for piece in other.pieces {
      switch piece {
      case .bytes(let bytes): append(bytes)
      case .copy(let range): append(copy: range.lowerBound, to: range.upperBound)
      }
    }
  }
}

extension Pieces {
  /// The same with every range that goes back behind an earlier one loaded: what is inflated is read only forwards.
  func ascending(in origin: Origin) throws -> Pieces {
    var end: Int64 = 0
    var backward: [Range<Int64>] = []
    for case .copy(let range) in pieces {
      if range.lowerBound < end { backward.append(range) }
      end = max(end, range.upperBound)
    }
    var loaded: [Range<Int64>: [UInt8]] = [:]
    var left = backward.sorted { $0.lowerBound < $1.lowerBound }
    while !left.isEmpty {
      // One reading for all that do not overlap: for more than one only if something is kept twice.
      var later: [Range<Int64>] = []
      try origin.reading { input in
        var end: Int64 = 0
        for range in left where loaded[range] == nil {
          if range.lowerBound < end {
            later.append(range)
          } else {
            guard range.count <= origin.options.limits.textBytes else {
              throw DICOMError(.valueTooLong, "a value of \(range.count) bytes cannot be kept twice")
            }
            loaded[range] = try input.bytes(range.lowerBound, range.count)
            end = range.upperBound
          }
        }
      }
      left = later
    }
    var result = Pieces()
    end = 0
    for piece in pieces {
      switch piece {
      case .copy(let range) where range.lowerBound < end: result.append(loaded[range] ?? [])
      case .copy(let range): result.append(copy: range.lowerBound, to: range.upperBound)
      case .bytes(let bytes): result.append(bytes)
      }
      if case .copy(let range) = piece { end = max(end, range.upperBound) }
    }
    return result
  }
}

/// The elements of a data set on their way into a new file.
struct Parts {
  private var parts: [(tag: Tag, part: Part)] = []
  /// The elements that are new, gone, or not as they were.
  private(set) var changed: Set<Tag> = []

  /// Most elements stay as they are, and cost nothing but their place.
  private enum Part {
    case old(Extent, Encoding)
    case new(Pieces)

    var count: Int64 {
      switch self {
      case .old(let extent, _): extent.end - extent.start + (extent.isOpen ? 8 : 0)
      case .new(let pieces): pieces.count
      }
    }
  }

  var isChanged: Bool { !changed.isEmpty }

  mutating func keep(_ element: Element) { parts.append((element.tag, .old(element.extent, element.encoding))) }

  /// `nil` leaves the element out.
  mutating func change(_ tag: Tag, to pieces: Pieces?) {
    changed.insert(tag)
    if let pieces { parts.append((tag, .new(pieces))) }
  }

  /// Puts something else in the place of an element that was kept, or nothing.
  mutating func replace(_ tag: Tag, with pieces: Pieces?) {
    changed.insert(tag)
    guard let index = parts.firstIndex(where: { $0.tag == tag }) else { return }
    if let pieces { parts[index].part = .new(pieces) } else { parts.remove(at: index) }
  }

  /// All of them, without the group lengths of changed groups: they are retired, and would be wrong (PS3.5 7.2); and so
  /// would Length to End be.
  private var lasting: [(tag: Tag, part: Part)] {
    guard isChanged else { return parts }
    return parts.filter { tag, _ in
      !(tag.isGroupLength && changed.contains { $0.group == tag.group }) && tag != .lengthToEnd
    }
  }

  /// Everything in its order.
  func joined() -> Pieces {
    var joined = Pieces()
    for (_, part) in lasting {
      switch part {
      case .old(let extent, let encoding):
        joined.append(copy: extent.start, to: extent.end)
        // What may follow in the new file would be taken for a part of it.
        if extent.isOpen { joined.append(encoding.sequenceDelimiter) }
      case .new(let pieces): joined.append(pieces)
      }
    }
    return joined
  }

  /// The tag of the first element that `new` does not read as it was meant: one that stayed is read from the same
  /// bytes, and one that is new takes as many as were written.
  func firstMisread(in new: DataSet) -> Tag? {
    let expected = lasting
    for ((tag, part), element) in zip(expected, new.elements) {
      guard tag == element.tag, part.count == element.extent.end - element.extent.start else { return tag }
      if case .old(let extent, let encoding) = part,
        encoding != element.encoding || extent.headerLength != element.extent.headerLength
      {
        return tag
      }
    }
    if expected.count == new.elements.count { return nil }
    return (expected.dropFirst(new.elements.count).first?.tag) ?? new.elements.last?.tag
  }
}

extension Extent {
  fileprivate var headerLength: Int64 { content - start }

  /// Whether a delimiter should end the value, and there is none.
  fileprivate var isOpen: Bool { isUndefined && contentEnd == end }
}

extension Encoding {
  /// A sequence delimiter: a tag and a length of nothing.
  fileprivate var sequenceDelimiter: [UInt8] {
    bytes(Tag.sequenceDelimiter.group) + bytes(Tag.sequenceDelimiter.element) + bytes(UInt32(0))
  }
}
