package import Reconciliation

/// What a policy makes of studies whose patients are known.
package struct Measurement: Sendable {
  /// What became of studies of one kind.
  package struct Row: Sendable {
    package var right = 0
    package var wrong = 0
    package var person = 0
    /// How often each reason was given.
    package var reasons: [String: Int] = [:]

    package var count: Int { right + wrong + person }
  }

  package private(set) var rows: [Circumstance: Row] = [:]
  package private(set) var relatives: [Human.Relation: Row] = [:]
  package private(set) var complete = Row()
  package private(set) var matchable = Row()
  package private(set) var all = Row()
  /// Of studies of patients on the list whom a person must find: how many, and how often the right one is known by the number,
  /// is the first of the ranked, or among them.
  package private(set) var sought = (count: 0, known: 0, first: 0, ranked: 0)
  /// The first studies that were given to a wrong patient, and those that could have been decided.
  package private(set) var wrong: [String] = []
  package private(set) var held: [Circumstance: [String]] = [:]
  /// The first patients who were not found.
  package private(set) var lost: [String] = []
  private static let examples = 5

  package init() {}

  /// Takes in what was decided about a study.
  package mutating func add(_ study: IncomingStudy, _ decision: Decision) {
    var row = Row()
    switch decision.outcome {
    case .automatic(let localID) where study.right.contains(localID): row.right = 1
    case .automatic(let localID):
      row.wrong = 1
      if wrong.count < 40 { wrong.append(Self.story(study, decision, localID)) }
    case .person:
      row.person = 1
      for code in Set(decision.reasons.map(\.code.rawValue)) { row.reasons[code] = 1 }
      if study.isMatchable, held[study.circumstance, default: []].count < Self.examples {
        held[study.circumstance, default: []].append(Self.story(study, decision, ""))
      }
    }
    if row.person == 1, !study.right.isEmpty { seek(study, decision) }
    rows[study.circumstance, default: Row()] += row
    if let relation = study.relation { relatives[relation, default: Row()] += row }
    if study.isComplete { complete += row }
    if study.isMatchable { matchable += row }
    all += row
  }

  private mutating func seek(_ study: IncomingStudy, _ decision: Decision) {
    sought.count += 1
    let further = (decision.further ?? []).map(\.patient.localID)
    if decision.candidates.contains(where: { study.right.contains($0.patient.localID) }) {
      sought.known += 1
    } else if let place = further.firstIndex(where: study.right.contains) {
      sought.ranked += 1
      if place == 0 { sought.first += 1 }
    } else if lost.count < 20 {
      lost.append(Self.story(study, decision, further.joined(separator: " ")))
    }
  }

  /// The share that was decided without a person and rightly, 0 to 1.
  package static func share(_ row: Row) -> Double { row.count == 0 ? 1 : Double(row.right) / Double(row.count) }

  private static func story(_ study: IncomingStudy, _ decision: Decision, _ localID: String) -> String {
    let said = study.identities.map { identity in
      "\(identity.name ?? "-") | \(identity.sex ?? "-") | \(identity.birthDate ?? "-") | "
        + identity.identifiers.map(\.value).joined(separator: ", ")
    }
    let local = decision.candidates.map { candidate in
      "\(candidate.patient.localID) \(candidate.patient.family)^\(candidate.patient.given) | "
        + "\(candidate.patient.sex ?? "-") | \(candidate.patient.birthDate ?? "-")"
    }
    return "\(study.circumstance)\(study.relation.map { " (\($0.rawValue))" } ?? ""): \(said.joined(separator: " + "))"
      + " -> \(localID) \(local.joined(separator: " + ")), right \(study.right.sorted())"
      + decision.reasons.map { "\n      \($0.sentence)" }.joined()
  }
}

extension Measurement.Row {
  static func += (left: inout Self, right: Self) {
    left.right += right.right
    left.wrong += right.wrong
    left.person += right.person
    left.reasons.merge(right.reasons, uniquingKeysWith: +)
  }
}

// MARK: As a table

extension Measurement {
  /// The confusion table with its reasons, in Markdown.
  package var table: String {
    var lines = ["| studies | of | right | WRONG | person | because of |", "|---|---|---|---|---|---|"]
    for circumstance in Circumstance.allCases {
      guard let row = rows[circumstance] else { continue }
      lines.append(Self.line(circumstance.description, row))
    }
    lines.append(Self.line("**all**", all))
    lines += ["", "| number of a | of | right | WRONG | person | because of |", "|---|---|---|---|---|---|"]
    for relation in Human.Relation.allCases {
      guard let row = relatives[relation] else { continue }
      lines.append(Self.line(relation.rawValue, row))
    }
    return lines.joined(separator: "\n")
  }

  private static func line(_ name: String, _ row: Row) -> String {
    let reasons = row.reasons.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.key) \($0.value)" }
    return
      "| \(name) | \(row.count) | \(row.right) | \(row.wrong) | \(row.person) | \(reasons.joined(separator: ", ")) |"
  }

  /// Shares of what is complete, and of what can be matched.
  package var shares: String {
    func percent(_ row: Row) -> String {
      let thousandths = Int(Self.share(row) * 100_000)
      return "\(thousandths / 1000).\(digits(thousandths % 1000, 3)) % of \(row.count)"
    }
    return """
      complete: \(percent(complete)) without a person
      matchable: \(percent(matchable)) without a person
      wrong: \(all.wrong) of \(all.count)
      to be found by a person: \(sought.count) of patients on the list; \(sought.known) known by the number; of the others \
      the first of the ranked is right for \(sought.first), one of the first five for \(sought.ranked)
      """
  }
}
