extension NationalIDScheme {
  /// The NHS number of England, Wales and the Isle of Man: ten digits that say nothing of their bearer.
  public static let unitedKingdom = NationalIDScheme(
    code: "GB", name: "NHS number", issuers: ["2.16.840.1.113883.2.1.4.1"]
  ) { characters, _ in
    guard let digits = characters.digits else { return .failure(.init(.characters, "an NHS number has digits only")) }
    guard digits.count == 10 else {
      return .failure(.length("NHS number", expected: "10 digits", found: digits.count))
    }
    // Weights 10…2, and 1 for the check digit itself: a remainder of 10 has no check digit and is never issued.
    let sum = digits.enumerated().reduce(0) { $0 + (10 - $1.offset) * $1.element }
    guard sum % 11 == 0 else { return .failure(.checkDigits("NHS number")) }
    return .success(NationalIdentifier(scheme: "GB", value: characters.text))
  }
}
