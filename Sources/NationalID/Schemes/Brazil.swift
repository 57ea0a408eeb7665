extension NationalIDScheme {
  /// The Brazilian CPF. It says nothing of its bearer.
  public static let brazil = NationalIDScheme(
    "BR", "CPF", issuers: ["2.16.840.1.113883.13.237"], aliases: ["http://rnds.saude.gov.br/fhir/r4/NamingSystem/cpf"],
    forms: ["99999999999"], lostZeros: 1
  ) { number throws(Flaw) in
    // A remainder of 10 is written 0.
    guard number.sum([1, 2, 3, 4, 5, 6, 7, 8, 9]) % 11 % 10 == number[9],
      number.sum([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]) % 11 % 10 == number[10]
    else { throw .checkDigits }
    return Bearer()
  }
}
