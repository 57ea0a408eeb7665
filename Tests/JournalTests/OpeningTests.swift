import Custody
import Foundation
import GRDB
import SystemPackage
import Testing

@testable import Journal

@Suite struct OpeningTests {
  let scene: Scene

  init() throws { scene = try Scene() }

  private func expect(
    _ code: JournalError.Code, _ path: FilePath, creating: Bool = false,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let error = #expect(throws: JournalError.self, sourceLocation: sourceLocation) {
      _ = try Journal(at: path, creating: creating)
    }
    #expect(error?.code == code, sourceLocation: sourceLocation)
    #expect(error?.description.hasPrefix(path.string) == true, sourceLocation: sourceLocation)
  }

  @Test func whatWasWrittenIsThereAfterOpeningAgain() throws {
    try scene.journal.take(2, of: "1.2", id: "a")
    let again = try Journal(at: scene.path)
    #expect(try again.instances(outboundStudy: "a", limit: 10).count == 2)
    #expect(try again.ledger() == scene.journal.ledger())
    #expect(try again.structuralDamage() == [])
  }

  /// An empty journal would forget every parcel.
  @Test func aJournalThatIsMissingOrEmptyIsNotMade() throws {
    let path = scene.folder.appending("other.sqlite")
    expect(.missing, path)
    #expect(!FileManager.default.fileExists(atPath: path.string))
    try Data().write(to: URL(filePath: path.string))
    expect(.missing, path)
    _ = try Journal(at: path, creating: true)
    _ = try Journal(at: path)
  }

  @Test func aJournalOfANewerVersionIsLeftAsItIs() throws {
    try scene.journal.take(1, of: "1.2", id: "a")
    try scene.execute("INSERT INTO grdb_migrations (identifier) VALUES ('999')")
    expect(.newer, scene.path)
    expect(.newer, scene.path, creating: true)
    #expect(try scene.count("taken") == 1)
  }

  private func copies() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: scene.folder.string).filter { $0.contains(".before-") }
  }

  /// An older program refuses the newer journal: the copy is the way back.
  @Test func aJournalOfAnOlderVersionIsCopiedBeforeItIsUpgraded() throws {
    let path = scene.folder.appending("older.sqlite")
    let migrations = Journal.migrations.migrations
    let (first, second) = (try #require(migrations.first), try #require(migrations.dropFirst().first))
    do {
      let older = try DatabaseQueue(path: path.string)
      try Journal.migrations.migrate(older, upTo: first)
      try older.write {
        try $0.execute(sql: "INSERT INTO patient (localID, family, given, active) VALUES ('L1', 'Essai', 'Testine', 1)")
      }
    }
    #expect(try copies() == [])

    let journal = try Journal(at: path)
    let former = try journal.formerPatients(after: "", limit: 10)
    #expect(former.map(\.localID) == ["L1"] && former.map(\.family) == ["Essai"])
    let copy = try #require(try copies().first)
    #expect(try copies() == [copy])
    #expect(copy.hasPrefix("older.sqlite.before-\(second.replacing(" ", with: "-"))-"))
    let file = scene.folder.appending(copy).string
    #expect(try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int == 0o600)
    let (applied, patients) = try DatabaseQueue(path: file).read {
      (try Journal.migrations.appliedMigrations($0), try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM patient"))
    }
    #expect(applied == [first] && patients == 1)
    // Once they are taken over.
    try journal.forgetFormerPatients()
    #expect(try journal.formerPatients(after: "", limit: 10).isEmpty)
    #expect(
      try DatabaseQueue(path: path.string).read { try !$0.tableExists("formerPatient") && !$0.tableExists("patient") })
    // Nothing more to upgrade, nothing more to copy.
    _ = try Journal(at: path)
    #expect(try copies() == [copy])
  }

  /// Services start together. One of them made the copy, another changed the journal meanwhile, and the copy was thrown away.
  @Test func ofManyThatUpgradeAtOnceOneKeepsTheCopy() async throws {
    let migrations = Journal.migrations.migrations
    for round in 1...8 {
      let path = scene.folder.appending("older-\(round).sqlite")
      let older = try DatabaseQueue(path: path.string)
      try Journal.migrations.migrate(older, upTo: try #require(migrations.dropLast().last))
      try older.close()
      try await withThrowingTaskGroup { group in
        for _ in 1...6 { group.addTask { _ = try Journal(at: path) } }
        try await group.waitForAll()
      }
      let copies = try copies().filter { $0.hasPrefix("older-\(round).sqlite") }
      #expect(copies.count == 1)
      let copy = try DatabaseQueue(path: scene.folder.appending(try #require(copies.first)).string)
      #expect(try await copy.read { try Journal.migrations.appliedMigrations($0) } == migrations.dropLast())
    }
  }

  /// One file of a source had an entry of its own, and one duty.
  @Test func aJournalOfBeforeDroppedFoldersKeepsItsQuarantine() throws {
    let path = scene.folder.appending("older.sqlite")
    let original = #"{"path":"/export/ä","size":5,"modified":7,"inode":9}"#
    let older = try DatabaseQueue(path: path.string)
    try Journal.migrations.migrate(older, upTo: "held files")
    try older.write { database in
      for name in ["out-1", "out-2"] {
        try database.execute(
          sql: """
            INSERT INTO quarantine (name, direction, state, code, reason, item, original, instances, bytes, since)
              VALUES (?1, 'out', 'quarantined', 'not-dicom', 'x', 'file', ?2, 1, 5, '2026');
            """, arguments: [name, original])
        try database.execute(
          sql: """
            INSERT INTO taken (quarantine, claimed, origin, file, bytes, sha256)
              VALUES (?1, 1, '/export/ä', 'quarantine/' || ?1 || '/file', 5, 'd')
            """, arguments: [name])
      }
      for (subject, duty) in [
        ("entry:out-1", #"{"quarantineOriginal":{"_0":\#(original),"entry":"out-1"}}"#),
        ("entry:out-3", #"{"putBack":{"entry":"out-3","to":"/export/ä"}}"#),
      ] {
        try database.execute(
          sql: "INSERT INTO owed (service, subject, duty, since, failures) VALUES ('collect', ?, ?, '2026', 2)",
          arguments: [subject, duty])
      }
    }
    try older.close()
    let journal = try Journal(at: path)
    let file = Original(path: "/export/ä", size: 5, modified: 7, inode: 9)
    #expect(try journal.quarantineEntry("out-2")?.origin == "/export/ä")
    #expect(
      try journal.owed(subject: "entry:out-1").map { try $0.decoded() } == [
        .quarantineOriginals([RefusedFile(file, as: QuarantineEntry.file)], entry: "out-1")
      ])
    #expect(
      try journal.owed(subject: "entry:out-3").map { try $0.decoded() } == [
        .putBack([ReleasedFile(QuarantineEntry.file, to: "/export/ä")], entry: "out-3"),
        .remove(.quarantine(entry: "out-3", of: .collect)),
      ])
    try journal.change(quarantine: "out-2", by: .released, event: Event("released", "x"))
    #expect(
      try journal.owed(subject: "entry:out-2").first?.decoded()
        == .putBack([ReleasedFile(QuarantineEntry.file, to: "/export/ä")], entry: "out-2"))
  }

  /// What the EHR was told before there was an account of it is in the account, and what is owed is still written.
  @Test func aJournalOfBeforeRecordMessagesKnowsThem() throws {
    let path = scene.folder.appending("older.sqlite")
    let (told, owed) = ("0193b5a0-7c00-7000-9000-00000000000a", "0193b5a0-7c00-7000-9000-00000000000b")
    let older = try DatabaseQueue(path: path.string)
    try Journal.migrations.migrate(older, upTo: "patients apart")
    try older.write { database in
      for (number, id) in [told, owed].enumerated() {
        try database.execute(
          sql: """
            INSERT INTO inboundParcel (id, sender, sequence, state, manifestDigest, arrivedAt, since, instances, bytes,
              duplicates, study, patient, isDecidedByPerson, isPurged, isFolded)
              VALUES (?, 'ch1', ?, 'imported', 'd', '2026', '2026', 1, 1, 0, '1.2', 'L1', 0, 0, 0)
            """, arguments: [id, number])
      }
      try database.execute(
        sql: "INSERT INTO owed (service, subject, duty, since, failures) VALUES ('receive', ?, ?, '2026', 0)",
        arguments: ["inbound:\(owed)", #"{"record":{"parcel":"\#(owed)","message":"MSH|"}}"#])
    }
    try older.close()
    let journal = try Journal(at: path)
    let messages = try [told, owed].map { try #require(try journal.recordMessages(parcel: $0).first) }
    #expect(messages.map(\.id) == ["7000900000000000000a", "7000900000000000000b"])
    #expect(messages.map(\.message) == [nil, "MSH|"] && messages.allSatisfy { $0.state == .written && $0.due == nil })
    #expect(messages[0].file == "\(told).hl7" && messages[0].patient == "L1")
    let duties = try journal.owed(subject: "inbound:\(owed)").map { try $0.decoded() }
    #expect(duties == [.record(message: "7000900000000000000b")])
  }

  @Test func aFileThatIsNotADatabaseIsToldAndLeftAsItIs() throws {
    let path = scene.folder.appending("other")
    let text = Data(String(repeating: "This is not a database. ", count: 1000).utf8)
    try text.write(to: URL(filePath: path.string))
    expect(.unusable, path)
    #expect(try Data(contentsOf: URL(filePath: path.string)) == text)
  }

  @Test func aPlaceThatIsNotThereIsTold() throws {
    expect(.missing, scene.folder.appending("nothing/journal.sqlite"))
    expect(.unusable, scene.folder.appending("nothing/journal.sqlite"), creating: true)
    expect(.unusable, scene.folder, creating: true)
  }

  /// A whole copy in one file, without the write-ahead log.
  private func copy(to path: FilePath) throws -> Data {
    try scene.journal.take(500, of: "1.2", id: "a")
    try scene.journal.database.writeWithoutTransaction { try $0.execute(sql: "VACUUM INTO '\(path)'") }
    return try Data(contentsOf: URL(filePath: path.string))
  }

  @Test func aDatabaseWhoseSchemaIsGarbledIsTold() throws {
    let path = scene.folder.appending("damaged.sqlite")
    var bytes = try copy(to: path)
    for index in 100..<4096 { bytes[index] = 0xA5 }
    try bytes.write(to: URL(filePath: path.string))
    expect(.unusable, path)
  }

  @Test func aDatabaseThatIsCutOffIsTold() throws {
    let path = scene.folder.appending("cut.sqlite")
    let bytes = try copy(to: path)
    try bytes.prefix(5000).write(to: URL(filePath: path.string))
    expect(.unusable, path)
  }

  @Test func aPageThatIsGarbledIsToldByTheCheckAndByWhoeverReadsIt() throws {
    let path = scene.folder.appending("garbled.sqlite")
    var bytes = try copy(to: path)
    let root = try DatabaseQueue(path: path.string).read { database in
      try Int.fetchOne(database, sql: "SELECT rootpage FROM sqlite_master WHERE name = 'taken'") ?? 0
    }
    try #require(root > 1)
    for index in (root - 1) * 4096..<root * 4096 { bytes[index] = 0xA5 }
    try bytes.write(to: URL(filePath: path.string))
    let journal = try Journal(at: path)
    #expect(try !journal.structuralDamage().isEmpty)
    let error = #expect(throws: JournalError.self) { try journal.instances(outboundStudy: "a", limit: 1000) }
    #expect(error?.code == .unusable)
  }

  @Test func severalProcessesMakeAndUpgradeTheFileAtOnce() async throws {
    for round in 0..<5 {
      let path = scene.folder.appending("new-\(round).sqlite")
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<6 {
          group.addTask { try Journal(at: path, creating: true).record(Event("opened", study: "1.\(number)", "x")) }
        }
        try await group.waitForAll()
      }
      let journal = try Journal(at: path)
      #expect(try journal.trace("1.").count == 6)
      #expect(try journal.firstBrokenEvent() == nil)
    }
  }

  @Test func journalsThatWriteAtOnceLoseNothing() async throws {
    let scene = scene
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<4 {
        group.addTask {
          let journal = try Journal(at: scene.path)
          for number in 0..<25 { try journal.take(1, of: "1.\(writer).\(number)", id: "\(writer)-\(number)") }
        }
      }
      try await group.waitForAll()
    }
    let out = try scene.journal.ledger().out
    #expect(out.taken == 100 && out.collecting == 100)
    #expect(try scene.count("event") == 100)
    #expect(try scene.journal.firstBrokenEvent() == nil)
  }

  /// Of two who want to change one thing, one comes second and is told.
  @Test func aChangeThatTwoWantAtOnceHappensOnce() async throws {
    let scene = scene
    try scene.journal.send("1.2", id: "s", as: "p")
    let won = try await withThrowingTaskGroup(of: Bool.self) { group in
      for _ in 0..<8 {
        group.addTask {
          try Journal(at: scene.path).change(outboundParcel: "p", by: .cancelled, event: Event("cancelled", "x")) != nil
        }
      }
      return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(won == 1)
    #expect(try scene.owed("parcel:p") == ["move", "remove", "withdraw"])
  }

  @Test func timesSortAsTexts() throws {
    let times = [0, 0.0004, 0.001, 0.9994, 1, 1_795_473_000, 1_795_473_000.1, 1_795_473_000.25, 4_102_444_800]
    let texts = times.map { journalTime(Date(timeIntervalSince1970: $0)) }
    #expect(texts == texts.sorted() && Set(texts.map(\.count)) == [24])
    #expect(texts.contains("2026-11-23T22:30:00.250Z"))
    let time = Date(timeIntervalSince1970: 1_795_473_000.25)
    let read = try #require(date(ofJournalTime: journalTime(time)))
    #expect(read.timeIntervalSince(time).magnitude < 0.001)
    for text in ["", "today", "2026-11-23"] { #expect(date(ofJournalTime: text) == nil) }
  }
}
