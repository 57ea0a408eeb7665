extension NationalIDScheme {
  /// The personal health number of British Columbia. It says nothing of its bearer.
  public static let britishColumbia = NationalIDScheme("CA-BC", "PHN", forms: ["9999999999"]) { number throws(Flaw) in
    guard number[0] == 9 else { throw .component("a PHN begins with 9") }
    // A remainder of 1 has no check digit and is never issued.
    guard number.sum([0, 2, 4, 8, 5, 10, 9, 7, 3, 1]) % 11 == 0 else { throw .checkDigits }
    return Bearer()
  }
}
