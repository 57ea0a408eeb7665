internal import GRDB

extension PatientIndex {
  /// Finds patients as a person asks for them: by a number in any spelling, by the words of a name in any order, by a birth
  /// date, or by a name and a date.
  ///
  /// - Parameter text: empty: any.
  /// - Returns: at most so many, by name.
  public func find(_ text: String, limit: Int = 100) throws -> [Patient] {
    let query = PatientQuery(text)
    return try snapshot { database in
      var ids: [Int64] = []
      for numbers in query.numbers where ids.isEmpty { ids = try Self.ids(numbers, limit, database) }
      if ids.isEmpty, !query.dates.isEmpty { ids = try Self.ids(query.dates, query.words, limit, database) }
      if ids.isEmpty, query.dates.isEmpty, !query.words.isEmpty {
        ids = try Self.ids(query.words, limit, database, beginning: false)
        if ids.isEmpty {
          ids =
            query.words.count == 1
            ? try Self.ids(beginning: query.words[0], limit, database)
            : try Self.ids(query.words, limit, database, beginning: true)
        }
      }
      if query.isEmpty {
        ids = try Int64.fetchAll(database, sql: "SELECT id FROM patient ORDER BY id LIMIT ?", arguments: [limit])
      }
      return try Self.rows(ids, database)
        .sorted { ($0.family, $0.given, $0.localID) < ($1.family, $1.given, $1.localID) }
        .map { try $0.patient() }
    }
  }

  /// Patients one of whose numbers is that, or begins so.
  private static func ids(_ number: String, _ limit: Int, _ database: Database) throws -> [Int64] {
    try Int64.fetchAll(
      database.cachedStatement(
        sql: """
          SELECT id FROM (SELECT id FROM patient WHERE localID >= :number AND localID < :end LIMIT :limit)
          UNION SELECT id FROM (SELECT id FROM patient WHERE nationalID >= :number AND nationalID < :end LIMIT :limit)
          UNION SELECT patient FROM (SELECT patient FROM alias WHERE value >= :number AND value < :end LIMIT :limit)
          LIMIT :limit
          """), arguments: ["number": number, "end": number + "\u{10FFFF}", "limit": limit])
  }

  /// Patients who were born on one of the days and whose names have all the words.
  private static func ids(
    _ dates: [String], _ words: [[String]], _ limit: Int, _ database: Database
  ) throws -> [Int64] {
    var ids: [Int64] = []
    for date in dates {
      let rows = try PatientRow.fetchCursor(
        database.cachedStatement(sql: "SELECT * FROM patient WHERE birthDate = ?"), arguments: [date])
      while ids.count < limit, let row = try rows.next() {
        let its = try row.words().split(separator: " ")
        // A word of a name, or how one begins.
        if words.allSatisfy({ spellings in spellings.contains { word in its.contains { $0.hasPrefix(word) } } }) {
          ids.append(row.id)
        }
      }
    }
    return ids
  }

  /// Patients whose names have all the words, or words that begin so.
  static func ids(
    _ words: [[String]], _ limit: Int, _ database: Database, beginning: Bool
  ) throws -> [Int64] {
    let expression = words.map { spellings in
      "(" + spellings.map { "\"\($0)\"" + (beginning && $0.count > 1 ? "*" : "") }.joined(separator: " OR ") + ")"
    }
    return try Int64.fetchAll(
      database.cachedStatement(sql: "SELECT rowid FROM words WHERE words MATCH ? LIMIT ?"),
      arguments: [expression.joined(separator: " AND "), limit])
  }

  /// Patients whose names have a word that begins so. What `*` means to FTS5 is to read and sort the rows of all these words
  /// before the first is told: of `van*` among millions, for most of a second. Its vocabulary tells them word by word, and is
  /// left as soon as there are enough.
  static func ids(beginning spellings: [String], _ limit: Int, _ database: Database) throws -> [Int64] {
    try database.execute(
      sql: "CREATE VIRTUAL TABLE IF NOT EXISTS temp.vocabulary USING fts5vocab(main, words, instance)")
    var found: Set<Int64> = []
    for spelling in spellings.map(term) where spelling.count > 1 {
      let rows = try Int64.fetchCursor(
        database.cachedStatement(sql: "SELECT doc FROM temp.vocabulary WHERE term >= ? AND term < ?"),
        arguments: [spelling, spelling + "\u{10FFFF}"])
      while found.count < limit, let id = try rows.next() { found.insert(id) }
    }
    return found.sorted()
  }

  /// A word as the vocabulary has it: FTS5's tokenizer `ascii` makes the letters A to Z small ones.
  private static func term(_ word: String) -> String {
    String(decoding: word.utf8.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }, as: UTF8.self)
  }
}

/// What a person asks for.
struct PatientQuery {
  /// A number, in the spellings in which the index may have it; empty: the text has no digit.
  var numbers: [String] = []
  /// Birth dates, `YYYYMMDD`: several where the order of day and month can be both.
  var dates: [String] = []
  /// Words of names, each in its spellings.
  var words: [[String]] = []
  var isEmpty = false

  /// Longer texts are cut: nobody's name is, and no number.
  private static let longest = 256

  init(_ text: String) {
    let text = String(text.prefix(Self.longest)).split(whereSeparator: \.isWhitespace).joined(separator: " ")
    isEmpty = text.isEmpty
    var names: [Substring] = []
    for part in text.split(separator: " ") {
      let found = Self.dates(part)
      if found.isEmpty { names.append(part) } else { dates += found }
    }
    words = SearchWords.wanted(names.joined(separator: " "))
    guard text.utf8.contains(where: { (0x30...0x39).contains($0) }) || names.count == 1 else { return }
    // `NISS: 85.07.30-033-28`, `85073003328^^^NISS`, `BE 85073003328`, `urn:oid:2.16.840…|85073003328`.
    let value = text.split(separator: "^").first ?? ""
    let bare = value.split { $0 == ":" || $0 == "|" }.last.map(String.init) ?? ""
    let tight = bare.filter { !" .-/".contains($0) }.uppercased()
    let digits = String(tight.drop { $0.isLetter })
    var candidates = [text, text.uppercased(), tight]
    if digits.count >= 4 { candidates += [digits, "0" + digits] }
    for candidate in candidates where !candidate.isEmpty && !numbers.contains(candidate) { numbers.append(candidate) }
  }

  /// `19850730`, `1985-07-30`, `30/07/1985`, `30.7.1985`.
  private static func dates(_ text: Substring) -> [String] {
    let parts = text.split(omittingEmptySubsequences: false) { "-/.".contains($0) }
    guard parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }) else { return [] }
    let numbers = parts.compactMap { Int($0) }
    switch (parts.count, parts.map(\.count)) {
    case (1, [8]): return [Day(text: String(text))].compactMap { $0?.text }
    case (3, _) where parts[0].count == 4:
      return [Day(numbers[0], numbers[1], numbers[2])].compactMap { $0?.text }
    case (3, _) where parts[2].count == 4:
      let both = [Day(numbers[2], numbers[1], numbers[0]), Day(numbers[2], numbers[0], numbers[1])]
      return both.compactMap { $0?.text }.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    default: return []
    }
  }
}
