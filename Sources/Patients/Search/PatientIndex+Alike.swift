internal import GRDB

/// What is known of somebody whom no number finds.
public struct PatientTraces: Sendable {
  /// Days on which the patient may have been born, `YYYYMMDD`.
  public var birthDates: [String]
  /// Family and given names, as they are written.
  public var families, givens: [String]

  /// Traces of one person.
  public init(birthDates: [String], families: [String], givens: [String]) {
    self.birthDates = birthDates
    self.families = families
    self.givens = givens
  }
}

extension PatientIndex {
  /// No more days are looked at, and no more patients of each kind are taken.
  private static let mostDays = 4
  private static let mostOfAKind = 50
  /// So many letters begin a name that is misspelt later on.
  private static let beginning = 4

  /// Patients who may be the one, in blocks that an index finds: born on one of the days, with a name that begins as theirs;
  /// of the same family and given name; of a given name and a family name that begins so. Bounded in count, for ranking.
  public func patients(like traces: PatientTraces) throws -> [Patient] {
    let families = traces.families.map(SearchWords.wanted).filter { !$0.isEmpty }
    let givens = traces.givens.flatMap(SearchWords.split).filter { $0.count > 1 }
    return try snapshot { database in
      var ids = Set<Int64>()
      let starts = Set((families.flatMap { $0.flatMap(\.self) } + givens).map { String($0.prefix(Self.beginning - 1)) })
      for date in traces.birthDates.prefix(Self.mostDays) {
        ids.formUnion(try Self.ids(bornOn: date, withNamesLike: starts, database))
      }
      for family in families.prefix(Self.mostDays) {
        let given = [givens].filter { !$0.isEmpty }
        ids.formUnion(try Self.ids(family + given, Self.mostOfAKind, database, beginning: false))
        guard !givens.isEmpty else { continue }
        let stems = family.map { $0.map { String($0.prefix(Self.beginning)) } }
        ids.formUnion(try Self.ids(beginning: stems, givens, database))
      }
      return try Self.rows(ids.sorted(), database).map { try $0.patient() }
    }
  }

  /// Patients whose names have all words of a name, in any order.
  public func namesakes(of name: String) throws -> [Patient] {
    let words = SearchWords.wanted(name)
    guard !words.isEmpty else { return [] }
    return try snapshot { database in
      try Self.rows(Self.ids(words, Self.mostOfAKind, database, beginning: false), database).map { try $0.patient() }
    }
  }

  /// The share of patients whose names have all words of a name, 0 to 1. Above a thousandth of them it is not counted on.
  public func frequency(ofName name: String) throws -> Double {
    let words = SearchWords.wanted(name)
    guard !words.isEmpty else { return 1 }
    return try read { database in
      let most = try Int.fetchOne(database.cachedStatement(sql: "SELECT MAX(id) FROM patient")) ?? 0
      let limit = max(10, most / 1000)
      let count = try Self.ids(words, limit, database, beginning: false).count
      return Double(max(1, count)) / Double(max(1, most))
    }
  }

  private static func ids(
    bornOn date: String, withNamesLike starts: Set<String>, _ database: Database
  ) throws -> [Int64] {
    var ids: [Int64] = []
    let rows = try Row.fetchCursor(
      database.cachedStatement(sql: "SELECT id, family, given, birthName FROM patient WHERE birthDate = ?"),
      arguments: [date])
    while ids.count < mostOfAKind, let row = try rows.next() {
      let words = SearchWords.split("\(row[1] as String) \(row[2] as String) \(row[3] as String? ?? "")")
      if words.contains(where: { starts.contains(String($0.prefix(beginning - 1))) }) { ids.append(row[0]) }
    }
    return ids
  }

  private static func ids(
    beginning stems: [[String]], _ givens: [String], _ database: Database
  ) throws -> [Int64] {
    let family = stems.map { "(" + $0.map { "\"\($0)\"*" }.joined(separator: " OR ") + ")" }
    let given = "(" + givens.map { "\"\($0)\"" }.joined(separator: " OR ") + ")"
    return try Int64.fetchAll(
      database.cachedStatement(sql: "SELECT rowid FROM words WHERE words MATCH ? LIMIT ?"),
      arguments: [(family + [given]).joined(separator: " AND "), mostOfAKind])
  }
}
