import DICOM
import Foundation

/// Reads a file in every way: what `read` takes, `inspect` finds sound, and every value of either can be looked at.
func read(_ bytes: [UInt8]) {
  let whole = attempt { try DICOMFile.read(bytes, options: options) }
  let inspected = attempt { try DICOMFile.inspect(bytes, options: options) }
  switch (whole, inspected) {
  case (.success(let file), .success(let same)):
    guard file.isWhole || file.doubt != nil else { fail("what was read is not whole") }
    guard same.damage == nil else { fail("read took what inspect found damaged: \(String(describing: same.damage))") }
    guard bytes.count % 4 == 0 else { return look(at: file, turn: bytes.count) }
    var comparison = Comparison()
    comparison.isExact = bytes.count % 8 == 0
    let result = attempt { try comparison.differences(file, same) { fail("a file differs from itself: \($0)") } }
    if case .failure(let error) = result { fail("a file cannot be compared with itself: \(error)") }
  case (.success, .failure(let error)): fail("read took what inspect refused: \(error)")
  case (.failure(let error), .success(let file)):
    guard let damage = file.damage else { fail("inspect found sound what read refused: \(error)") }
    guard damage.code == error.code else { fail("read says \(error), inspect \(damage)") }
    look(at: file, turn: bytes.count)
  case (.failure, .failure): break
  }
}

/// Looks at values in every way, but in one way at a time: the input's length says in which.
private func look(at file: DICOMFile, turn: Int) {
  for dataSet in [file.meta, file.dataSet] {
    guard turn % 16 == 1 else {
      look(at: dataSet, turn: turn, depth: 0)
      continue
    }
    guard case .success(let json) = attempt({ try dataSet.json() }) else { continue }
    do {
      _ = try JSONSerialization.jsonObject(with: Data(json.utf8))
    } catch {
      fail("this is no JSON: \(json)")
    }
  }
}

private func look(at dataSet: DataSet, turn: Int, depth: Int) {
  guard depth <= options.limits.depth else { fail("data sets lie \(depth) deep") }
  for (index, element) in dataSet.elements.enumerated() {
    let tag = element.tag
    guard element.offset >= 0, element.length >= 0 else { fail("\(tag) lies nowhere") }
    switch (index + turn) % 8 {
    case 0: _ = attempt { try dataSet.strings(tag) }
    case 1: _ = attempt { try dataSet.text(tag) }
    case 2: _ = attempt { try dataSet.numbers(tag) }
    case 3: _ = attempt { try dataSet.integers(tag, as: UInt8.self) }
    case 4: _ = attempt { try dataSet.tags(tag) }
    case 5: _ = attempt { try dataSet.personNames(tag).map(\.formatted) }
    case 6: _ = (dataSet.integer(tag), dataSet.date(tag), dataSet.time(tag), dataSet.dateTime(tag))
    default:
      let text = dataSet.describe(element)
      guard text.unicodeScalars.count < 400 else { fail("the description of \(tag) is long: \(text)") }
    }
    var count = 0
    let result = attempt {
      try dataSet.forEachItem(of: element) {
        count += 1
        look(at: $1, turn: turn + index, depth: depth + 1)
      }
    }
    if case .failure(let error) = result { fail("the items of \(tag) cannot be read again: \(error)") }
    guard count == element.itemCount ?? 0 else { fail("\(tag) has \(element.itemCount ?? 0) items, and \(count)") }
  }
}
