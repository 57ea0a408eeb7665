import NationalID

/// Synthetic numbers, made by the published rules and by no code of the module.
enum Synthetic {
  /// A NISS of a birth date (month with its BIS offset) and a serial number.
  static func niss(_ year: Int, _ month: Int, _ day: Int, serial: Int) -> String {
    let nine = padded(year % 100, 2) + padded(month, 2) + padded(day, 2) + padded(serial, 3)
    guard let number = Int((year >= 2000 ? "2" : "") + nine) else { return "" }
    return nine + padded(97 - number % 97, 2)
  }

  /// A NIR with its key, of 13 characters in which 2A and 2B may stand.
  static func nir(_ thirteen: String) -> String {
    let digits = thirteen.replacing("2A", with: "19").replacing("2B", with: "18")
    return thirteen + padded(97 - (Int(digits) ?? 0) % 97, 2)
  }

  static func padded(_ number: Int, _ width: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, width - text.count)) + text
  }
}

extension NationalIDScheme {
  /// The identifier, or nil when it is refused.
  func identifier(_ text: String) -> NationalIdentifier? { try? validate(text).get() }

  /// The code of the problem, or nil when there is none.
  func problem(_ text: String) -> NationalIDProblem.Code? {
    if case .failure(let problem) = validate(text) { problem.code } else { nil }
  }
}
