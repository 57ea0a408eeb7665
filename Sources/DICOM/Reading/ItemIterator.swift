internal import SystemPackage

/// The items of a sequence one after the other: those that are kept, or as they are read from the file again.
final class ItemIterator {
  private enum Source {
    case kept(IndexingIterator<[DataSet]>)
    case file(Parser, Parser.Scope)
    case none
  }

  private var source: Source
  private let descriptor: FileDescriptor?

  /// The items of one of the data set's elements; none where it is no sequence.
  init(_ element: Element, of dataSet: DataSet) throws {
    switch element.content {
    case .items(let items):
      descriptor = nil
      source = .kept(items.makeIterator())
    case .itemsOnDisk:
      let origin = dataSet.origin
      let (input, descriptor) = try DICOMError.naming(origin.path) { try origin.opened() }
      self.descriptor = descriptor
      // What is wrong with it was told when it was read for the first time.
      let parser = Parser(input, of: origin, isTolerant: true)
      let end = element.extent.contentEnd
      source = .file(
        parser,
        Parser.Scope(
          start: element.extent.content, content: element.extent.content, end: end, bound: end,
          encoding: element.vr == .un ? .implicitLittle : dataSet.encoding, characterSet: dataSet.characterSet,
          isSigned: dataSet.isSigned, depth: dataSet.depth))
    case .bytes, .onDisk, .fragments:
      descriptor = nil
      source = .none
    }
  }

  deinit { try? descriptor?.close() }

  /// The next item; nil at the end.
  func next() throws -> DataSet? {
    switch source {
    case .none: return nil
    case .kept(var items):
      let item = items.next()
      source = .kept(items)
      return item
    case .file(var parser, var scope):
      source = .none
      let item = try parser.item(in: &scope)
      source = .file(parser, scope)
      return item
    }
  }
}

extension DataSet {
  /// Calls `body` with each item of a sequence, however many there are: no more than one of a long sequence is in memory.
  ///
  /// Throws `.unreadable` where the file is gone or changed, and what `body` throws.
  public func forEachItem(of tag: Tag, _ body: (DataSet) throws -> Void) throws {
    guard let element = self[tag] else { return }
    try forEachItem(of: element) { try body($1) }
  }

  /// Calls `body` with the number and the data set of each item of one of this data set's sequences.
  public func forEachItem(of element: Element, _ body: (Int, DataSet) throws -> Void) throws {
    let items = try ItemIterator(element, of: self)
    var index = 0
    while let item = try items.next() {
      try body(index, item)
      index += 1
    }
  }
}

extension Parser {
  /// The item at the start of a sequence's scope, which then begins behind it; nil at the sequence's end.
  mutating func item(in scope: inout Scope) throws -> DataSet? {
    while scope.content < scope.bound {
      let head = try header(at: scope.content, scope.encoding, scope.bound)
      scope.content = head.content
      if head.tag == .itemDelimiter || head.tag == .sequenceDelimiter { continue }
      guard head.tag == .item else { return nil }
      let end = head.length.map { min(head.content + Int64($0), scope.bound) }
      let item = try dataSet(
        Scope(
          start: head.start, content: head.content, end: end, bound: end ?? scope.bound, encoding: scope.encoding,
          characterSet: scope.characterSet, isSigned: scope.isSigned, depth: scope.depth + 1))
      scope.content = max(item.extent.end, end ?? 0)
      forget()
      return item
    }
    return nil
  }
}
