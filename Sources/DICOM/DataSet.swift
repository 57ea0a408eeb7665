/// A data set, or an item of a sequence: the elements in the order of the file.
public struct DataSet: Sendable {
  /// The elements. One may occur twice: the first counts.
  public let elements: [Element]
  let encoding: Encoding
  /// Its own (0008,0005), or that of the data set around it (PS3.3 C.12.1.1.2).
  let characterSet: CharacterSet
  /// Its own (0028,0103), or that of the data set around it: whether values of "US or SS" are signed.
  let isSigned: Bool
  let extent: Extent
  let origin: Origin
  /// How many sequences lie around it.
  let depth: Int
  private let isAscending: Bool
  /// Where each tag is first, in a data set that is out of order.
  private let places: [Tag: Int]

  init(
    _ elements: [Element], isAscending: Bool, encoding: Encoding, characterSet: CharacterSet, isSigned: Bool,
    extent: Extent, origin: Origin, depth: Int
  ) {
    self.elements = elements
    self.isAscending = isAscending
    places = isAscending ? [:] : Dictionary(elements.enumerated().map { ($1.tag, $0) }) { first, _ in first }
    self.encoding = encoding
    self.characterSet = characterSet
    self.isSigned = isSigned
    self.extent = extent
    self.origin = origin
    self.depth = depth
  }

  /// No elements, at a place of a file.
  init(none offset: Int64, of origin: Origin, _ characterSet: CharacterSet) {
    self.init(
      [], isAscending: true, encoding: .implicitLittle, characterSet: characterSet, isSigned: false,
      extent: Extent(start: offset, content: offset, contentEnd: offset, end: offset, isUndefined: false),
      origin: origin, depth: 0)
  }

  /// The first element of file meta information, where a data set has such.
  var misplacedMeta: Element? {
    // In order, they come first.
    isAscending
      ? elements.first.flatMap { $0.tag.group == 0x0002 ? $0 : nil } : elements.first { $0.tag.group == 0x0002 }
  }

  /// The element of that tag, of several the first.
  public subscript(tag: Tag) -> Element? {
    guard isAscending else { return places[tag].map { elements[$0] } }
    var range = elements.startIndex..<elements.endIndex
    while !range.isEmpty {
      let middle = range.lowerBound + range.count / 2
      if elements[middle].tag == tag { return elements[middle] }
      range = elements[middle].tag < tag ? middle + 1..<range.upperBound : range.lowerBound..<middle
    }
    return nil
  }

  /// The items of a sequence; none where the element is absent, empty or no sequence. Of a
  /// sequence that has very many, `forEachItem(of:_:)` takes less memory.
  public func items(_ tag: Tag) -> [DataSet] {
    guard let element = self[tag] else { return [] }
    if case .items(let items) = element.content { return items }
    var items: [DataSet] = []
    try? forEachItem(of: element) { items.append($1) }
    return items
  }

  /// The elements in the order of their tags, which a file need not have.
  var ascendingElements: [Element] { isAscending ? elements : elements.sorted { $0.tag < $1.tag } }

  /// The elements of the standard whose tag occurred before, each with the first of that tag.
  var repetitions: [(element: Element, first: Element)] {
    if isAscending || places.count == elements.count { return [] }
    return elements.enumerated().compactMap { index, element in
      guard !element.tag.isPrivate, let first = places[element.tag], first != index else { return nil }
      return (element, elements[first])
    }
  }

  /// Whether there are elements whose tag occurred before.
  var hasRepetitions: Bool { !isAscending && places.count != elements.count }
}
