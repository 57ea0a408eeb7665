import NationalID
import Testing

@Suite struct BelgiumTests {
  let scheme = NationalIDScheme.belgium

  @Test(arguments: [
    "85073003328", "85.07.30-033.28", "85.07.30-033 28", "85 07 30 033 28", "850730-033-28", " 85073003328 ",
    "85/07/30-033.28",
  ])
  func acceptsTheSpellingsInUse(_ text: String) {
    let identifier = scheme.identifier(text)
    #expect(identifier?.value == "85073003328")
    #expect(identifier?.birthDate == PartialDate(year: 1985, month: 7, day: 30))
    #expect(identifier?.sex == .male)
    #expect(identifier?.scheme == "BE")
  }

  @Test func tellsTheCenturiesApartByTheCheckDigits() {
    #expect(scheme.identifier("17 07 30 033 84")?.birthDate == PartialDate(year: 2017, month: 7, day: 30))
    for year in [1900, 1912, 1999, 2000, 2012, 2024] {
      let identifier = scheme.identifier(Synthetic.niss(year, 2, 28, serial: 2))
      #expect(identifier?.birthDate == PartialDate(year: year, month: 2, day: 28))
      #expect(identifier?.sex == .female)
    }
  }

  @Test func everyWrongCheckNumberIsRefused() {
    for year in [1985, 2012] {
      let right = Synthetic.niss(year, 7, 30, serial: 33)
      let other = Synthetic.niss(year == 1985 ? 2085 : 1912, 7, 30, serial: 33)
      for check in 0...99 {
        let text = right.prefix(9) + Synthetic.padded(check, 2)
        if text == right || text == other { continue }
        #expect(scheme.problem(String(text)) == .checkDigits)
      }
    }
  }

  @Test func everySingleWrongDigitAndSwappedPairIsRefused() {
    let right = Array("85073003328")
    for place in right.indices {
      for digit in "0123456789" where digit != right[place] {
        var wrong = right
        wrong[place] = digit
        #expect(scheme.identifier(String(wrong))?.birthDate?.year != 1985)
      }
      guard place + 1 < right.count, right[place] != right[place + 1] else { continue }
      var swapped = right
      swapped.swapAt(place, place + 1)
      #expect(scheme.identifier(String(swapped)) == nil)
    }
  }

  @Test func unknownMonthsAndDaysAreUnknownNotWrong() {
    #expect(scheme.identifier(Synthetic.niss(1960, 5, 0, serial: 7))?.birthDate == PartialDate(year: 1960, month: 5))
    #expect(scheme.identifier(Synthetic.niss(1960, 0, 0, serial: 7))?.birthDate == PartialDate(year: 1960))
    #expect(scheme.identifier(Synthetic.niss(1960, 0, 3, serial: 7))?.birthDate == PartialDate(year: 1960))
    #expect(scheme.identifier(Synthetic.niss(1900, 0, 1, serial: 7))?.birthDate == PartialDate())
    #expect(scheme.identifier(Synthetic.niss(2000, 0, 1, serial: 7))?.birthDate == PartialDate())
  }

  @Test func aBISNumberRaisesTheMonth() {
    let published = scheme.identifier("98.47.28-997.65")
    #expect(published?.birthDate == PartialDate(year: 1998, month: 7, day: 28))
    #expect(published?.sex == .male)
    let sexUnknown = scheme.identifier(Synthetic.niss(1998, 27, 28, serial: 997))
    #expect(sexUnknown?.birthDate == PartialDate(year: 1998, month: 7, day: 28))
    #expect(sexUnknown != nil && sexUnknown?.sex == nil)
    #expect(scheme.identifier(Synthetic.niss(2004, 40, 0, serial: 10))?.birthDate == PartialDate(year: 2004))
    #expect(scheme.identifier(Synthetic.niss(2004, 40, 0, serial: 10))?.sex == .female)
  }

  @Test(arguments: [13, 19, 33, 39, 53, 60, 61, 72, 99])
  func aMonthThatDoesNotExistIsRefused(_ month: Int) {
    #expect(scheme.problem(Synthetic.niss(1985, month, 3, serial: 3)) == .birthDate)
  }

  @Test func aBirthDateInTheFutureIsRefused() {
    #expect(scheme.problem(Synthetic.niss(2099, 1, 1, serial: 3)) == .birthDate)
  }

  @Test func whatStandsForNobodyIsRefused() {
    for digit in 0...9 {
      #expect(scheme.problem(String(repeating: String(digit), count: 11)) == .placeholder)
    }
    #expect(scheme.problem("00000000097") == .component)
    #expect(scheme.problem(Synthetic.niss(1985, 7, 30, serial: 0)) == .component)
    #expect(scheme.problem(Synthetic.niss(1985, 7, 30, serial: 999)) == .component)
    var local = scheme
    local.placeholders = ["85073003328"]
    #expect(local.problem("85.07.30-033.28") == .placeholder)
  }

  @Test func digitsThatOnlyLookSoAreRefusedByName() {
    #expect(scheme.problem("８５０７３００３３２８") == .lookAlike)
    #expect(scheme.problem("٨٥٠٧٣٠٠٣٣٢٨") == .lookAlike)
    #expect(scheme.problem("8507300332\u{1D7EA}") == .lookAlike)
  }

  @Test(arguments: [
    ("", NationalIDProblem.Code.empty), (" ", .empty), (" .-/", .empty), ("8507300332", .length),
    ("850730033280", .length), ("8507300332O", .characters), ("85O73003328", .characters),
    ("85073003328\u{0}", .characters), ("85,07,30", .characters), ("85073003328\n", .characters),
    (String(repeating: "85073003328 ", count: 9), .length),
  ])
  func whatIsNoNumberIsRefused(_ text: String, _ code: NationalIDProblem.Code) {
    #expect(scheme.problem(text) == code)
  }
}
