import DICOM

/// One name of a person as it is compared: family and given name, and what tells father from son.
struct ComparableName {
  let family: NameWords
  let given: NameWords
  let suffix: String?

  init(family: String, given: String, suffix: String = "", without lifted: MatchingRules = []) {
    let words = (family: NameWords(family, without: lifted), given: NameWords(given, without: lifted))
    self.family = words.family
    self.given = words.given
    self.suffix = NameWords.suffix(of: suffix) ?? words.given.suffix ?? words.family.suffix
  }

  private init(family: NameWords, given: NameWords, suffix: String?) {
    self.family = family
    self.given = given
    self.suffix = suffix
  }

  /// Other ways to read the name: with its components exchanged, or parted where all of it stands in one.
  private var readings: [ComparableName] {
    let words = family.words + given.words
    guard words.count > 1, words.count <= Self.mostWordsToPart, !family.lifted.contains(.exchangedComponents) else {
      return []
    }
    let splits = family.words.isEmpty || given.words.isEmpty ? Array(1..<words.count) : [family.words.count]
    return splits.flatMap { split in
      let (first, second) = (
        NameWords(words: words[..<split], without: family.lifted),
        NameWords(words: words[split...], without: family.lifted)
      )
      return [
        ComparableName(family: first, given: second, suffix: suffix),
        ComparableName(family: second, given: first, suffix: suffix),
      ]
    }
  }

  private static let mostWordsToPart = 8
}

/// How well the names of the sender and of a local patient agree, 0 to 1 each.
struct NameAgreement {
  /// The best score of any family name of either.
  var family = 0.0
  /// The best score of any given name of either.
  var given = 0.0
  /// Two suffixes that differ; nil where they agree, or one has none.
  var suffixes: (sender: String, local: String)?

  /// Whether one name of either is written alike, apart from case, marks, particles and the order of the components.
  var isEqual = false
  /// Whether one has more given names than the other, and all else is written alike.
  var isPart = false

  /// - Parameters:
  ///   - current: the sender's name, of each group one.
  ///   - others: the sender's birth and other names, of which the family name counts.
  ///   - local: the local patient's names.
  init(current: [ComparableName], others: [ComparableName], local: [ComparableName]) {
    for name in local {
      for sender in current + others { family = max(family, sender.family.familyScore(name.family)) }
      for sender in current { given = max(given, sender.given.givenScore(name.given)) }
    }
    isEqual = current.contains { sender in local.contains { sender.isSpelt(like: $0) } }
    if isEqual {
      (family, given) = (1, 1)
    } else if current.contains(where: { sender in local.contains { sender.isSpeltWithOtherNames(like: $0) } }) {
      isPart = true
      (family, given) = (1, max(given, NameWords.beginning))
    }
    if let sender = current.compactMap(\.suffix).first, let other = local.compactMap(\.suffix).first, sender != other {
      suffixes = (sender, other)
    }
  }
}

extension ComparableName {
  /// Whether both are the same letter by letter, as they stand or in some other reading: what stands in another order may
  /// not be misspelt as well.
  func isSpelt(like other: ComparableName) -> Bool {
    agrees(other) { $0.givenScore($1) == 1 }
  }

  /// The same, where one has more given names than the other.
  fileprivate func isSpeltWithOtherNames(like other: ComparableName) -> Bool {
    agrees(other) { $0.begins($1) || $1.begins($0) }
  }

  private func agrees(_ other: ComparableName, _ given: (NameWords, NameWords) -> Bool) -> Bool {
    func same(_ one: ComparableName, _ two: ComparableName) -> Bool {
      one.family.isSpelt(like: two.family) && given(one.given, two.given)
    }
    return same(self, other) || readings.contains { same($0, other) } || other.readings.contains { same(self, $0) }
  }
}
