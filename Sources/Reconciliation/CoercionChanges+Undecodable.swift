import DICOM

extension CoercionChanges {
  /// What tells of text that was in no character set, and was rewritten with all other text (PS3.3 C.12.1.1.9.2).
  ///
  /// Validators allow one such value in a record; of a file that has very many, the last record has all that are left.
  static func records(of texts: [UndecodableText]) -> [Record] {
    var records = texts.prefix(mostRecords).map(record)
    for text in texts.dropFirst(mostRecords) {
      let last = records.count - 1
      let more = record(text)
      records[last].nonconforming += more.nonconforming
      let tag = text.sequences.first?.tag ?? text.tag
      records[last].original.set(tag, .empty, vr: text.sequences.isEmpty ? text.vr : .sq)
    }
    return records
  }

  static let mostRecords = 32

  private static func record(_ text: UndecodableText) -> Record {
    var item = NewDataSet()
    item.set(.selectorAttribute, .tags([text.tag]))
    item.set(.selectorValueNumber, .integer(1))
    if !text.sequences.isEmpty {
      item.set(.selectorSequencePointer, .tags(text.sequences.map(\.tag)))
      item.set(.selectorSequencePointerItems, .integers(text.sequences.map { $0.item + 1 }))
    }
    item.set(.nonconformingDataElementValue, .bytes(text.bytes))
    var record = Record()
    record.nonconforming = [item]
    record.original.set(text.sequences.first?.tag ?? text.tag, .empty, vr: text.sequences.isEmpty ? text.vr : .sq)
    return record
  }
}
