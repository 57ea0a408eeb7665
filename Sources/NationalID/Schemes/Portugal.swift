extension NationalIDScheme {
  /// The number of the Portuguese citizen card: nine digits that stay, two characters that count the cards, a check
  /// digit. It says nothing of its bearer, and a new card has a new number.
  public static let portugal = NationalIDScheme(
    "PT", "cartão de cidadão", aliases: ["cartao de cidadao", "CC"], forms: ["999999999XX9"], lostZeros: 1
  ) { number throws(Flaw) in
    // Luhn's algorithm, letters counting from 10 on; what exceeds 9 is reduced by 9.
    let sum = number.values.reversed().enumerated().reduce(0) { sum, character in
      let doubled = character.offset.isMultiple(of: 2) ? character.element : character.element * 2
      return sum + (!character.offset.isMultiple(of: 2) && doubled > 9 ? doubled - 9 : doubled)
    }
    guard sum % 10 == 0 else { throw .checkDigits }
    return Bearer()
  }
}
