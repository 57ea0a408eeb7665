extension NationalIDScheme {
  /// The French national health identifier (INS), which is the register number NIR with its key: 13 characters and 2.
  ///
  /// The NIR tells the year of birth without its century, and months above 12 stand for unknown ones.
  public static let france = NationalIDScheme(
    code: "FR", name: "INS", issuers: ["1.2.250.1.213.1.4.8", "1.2.250.1.213.1.4.9"], check: France.check)
}

private enum France {
  static func check(_ characters: Characters, _ today: PartialDate) -> Result<NationalIdentifier, NationalIDProblem> {
    guard characters.bytes.count == 15 else {
      return .failure(.length("INS", expected: "15 characters", found: characters.bytes.count))
    }
    guard let digits = numeric(characters) else {
      return .failure(.init(.characters, "an INS has digits only, but for 2A or 2B as department of birth"))
    }
    guard 97 - digits[..<13].number % 97 == digits[13...].number else { return .failure(.checkDigits("INS")) }
    // 1 and 2 are registered people; 3, 4, 7 and 8 have numbers while their registration is under way.
    guard [1, 2, 3, 4, 7, 8].contains(digits[0]) else {
      return .failure(.init(.component, "an INS does not begin with \(digits[0])"))
    }
    let month = digits[3..<5].number
    guard (1...12).contains(month) || (20...42).contains(month) || month >= 50 else {
      return .failure(.init(.birthDate, "the month \(month) in this INS does not exist"))
    }
    return .success(
      NationalIdentifier(
        scheme: "FR", value: characters.text,
        birthDate: PartialDate(yearOfCentury: digits[1..<3].number, month: month <= 12 ? month : nil),
        sex: digits[0] % 2 == 1 ? .male : .female))
  }

  /// The digits that the key is counted over: the Corsican departments 2A and 2B count as 19 and 18.
  private static func numeric(_ characters: Characters) -> [Int]? {
    var bytes = characters.bytes
    switch (bytes[5], bytes[6]) {
    case (UInt8(ascii: "2"), UInt8(ascii: "A")): bytes.replaceSubrange(5..<7, with: Array("19".utf8))
    case (UInt8(ascii: "2"), UInt8(ascii: "B")): bytes.replaceSubrange(5..<7, with: Array("18".utf8))
    default: break
    }
    return Characters(bytes: bytes).digits
  }
}
