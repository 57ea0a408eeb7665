/// What becomes of a study whose instances have all been looked at.
enum RouteDecision: Equatable {
  /// One partner that it goes to, and the best evidence for it.
  struct Way: Equatable {
    var partner: String
    var rule: String
    var value: String
  }

  /// It goes to these partners; `others` are names that stood beside theirs and mean nobody here.
  case send([Way], others: [String])
  case hold(code: String, sentence: String)

  /// Its instances name several recipients.
  static let conflict = "conflicting-recipients"
  /// None of them names one.
  static let nobody = "no-recipient"

  /// Agreement sends; anything else waits for a person.
  ///
  /// - Parameter findings: of all instances, equal ones once.
  init(_ findings: [RouteFinding]) {
    if let obstacle = findings.lazy.compactMap(\.obstacle).first {
      self = .hold(code: "not-forwarded", sentence: obstacle)
      return
    }
    let names = findings.flatMap(\.names)
    if let stranger = names.filter({ $0.partner == nil }).map(\.value).min() {
      self = .hold(
        code: "unknown-recipient",
        sentence: "The recipient is named as \"\(stranger)\", which is neither a partner nor an alias of one.")
      return
    }
    let sets = Set(findings.flatMap(\.setsByRule))
    let partners = sets.reduce(Set<String>()) { $0.union($1) }.sorted()
    if sets.count > 1 || findings.contains(where: { $0.doubtful != nil }) {
      self = .hold(
        code: Self.conflict,
        sentence: "The study names more than one recipient, and not the same everywhere: "
          + partners.joined(separator: ", ") + ".")
      return
    }
    guard !partners.isEmpty else {
      self = .hold(
        code: Self.nobody,
        sentence: "No recipient is named, neither by a drop folder nor by a routing rule's element.")
      return
    }
    let ways = partners.compactMap { partner in
      let evidence = names.filter { $0.partner == partner }
      return (evidence.first { $0.rule != RouteFinding.folderRule } ?? evidence.first).map {
        Way(partner: partner, rule: $0.rule, value: $0.value)
      }
    }
    self = .send(ways, others: Set(findings.flatMap { $0.others ?? [] }).sorted())
  }
}
