extension NationalIDScheme {
  /// The Turkish identity number. It says nothing of its bearer.
  public static let turkey = NationalIDScheme("TR", "TC kimlik no", aliases: ["TCKN"], forms: ["99999999999"]) {
    number throws(Flaw) in
    guard number[0] > 0 else { throw .component("a TC kimlik no does not begin with 0") }
    guard number.sum([3, 1, 3, 1, 3, 1, 3, 1, 3, 1]) % 10 == 0, number.values[0..<10].reduce(0, +) % 10 == number[10]
    else { throw .checkDigits }
    return Bearer()
  }
}
