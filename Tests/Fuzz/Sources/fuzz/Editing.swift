import DICOM

/// Makes an edit of the last bytes, applies it to a file of the others, and holds the new file against the old.
func edit(_ input: [UInt8]) {
  var bytes = input[...]
  var choices = Choices(takingFrom: &bytes)
  guard case .success(let file) = attempt({ try DICOMFile.read(Array(bytes), options: options) }) else { return }
  expectSameBytes(file, bytes)

  let change = RandomEdit(of: file, &choices)
  guard case .success(let written) = attempt({ try file.bytes(applying: change.edit) }) else { return }
  guard case .success(let new) = attempt({ try DICOMFile.read(written.bytes, options: options) }) else {
    fail("what was written does not read")
  }
  guard new.hasPreamble, new.hasMeta, !new.hasExecutablePreamble else { fail("what was written is no Part 10 file") }
  guard new.transferSyntax == file.transferSyntax else { fail("the transfer syntax changed") }

  var comparison = Comparison()
  comparison.includesMeta = false
  comparison.isExact = !written.report.isTranscoded
  comparison.ignored = change.named
  if written.report.isTranscoded { comparison.ignored.insert(.specificCharacterSet) }
  for path in written.report.undecodable {
    guard let tag = Tag(String(path.suffix(11))) else { fail("\(path) is no place") }
    comparison.ignored.formUnion([tag, .originalAttributesSequence])
  }
  if written.report.removedSignatures > 0 {
    comparison.ignored.formUnion([.digitalSignaturesSequence, .macParametersSequence])
  }
  let result = attempt {
    try comparison.differences(file, new) { difference in
      // New items are told with their sequence, which is named.
      fail("an element that was not named changed: \(difference)")
    }
  }
  if case .failure(let error) = result { fail("the files cannot be compared: \(error)") }
}

/// Writing without an edit gives the same bytes, where nothing has to be added in front.
private func expectSameBytes(_ file: DICOMFile, _ bytes: ArraySlice<UInt8>) {
  guard case .success(let copy) = attempt({ try file.bytes(applying: Edit()) }) else { return }
  if file.hasPreamble, file.hasMeta, !file.hasExecutablePreamble {
    guard copy.bytes.elementsEqual(bytes) else { fail("an empty edit changed the file") }
  }
}

/// Bytes from an input's end, one for each choice; zeros when they are used up.
struct Choices {
  private var bytes: ArraySlice<UInt8>

  /// The last byte says how many there are.
  init(takingFrom input: inout ArraySlice<UInt8>) {
    let count = min(Int(input.popLast() ?? 0) % 64, input.count)
    bytes = input.suffix(count)
    input = input.dropLast(count)
  }

  var isEmpty: Bool { bytes.isEmpty }

  mutating func next(_ count: Int) -> Int {
    guard count > 0 else { return 0 }
    return Int(bytes.popFirst() ?? 0) % count
  }

  mutating func pick<Value>(_ values: [Value]) -> Value { values[next(values.count)] }
}

/// Up to eight changes to places that a file has, and to some that it may not have.
struct RandomEdit {
  private(set) var edit = Edit()
  /// Every tag that a change names, and the private creators that it may add.
  private(set) var named: Set<Tag> = [.lengthToEnd]

  private static let texts = [
    "", "A", "Ж字ع", "Müller^Jörg", "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう", "19700102", "1.2.3", "A\\B", "-1", "\u{1B}$B",
    String(repeating: "x", count: 64), String(repeating: "é", count: 64),
  ]
  private static let tags: [Tag] = [
    .patientName, .patientID, .accessionNumber, .otherPatientIDsSequence, .originalAttributesSequence,
    .requestAttributesSequence, .sopInstanceUID, .pixelRepresentation, .rows, .patientComments, .studyDate,
    .sourceApplicationEntityTitle, .specificCharacterSet, .pixelData, Tag(0x0009, 0x1001), Tag(0x0008, 0x0000),
  ]

  init(of file: DICOMFile, _ choices: inout Choices) {
    edit.transcodesText = choices.next(8) == 7
    if choices.next(4) > 0 {
      edit.recordUndecodable = { texts in
        texts.map { text in
          var item = NewDataSet()
          item.set(.nonconformingDataElementValue, .bytes(text.bytes))
          item.set(.selectorAttribute, .tags([text.tag]))
          return item
        }
      }
    }
    for _ in 0..<8 where !choices.isEmpty {
      guard let path = path(in: file.dataSet, &choices) else { continue }
      change(path, in: file, &choices)
    }
  }

  private mutating func path(in dataSet: DataSet, _ choices: inout Choices) -> TagPath? {
    var text = ""
    var place = dataSet
    for _ in 0..<4 {
      let present = place.elements
      let tag =
        choices.next(3) > 0 && !present.isEmpty
        ? present[choices.next(present.count)].tag : choices.pick(RandomEdit.tags)
      named.insert(tag)
      text += (text.isEmpty ? "" : ".") + "\(tag)"
      let items = place.items(tag)
      switch choices.next(4) {
      case 0 where !items.isEmpty:
        let index = choices.next(items.count)
        text += "[\(index)]"
        place = items[index]
      case 1: text += "[*]"
      case 2:
        for number in UInt16(0x10)...0xFF { named.insert(Tag(0x0029, number)) }
        for block in UInt16(0x10)...0xFF { named.insert(Tag(0x0029, block << 8 | 1)) }
        text = text.isEmpty ? "" : String(text.dropLast("\(tag)".count)) + "(0029,\"FUZZ\",01)"
        return try? TagPath(text)
      default: return try? TagPath(text)
      }
      if choices.next(2) == 0 { return try? TagPath(text) }
    }
    return try? TagPath(text)
  }

  private mutating func change(_ path: TagPath, in file: DICOMFile, _ choices: inout Choices) {
    // PixelRepresentation says how others are read; they then differ by right.
    if named.contains(.pixelRepresentation) {
      for tag in [Tag.smallestImagePixelValue, .largestImagePixelValue, .pixelPaddingValue] { named.insert(tag) }
    }
    switch choices.next(8) {
    case 0: edit.remove(path)
    case 1: edit.set(path, .string(choices.pick(RandomEdit.texts)))
    case 2: edit.set(path, .strings([choices.pick(RandomEdit.texts), choices.pick(RandomEdit.texts)]))
    case 3: edit.set(path, .integers([choices.next(256) - 128, choices.next(256) << 24]))
    case 4:
      edit.set(path, .bytes([UInt8](repeating: 0x5C, count: choices.next(256) * 300)), vr: choices.pick(VR.allCases))
    case 5: edit.set(path, .items([item(of: file, &choices)]), vr: .sq)
    case 6: edit.append(item: item(of: file, &choices), to: path)
    default: edit.insert(item: item(of: file, &choices), at: choices.next(4), of: path)
    }
  }

  private mutating func item(of file: DICOMFile, _ choices: inout Choices) -> NewDataSet {
    var item = NewDataSet()
    item.set(.patientName, .string(choices.pick(RandomEdit.texts)))
    if choices.next(2) == 1 {
      for element in file.dataSet.elements.prefix(64) { item.setOriginal(element.tag) }
    }
    return item
  }
}
