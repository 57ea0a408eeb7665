/// One way in which two files differ.
public struct Difference: Hashable, Sendable {
  /// Where, in the notation of `TagPath`: `(0010,1002)[0].(0010,0020)`.
  public let path: String
  /// The element.
  public let tag: Tag
  /// What the first file has there, for people; nil where it has no such element or item.
  public let left: String?
  /// What the second file has there.
  public let right: String?
}

/// How two files are compared.
public struct Comparison: Sendable {
  /// Whether elements are different that mean the same in different bytes: another character set, padding, VR or length
  /// form; and whether (FFFC,FFFC) Data Set Trailing Padding counts, which means nothing (PS3.10 7.2). Byte order never
  /// does.
  public var isExact = false
  /// Whether the file meta information is compared.
  public var includesMeta = true
  /// What is not compared: an element with all that is in it, in whatever item of a sequence.
  public var ignored: Set<Tag> = []
  /// How much of a value a difference shows, in characters.
  public var valueLimit = 60

  /// A comparison of all elements, by what they mean.
  public init() {}

  /// Finds the differences in the order of the tags, at every depth; items are compared by their numbers, long values
  /// and pixel data as a stream. Group lengths do not count: they are of the encoding.
  ///
  /// Throws `.unreadable` where one of the files is gone, or changed since it was read.
  public func differences(
    _ left: DICOMFile, _ right: DICOMFile, _ found: (Difference) throws -> Void
  ) throws {
    if includesMeta { try compare(left.meta, right.meta, "", found) }
    try compare(left.dataSet, right.dataSet, "", found)
  }

  private func compare(
    _ left: DataSet, _ right: DataSet, _ path: String, _ found: (Difference) throws -> Void
  ) throws {
    let (lefts, rights) = (keyed(left), keyed(right))
    for key in Set(lefts.keys).union(rights.keys).sorted() {
      let (one, other) = (lefts[key], rights[key])
      func tell(_ left: String?, _ right: String?) throws {
        try found(Difference(path: "\(path)\(key.tag)", tag: key.tag, left: left, right: right))
      }
      guard let one, let other else {
        try tell(one.map { brief($0, left) }, other.map { brief($0, right) })
        continue
      }
      if one.itemCount != nil, other.itemCount != nil {
        let (leftItems, rightItems) = (try ItemIterator(one, of: left), try ItemIterator(other, of: right))
        var index = 0
        while true {
          let place = "\(path)\(key.tag)[\(index)]"
          switch (try leftItems.next(), try rightItems.next()) {
          case (nil, nil): index = -1
          case (let left?, let right?): try compare(left, right, place + ".", found)
          case (let item?, nil):
            let text = "an item with \(item.elements.count) elements"
            try found(Difference(path: place, tag: key.tag, left: text, right: nil))
          case (nil, let item?):
            let text = "an item with \(item.elements.count) elements"
            try found(Difference(path: place, tag: key.tag, left: nil, right: text))
          }
          if index < 0 { break }
          index += 1
        }
      } else if let difference = try difference(one, left, other, right) {
        try tell(difference.left, difference.right)
      }
    }
  }

  /// A tag, and which of the elements that have it.
  private struct Key: Hashable, Comparable {
    var tag: Tag
    var number: Int

    static func < (left: Key, right: Key) -> Bool { (left.tag, left.number) < (right.tag, right.number) }
  }

  private func keyed(_ dataSet: DataSet) -> [Key: Element] {
    var keyed: [Key: Element] = [:]
    var seen: [Tag: Int] = [:]
    for element in dataSet.elements where !isIgnored(element.tag) {
      keyed[Key(tag: element.tag, number: seen[element.tag, default: 0])] = element
      seen[element.tag, default: 0] += 1
    }
    return keyed
  }

  private func isIgnored(_ tag: Tag) -> Bool {
    tag.isGroupLength || ignored.contains(tag) || !isExact && tag == .dataSetTrailingPadding
  }

  private func brief(_ element: Element, _ dataSet: DataSet) -> String {
    "\(element.vr) \(dataSet.describe(element, limit: valueLimit))"
  }

  // MARK: Values

  private func difference(
    _ one: Element, _ left: DataSet, _ other: Element, _ right: DataSet
  ) throws -> (left: String, right: String)? {
    func difference(_ note: String = "") -> (String, String) {
      (brief(one, left), brief(other, right) + note)
    }
    if one.effectiveVR != other.effectiveVR, isExact || !isSame(one.effectiveVR, other.effectiveVR) {
      return difference()
    }
    if isExact, one.vr != other.vr || one.hasUndefinedLength != other.hasUndefinedLength { return difference() }
    if !isExact, try isSameText(one, left, other, right) { return nil }
    switch (one.content, other.content) {
    case (.items, _), (_, .items), (.itemsOnDisk, _), (_, .itemsOnDisk):
      return one.length == 0 && other.length == 0 ? nil : difference()
    case (.fragments, .bytes), (.fragments, .onDisk), (.bytes, .fragments), (.onDisk, .fragments): return difference()
    case (.fragments, .fragments), (.bytes, _), (.onDisk, _): break
    }
    guard one.length == other.length else { return difference() }
    guard let offset = try firstDifference(one, left, other, right) else { return nil }
    return difference(offset < 64 && one.length <= 64 ? "" : " (from byte \(offset) of the value)")
  }

  /// Representations that differ only in how the value is written.
  private func isSame(_ one: VR, _ other: VR) -> Bool {
    Set([one, other]).isSubset(of: [.ob, .ow, .un]) || one == .un || other == .un
  }

  private func isSameText(_ one: Element, _ left: DataSet, _ other: Element, _ right: DataSet) throws -> Bool {
    let vr = one.effectiveVR
    guard vr == other.effectiveVR, vr.isPlainText || vr.isEncodedText,
      one.tag != .specificCharacterSet, let text = try? left.strings(one), let otherText = try? right.strings(other)
    else { return false }
    func trimmed(_ values: [String]) -> [String] { values == [""] ? [] : values }
    return trimmed(text) == trimmed(otherText)
  }

  /// Where two values of the same length begin to differ, in whatever byte order they are written.
  private func firstDifference(
    _ one: Element, _ left: DataSet, _ other: Element, _ right: DataSet
  ) throws -> Int64? {
    let turned = one.valueEncoding.isBigEndian ? one : other
    let wordSize = one.valueEncoding.isBigEndian != other.valueEncoding.isBigEndian ? turned.effectiveVR.wordSize : 1
    return try left.reading(one) { ours in
      try right.reading(other) { theirs in
        var offset: Int64 = 0
        while offset < one.length {
          let count = Int(min(one.length - offset, 1 << 18))
          var bytes = Array(try ours(offset, count))
          let others = try theirs(offset, count)
          bytes.swapWords(wordSize)
          if !bytes.elementsEqual(others) {
            let place = zip(bytes, others).enumerated().first { $0.element.0 != $0.element.1 }?.offset
            return offset + Int64(place ?? 0)
          }
          offset += Int64(count)
        }
        return nil
      }
    }
  }
}

extension DataSet {
  /// Gives a reader of the value's bytes, from what was kept or from the file.
  fileprivate func reading<T>(
    _ element: Element, _ body: ((Int64, Int) throws -> ArraySlice<UInt8>) throws -> T
  ) throws -> T {
    if case .bytes(let bytes) = element.content {
      return try body { offset, count in bytes.dropFirst(Int(offset)).prefix(count) }
    }
    return try DICOMError.naming(origin.path) {
      try origin.reading { input in
        var input = input
        return try body { offset, count in try input.slice(element.valueOffset + offset, count) }
      }
    }
  }
}
