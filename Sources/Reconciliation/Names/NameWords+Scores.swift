/// How alike two components are, 0 to 1.
extension NameWords {
  /// The best score of any way to write either family name or a part of it. An article or particle makes no two alike,
  /// whether it stands apart or not.
  func familyScore(_ other: NameWords) -> Double {
    if isSpelt(like: other) { return 1 }
    let others = other.wholes(against: self) + other.parts
    return (wholes(against: other) + parts).reduce(0) { best, one in
      others.reduce(best) { max($0, similarity(one, $1)) }
    }
  }

  /// The best score of two given names: one that begins the other (“Jan” and “Jan Willem”) agrees with it almost as
  /// well as an equal one. An initial agrees with nothing, and a second name not with the first.
  func givenScore(_ other: NameWords) -> Double {
    let (one, other) = (withoutInitials, other.withoutInitials)
    guard !one.words.isEmpty, !other.words.isEmpty else { return 0 }
    if one.isSpelt(like: other) { return 1 }
    var best = min(Self.beginning, one.scoreOfFirstWords(other))
    for left in one.wholes(against: other) {
      for right in other.wholes(against: one) {
        let begins = left.starts(with: right) || right.starts(with: left)
        if begins, min(left.count, right.count) >= shortestBeginning { best = max(best, Self.beginning) }
        if abs(left.count - right.count) <= Self.mostLettersMissing { best = max(best, alikeness(left, right)) }
      }
    }
    return best
  }

  /// The score of as many words as both have, where one has more.
  private func scoreOfFirstWords(_ other: NameWords) -> Double {
    let count = min(words.count, other.words.count)
    guard words.count != other.words.count, !lifted.contains(.beginnings) else { return 0 }
    func first(_ name: NameWords) -> [[Unicode.Scalar]] { Self.spellings(of: Array(name.words.prefix(count))) }
    return first(self).flatMap { one in first(other).map { alikeness(one, $0) } }.max() ?? 0
  }

  /// Whether both have the same words, apart from particles and their order.
  func isSpelt(like other: NameWords) -> Bool {
    let (one, two) = (Set(wholes), Set(other.wholes))
    if !one.isDisjoint(with: two) { return true }
    return words.count > 1 && words.count == other.words.count
      && Set(words.map(\.letters)) == Set(other.words.map(\.letters))
  }

  /// Whether the other has all of these words first, letter by letter, and initials are none.
  func begins(_ other: NameWords) -> Bool {
    let (one, other) = (withoutInitials.words, other.withoutInitials.words)
    return !lifted.contains(.beginnings) && !one.isEmpty && one.count <= other.count
      && zip(one, other).allSatisfy { !Set($0.spellings).isDisjoint(with: $1.spellings) }
  }

  /// How well “Jan” agrees with “Jan Willem”.
  static let beginning = 0.95
  private var shortestBeginning: Int {
    lifted.contains(.beginnings) ? .max : lifted.contains(.initials) ? 1 : 3
  }
  /// What is longer by more is another name, or has one more.
  private static let mostLettersMissing = 2
  /// A shorter part of a family name does not agree by itself.
  private static let shortestPart = 3

  /// The words run together, with and without particles (“VANDENBERGHE”, “BERGHE”); particles alone are kept.
  private var wholes: [[Unicode.Scalar]] { Self.spellings(of: words) }

  /// The same, but without particles where both have some: equal ones would make other names alike.
  private func wholes(against other: NameWords) -> [[Unicode.Scalar]] {
    let hasParticles = words.contains(where: \.isParticle) && other.words.contains(where: \.isParticle)
    let bare = words.filter { !$0.isParticle }
    return hasParticles && !bare.isEmpty && !lifted.contains(.particles) ? Self.spellings(of: bare) : wholes
  }

  /// Each piece between hyphens, and each word that is no particle, of a name of several.
  private var parts: [[Unicode.Scalar]] {
    guard words.count > 1, !lifted.contains(.partsOfFamilyNames) else { return [] }
    let pieces = pieces.count > 1 ? pieces.flatMap(Self.spellings) : []
    return (pieces + words.filter { !$0.isParticle || lifted.contains(.particles) }.flatMap(\.spellings)).filter {
      $0.count >= Self.shortestPart
    }
  }

  private var withoutInitials: NameWords {
    if lifted.contains(.initials) { return self }
    var name = self
    name.keep { !$0.isInitial }
    return name
  }

  private static func spellings(of words: [Word]) -> [[Unicode.Scalar]] {
    guard !words.isEmpty else { return [] }
    let bare = words.filter { !$0.isParticle }
    let choices = bare.isEmpty || bare.count == words.count ? [words] : [words, bare]
    return choices.flatMap { words in
      let plain = Array(words.map(\.letters).joined())
      let spelt = Array(words.map { $0.spellings.last ?? [] }.joined())
      return plain == spelt ? [plain] : [plain, spelt]
    }
  }

  /// Jaro–Winkler of what follows a particle that both begin with: “Van de Velde” is not like “Van de Voorde”.
  private func similarity(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Double {
    let shared =
      lifted.contains(.particles)
      ? nil
      : Self.gluedParticles.first { particle in
        [left, right].allSatisfy { $0.count >= particle.count + Self.shortestPart && $0.starts(with: particle) }
      }
    let begin = shared?.count ?? 0
    return alikeness(Array(left.dropFirst(begin)), Array(right.dropFirst(begin)))
  }

  private func alikeness(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Double {
    lifted.contains(.similarity) ? left == right ? 1 : 0 : jaroWinkler(left, right)
  }
}
