public import FoundationEssentials
internal import GRDB
internal import SystemPackage

/// What a list did to the index.
public struct LoadOutcome: Sendable, Equatable {
  /// How many patients the index had before, and has now.
  public var before = 0, after = 0
  /// How many came, changed and went.
  public var added = 0, changed = 0, removed = 0
  /// How many rows were left out.
  public var bad = 0
  /// Columns that are not read.
  public var unknownColumns: [String] = []

  /// As people read it.
  public var inWords: String {
    "The patient index has \(after) patients, \(before) before: \(added) new, \(changed) changed, \(removed) removed"
      + (bad > 0 ? "; \(bad) bad \(bad == 1 ? "row was" : "rows were") left out" : "") + "."
      + (unknownColumns.isEmpty ? "" : " Columns that are not read: \(unknownColumns.joined(separator: ", ")).")
  }
}

extension PatientIndex {
  /// Replaces the index by a list: all of it or nothing, in one transaction; who looks up meanwhile sees the index as it was.
  ///
  /// A row that is as it was in the last list costs no more than reading it. A patient is not removed while rows of the list
  /// cannot be read at all, or when a message told of it after the list was written; a record that was merged stays.
  ///
  /// - Parameters:
  ///   - source: the list.
  ///   - time: when it was written: what messages told later stays.
  ///   - mayShrink: false refuses a list that would leave the index more than 20 % smaller, as a cut-off export would.
  ///   - actor: the person who loads it.
  ///   - progress: is called now and then; what it throws ends the loading, and nothing is changed.
  ///   - bad: is told of each row that is left out.
  /// - Throws: ``PatientsError`` `list` where the list cannot be read or has too many bad rows, `shrinks`.
  @discardableResult
  public func load(
    list source: FeedSource, _ settings: PatientSettings, at time: Date = Date(), mayShrink: Bool, actor: String? = nil,
    progress: () throws -> Void = {}, bad: (BadEntry) throws -> Void = { _ in }
  ) throws -> LoadOutcome {
    try withoutActuallyEscaping(progress) { progress in
      try withoutActuallyEscaping(bad) { bad in
        let (list, start) = try settings.encoding.utf8(source, in: folder)
        let columns = try ListColumns(list, from: start, settings)
        let seed = try seed()
        var survey = ListSurvey(in: folder)
        try survey.read(list, columns, settings, seed: seed, progress)
        return try write { database in
          var loading = try ListLoading(
            database, list, columns, settings, survey, seed: seed, folder: folder, time: indexTime(time),
            mayShrink: mayShrink, actor: actor, progress: progress, bad: bad)
          return try loading.run()
        }
      }
    }
  }

  func seed() throws -> UInt64 {
    try read { database in
      UInt64(try String.fetchOne(database, sql: "SELECT value FROM setting WHERE name = 'seed'") ?? "") ?? 0
    }
  }

  /// When the last list was taken; nil: none was.
  public func lastList() throws -> Date? {
    try read { database in
      try String.fetchOne(database, sql: "SELECT MAX(at) FROM source WHERE kind = 'list'")
        .flatMap { try? Date.ISO8601FormatStyle(includingFractionalSeconds: true).parse($0) }
    }
  }
}

/// A list read once: the digests of its rows, and where they are.
struct ListSurvey {
  /// So many rows are found again together.
  static let block = 32

  let digests: ListDigests
  /// Where each block of rows starts, and on which line.
  var blocks: [(offset: Int64, line: Int)] = []
  var count = 0
  /// Rows that are to be read again: changed, new or bad.
  var wanted = Bits()
  /// Rows whose patient cannot be told.
  var unreadable = 0

  init(in folder: FilePath) { digests = ListDigests(in: folder) }

  mutating func read(
    _ list: FeedSource, _ columns: ListColumns, _ settings: PatientSettings, seed: UInt64, _ progress: () throws -> Void
  ) throws {
    var fingerprint = RowHash(seed: seed)
    fingerprint.add(settings.fingerprint)
    let rows = CSVRows(list, separator: columns.separator, offset: columns.start, line: columns.startLine)
    while true {
      let (offset, line) = (rows.offset, rows.lineOfNext)
      guard try rows.next() else { break }
      if rows.isBlank { continue }
      if count % Self.block == 0 { blocks.append((offset, line)) }
      if rows.problem != nil || rows.fieldCount != columns.count {
        unreadable += 1
        wanted.insert(count)
      } else {
        let (key, digest) = ListRow.digests(
          rows, columns, own: settings.ownAuthorities, keySeed: seed, rowSeed: fingerprint.value)
        try digests.add(ListedRow(key: key, digest: digest, place: UInt64(count)))
      }
      count += 1
      if count % 65536 == 0 { try progress() }
    }
    wanted.reserve(count)
  }
}

/// A set of small numbers.
struct Bits {
  private var words: [UInt64] = []

  mutating func reserve(_ count: Int) {
    if words.count <= count / 64 { words += Array(repeating: 0, count: count / 64 + 1 - words.count) }
  }

  mutating func insert(_ number: Int) {
    reserve(number)
    words[number / 64] |= 1 << UInt64(number % 64)
  }

  func contains(_ number: Int) -> Bool {
    number / 64 < words.count && words[number / 64] >> UInt64(number % 64) & 1 == 1
  }

  /// Whether any of the 32 numbers from this one on is in it, which is a multiple of 32.
  func containsAny(from number: Int) -> Bool {
    number / 64 < words.count && words[number / 64] >> UInt64(number % 64) & 0xFFFF_FFFF != 0
  }
}
