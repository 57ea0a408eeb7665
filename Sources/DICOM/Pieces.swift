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

/// The elements of a data set on their way into a new file.
struct Parts {
  private var parts: [(tag: Tag, pieces: Pieces)] = []
  private(set) var changedGroups: Set<UInt16> = []

  var isChanged: Bool { !changedGroups.isEmpty }

  mutating func keep(_ element: Element) {
    var pieces = Pieces()
    pieces.append(copy: element.extent.start, to: element.extent.end)
    parts.append((element.tag, pieces))
  }

  /// `nil` leaves the element out.
  mutating func change(_ tag: Tag, to pieces: Pieces?) {
    changedGroups.insert(tag.group)
    if let pieces { parts.append((tag, pieces)) }
  }

  /// All of them, without the group lengths of changed groups: they are retired, and would be wrong (PS3.5 7.2).
  func joined() -> Pieces {
    var joined = Pieces()
    for part in parts where !(part.tag.isGroupLength && changedGroups.contains(part.tag.group)) {
      joined.append(part.pieces)
    }
    return joined
  }
}
