internal import Foundation
internal import NationalID
internal import Randomness
public import Reconciliation

/// A study from outside, and whose it is.
public struct IncomingStudy: Sendable {
  /// What its instances say.
  public let identities: [StudyIdentity]
  /// Local numbers of which each is right; empty: whoever is chosen without a person is wrong.
  public let right: Set<String>
  /// What is out of the ordinary.
  public let circumstance: Circumstance
  /// Whose number it carries, where that is a relative's.
  public let relation: Human.Relation?
  /// Whether the patient can be told without a person: see ``Circumstance/isMatchable``; and the record is in order.
  public let isMatchable: Bool
  /// Whether nothing is wrong with it, nor with the record.
  public var isComplete: Bool { circumstance == .nothing && isMatchable }
}

/// Makes studies of a population, at the rates of ``Circumstance``.
public struct StudyMaker {
  private let people: [Human]
  private var random: SplitMix64
  private var writing: Writing
  private let circumstances: [Circumstance]

  /// The same seed makes the same studies.
  public init(people: [Human], seed: UInt64) {
    self.people = people
    random = SplitMix64(seed: seed)
    writing = Writing(seed: seed ^ 0x5EED)
    circumstances = Circumstance.allCases.flatMap { Array(repeating: $0, count: $0.rate) }
  }

  /// The next study.
  public mutating func next() -> IncomingStudy {
    let circumstance = circumstances[random.below(circumstances.count)]
    // Each kind of relative as often as any other.
    let kind = Human.Relation.allCases[random.below(Human.Relation.allCases.count)]
    // Who does not fit (a man has no maiden name) is left, and the next one is asked.
    while true {
      let human = people[random.below(people.count)]
      let isStranger = circumstance == .stranger || circumstance == .strangerWithoutNumber
      guard (human.listing == .none) == isStranger else { continue }
      if let study = study(of: human, circumstance, kind) { return study }
    }
  }

  private mutating func study(
    of human: Human, _ circumstance: Circumstance, _ kind: Human.Relation
  ) -> IncomingStudy? {
    if human.died != nil, circumstance != .afterDeath { return nil }
    var said = Statement(of: human)
    var relation: Human.Relation?
    switch circumstance {
    case .nothing, .stranger: break
    case .birthDateMissing: said.birthDate = nil
    case .firstOfJanuary:
      guard human.birthDate.month != 1 || human.birthDate.day != 1 else { return nil }
      said.birthDate = digits(human.birthDate.year, 4) + "0101"
    case .dayAndMonthExchanged:
      guard human.birthDate.day <= 12, human.birthDate.day != human.birthDate.month else { return nil }
      said.birthDate = human.birthDate.mistaken.text
    case .digitOfBirthDateWrong: said.birthDate = Human.Date.withWrongYear(human.birthDate, &random)
    case .sexMissing: said.sex = nil
    case .sexOther: said.sex = "O"
    case .sexWrong: said.sex = human.sex.other.rawValue
    case .numberMissing, .strangerWithoutNumber: said.number = nil
    case .digitWrong, .digitsExchanged, .digitLost:
      said.number = writing.withMistake(human.number, circumstance)
    case .zeroLost:
      guard human.number.hasPrefix("0") else { return nil }
      said.number = String(human.number.drop { $0 == "0" })
      said.isBare = true
      guard human.number.count - (said.number?.count ?? 0) <= 3 else { return nil }
    case .formerNumber:
      guard let former = human.formerNumber else { return nil }
      said.number = former
      if let given = human.formerGiven {
        said.given = [given]
        said.sex = human.sex.other.rawValue
      }
    case .hospitalNumberAsNational: said.hasHospitalNumberAsNational = true
    case .secondNumber: said.secondNumber = people[random.below(people.count)].number
    case .beforeBirth:
      said.studyDate = digits(human.birthDate.year - 1 - random.below(20), 4) + "0315"
    case .afterDeath:
      guard let died = human.died else { return nil }
      said.studyDate = digits(died.year + 1 + random.below(5), 4) + "0315"
    case .deidentified:
      said.isDeidentified = true
      said.family = "ANONYMOUS"
      said.given = ["\(random.below(10_000))"]
      if random.chance(0.5) { said.number = nil }
    case .twoPatients: return two(human)
    case .relativesNumber, .relativesNumberBirthDateMissing, .relativesNumberFirstOfJanuary,
      .relativesNumberAndBirthDate:
      guard let found = relative(of: human, kind) else { return nil }
      // Who has the relative's name, number and birth date is the relative, for all that anybody can tell.
      if circumstance == .relativesNumberAndBirthDate, people[found.1].given[0] == human.given[0] { return nil }
      relation = found.0
      take(people[found.1], circumstance, &said)
    case .newbornWithMothersNumber:
      guard let mother = relative(of: human, .parent), people[mother.1].sex == .female,
        human.birthDate.year >= 2015
      else { return nil }
      relation = .parent
      said.number = people[mother.1].number
      said.given = random.chance(0.5) ? ["BABY"] : ["BABY", "VAN", people[mother.1].given[0]]
      if random.chance(0.5) { said.family = people[mother.1].family }
      if random.chance(0.3) { said.birthDate = nil }
    case .strangersNumber:
      let other = people[random.below(people.count)]
      guard other.index != human.index, !human.relatives.contains(where: { $0.1 == other.index }) else { return nil }
      said.number = other.number
    default:
      guard writing.misspell(&said, human, spouse: spouse(of: human), circumstance) else { return nil }
    }
    if said.sex != nil, circumstance != .sexOther, circumstance != .sexWrong, random.chance(0.01) { said.sex = nil }
    let isNobodys = circumstance == .deidentified || circumstance == .beforeBirth || circumstance == .afterDeath
    var isMatchable = circumstance.isMatchable && human.isInOrder
    // The other sex's number says another sex than the register does now.
    if circumstance == .formerNumber, human.formerGiven != nil { isMatchable = false }
    return IncomingStudy(
      identities: [writing.identity(said)], right: isNobodys ? [] : human.localIDs, circumstance: circumstance,
      relation: relation, isMatchable: isMatchable)
  }

  private mutating func two(_ human: Human) -> IncomingStudy {
    let other = people[random.below(people.count)]
    var second = Statement(of: other)
    if random.chance(0.5) { second.number = nil }
    return IncomingStudy(
      identities: [writing.identity(Statement(of: human)), writing.identity(second)], right: [],
      circumstance: .twoPatients, relation: nil, isMatchable: false)
  }

  private mutating func take(_ relative: Human, _ circumstance: Circumstance, _ said: inout Statement) {
    said.number = relative.number
    switch circumstance {
    case .relativesNumberBirthDateMissing: said.birthDate = nil
    case .relativesNumberFirstOfJanuary: said.birthDate = said.birthDate.map { $0.prefix(4) + "0101" }
    case .relativesNumberAndBirthDate: said.birthDate = relative.birthDate.text
    default: break
    }
  }

  private mutating func relative(of human: Human, _ kind: Human.Relation) -> (Human.Relation, Int)? {
    let found = human.relatives.filter { $0.0 == kind && $0.1 < people.count }
    return found.isEmpty ? nil : found[random.below(found.count)]
  }

  private func spouse(of human: Human) -> Human? {
    human.relatives.first { $0.0 == .partner && $0.1 < people.count }.map { people[$0.1] }
  }
}

extension Human.Date {
  fileprivate static func withWrongYear(_ date: Human.Date, _ random: inout SplitMix64) -> String {
    var text = Array(date.text)
    let place = [2, 3, 5, 7][random.below(4)]
    let right = text[place]
    repeat { text[place] = Array("0123456789")[random.below(10)] } while text[place] == right
    return String(text)
  }
}
