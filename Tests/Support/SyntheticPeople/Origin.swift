import NationalID
import Randomness

/// Where a family's names come from: lists of their kind, of our own making, with what is common more often than what is
/// rare.
struct Origin: Sendable {
  enum Wives: Sendable {
    case keepTheirs
    case takeHusbands
  }

  /// Of a hundred households.
  let share: Int
  let families: [String]
  private let spaced: [String]
  private let beginnings, stems, endings: [String]
  private let women, men: [String]
  private let compounds: [String]
  /// Names of twins that look alike.
  let alike: [(String, String)]
  /// Names by which people go, for those that they have.
  let everyday: [(String, String)]
  /// What a wife's name is in the register.
  let wives: Wives
  let hasTwoFamilyNames: Bool
  let hasFeminineFamilyNames: Bool

  init(
    share: Int, families: [String], spaced: [String], beginnings: [String], stems: [String], endings: [String],
    women: [String], men: [String], compounds: [String], alike: [(String, String)], everyday: [(String, String)],
    wives: Wives, hasTwoFamilyNames: Bool = false, hasFeminineFamilyNames: Bool = false
  ) {
    self.share = share
    self.families = families
    self.spaced = spaced
    self.beginnings = beginnings
    self.stems = stems
    self.endings = endings
    self.women = women
    self.men = men
    self.compounds = compounds
    self.alike = alike
    self.everyday = everyday
    self.wives = wives
    self.hasTwoFamilyNames = hasTwoFamilyNames
    self.hasFeminineFamilyNames = hasFeminineFamilyNames
  }

  static let all: [Origin] = [
    .dutch, .french, .arabic, .turkish, .iberian, .polish, .german, .italian, .vietnamese,
  ]

  static func words(_ text: String) -> [String] {
    text.split { $0 == " " || $0 == "\n" }.map(String.init)
  }

  /// One of the origins, as often as each is.
  static func any(_ random: inout SplitMix64) -> Origin {
    var rest = random.below(all.reduce(0) { $0 + $1.share })
    for origin in all {
      if rest < origin.share { return origin }
      rest -= origin.share
    }
    return .dutch
  }

  // MARK: Names

  func family(_ random: inout SplitMix64) -> String {
    if !stems.isEmpty, random.chance(0.45) { return composed(&random) }
    if !spaced.isEmpty, random.chance(0.25) { return Self.skewed(spaced, &random) }
    return Self.skewed(families, &random)
  }

  private func composed(_ random: inout SplitMix64) -> String {
    let beginning = beginnings[random.below(beginnings.count)]
    let name = stems[random.below(stems.count)].lowercased() + endings[random.below(endings.count)]
    let isApart = beginning.isEmpty || beginning.hasSuffix(" ") || beginning.hasSuffix("'")
    return beginning + (isApart ? name.prefix(1).uppercased() + name.dropFirst() : name)
  }

  func given(_ sex: Sex, _ random: inout SplitMix64) -> String {
    if !compounds.isEmpty, random.chance(0.06) { return compounds[random.below(compounds.count)] }
    return Self.skewed(sex == .female ? women : men, &random)
  }

  /// A family name as a woman bears it.
  func feminine(_ family: String) -> String {
    guard hasFeminineFamilyNames, family.hasSuffix("ski") || family.hasSuffix("cki") else { return family }
    return family.dropLast() + "a"
  }

  /// The first is the most frequent: about as 1, 1/2, 1/3 …
  private static func skewed(_ names: [String], _ random: inout SplitMix64) -> String {
    // The product of two uniform numbers leans to the front.
    names[random.below(random.below(names.count) + 1)]
  }
}
