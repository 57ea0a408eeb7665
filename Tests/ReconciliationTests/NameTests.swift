import Reconciliation
import Testing

@testable import struct Reconciliation.ComparableName
@testable import func Reconciliation.jaroWinkler

@Suite struct NameTests {
  /// Winkler's own figures (1990, table 1), as repeated by the census bureau's strcmp95 and later papers.
  @Test(arguments: [
    ("MARTHA", "MARHTA", 0.9611), ("DWAYNE", "DUANE", 0.8400), ("DIXON", "DICKSONX", 0.8133),
    ("DUNNINGHAM", "CUNNIGHAM", 0.8963), ("NICHLESON", "NICHULSON", 0.9556), ("JONES", "JOHNSON", 0.8324),
    ("MASSEY", "MASSIE", 0.9333), ("ABROMS", "ABRAMS", 0.9222), ("HARDIN", "MARTINEZ", 0.7222),
    ("JERALDINE", "GERALDINE", 0.9259), ("MICHELLE", "MICHAEL", 0.9214), ("JULIES", "JULIUS", 0.9333),
    ("A", "A", 1), ("A", "B", 0), ("", "", 0), ("ABC", "", 0), ("ABC", "XYZ", 0), ("ABCD", "XXAB", 0),
  ])
  func jaroWinklerGivesThePublishedFigures(_ one: String, _ other: String, _ score: Double) {
    for (left, right) in [(one, other), (other, one)] {
      #expect(abs(jaroWinkler(Array(left.unicodeScalars), Array(right.unicodeScalars)) - score) < 0.00005)
    }
  }

  private func agrees(_ sender: String, _ family: String, _ given: String, birthName: String? = nil) -> Bool {
    let decision = People.decide(
      People.sender(sender), among: [People.local(family: family, given: given, birthName: birthName)])
    #expect(decision.codes.allSatisfy { $0 == .name })
    return decision.reasons.isEmpty
  }

  @Test(arguments: [
    ("PEETERS^JAN", "Peeters", "Jan"), ("Müller^Jörg", "MUELLER", "JORG"), ("Weiß^Anna", "WEISS", "Anna"),
    ("Sørensen^Bjørn", "Sorensen", "Bjorn"), ("Łukasz^Æthel", "LUKASZ", "Aethel"),
    ("VAN DEN BERGHE^LUC", "Vandenberghe", "Luc"), ("Van den Berghe^Luc", "Berghe", "Luc"),
    ("D'HONDT^EVA", "Dhondt", "Eva"), ("D’Hondt^Eva", "Hondt", "Eva"), ("DE SMET^AN", "Desmet", "An"),
    ("DUPONT-MARTIN^CLAIRE", "Dupont", "Claire"), ("MARTIN^CLAIRE", "Dupont-Martin", "Claire"),
    ("Dupont–Martin^Claire", "Martin-Dupont", "Claire"), ("O'BRIEN^SEAN", "OBrien", "Séan"),
    ("PEETERS^J", "Peeters", "Jan"), ("PEETERS^JAN^WILLEM", "Peeters", "Jan Willem"),
    ("PEETERS^JEAN-PIERRE", "Peeters", "Jean Pierre"), ("PEETERS^Jan^^Dr", "Peeters", "JAN"),
    ("DE^LE", "De", "Le"), ("Ｐｅｅｔｅｒｓ^Ｊａｎ", "Peeters", "Jan"), ("Pe\u{65}te\u{301}rs^Jan", "Peetérs", "Jan"),
    ("Yamada^Tarou=山田^太郎=やまだ^たろう", "山田", "太郎"), ("Yamada^Tarou=山田^太郎=やまだ^たろう", "Yamada", "Tarou"),
    ("Yamada^Tarou=山田^太郎=やまだ^たろう", "ヤマダ", "タロウ"), ("ﾔﾏﾀﾞ^ﾀﾛｳ", "やまだ", "たろう"),
    ("Hong^Gildong=洪^吉洞=홍^길동", "홍", "길동"), ("Люкceмбypг^Иван", "ЛЮКCEМБYPГ", "иван"),
  ])
  func theSameNameWrittenOtherwiseAgrees(_ sender: String, _ family: String, _ given: String) {
    #expect(agrees(sender, family, given))
  }

  @Test(arguments: [
    ("JANSSENS^JAN", "Peeters", "Jan"), ("PEETERS^PIET", "Peeters", "Jan"), ("PEETERS", "Peeters", "Jan"),
    ("^JAN", "Peeters", "Jan"), ("PEETERS^JAN", "Peeters", ""), ("", "Peeters", "Jan"), ("^^^", "Peeters", "Jan"),
    ("---^...", "Peeters", "Jan"), ("VAN DAMME^LUC", "Van den Berghe", "Luc"), ("JAN^PEETERS", "Peeters", "Jan"),
    ("Yamada^Tarou=山田^太郎", "田中", "太郎"), ("=山田^太郎", "Yamada", "Tarou"), ("がが^かが", "かか", "がか"),
  ])
  func otherNamesDoNot(_ sender: String, _ family: String, _ given: String) {
    #expect(!agrees(sender, family, given))
  }

  @Test func theBirthNameCountsOnEitherSide() {
    #expect(agrees("MAES^ANNA", "Peeters", "Anna", birthName: "Maes"))
    let married = People.decide(
      People.sender("PEETERS^ANNA", birthName: "MAES"), among: [People.local(family: "Maes", given: "Anna")])
    #expect(married.outcome == .automatic(localID: "L1"))
    let alias = People.decide(
      People.sender("PEETERS^ANNA", otherNames: ["CLAES^ANNA", "MAES^ANNA"]),
      among: [People.local(family: "Maes", given: "Anna")])
    #expect(alias.outcome == .automatic(localID: "L1"))
  }

  @Test func thresholdsAreThePolicys() {
    let sender = People.sender("PEETERS^DWAYNE")
    let patients = [People.local(given: "Duane")]
    #expect(People.decide(sender, among: patients).codes == [.name])
    let policy = MatchingPolicy(scheme: .belgium, thresholds: .init(family: 0.9, given: 0.83))
    let decision = People.decide(sender, among: patients, policy: policy)
    #expect(decision.outcome == .automatic(localID: "L1"))
    #expect(decision.thresholds.given == 0.83)
  }

  @Test func anEndlessNameIsComparedInBoundedTime() {
    let long = String(repeating: "A-", count: 100_000)
    #expect(!agrees(long + "^" + long, "Peeters", "Jan"))
  }
}
