import Foundation
import NationalID
import Testing

/// Held against python-stdnum: numbers at random, most with right check digits, a third with a mistake in them.
///
/// A few thousand of each scheme by default. All hundred thousand, some minutes:
///
///     STUDYPOST_NUMBERS=100000 swift test --filter StdnumOracleTests
@Suite struct StdnumOracleTests {
  static let count = ProcessInfo.processInfo.environment["STUDYPOST_NUMBERS"].flatMap(Int.init) ?? 1000
  /// Python-stdnum has no German number; `SchemeTests` holds it against published examples.
  static let schemes = NationalIDScheme.all.filter { $0.code != "DE" }

  @Test("python-stdnum is here (Packaging/oracles)")
  func isHere() throws {
    try #require(Stdnum.isThere)
    #expect(
      try Stdnum.verdicts("BE", ["85073003328"]) == [.init(value: "85073003328", birthDate: "1985-07-30", sex: "M")])
  }

  @Test(.enabled(if: Stdnum.isThere), arguments: schemes.map(\.code))
  func agreesWithPythonStdnum(_ code: String) throws {
    let scheme = try #require(NationalIDScheme.named(code))
    var sample = Sample(scheme, seed: 20_261_128)
    let numbers = (0..<Self.count).map { _ in sample.next() }
    let verdicts = try Stdnum.verdicts(scheme.code, numbers)
    try #require(verdicts.count == numbers.count)
    let today = Date().formatted(.iso8601.year().month().day())

    var repaired: [NationalIdentifier] = []
    for (number, theirs) in zip(numbers, verdicts) {
      let ours = scheme.identifier(number)
      if let ours, ours.value.count > number.count, theirs.value == nil {
        repaired.append(ours)
        continue
      }
      if (ours == nil) != (theirs.value == nil) {
        let isNobodys = ours == nil && scheme.problem(number) == .birthDate && Self.isNobodys(number, theirs, today)
        let isKnown = Difference.all.contains {
          $0.scheme == scheme.code && $0.isAccepted == (ours != nil) && $0.covers(number)
        }
        #expect(isNobodys || isKnown, "\(scheme.code) \(number): \(String(describing: ours)), \(theirs)")
      } else if let ours, let value = theirs.value {
        // Their spelling keeps separators, ours puts zeros and centuries before the number.
        let same = letters(ours.value).hasSuffix(letters(value))
        #expect(same, "\(scheme.code) \(number): \(ours.value), \(value)")
        compare(ours, theirs, number)
      }
    }
    // Where a zero was put back, it is valid to them, too, once it is there.
    for (ours, theirs) in zip(repaired, try Stdnum.verdicts(scheme.code, repaired.map(\.value))) {
      let isKnown = Difference.all.contains { $0.scheme == scheme.code && $0.isAccepted && $0.covers(ours.value) }
      #expect(theirs.value != nil || isKnown, "\(scheme.code) \(ours.value)")
    }
    #expect(verdicts.count { $0.value != nil } > Self.count / 60)
    #expect(verdicts.count { $0.value == nil } > Self.count / 60)
  }

  private func letters(_ text: String) -> String { text.filter { $0 != "-" && $0 != "+" } }

  /// What the number says of its bearer, where both tell it. They put a year without its century into one.
  private func compare(_ ours: NationalIdentifier, _ theirs: Stdnum.Verdict, _ number: String) {
    if let sex = theirs.sex, let mine = ours.sex { #expect(mine.rawValue == sex, "\(number)") }
    guard let date = theirs.birthDate else { return }
    #expect(ours.birthDate?.isFull != false || ours.birthDate?.year == nil, "\(number)")
    #expect(ours.birthDate?.description.suffix(8) == date.suffix(8), "\(ours.scheme) \(number)")
    if let year = ours.birthDate?.year { #expect(date.hasPrefix("\(year)-"), "\(ours.scheme) \(number)") }
  }

  /// Whether a valid number's birth date has not come, or nobody lives who has it: they do not mind.
  private static func isNobodys(_ number: String, _ theirs: Stdnum.Verdict, _ today: String) -> Bool {
    if let date = theirs.birthDate { return date > today || date < "1800" }
    // A Belgian number without a day, of this year.
    return number.hasPrefix(today.dropFirst(2).prefix(2))
  }

  @Test(.enabled(if: Stdnum.isThere), arguments: Difference.all)
  func whereItDecidesOtherwise(_ difference: Difference) throws {
    let scheme = try #require(NationalIDScheme.named(difference.scheme))
    #expect((scheme.identifier(difference.example) != nil) == difference.isAccepted)
    let theirs = try Stdnum.verdicts(difference.scheme, [difference.example])
    #expect(theirs.map { $0.value != nil } == [!difference.isAccepted])
    #expect(difference.covers(difference.example))
  }
}
