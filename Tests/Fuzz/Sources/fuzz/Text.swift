import DICOM

/// Takes the first byte for a choice of character sets, the second for a VR, and the others for a value: what decodes
/// is the same text after transcoding, and after it was encoded anew.
func text(_ input: [UInt8]) {
  guard input.count >= 2 else { return }
  let terms = declarations[Int(input[0]) % declarations.count]
  let (tag, letters) = places[Int(input[1]) % places.count]
  let value = input[2...].prefix(32 << 10)

  // Otherwise a value might stand where DICM would.
  var bytes = [UInt8](repeating: 0, count: 128) + Array("DICM".utf8)
  func append(_ tag: Tag, _ letters: String, _ value: some Collection<UInt8>, padding: UInt8) {
    let count = value.count + value.count % 2
    for half in [tag.group, tag.element] { bytes += [UInt8(half & 0xFF), UInt8(half >> 8)] }
    bytes += Array(letters.utf8)
    let low = [UInt8(count & 0xFF), UInt8(count >> 8)]
    bytes += ["UN", "UT", "UC"].contains(letters) ? [0, 0] + low + [0, 0] : low
    bytes += value
    if value.count % 2 == 1 { bytes.append(padding) }
  }
  if let terms { append(.specificCharacterSet, "CS", terms.utf8, padding: 0x20) }
  append(.modality, "CS", "CT".utf8, padding: 0x20)
  append(tag, letters, value, padding: 0x20)

  let reading = attempt { try DICOMFile.read(bytes, options: options) }
  guard case .success(let file) = reading else { fail("the data set does not read: \(reading)") }
  _ = attempt { try file.dataSet.json() }
  guard let element = file.dataSet[tag] else { fail("the element is missing") }
  _ = file.dataSet.describe(element)
  guard case .success(let text) = attempt({ try strings(file, tag) }) else { return }

  var transcoding = Edit()
  transcoding.transcodesText = true
  expect(text, tag, file, transcoding)
  guard text.allSatisfy({ element.vr.problem(in: $0) == nil }) else { return }
  var again = Edit()
  again.set(tag, .strings(text))
  expect(text, tag, file, again)
}

private func expect(_ text: [String], _ tag: Tag, _ file: DICOMFile, _ edit: Edit) {
  // Only what the form of the VR, or a longer encoding, makes impossible may be refused.
  guard case .success(let written) = attempt({ try file.bytes(applying: edit) }) else { return }
  let new = attempt { try strings(DICOMFile.read(written.bytes, options: options), tag) }
  guard case .success(let other) = new else { fail("what was encoded cannot be decoded: \(new)") }
  func trimmed(_ values: [String]) -> [String] { values.allSatisfy(\.isEmpty) && values.count <= 1 ? [] : values }
  guard trimmed(text).elementsEqual(trimmed(other), by: { $0.unicodeScalars.elementsEqual($1.unicodeScalars) }) else {
    fail("\(text.map { $0.debugDescription }) became \(other.map { $0.debugDescription })")
  }
}

private func strings(_ file: DICOMFile, _ tag: Tag) throws -> [String] { try file.dataSet.strings(tag) }

/// Values of (0008,0005); nil is none.
private let declarations: [String?] = [
  nil, "", "ISO_IR 6", "ISO_IR 13", "ISO_IR 100", "ISO_IR 101", "ISO_IR 109", "ISO_IR 110", "ISO_IR 126", "ISO_IR 127",
  "ISO_IR 138", "ISO_IR 144", "ISO_IR 148", "ISO_IR 166", "ISO_IR 192", "ISO_IR 203", "GB18030", "GBK",
  "\\ISO 2022 IR 87", "\\ISO 2022 IR 87\\ISO 2022 IR 159", "\\ISO 2022 IR 149", "\\ISO 2022 IR 58",
  "ISO 2022 IR 13\\ISO 2022 IR 87", "ISO 2022 IR 100\\ISO 2022 IR 144\\ISO 2022 IR 126\\ISO 2022 IR 166",
  "ISO 2022 IR 149", "ISO_IR 100\\ISO_IR 192", "ISO_IR 999",
]

/// An element of each VR whose text the character set decides.
private let places: [(Tag, String)] = [
  (.patientName, "PN"), (.patientID, "LO"), (.patientComments, "LT"), (.accessionNumber, "SH"),
  (.institutionAddress, "ST"), (.longCodeValue, "UC"), (.textValue, "UT"), (.studyDescription, "UN"),
]
