/// One version of one instance, small and plainly synthetic: a whole DICOM file of a few elements.
struct Toy {
  /// Whom the instance is about.
  enum Person: CaseIterable {
    /// On the list: matched without a person.
    case known
    /// Not on the list: waits for a person.
    case unknown
    /// On the list with another birth date: waits for a person.
    case doubtful
  }

  let study: String
  let instance: String
  /// Tells this version from all others, also after it was rewritten.
  let token: String
  let bytes: [UInt8]

  static let sopClass = "1.2.840.10008.5.1.4.1.1.7"
  static let transferSyntax = "1.2.840.10008.1.2.1"
  var series: String { study + ".1" }

  init(study: Int, instance: Int, version: Int, person: Person) {
    self.study = "2.25.\(1000 + study)"
    self.instance = "\(self.study).1.\(instance)"
    token = "TOKEN-\(study)-\(instance)-\(version)-END"
    let (family, national, birth) = Self.facts(of: person)
    var meta = Elements()
    meta.add(0x0002, 0x0001, "OB", [0, 1])
    meta.add(0x0002, 0x0002, "UI", Self.sopClass)
    meta.add(0x0002, 0x0003, "UI", self.instance)
    meta.add(0x0002, 0x0010, "UI", Self.transferSyntax)
    meta.add(0x0002, 0x0012, "UI", "2.25.1")
    var length = Elements()
    length.add(0x0002, 0x0000, "UL", (0..<4).map { UInt8(truncatingIfNeeded: meta.bytes.count >> (8 * $0)) })
    var data = Elements()
    data.add(0x0008, 0x0016, "UI", Self.sopClass)
    data.add(0x0008, 0x0018, "UI", self.instance)
    data.add(0x0008, 0x0020, "DA", "20240229")
    data.add(0x0008, 0x0060, "CS", "OT")
    data.add(0x0010, 0x0010, "PN", "\(family)^SYNTHETIC")
    data.add(0x0010, 0x0020, "LO", national)
    data.add(0x0010, 0x0021, "LO", "NISS")
    data.add(0x0010, 0x0030, "DA", birth)
    data.add(0x0010, 0x0040, "CS", "F")
    data.add(0x0020, 0x000D, "UI", self.study)
    data.add(0x0020, 0x000E, "UI", self.study + ".1")
    data.add(0x0020, 0x0011, "IS", "1")
    data.add(0x0020, 0x4000, "LT", token)
    bytes = [UInt8](repeating: 0, count: 128) + Array("DICM".utf8) + length.bytes + meta.bytes + data.bytes
  }

  private static func facts(of person: Person) -> (family: String, national: String, birth: String) {
    switch person {
    case .known: ("TESTONE", number(750_412_002), "19750412")
    case .unknown: ("TESTTWO", number(800_101_004), "19800101")
    case .doubtful: ("TESTONE", number(750_412_002), "19750413")
    }
  }

  /// A Belgian number with its check digits.
  private static func number(_ digits: Int) -> String {
    let check = 97 - digits % 97
    return "\(digits)" + (check < 10 ? "0" : "") + "\(check)"
  }

  /// The list that has the known patient, or another one only.
  static func list(withKnown: Bool) -> [(localID: String, national: String, birth: String)] {
    let other = (localID: "L-2", national: number(900_202_006), birth: "19900202")
    return withKnown ? [(localID: "L-1", national: number(750_412_002), birth: "19750412"), other] : [other]
  }

  /// The tokens in a file.
  static func token(in bytes: [UInt8]) -> String? {
    let mark = Array("TOKEN-".utf8)
    guard bytes.count > mark.count else { return nil }
    // It stands near the end.
    var index = bytes.count - mark.count
    while index >= 0 {
      if bytes[index] == mark[0], bytes[index..<index + mark.count].elementsEqual(mark) {
        let rest = bytes[index...]
        return String(decoding: rest.prefix { $0 > 0x20 && $0 < 0x7F }, as: UTF8.self)
      }
      index -= 1
    }
    return nil
  }
}

/// Data elements in explicit little endian.
private struct Elements {
  var bytes: [UInt8] = []

  mutating func add(_ group: UInt16, _ element: UInt16, _ vr: String, _ text: String) {
    var value = Array(text.utf8)
    if value.count % 2 == 1 { value.append(vr == "UI" ? 0 : 0x20) }
    add(group, element, vr, value)
  }

  mutating func add(_ group: UInt16, _ element: UInt16, _ vr: String, _ value: [UInt8]) {
    for word in [group, element] { bytes += [UInt8(word & 0xFF), UInt8(word >> 8)] }
    bytes += Array(vr.utf8)
    let length = UInt32(value.count)
    if vr == "OB" {
      bytes += [0, 0] + (0..<4).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
    } else {
      bytes += [UInt8(length & 0xFF), UInt8(length >> 8)]
    }
    bytes += value
  }
}
