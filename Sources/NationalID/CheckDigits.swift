/// The check digit systems that several countries share.
extension Collection<Int> {
  /// The sum of Luhn's algorithm, check digit included: right where 10 divides it. ISO/IEC 7812-1, annex B.
  var luhn: Int {
    reversed().enumerated().reduce(0) { sum, digit in
      let doubled = digit.offset.isMultiple(of: 2) ? digit.element : digit.element * 2
      return sum + doubled / 10 + doubled % 10
    }
  }

  /// The sum of an article number, GTIN, check digit included: right where 10 divides it.
  var gtin: Int {
    reversed().enumerated().reduce(0) { $0 + ($1.offset.isMultiple(of: 2) ? $1.element : 3 * $1.element) }
  }

  /// Whether the last digit is that of ISO 7064, mod 11, 10.
  var fitsISO7064: Bool {
    reduce(5) { check, digit in ((check == 0 ? 10 : check) * 2 % 11 + digit) % 10 } == 1
  }

  /// Whether the last digit is that of Verhoeff's algorithm (J. Verhoeff, Error detecting decimal codes, 1969): digits,
  /// each permuted by its place, multiplied in the dihedral group of ten elements.
  var fitsVerhoeff: Bool {
    reversed().enumerated().reduce(0) { check, digit in
      let permuted = (0..<digit.offset % 8).reduce(digit.element) { place, _ in Verhoeff.permutation[place] }
      return Verhoeff.product(check, permuted)
    } == 0
  }
}

private enum Verhoeff {
  static let permutation = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]

  /// The product of two elements: 0–4 are turns, 5–9 turns of the mirror image.
  static func product(_ left: Int, _ right: Int) -> Int {
    switch (left < 5, right < 5) {
    case (true, true): (left + right) % 5
    case (true, false): (left + right - 5) % 5 + 5
    case (false, true): (left - 5 - right + 5) % 5 + 5
    case (false, false): (left - right + 5) % 5
    }
  }
}
