import NationalID
import Testing

@Suite struct PartialDateTests {
  @Test func onlyPartsThatBothKnowContradict() {
    let full = PartialDate(year: 1985, month: 7, day: 30)
    for other in [
      full, PartialDate(), PartialDate(year: 1985), PartialDate(year: 1985, month: 7), PartialDate(month: 7, day: 30),
      PartialDate(yearOfCentury: 85), PartialDate(yearOfCentury: 85, month: 7, day: 30),
    ] {
      #expect(!full.contradicts(other) && !other.contradicts(full), "\(other)")
    }
    for other in [
      PartialDate(year: 1885, month: 7, day: 30), PartialDate(year: 1985, month: 8), PartialDate(day: 29),
      PartialDate(yearOfCentury: 58), PartialDate(yearOfCentury: 85, month: 7, day: 3),
    ] {
      #expect(full.contradicts(other) && other.contradicts(full), "\(other)")
    }
    #expect(!PartialDate(yearOfCentury: 85).contradicts(PartialDate(year: 2085)))
    #expect(PartialDate(yearOfCentury: 85).contradicts(PartialDate(yearOfCentury: 58)))
  }

  @Test func datesAreReadAsPatientListsAndDICOMWriteThem() {
    let full = PartialDate(year: 1985, month: 7, day: 30)
    for text in ["19850730", "1985-07-30", "1985.07.30"] { #expect(PartialDate(text) == full) }
    for text in ["1985", "19850000", "1985-00-00", "198500"] { #expect(PartialDate(text) == PartialDate(year: 1985)) }
    #expect(PartialDate("198507") == PartialDate(year: 1985, month: 7))
    #expect(PartialDate("1985-07") == PartialDate(year: 1985, month: 7))
    #expect(PartialDate("00000730") == PartialDate(month: 7, day: 30))
    for text in [
      "", "85", "19851301", "19850732", "19850229", "1985-7-30", "30.07.1985", "1985073", "１９８５", "1985/07/30",
    ] {
      #expect(PartialDate(text) == nil, "\(text)")
    }
    #expect(PartialDate("19840229")?.day == 29 && PartialDate("00000229")?.day == 29)
  }

  @Test func whatIsNotKnownIsAQuestionMark() {
    #expect("\(PartialDate(year: 1985, month: 7))" == "1985-07-??")
    #expect("\(PartialDate(yearOfCentury: 5, day: 1))" == "??05-??-01")
    #expect("\(PartialDate())" == "????-??-??")
  }
}
