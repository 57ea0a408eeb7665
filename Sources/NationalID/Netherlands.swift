extension NationalIDScheme {
  /// The Dutch citizen service number, nine digits; older eight-digit spellings are padded. It says nothing of its
  /// bearer.
  public static let netherlands = NationalIDScheme(
    code: "NL", name: "BSN", issuers: ["2.16.840.1.113883.2.4.6.3"]
  ) { characters, _ in
    guard let digits = characters.digits else { return .failure(.init(.characters, "a BSN has digits only")) }
    guard digits.count == 8 || digits.count == 9 else {
      return .failure(.length("BSN", expected: "9 digits", found: digits.count))
    }
    let nine = digits.count == 8 ? [0] + digits : digits
    // The elfproef, with weight −1 for the last digit.
    let weights = [9, 8, 7, 6, 5, 4, 3, 2, -1]
    guard zip(weights, nine).reduce(0, { $0 + $1.0 * $1.1 }) % 11 == 0 else { return .failure(.checkDigits("BSN")) }
    return .success(NationalIdentifier(scheme: "NL", value: nine.map(String.init).joined()))
  }
}
