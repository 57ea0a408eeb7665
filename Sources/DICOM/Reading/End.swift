/// What the end of a file tells of whether there should be more.
struct End {
  /// The file is certainly not finished.
  private(set) var error: DICOMError?
  /// It may not be finished.
  private(set) var doubt: String?

  init(of dataSet: DataSet, syntax: TransferSyntax, _ parser: Parser) {
    // So ends nearly every image.
    if parser.openValue == nil, parser.padding == nil, dataSet.hasPixelData { return }
    var parser = parser
    let missing = dataSet.missingContent
    if let open = parser.openValue {
      switch dataSet.hasAllFrames(open, syntax, &parser) {
      case false?:
        error = Input.cut(open.last.upperBound, open.tag)
        return
      case nil: doubt = "nothing tells that its encapsulated pixel data, which no delimiter ends, is complete"
      case true?: break
      }
    }
    if let padding = parser.padding {
      // Space that a copy in progress has reserved, and not got to, looks the same.
      if let missing {
        error = Input.cut(padding.start, missing.tag)
        return
      }
      if padding.fill == 0, let last = dataSet.elements.last {
        switch parser.openValue.map({ End.isEmpty($0.last, &parser) }) ?? .no {
        case .all:
          error = Input.cut(padding.start, last.tag)
          return
        case .some: doubt = "zeros at its end may be what a copy has not got to"
        case .no: break
        }
        let value = last.extent.content..<last.extent.contentEnd
        if parser.openValue == nil, !value.isEmpty, End.isEmpty(value, &parser) != .no {
          doubt = doubt ?? "zeros at its end may be what a copy has not got to"
        }
      }
      if !dataSet.endsWithContent {
        doubt = doubt ?? "padding follows, and nothing tells that the data set was complete before it"
      }
    }
    doubt = doubt ?? missing?.reason ?? (dataSet.hasPixelData ? nil : dataSet.shortfall)
  }

  private enum Emptiness { case no, some, all }

  /// Whether a value ends in zeros: in two at least, or in as many as nothing that is encoded does.
  private static func isEmpty(_ value: Range<Int64>, _ parser: inout Parser) -> Emptiness {
    let count = Int(min(value.upperBound - value.lowerBound, 16))
    let start = value.upperBound - Int64(count)
    guard let end = parser.input.look(start, count, from: start) else { return .no }
    let zeros = end.reversed().prefix { $0 == 0 }.count
    return zeros == count ? .all : zeros >= 2 ? .some : .no
  }
}

extension DataSet {
  /// Rows, Columns and Bits Allocated.
  var announcesImage: Bool { [Tag.rows, .columns, .bitsAllocated].allSatisfy { self[$0] != nil } }

  /// Pixel data of any kind, or its URL. An empty value is what a copy has of one whose length it has not got to.
  var hasPixelData: Bool {
    if let last = elements.last, last.tag.isPixelData, last.extent.contentEnd > last.extent.content { return true }
    return self[.pixelDataProviderURL] != nil
      || elements.contains { $0.tag.isPixelData && $0.extent.contentEnd > $0.extent.content }
  }

  /// What the data set announces, or its SOP class cannot do without, and is not there.
  var missingContent: (tag: Tag, reason: String)? {
    if hasPixelData || self[.directoryRecordSequence] != nil { return nil }
    if announcesImage { return (.pixelData, "the file announces an image and has no pixel data") }
    let needed = neededContent.map { [$0] } ?? DataSet.identity
    return needed.first { self[$0] == nil }.map { tag in
      (tag, "the file has no \(tag.keyword ?? "") \(tag), which every object of its SOP class has")
    }
  }

  /// Whether what the data set is about is there, and nothing that must not be missing comes behind it.
  var endsWithContent: Bool {
    if hasPixelData || self[.directoryRecordSequence] != nil { return true }
    guard let content = knownContent, content.isLast else { return false }
    return self[content.tag] != nil
  }

  /// What every object of the standard has (PS3.3 C.7.2.1, C.7.3.1, C.12.1).
  private static let identity: [Tag] = [.sopClassUID, .sopInstanceUID, .studyInstanceUID, .seriesInstanceUID]

  /// The attribute in which an object of the SOP class has what it is about (PS3.3 A): of type 1, and late in the data set.
  private var neededContent: Tag? { knownContent?.tag }

  private var knownContent: (tag: Tag, isLast: Bool)? {
    guard let uid = try? string(.sopClassUID), uid.hasPrefix(End.storage) else { return nil }
    let number = uid.dropFirst(End.storage.count)
    if let content = End.contents.first(where: { number == $0.number || number.hasPrefix($0.number + ".") }) {
      return (content.tag, content.isLast)
    }
    return UIDNames.name(uid)?.contains("Image Storage") == true ? (.pixelData, true) : nil
  }

  /// What the length of the last group, or (0008,0001) Length to End, says is missing.
  fileprivate var shortfall: String? {
    func reach(_ element: Element?) -> Int64? {
      element.flatMap { element in integer(element.tag).map { element.extent.end + Int64($0) } }
    }
    let group = elements.last.flatMap { self[Tag($0.tag.group, 0)] }
    for element in [group, self[.lengthToEnd]].compactMap(\.self) {
      if let end = reach(element), end > extent.contentEnd, element.length == 4 {
        return "\(element.tag) says that the file has \(end - extent.contentEnd) bytes more"
      }
    }
    return nil
  }

  /// Whether all frames are there of an encapsulated value of which the delimiter is missing; nil where that cannot be told.
  fileprivate func hasAllFrames(_ value: Parser.OpenValue, _ syntax: TransferSyntax, _ parser: inout Parser) -> Bool? {
    // The first is the offset table.
    let fragments = value.fragments - 1
    let frames = max(integer(.numberOfFrames) ?? 1, 1)
    if syntax.isVideo { return fragments > 0 ? nil : false }
    guard fragments >= frames else { return false }
    // A frame may take several fragments: its end shows in the last (ISO/IEC 10918-1 B.1.1.3, 15444-1 A.4.4, 14495-1 C.1.1).
    guard syntax.isJPEG else { return fragments == frames ? true : nil }
    let count = Int(min(value.last.upperBound - value.last.lowerBound, 16))
    guard let end = parser.input.look(value.last.upperBound - Int64(count), count, from: value.last.lowerBound),
      let last = end.lastIndex(where: { $0 != 0 })
    else { return false }
    return last > end.startIndex && end[last] == 0xD9 && end[last - 1] == 0xFF
  }
}

extension End {
  fileprivate static let storage = "1.2.840.10008.5.1.4.1.1."

  fileprivate static let contents: [(number: String, tag: Tag, isLast: Bool)] = [
    ("4.2", .spectroscopyData, true), ("9", .waveformSequence, true), ("11", .displayedAreaSelectionSequence, false),
    ("30", .pixelData, true), ("66.4", .pixelData, true), ("66.5", .surfaceSequence, true),
    ("88", .contentSequence, true), ("104", .encapsulatedDocument, true), ("481.2", .pixelData, true),
    ("481.3", .rtroiObservationsSequence, true), ("481.5", .fractionGroupSequence, false),
  ]
}
