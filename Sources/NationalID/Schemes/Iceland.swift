extension NationalIDScheme {
  /// The Icelandic kennitala `DDMMYY-SSCY` of a person; its last digit tells the century. Its check digit was given up
  /// on 18 February 2026, so nothing but the date tells a typing error.
  public static let iceland = NationalIDScheme("IS", "kennitala", forms: ["9999999999"]) { number throws(Flaw) in
    guard number[0] < 4 else { throw .component("this kennitala is a company's, or stands for somebody who has none") }
    guard let century = [9: 1900, 0: 2000, 8: 1800][number[9]] else {
      throw .component("no century has the number \(number[9]) at the end of a kennitala")
    }
    return Bearer(birthDate: try number.date(century + number[4..<6], number[2..<4], number[0..<2]))
  }
}
