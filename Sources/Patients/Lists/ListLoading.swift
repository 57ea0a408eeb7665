internal import GRDB
internal import SystemPackage

/// The transaction in which a list, read once before, becomes the index.
struct ListLoading {
  /// So many bad rows are told in an error.
  private static let reported = 20

  private let database: Database
  private let list: FeedSource
  private let columns: ListColumns
  private let settings: PatientSettings
  private var survey: ListSurvey
  private let seed: UInt64
  private let folder: FilePath
  private let time: String
  private let mayShrink: Bool
  private let progress: () throws -> Void
  private let bad: (BadEntry) throws -> Void

  private let writer: RowWriter
  private var outcome = LoadOutcome()
  /// Whether the index was empty: then nothing is looked up.
  private let isFirst: Bool
  /// The number of the row of the list's first patient, if it is new.
  private let firstID: Int64
  /// Rows whose patient stands on an earlier row, too.
  private var repeated = Bits()
  /// Patients that messages changed since the last list, by their keys, with those of the list taken out.
  private var touched: [UInt64: Int64] = [:]
  private var entries: [BadEntry] = []
  private var badKeys: Set<UInt64> = []

  init(
    _ database: Database, _ list: FeedSource, _ columns: ListColumns, _ settings: PatientSettings, _ survey: ListSurvey,
    seed: UInt64, folder: FilePath, time: String, mayShrink: Bool, actor: String?,
    progress: @escaping () throws -> Void,
    bad: @escaping (BadEntry) throws -> Void
  ) throws {
    self.database = database
    self.list = list
    self.columns = columns
    self.settings = settings
    self.survey = survey
    self.seed = seed
    self.folder = folder
    self.time = time
    self.mayShrink = mayShrink
    self.progress = progress
    self.bad = bad
    outcome.before = try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM patient") ?? 0
    outcome.unknownColumns = columns.unknown
    isFirst = outcome.before == 0
    firstID = try (Int64.fetchOne(database, sql: "SELECT MAX(id) FROM patient") ?? 0) + 1
    let source = try PatientIndex.addSource(database, kind: "list", name: list.name, actor: actor, patients: 0)
    writer = try RowWriter(database, source: source, at: time)
  }

  mutating func run() throws -> LoadOutcome {
    try requireSize(of: survey.count)
    if isFirst { try PatientIndex.dropIndexes(database) } else { try listStored() }
    for row in try Row.fetchAll(database, sql: "SELECT key, patient FROM touched") {
      touched[UInt64(bitPattern: row[0])] = row[1]
    }
    let stored = try ListDigests.portions(database)
    for portion in 0..<ListDigests.portions {
      try compare(portion, hasStored: stored.contains(portion))
      if portion % 16 == 0 { try progress() }
    }
    try takeRows()
    try requireFewBad()
    try forgetBadRows()
    try settleTouched()
    if isFirst { try PatientIndex.createIndexes(database) }
    outcome.after = outcome.before + outcome.added - outcome.removed
    try requireSize(of: outcome.after)
    try database.execute(
      sql: "UPDATE source SET patients = ? WHERE id = ?", arguments: [outcome.after, writer.source])
    return outcome
  }

  private func requireSize(of count: Int) throws {
    guard !mayShrink, Double(count) < Double(outcome.before) * 0.8 else { return }
    throw PatientsError(
      .shrinks,
      "the list has \(count) patients, the index \(outcome.before): it would shrink by more than 20 %. "
        + "Check that the list is complete, then import it again with --confirm-shrink.")
  }

  private func requireFewBad() throws {
    guard Double(outcome.bad) > Double(survey.count) * settings.mostBad else { return }
    let more = outcome.bad > entries.count ? ", the first \(entries.count) of which are" : ""
    throw PatientsError(
      .list,
      "the patient list has \(outcome.bad) bad \(outcome.bad == 1 ? "row" : "rows") among \(survey.count), more than "
        + "patients.bad_rows allows\(more); the index stays as it was. Correct the list and import it again.",
      entries: entries)
  }

  // MARK: What changed

  /// Patients that no list brought: all are compared.
  private func listStored() throws {
    guard try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM listed") == 0 else { return }
    let digests = ListDigests(in: folder)
    let rows = try Row.fetchCursor(
      database,
      sql: "SELECT id, localID, authority FROM patient WHERE id NOT IN (SELECT patient FROM touched)")
    while let row = try rows.next() {
      let key = ListRow.key(LocalIdentifier(row[1], authority: row[2]), seed: seed)
      try digests.add(ListedRow(key: key, digest: 0, place: UInt64(bitPattern: row[0] as Int64)))
    }
    for portion in 0..<ListDigests.portions {
      try ListDigests.store(digests.rows(portion), as: portion, database)
    }
  }

  /// Finds what is new, changed and gone in a portion, and notes its rows for the next list.
  private mutating func compare(_ portion: Int, hasStored: Bool) throws {
    let new = try survey.digests.rows(portion)
    let old = hasStored ? try ListDigests.stored(portion, database) : []
    if new.isEmpty, old.isEmpty { return }
    var kept: [ListedRow] = []
    kept.reserveCapacity(max(new.count, old.count))
    var index = 0
    for row in new {
      if row.key == kept.last?.key {
        repeated.insert(Int(row.place))
        survey.wanted.insert(Int(row.place))
        continue
      }
      while index < old.count, old[index].key < row.key {
        try gone(old[index], &kept)
        index += 1
      }
      let message = touched.removeValue(forKey: row.key)
      if index < old.count, old[index].key == row.key {
        if old[index].digest != row.digest || message != nil { survey.wanted.insert(Int(row.place)) }
        kept.append(ListedRow(key: row.key, digest: row.digest, place: old[index].place))
        index += 1
      } else {
        survey.wanted.insert(Int(row.place))
        let id = UInt64(bitPattern: message ?? firstID + Int64(row.place))
        kept.append(ListedRow(key: row.key, digest: row.digest, place: id))
      }
    }
    for row in old[index...] { try gone(row, &kept) }
    if kept != old { try ListDigests.store(kept, as: portion, database) }
  }

  /// A patient whom the list does not have any more.
  private mutating func gone(_ listed: ListedRow, _ kept: inout [ListedRow]) throws {
    touched[listed.key] = nil
    let row = try PatientIndex.rows([Int64(bitPattern: listed.place)], database).first
    if survey.unreadable > 0 {
      if row != nil { kept.append(listed) }
      return
    }
    if let row, try isForList(row) {
      try writer.remove(row)
      outcome.removed += 1
    }
  }

  /// Whether a list may take a row away or change it.
  private func isForList(_ row: PatientRow) throws -> Bool {
    if let changed = row.changed, changed > time { return false }
    return try row.decodedMore().mergedInto == nil
  }

  // MARK: The rows

  private mutating func takeRows() throws {
    let rows = CSVRows(list, separator: columns.separator, offset: columns.start, line: columns.startLine)
    for (index, block) in survey.blocks.enumerated() where survey.wanted.containsAny(from: index * ListSurvey.block) {
      rows.seek(to: block.offset, line: block.line)
      var place = index * ListSurvey.block
      while place < min((index + 1) * ListSurvey.block, survey.count) {
        guard try rows.next() else {
          throw PatientsError(.list, "the list changed while it was read. Import it again.")
        }
        if rows.isBlank { continue }
        if survey.wanted.contains(place) { try take(rows, place) }
        place += 1
      }
      if index % 2048 == 0 { try progress() }
    }
  }

  private mutating func take(_ rows: CSVRows, _ place: Int) throws {
    if let problem = rows.problem { return try report(.init(line: rows.line, reason: problem)) }
    guard rows.fieldCount == columns.count else {
      return try report(
        .init(line: rows.line, reason: "there are \(rows.fieldCount) fields instead of \(columns.count)"))
    }
    var listRow = ListRow(rows, columns, settings)
    var row = try listRow.patient()
    if repeated.contains(place) {
      return try report(
        .init(
          line: rows.line, reason: "local_id \(row.localID) stands on an earlier line already", value: row.localID))
    }
    guard listRow.problems.isEmpty else {
      if !row.localID.isEmpty {
        badKeys.insert(ListRow.key(LocalIdentifier(row.localID, authority: row.authority), seed: seed))
      }
      return try report(
        .init(
          line: rows.line, reason: listRow.problems.map(\.reason).joined(separator: "; "),
          value: listRow.problems.map(\.value).first { !$0.isEmpty } ?? ""))
    }
    row.source = writer.source
    let before = isFirst ? nil : try PatientIndex.row(LocalIdentifier(row.localID, authority: row.authority), database)
    guard let before else {
      row.id = firstID + Int64(place)
      try writer.insert(row)
      outcome.added += 1
      return
    }
    guard try isForList(before), !row.hasSameContent(as: before) else { return }
    try writer.replace(before, by: row, "list")
    outcome.changed += 1
  }

  private mutating func report(_ entry: BadEntry) throws {
    outcome.bad += 1
    if entries.count < Self.reported { entries.append(entry) }
    try bad(entry)
  }

  /// A row that was bad is met again by the next list; the patient stays as it was.
  private func forgetBadRows() throws {
    for (portion, keys) in Dictionary(grouping: badKeys, by: ListDigests.portion(of:)) {
      let keys = Set(keys)
      let rows = try ListDigests.stored(portion, database).compactMap { row -> ListedRow? in
        guard keys.contains(row.key) else { return row }
        let isThere = try !PatientIndex.rows([Int64(bitPattern: row.place)], database).isEmpty
        return isThere ? ListedRow(key: row.key, digest: 0, place: row.place) : nil
      }
      try ListDigests.store(rows, as: portion, database)
    }
  }

  /// Patients of messages alone go as others do; what was told after the list was written is compared again next time.
  private mutating func settleTouched() throws {
    if survey.unreadable == 0 {
      for row in try PatientIndex.rows(touched.values.sorted(), database) where try isForList(row) {
        try writer.remove(row)
        outcome.removed += 1
      }
    }
    try database.execute(
      sql: """
        DELETE FROM touched WHERE NOT EXISTS (
          SELECT 1 FROM patient WHERE id = patient AND (changed > ? OR ? > 0))
        """, arguments: [time, survey.unreadable])
  }
}

extension PatientRow {
  /// Whether a list says of the patient what is known already.
  func hasSameContent(as other: PatientRow) -> Bool {
    var copy = self
    (copy.id, copy.source, copy.changed) = (other.id, other.source, other.changed)
    return copy == other
  }
}
