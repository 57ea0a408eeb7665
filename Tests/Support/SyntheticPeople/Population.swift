internal import NationalID
internal import Randomness

/// People whom nobody is, family by family: the same seed makes the same people.
///
/// Every birth has a number of its own with right check digits, as the Belgian register gives them: twins' numbers follow
/// one another. Rates are those of ``Rates``.
public struct Population: Sequence, IteratorProtocol, Sendable {
  /// How often something is so, of a hundred unless it says otherwise.
  enum Rates {
    static let couples = 0.60
    static let childrenAtMost = 4
    static let twins = 0.017
    static let twinsOfSameSex = 0.62
    static let twinsWhoseNamesLookAlike = 0.10
    static let siblingsWhoseNamesLookAlike = 0.02
    static let namedAfterParent = 0.015
    static let suffixed = 0.5
    static let secondGivenName = 0.35
    /// Of children who have one.
    static let secondNameOfParent = 0.3
    static let otherOrigin = 0.15
    static let bisBefore = 0.03
    static let sexChanged = 0.001
    /// Of those over 70.
    static let dead = 0.25
  }

  /// The last day on which anybody was born.
  static let lastYear = 2025

  private var random: SplitMix64
  private var ready: [Human] = []
  private var count = 0
  /// How many numbers of a day and sex are given out.
  private var serials = [UInt16](repeating: 0, count: 2 * 372 * (lastYear - 1900 + 1))

  /// The same seed makes the same people.
  public init(seed: UInt64) { random = SplitMix64(seed: seed) }

  /// The next one; there is no end.
  public mutating func next() -> Human? {
    if ready.isEmpty { ready = household().reversed() }
    return ready.popLast()
  }

  // MARK: A household

  private struct Draft {
    var origin: Int
    var sex: Sex
    var birthDate: Human.Date
    var family: String
    var given: [String]
    var birthName: String?
    var suffix: String?
    var relatives: [(Human.Relation, Int)] = []
  }

  private mutating func household() -> [Human] {
    let origin = Origin.any(&random)
    let head = adult(origin, sex: random.chance(0.5) ? .male : .female, born: 1930 + random.below(75))
    guard random.chance(Rates.couples) else { return settle([head]) }
    let theirs = random.chance(Rates.otherOrigin) ? Origin.any(&random) : origin
    var partner = adult(
      theirs, sex: head.sex.other, born: Swift.min(2006, Swift.max(1925, head.birthDate.year - 8 + random.below(17))))
    var first = head
    if origin.wives == .takeHusbands {
      if first.sex == .female { marry(&first, to: partner, origin) } else { marry(&partner, to: first, origin) }
    }
    first.relatives.append((.partner, 1))
    partner.relatives.append((.partner, 0))
    var members = [first, partner]
    addChildren(&members, origin)
    return settle(members)
  }

  private mutating func adult(_ origin: Origin, sex: Sex, born year: Int) -> Draft {
    var family = origin.family(&random)
    if origin.hasTwoFamilyNames { family += " " + origin.family(&random) }
    return Draft(
      origin: index(origin), sex: sex, birthDate: day(year), family: sex == .female ? origin.feminine(family) : family,
      given: names(origin, sex))
  }

  private func index(_ origin: Origin) -> Int { Origin.all.firstIndex { $0.families == origin.families } ?? 0 }

  private func marry(_ wife: inout Draft, to husband: Draft, _ origin: Origin) {
    wife.birthName = wife.family
    wife.family = origin.feminine(husband.family)
    if wife.birthName == wife.family { wife.birthName = nil }
  }

  private mutating func addChildren(_ members: inout [Draft], _ origin: Origin) {
    let (father, mother) = members[0].sex == .male ? (0, 1) : (1, 0)
    var year = members[mother].birthDate.year + 20 + random.below(10)
    for _ in 0..<random.below(Rates.childrenAtMost + 1) where year <= Self.lastYear {
      let sex: Sex = random.chance(0.5) ? .male : .female
      var child = child(of: members, father, mother, origin, sex)
      child.birthDate = day(year)
      nameAfterParent(&child, &members, father, mother)
      if random.chance(Rates.siblingsWhoseNamesLookAlike), let older = members.dropFirst(2).last, older.sex == sex {
        child.given[0] = lookAlike(older.given[0], origin)
      }
      let isTwin = random.chance(Rates.twins)
      if isTwin {
        let isSame = random.chance(Rates.twinsOfSameSex)
        var twin = self.child(of: members, father, mother, origin, isSame ? sex : sex.other)
        twin.birthDate = child.birthDate
        if random.chance(Rates.twinsWhoseNamesLookAlike) {
          let pair = origin.alike[random.below(origin.alike.count)]
          (child.given[0], twin.given[0]) = random.chance(0.5) ? (pair.0, pair.1) : (pair.1, pair.0)
        }
        if twin.given[0] == child.given[0] { twin.given[0] = lookAlike(child.given[0], origin) }
        let kind = isSame ? Human.Relation.twinOfSameSex : .twinOfOtherSex
        child.relatives.append((kind, members.count + 1))
        twin.relatives.append((kind, members.count))
        join(&members, child)
        join(&members, twin)
      } else {
        join(&members, child)
      }
      year += 1 + random.below(5)
    }
  }

  private mutating func child(
    of members: [Draft], _ father: Int, _ mother: Int, _ origin: Origin, _ sex: Sex
  ) -> Draft {
    func first(_ draft: Draft) -> String {
      origin.hasTwoFamilyNames
        ? draft.family.split(separator: " ").first { $0.first?.isUppercase == true }.map(String.init) ?? draft.family
        : draft.family
    }
    var family = first(members[father])
    if origin.hasTwoFamilyNames { family += " " + first(members[mother]) }
    if sex == .female { family = origin.feminine(family) }
    var given = names(origin, sex)
    // Siblings have names of their own.
    while members.dropFirst(2).contains(where: { $0.given[0] == given[0] }) { given = names(origin, sex) }
    let parent = members[sex == .male ? father : mother].given[0]
    if given.count > 1, given[0] != parent, random.chance(Rates.secondNameOfParent) { given[1] = parent }
    return Draft(
      origin: index(origin), sex: sex, birthDate: Human.Date(year: 1900, month: 1, day: 1), family: family, given: given
    )
  }

  private mutating func nameAfterParent(_ child: inout Draft, _ members: inout [Draft], _ father: Int, _ mother: Int) {
    let parent = child.sex == .male ? father : mother
    guard random.chance(Rates.namedAfterParent), members[parent].family == child.family else { return }
    child.given[0] = members[parent].given[0]
    if child.sex == .male, random.chance(Rates.suffixed) {
      child.suffix = "JR"
      members[parent].suffix = "SR"
    }
    child.relatives.append((.namesake, parent))
    members[parent].relatives.append((.namesake, members.count))
  }

  /// Joins a household as a child of its first two members.
  private func join(_ members: inout [Draft], _ child: Draft) {
    var child = child
    let place = members.count
    for parent in 0...1 where !child.relatives.contains(where: { $0.1 == parent }) {
      child.relatives.append((.parent, parent))
      members[parent].relatives.append((.child, place))
    }
    for other in 2..<Swift.max(2, place) where !child.relatives.contains(where: { $0.1 == other }) {
      child.relatives.append((.sibling, other))
      members[other].relatives.append((.sibling, place))
    }
    members.append(child)
  }

  /// A name that is easily taken for this one.
  private mutating func lookAlike(_ name: String, _ origin: Origin) -> String {
    for (one, other) in origin.alike {
      if one == name { return other }
      if other == name { return one }
    }
    return name.hasSuffix("a") ? name + "ne" : name + "a"
  }

  private mutating func names(_ origin: Origin, _ sex: Sex) -> [String] {
    let first = origin.given(sex, &random)
    guard random.chance(Rates.secondGivenName) else { return [first] }
    let second = origin.given(sex, &random)
    return second == first ? [first] : [first, second]
  }

  private mutating func day(_ year: Int) -> Human.Date {
    let month = 1 + random.below(12)
    return Human.Date(year: year, month: month, day: 1 + random.below(PartialDate.days(inMonth: month, ofYear: year)))
  }

  // MARK: Settling

  private mutating func settle(_ members: [Draft]) -> [Human] {
    defer { count += members.count }
    return members.enumerated().map { settle($1, at: count + $0) }
  }

  private mutating func settle(_ draft: Draft, at place: Int) -> Human {
    let number = number(draft.birthDate, draft.sex)
    var former: (number: String, given: String?)?
    if random.chance(Rates.sexChanged) {
      former = (self.number(draft.birthDate, draft.sex.other), Origin.all[draft.origin].given(draft.sex.other, &random))
    } else if draft.origin > 1, random.chance(Rates.bisBefore) {
      former = (self.number(draft.birthDate, draft.sex, monthsAdded: 40), nil)
    }
    var died: Human.Date?
    if draft.birthDate.year < Self.lastYear - 70, random.chance(Rates.dead) {
      let years = Self.lastYear - draft.birthDate.year - 60
      died = day(draft.birthDate.year + 60 + random.below(Swift.max(1, years)))
    }
    return Human(
      index: place, origin: draft.origin, sex: draft.sex, birthDate: draft.birthDate, family: draft.family,
      given: draft.given, birthName: draft.birthName, suffix: draft.suffix, number: number,
      formerNumber: former?.number, formerGiven: former?.given, died: died,
      relatives: draft.relatives.map { ($0, count + $1) }, listing: listing(hasFormerNumber: former != nil))
  }

  private mutating func listing(hasFormerNumber: Bool) -> Human.Listing {
    let thousandth = random.below(1000)
    if hasFormerNumber, thousandth < 200 { return .formerNumberOnly }
    return switch thousandth {
    case 0..<40: .none
    case 40..<70: .withoutNumber
    case 70..<72: .withoutBirthDate
    case 72..<75: .wrongBirthDate
    case 75..<80: .withoutSex
    case 80..<85: .inactive
    case 85..<92: .twice
    case 92..<93: .twiceWithNumber
    case 93..<108: .merged
    default: .one
    }
  }

  /// The next number of a day and sex.
  private mutating func number(_ date: Human.Date, _ sex: Sex, monthsAdded: Int = 0) -> String {
    let slot = 2 * ((date.year - 1900) * 372 + (date.month - 1) * 31 + date.day - 1) + (sex == .male ? 0 : 1)
    let used = Int(serials[slot])
    // The day's numbers never run out with ten million people; where they do, the first is given out again.
    serials[slot] = UInt16((used + 1) % 498)
    let serial = 2 * used + (sex == .male ? 1 : 2)
    let nine =
      date.year % 100 * 10_000_000 + (date.month + monthsAdded) * 100_000 + date.day * 1000 + serial
    let check = 97 - (date.year >= 2000 ? 2_000_000_000 + nine : nine) % 97
    return digits(nine, 9) + digits(check, 2)
  }
}

extension Sex {
  var other: Sex { self == .male ? .female : .male }
}
