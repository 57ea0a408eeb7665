import TOMLKit

/// Reads one TOML table key by key and reports everything that is wrong, instead of stopping at the first: a wrong
/// value is reported and read as nil, so that the default stands in for it; ``finish()`` reports what nobody asked for.
final class TableReader {
  let problems: ProblemList
  private let table: TOMLTable
  private let prefix: String
  private var known: [String] = []

  /// The prefix is what stands before a key when it is named, e.g. `ship.`; empty for the document.
  init(_ table: TOMLTable, prefix: String = "", _ problems: ProblemList) {
    self.table = table
    self.prefix = prefix
    self.problems = problems
  }

  /// A table without keys, for defaults alone.
  convenience init(_ problems: ProblemList) { self.init(TOMLTable(), problems) }

  /// The full name of a key, as problems print it.
  func name(_ key: String) -> String { prefix + key }

  /// Whether the file itself sets the key.
  func sets(_ key: String) -> Bool { table[key] != nil }

  /// Reports a problem with the key's value.
  func report(_ key: String, _ what: String, _ remedy: String) { problems.report(name(key), what, remedy) }

  // MARK: Values

  func string(_ key: String) -> String? {
    value(key, .string, like: "\(key) = \"…\"")?.string
  }

  func strings(_ key: String) -> [String]? {
    guard let array = value(key, .array, like: "\(key) = [\"…\"]")?.array else { return nil }
    let strings = array.compactMap(\.string)
    guard strings.count == array.count else {
      report(key, "it holds something other than strings", "Write a list of strings: \(key) = [\"…\"].")
      return nil
    }
    return strings
  }

  /// A string, or a list of them.
  func stringOrStrings(_ key: String) -> [String]? {
    table[key]?.type == .string ? string(key).map { [$0] } : strings(key)
  }

  func integer(_ key: String, in range: ClosedRange<Int>) -> Int? {
    guard let integer = value(key, .int, like: "\(key) = \(range.lowerBound)")?.int else { return nil }
    return within(range, integer, key)
  }

  func truth(_ key: String) -> Bool? { value(key, .bool, like: "\(key) = true")?.bool }

  func number(_ key: String, in range: ClosedRange<Double>) -> Double? {
    if let integer = table[key]?.int {
      know(key)
      problems.keysSet.insert(name(key))
      return within(range, Double(integer), key)
    }
    guard let number = value(key, .double, like: "\(key) = \(range.upperBound)")?.double else { return nil }
    return within(range, number, key)
  }

  /// A string of a certain form.
  func form<Value>(_ key: String, _ form: TextForm<Value>) -> Value? {
    guard let text = string(key) else { return nil }
    guard let value = form.read(text) else {
      report(key, "\(quoted(text)) is not \(form.name)", form.remedy)
      return nil
    }
    return value
  }

  /// One of the words that a type has.
  func choice<Value: RawRepresentable<String> & CaseIterable>(_ key: String, _: Value.Type) -> Value? {
    guard let text = string(key) else { return nil }
    if let value = Value(rawValue: text) { return value }
    let words = Value.allCases.map(\.rawValue)
    report(key, "\(quoted(text)) is not among its values", remedy(for: text, among: words.map { "\"\($0)\"" }))
    return nil
  }

  // MARK: Tables

  /// The table of that name; one without keys where the file has none.
  func table(_ key: String) -> TableReader {
    let inner = value(key, .table, like: "[\(name(key))]")?.table ?? TOMLTable()
    return TableReader(inner, prefix: "\(name(key)).", problems)
  }

  /// The tables of an array of tables; nil where the file has none.
  func tables(_ key: String) -> [TableReader]? {
    guard let array = value(key, .array, like: "[[\(name(key))]]")?.array else { return nil }
    let tables = array.compactMap(\.table)
    guard tables.count == array.count else {
      report(key, "it holds something other than tables", "Begin each with a line [[\(name(key))]].")
      return nil
    }
    return tables.enumerated().map { TableReader($1, prefix: "\(name(key))[\($0 + 1)].", problems) }
  }

  // MARK: The rest

  /// Reports a key that must be there and is not.
  func require(_ key: String, _ remedy: String) {
    know(key)
    if table[key] == nil { report(key, "it is missing", remedy) }
  }

  /// Marks a key as known without reading it.
  func know(_ key: String) {
    if !known.contains(key) { known.append(key) }
  }

  /// Reports every key that was not asked for.
  func finish() {
    for key in table.keys where !known.contains(key) {
      let shown = key.utf8.count <= 60 && key.utf8.allSatisfy(isBareKeyByte) ? key : quoted(key)
      report(shown, "there is no such key", remedy(for: key, among: known))
    }
  }

  private func value(_ key: String, _ type: TOMLType, like example: String) -> TOMLValue? {
    know(key)
    guard let value = table[key]?.tomlValue else { return nil }
    problems.keysSet.insert(name(key))
    guard value.type == type else {
      report(key, "it is \(value.type.inWords), not \(type.inWords)", "Write \(example).")
      return nil
    }
    return value
  }

  private func within<Value>(_ range: ClosedRange<Value>, _ value: Value, _ key: String) -> Value? {
    // A NaN is in no range.
    guard range.contains(value) else {
      report(key, "\(value) is out of range", "Choose from \(range.lowerBound) to \(range.upperBound).")
      return nil
    }
    return value
  }

  private func remedy(for word: String, among words: [String]) -> String {
    if let near = nearest(to: word, among: words) { return "Did you mean \(near)?" }
    return words.isEmpty ? "Remove it." : "Choose from \(words.joined(separator: ", "))."
  }
}

/// A form that a string must have, and how to say so.
struct TextForm<Value> {
  /// Completes “… is not”.
  let name: String
  let remedy: String
  let read: (String) -> Value?
}

private func isBareKeyByte(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
    true
  default: false
  }
}

extension TOMLType {
  fileprivate var inWords: String {
    switch self {
    case .table: "a table"
    case .array: "a list"
    case .string: "a string"
    case .int: "a whole number"
    case .double: "a number with a fraction"
    case .bool: "true or false"
    case .date: "a date"
    case .time: "a time of day"
    case .dateTime: "a date and time"
    }
  }
}
