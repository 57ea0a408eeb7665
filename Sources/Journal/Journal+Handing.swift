public import Custody
internal import FoundationEssentials
internal import GRDB

// What is handed to the PACS, and taken out of its folder again.

/// What became of the files that were handed to the PACS when a person took a study back.
public struct Recalled: Codable, Sendable, Equatable {
  /// How many files there were.
  public var files: Int
  /// How many of them the PACS has taken.
  public var taken: Int
  /// How many lie in the import folder still, changed since: they are left alone.
  public var changed: Int

  /// Counts files.
  public init(files: Int, taken: Int, changed: Int) {
    self.files = files
    self.taken = taken
    self.changed = changed
  }
}

extension Recalled {
  /// What became of them, for people.
  public var words: String {
    var parts = ["\(files - taken - changed) of \(files) files were taken out of the import folder again."]
    if taken > 0 { parts.append("The PACS has \(taken) of \(files): delete them there.") }
    if changed > 0 {
      parts.append("\(changed) lie in the import folder and are not as they were put there: they were left alone.")
    }
    return parts.joined(separator: " ")
  }
}

extension InboundParcel {
  /// How it was handed to the PACS.
  public var handOvers: [HandOver] {
    handOver.flatMap { try? JSONDecoder().decode([HandOver].self, from: Data($0.utf8)) } ?? []
  }

  /// What became of its files when it was last taken back; nil: it never was, or what is owed is not done yet.
  public var recall: Recalled? { recalled.flatMap { try? JSONDecoder().decode(Recalled.self, from: Data($0.utf8)) } }
}

extension Journal {
  /// What taking a study back needs to know.
  static func createHanded(_ database: Database) throws {
    try database.execute(
      sql: """
        ALTER TABLE inboundParcel ADD COLUMN undone INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE inboundParcel ADD COLUMN handOver TEXT;
        ALTER TABLE inboundParcel ADD COLUMN recalled TEXT;
        CREATE TABLE handed (
          parcel TEXT NOT NULL, number INTEGER NOT NULL, name TEXT NOT NULL, bytes INTEGER NOT NULL,
          modified INTEGER NOT NULL, inode INTEGER NOT NULL, PRIMARY KEY (parcel, number, name)) WITHOUT ROWID;
        CREATE INDEX inboundParcel_undone ON inboundParcel (study) WHERE undone > 0;
        CREATE INDEX inboundParcel_patient ON inboundParcel (patient, since) WHERE patient IS NOT NULL;
        """)
  }

  /// Writes down that the coerced files of a parcel are durable and are to be handed to the PACS, with every instance of it,
  /// in one transaction. From then on these count as imported: no other parcel brings one of them once more.
  ///
  /// - Parameters:
  ///   - known: the parcel as it was when it was coerced.
  ///   - folder: its name in the import folder.
  ///   - handOvers: what the PACS gets; empty where it has all of it.
  ///   - duplicates: how many instances had been imported before, byte for byte, when the files were coerced; nil where they
  ///     are wanted there once more.
  ///   - split: with the folder of each share, where the images are of several patients.
  ///   - leftOut: how many instances go to nobody.
  ///   - files: each file that is handed over.
  ///   - instances: each instance of the parcel that goes to somebody: SOP Instance UID and SHA-256; asked for one after the
  ///     other.
  /// - Returns: nil where the parcel is in another state, belongs to another patient by now, or another parcel brought some
  ///   of the instances meanwhile, so that it has to be coerced once more: nothing is written.
  public func staged(
    _ known: InboundParcel, as folder: String?, split: Split? = nil, leftOut: Int = 0, handOvers: [HandOver],
    duplicates: Int?, files: [HandedFile] = [],
    instances: () throws -> (sopInstanceUID: String, sha256: String)?
  ) throws -> InboundParcel? {
    struct Outrun: Error {}
    do {
      return try write { database in
        let id = known.id
        guard var parcel = try InboundParcel.fetchOne(database, key: id) else {
          throw JournalError(.notFound, "parcel \(id) is not in the journal.")
        }
        // What is owed may remove the files that were made.
        guard parcel.undone == known.undone, parcel.patient == known.patient, parcel.split == known.split,
          try !database.isOwedBesidesAnswers(id)
        else { return nil }
        let facts = InboundParcelFacts(id: id, answer: parcel.answer(), handOvers: handOvers)
        guard
          let (state, owed) = try step(
            Machine.inboundParcel, from: parcel.state, by: handOvers.isEmpty ? .repeated : .staged, of: facts,
            "parcel \(id)")
        else { return nil }
        parcel.state = state
        parcel.since = journalTime()
        parcel.folder = folder
        parcel.duplicates = duplicates ?? 0
        parcel.split = split
        parcel.leftOut = leftOut
        parcel.isSeen = nil
        parcel.recalled = nil
        parcel.handOver =
          handOvers.isEmpty ? nil : String(decoding: try JSONEncoder().encode(handOvers), as: UTF8.self)
        try parcel.update(database)
        try Self.note(files, of: id, database)
        let known = try Self.settle(instances, of: id, database)
        if let duplicates, duplicates != known { throw Outrun() }
        try database.owe(owed, about: DutySubject.inbound(id))
        return parcel
      }
    } catch is Outrun {
      return nil
    }
  }

  private static func note(_ files: [HandedFile], of parcel: String, _ database: Database) throws {
    let insert = try database.cachedStatement(
      sql: "INSERT INTO handed (parcel, number, name, bytes, modified, inode) VALUES (?, ?, ?, ?, ?, ?)")
    for file in files {
      try insert.execute(arguments: [parcel, file.number, file.name, file.bytes, file.modified, file.inode])
    }
  }

  /// Counts instances as imported.
  ///
  /// - Returns: how many counted so before, with the same digest.
  private static func settle(
    _ instances: () throws -> (sopInstanceUID: String, sha256: String)?, of parcel: String, _ database: Database
  ) throws -> Int {
    let look = try database.cachedStatement(sql: "SELECT sha256 FROM imported WHERE sopInstanceUID = ?")
    let insert = try database.cachedStatement(
      sql: """
        INSERT INTO imported (sopInstanceUID, sha256, parcel) VALUES (?, ?, ?)
        ON CONFLICT (sopInstanceUID) DO UPDATE SET sha256 = excluded.sha256, parcel = excluded.parcel
        """)
    var known = 0
    while let (uid, digest) = try instances() {
      if try String.fetchOne(look, arguments: [uid]) == digest { known += 1 }
      try insert.execute(arguments: [uid, digest, parcel])
    }
    return known
  }

  /// The files of a hand-over, as they were then; empty where it is written down what became of them.
  public func handedFiles(_ handOver: HandOver) throws -> [HandedFile] {
    try read { database in
      try HandedFile.fetchAll(
        database.cachedStatement(
          sql: "SELECT number, name, bytes, modified, inode FROM handed WHERE parcel = ? AND number = ? ORDER BY name"),
        arguments: [handOver.parcel, handOver.number ?? 0])
    }
  }

  /// Writes down what became of the files of a hand-over that was taken back; once.
  public func recalled(_ handOver: HandOver, _ found: Recalled, event: Event) throws {
    try write { database in
      try database.run("DELETE FROM handed WHERE parcel = ? AND number = ?", [handOver.parcel, handOver.number ?? 0])
      guard database.changesCount > 0, var parcel = try InboundParcel.fetchOne(database, key: handOver.parcel) else {
        return
      }
      var sum = parcel.recall ?? Recalled(files: 0, taken: 0, changed: 0)
      sum.files += found.files
      sum.taken += found.taken
      sum.changed += found.changed
      parcel.recalled = String(decoding: try JSONEncoder().encode(sum), as: UTF8.self)
      try parcel.update(database)
      try event.append(to: database)
    }
  }

  /// A parcel is taken back: it is as if it had only just been put on the worklist. What it was to bring to the PACS and did
  /// not yet is not handed over any more, and its instances do not count as imported.
  func takeBack(_ parcel: inout InboundParcel, _ database: Database) throws {
    let subject = DutySubject.inbound(parcel.id)
    try database.run("DELETE FROM owed WHERE subject = ? AND duty -> '$.handOver' IS NOT NULL", [subject])
    try database.run("DELETE FROM imported WHERE parcel = ?", [parcel.id])
    try reopen(studyOf: parcel, database)
    parcel.completed = nil
    parcel.undone += 1
    parcel.patient = nil
    parcel.split = nil
    parcel.isDecidedByPerson = false
    parcel.duplicates = 0
    parcel.leftOut = 0
    parcel.folder = nil
    parcel.isSeen = nil
    parcel.handOver = nil
    parcel.recalled = nil
  }

  /// Whether a person took a part of this study back from a patient.
  public func wasUndone(study: String) throws -> Bool {
    try read { database in
      try Bool.fetchOne(
        database.cachedStatement(
          sql: "SELECT EXISTS (SELECT 1 FROM inboundParcel WHERE study = ? AND undone > 0)"), arguments: [study])
        ?? false
    }
  }
}

extension Database {
  /// Whether anything is owed for an inbound parcel that is more than to tell its sender once more.
  fileprivate func isOwedBesidesAnswers(_ parcel: String) throws -> Bool {
    try Bool.fetchOne(
      cachedStatement(
        sql: "SELECT EXISTS (SELECT 1 FROM owed WHERE subject = ? AND duty -> '$.answer' IS NULL)"),
      arguments: [DutySubject.inbound(parcel)]) ?? false
  }
}
