internal import FoundationEssentials
internal import NationalID

/// One row of a list on its way to a patient, with what is wrong in it.
struct ListRow {
  private let rows: CSVRows
  private let columns: ListColumns
  private let settings: PatientSettings
  /// Reasons, with the values that they are about.
  private(set) var problems: [(reason: String, value: String)] = []

  init(_ rows: CSVRows, _ columns: ListColumns, _ settings: PatientSettings) {
    self.rows = rows
    self.columns = columns
    self.settings = settings
  }

  /// What tells the row from others: the digest of its local number with its authority, and of all that is read of it.
  static func digests(
    _ rows: CSVRows, _ columns: ListColumns, own: [String], keySeed: UInt64, rowSeed: UInt64
  ) -> (key: UInt64, row: UInt64) {
    var key = RowHash(seed: keySeed)
    var row = RowHash(seed: rowSeed)
    for (index, field) in columns.fields.enumerated() {
      let bytes = field.map { rows[$0] } ?? UnsafeRawBufferPointer(start: nil, count: 0)
      if index == 0 { key.add(bytes) }
      if index == columns.fields.count - 1 {
        if bytes.isEmpty || own.contains(where: { $0.utf8.elementsEqual(bytes) }) {
          key.add("")
        } else {
          key.add(bytes)
        }
      }
      row.add(bytes)
    }
    return (key.value, row.value)
  }

  /// As ``digests(_:_:own:keySeed:rowSeed:)`` makes it of a row.
  static func key(_ id: LocalIdentifier, seed: UInt64) -> UInt64 {
    var key = RowHash(seed: seed)
    key.add(id.value)
    key.add(id.authority)
    return key.value
  }

  /// Reads the row; where ``problems`` are found it is none.
  mutating func patient() throws -> PatientRow {
    var row = PatientRow()
    row.localID = text(0, forbidden: "\\")
    if row.localID.isEmpty { report("local_id is empty") }
    row.family = text(2)
    row.given = text(3)
    if row.family.isEmpty { report("family is empty") }
    if row.family.unicodeScalars.count + row.given.unicodeScalars.count > 63 {
      report("family and given together have more than the 63 characters that fit into a DICOM name")
    }
    row.birthName = nonempty(text(4))
    if let number = nationalNumber(value(1), "national_id") {
      row.nationalID = number.value
      row.scheme = number.scheme
    }
    row.birthDate = date(5)
    row.sex = sex()
    row.active = flag(7, default: true)
    row.deceased = deceased()
    let authority = text(11)
    row.authority = settings.ownAuthorities.contains(authority) ? "" : authority
    row.more = try more(row)
    return row
  }

  private mutating func more(_ row: PatientRow) throws -> String? {
    let (others, aliases) = (value(9), value(10))
    guard !others.isEmpty || !aliases.isEmpty else { return nil }
    var more = PatientRow.More()
    let numbers = others.split(separator: "|").compactMap { nationalNumber(String($0).trimmed, "other_national_ids") }
    if !numbers.isEmpty {
      more.numbers =
        (row.nationalID.map { [NationalNumber($0, scheme: row.scheme ?? "")] } ?? [])
        + numbers.filter { $0.value != row.nationalID }
        .map { NationalNumber($0.value, scheme: $0.scheme, isCurrent: false) }
    }
    let names = aliases.split(separator: "|").map { alias in
      let parts = alias.split(separator: "^", maxSplits: 1, omittingEmptySubsequences: false).map { String($0).trimmed }
      let (family, given) = (parts[0], parts.count > 1 ? parts[1].replacing("^", with: " ") : "")
      check(family, "aliases", forbidden: "\\=")
      check(given, "aliases", forbidden: "\\=")
      return PatientName(.alias, family: family, given: given)
    }
    if !names.isEmpty {
      more.names =
        [PatientName(.legal, family: row.family, given: row.given)]
        + (row.birthName.map { [PatientName(.birth, family: $0, given: "")] } ?? []) + names
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return String(decoding: try encoder.encode(more), as: UTF8.self)
  }

  // MARK: Fields

  /// The value of a column, by its place in `ListColumns.names`.
  private mutating func value(_ column: Int) -> String {
    guard let field = columns.fields[column] else { return "" }
    let bytes = rows[field]
    guard !bytes.isEmpty else { return "" }
    // U+FFFD is EF BF BD: what was in no character set.
    guard let text = String(validating: bytes, as: UTF8.self),
      !bytes.contains(0xEF) || !text.unicodeScalars.contains("\u{FFFD}")
    else {
      report("\(ListColumns.names[column]) is not in the list's character set", String(decoding: bytes, as: UTF8.self))
      return ""
    }
    return text
  }

  /// A text that fits into LO and PN: 64 characters, no `\`, and none of a name's delimiters (PS3.5 6.2).
  private mutating func text(_ column: Int, forbidden: String = "\\^=") -> String {
    let value = value(column)
    check(value, ListColumns.names[column], forbidden: forbidden)
    return value
  }

  private mutating func check(_ value: String, _ column: String, forbidden: String) {
    if value.utf8.count > 64, value.unicodeScalars.count > 64 { report("\(column) has more than 64 characters", value) }
    let isForbidden = value.utf8.contains { byte in byte < 0x20 || byte == 0x7F || forbidden.utf8.contains(byte) }
    if isForbidden || (value.utf8.contains { $0 == 0xC2 } && value.unicodeScalars.contains { 0x80...0x9F ~= $0.value })
    {
      report("\(column) holds a control character or one of \(forbidden)", value)
    }
  }

  private mutating func nationalNumber(_ value: String, _ column: String) -> NationalIdentifier? {
    guard !value.isEmpty else { return nil }
    switch settings.schemes.validate(value) {
    case .success(let identifier): return identifier
    case .failure(let problem):
      report("\(column): \(problem.message)", value)
      return nil
    }
  }

  private mutating func date(_ column: Int) -> String? {
    let value = value(column)
    guard !value.isEmpty else { return nil }
    switch ListDate.read(value, settings.dateOrder) {
    case .success(let day): return day.text
    case .failure(let problem):
      report("\(ListColumns.names[column]) \(problem.reason)", value)
      return nil
    }
  }

  private mutating func sex() -> String? {
    let value = value(6)
    switch value {
    case "": return nil
    case "M", "F", "O": return value
    default:
      report("sex must be one of nothing, F, M, O", value)
      return nil
    }
  }

  private mutating func flag(_ column: Int, default: Bool) -> Bool {
    guard columns.fields[column] != nil else { return `default` }
    let value = value(column)
    if let flag = Self.flags[value] { return flag }
    report("\(ListColumns.names[column]) must be one of 0, 1, false, true", value)
    return false
  }

  private static let flags = ["true": true, "1": true, "false": false, "0": false]

  /// A flag or the date.
  private mutating func deceased() -> String? {
    let value = value(8)
    if value.isEmpty { return nil }
    if let flag = Self.flags[value] { return flag ? "" : nil }
    return date(8)
  }

  private mutating func report(_ reason: String, _ value: String = "") { problems.append((reason, value)) }

  private func nonempty(_ text: String) -> String? { text.isEmpty ? nil : text }
}

/// The dates of lists.
enum ListDate {
  struct Problem: Error { let reason: String }

  /// Reads `19850730`, `1985-07-30` (or with dots or slashes), and `30/07/1985` in the order given; without one, where it can
  /// be only one day.
  static func read(_ text: String, _ order: PatientSettings.DateOrder?) -> Result<Day, Problem> {
    if let day = Day(text: text) { return .success(day) }
    let none = Problem(reason: "is not a date such as 19850730, 1985-07-30 or 30/07/1985")
    let parts = text.split(omittingEmptySubsequences: false) { "-/.".contains($0) }
    guard parts.count == 3, parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
      text.utf8.filter({ !(0x30...0x39).contains($0) }).allSatisfy({
        $0 == text.utf8.first { !(0x30...0x39).contains($0) }
      })
    else { return .failure(none) }
    let numbers = parts.compactMap { Int($0) }
    guard numbers.count == 3 else { return .failure(none) }
    switch (parts[0].count, parts[1].count, parts[2].count) {
    case (4, 2, 2): return Day(numbers[0], numbers[1], numbers[2]).map { .success($0) } ?? .failure(none)
    case (1...2, 1...2, 4):
      let days = (Day(numbers[2], numbers[1], numbers[0]), Day(numbers[2], numbers[0], numbers[1]))
      switch (order, days) {
      case (.dayFirst, (let day?, _)), (.monthFirst, (_, let day?)): return .success(day)
      case (nil, (let first?, let second?)) where first != second:
        return .failure(
          Problem(reason: "can be two dates: set patients.dates to \"day-first\" or \"month-first\""))
      case (nil, (let day?, _)), (nil, (_, let day?)): return .success(day)
      default: return .failure(none)
      }
    default: return .failure(none)
    }
  }
}

extension String {
  fileprivate var trimmed: String {
    var text = Substring(self)
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
