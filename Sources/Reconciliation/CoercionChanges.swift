import DICOM

/// The changes to one instance as they are collected, with what they replace.
struct CoercionChanges {
  let dataSet: DataSet
  var edit = Edit()
  /// What the Original Attributes Sequence is to have of them; the first record takes all but what it has no room for.
  private(set) var records = [Record()]

  /// What one item of the Original Attributes Sequence tells.
  struct Record {
    /// The item of (0400,0550): the attributes as they were.
    var original = NewDataSet()
    /// The items of (0400,0551): values that break their VR, as bytes. Validators allow one.
    var nonconforming: [NewDataSet] = []
  }

  init(_ dataSet: DataSet) { self.dataSet = dataSet }

  /// Whether the attribute is anything but this one value.
  func differs(_ tag: Tag, _ text: String) -> Bool { dataSet.conforming(tag) != text }

  /// Sets the attribute unless it is that value already.
  mutating func set(_ tag: Tag, to text: String) {
    if differs(tag, text) { overwrite(tag, with: text) }
  }

  /// Sets the attribute, and keeps what it was.
  mutating func overwrite(_ tag: Tag, with text: String) {
    keep(tag)
    edit.set(tag, .string(text))
  }

  /// Empties the attribute if it has a value.
  mutating func blank(_ tag: Tag) {
    guard let element = dataSet[tag], element.length > 0 else { return }
    keep(tag)
    edit.set(tag, .empty)
  }

  /// Removes the attribute if it is there.
  mutating func remove(_ tag: Tag) {
    guard dataSet[tag] != nil else { return }
    keep(tag)
    edit.remove(tag)
  }

  /// Adds an item; a change within a sequence keeps all of the old one. What stands there instead of a sequence goes.
  mutating func append(_ item: NewDataSet, to tag: Tag) {
    keep(tag)
    if replaced.insert(tag).inserted { makeSequence(tag) }
    edit.append(item: item, to: tag)
  }

  /// Makes an empty sequence of an attribute that has something else.
  mutating func makeSequence(_ tag: Tag) {
    guard let element = dataSet[tag], !element.isSequence else { return }
    keep(tag)
    edit.set(tag, .items([]), vr: .sq)
  }

  /// Puts the attribute as it is into the record of originals, once.
  mutating func keep(_ tag: Tag) {
    guard let element = dataSet[tag], kept.insert(tag).inserted else { return }
    if !dataSet.conforms(element), case let bytes? = try? dataSet.bytes(tag) {
      keep(bytes, of: element)
    } else {
      records[0].original.setOriginal(tag)
    }
    // An item has each attribute once: of one that is there several times, the others' bytes.
    for other in dataSet.elements where other.tag == tag && other.offset != element.offset {
      guard case .bytes(let bytes) = other.content, element.keptBytes != bytes else { continue }
      if records.count < Self.mostRecords { keep(Array(bytes), of: other, inRecordOfItsOwn: true) }
    }
  }

  private mutating func keep(_ bytes: [UInt8], of element: Element, inRecordOfItsOwn other: Bool = false) {
    let tag = element.tag
    // PS3.3 C.12.1.1.9: such an attribute stands there empty, and its bytes apart.
    var item = NewDataSet()
    item.set(.selectorAttribute, .tags([tag]))
    item.set(.selectorValueNumber, .integer(1))
    item.set(.nonconformingDataElementValue, .bytes(bytes))
    if !records[0].nonconforming.isEmpty || other { records.append(Record()) }
    let record = records.count - 1
    records[record].original.set(tag, .empty, vr: element.vr)
    records[record].nonconforming = [item]
  }

  /// What is in the record of originals: it was changed, or is to be.
  private(set) var kept: Set<Tag> = []
  private var replaced: Set<Tag> = []
}

extension Element {
  /// The value, where it is kept.
  fileprivate var keptBytes: ArraySlice<UInt8>? { if case .bytes(let bytes) = content { bytes } else { nil } }
}
