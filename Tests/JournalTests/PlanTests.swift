import Custody
import GRDB
import Synchronization
import Testing

@testable import Journal

/// With 100 000 studies and parcels in the journal, whatever a service asks in its turns goes by an index.
@Suite struct PlanTests {
  /// Tables that grow with the years. What is owed, alerts, arrivals and mounts are few at any time.
  private static let large = [
    "outboundStudy", "outboundParcel", "taken", "recipient", "receipt", "inboundParcel", "imported", "subject",
    "quarantine", "event", "patient", "owed", "recordMessage",
  ]

  private static let many = 100_000

  @Test func noQueryOfAServicesTurnScansALargeTable() throws {
    let scene = try Scene()
    let journal = scene.journal
    try fill(journal)
    let statements = Mutex<Set<String>>([])
    try journal.database.write { database in
      database.trace { event in
        if case .statement(let statement) = event { _ = statements.withLock { $0.insert(statement.sql) } }
      }
    }
    try askAll(journal)
    try journal.database.write { $0.trace() }
    let asked = statements.withLock(\.self).filter { sql in
      ["SELECT", "UPDATE", "DELETE", "INSERT", "WITH"].contains { sql.hasPrefix($0) }
    }
    #expect(asked.count > 60)
    // What looks for the few among the many that are over has an index of these few.
    for (part, index) in [
      ("isPurged = 0 AND since", "Parcel_purge"), ("isPurged = 1 AND isFolded = 0", "inboundParcel_fold"),
      ("s.isFolded = 0", "outboundStudy_fold"), ("failures > 0 ORDER", "owed_failed"),
      ("isSeen = 0", "inboundParcel_unseen"), ("AND tryNow", "outboundParcel_now"),
      ("outboundStudy = ? AND claimed = 0", "taken_intended"),
    ] {
      let found = asked.filter { $0.hasPrefix("SELECT") && $0.contains(part) }
      #expect(!found.isEmpty, "\(part)")
      for sql in found { #expect(try plan(sql, journal).contains { $0.contains(index) }, "\(index): \(sql)") }
    }
    for sql in asked.sorted() {
      for step in try plan(sql, journal) {
        let isScan = Self.large.contains { table in
          // A partial index is as short as what it holds; an index that gives the order is read to the limit only.
          step.hasPrefix("SCAN \(table)") && !step.contains("USING") && !sql.contains("ORDER BY id DESC LIMIT 1")
        }
        #expect(!isScan, "\(step): \(sql)")
        #expect(!step.contains("USE TEMP B-TREE FOR ORDER BY") || Self.sortsFew(sql), "\(step): \(sql)")
        #expect(!step.contains("AUTOMATIC") && !step.contains("(rowid>?)"), "\(step): \(sql)")
      }
    }
  }

  /// What is sorted without an index must be few whatever the journal holds.
  private static func sortsFew(_ sql: String) -> Bool {
    [
      "FROM alert", "isDecidedByPerson", "FROM receipt", "unproven >=", "FROM recipient", "FROM arrival",
      "nationalID = ?",
      "state IN ('arrived', 'accepted')", "s.isFolded = 0", "INDEXED BY taken_intended",
    ].contains {
      sql.contains($0)
    }
  }

  private func plan(_ sql: String, _ journal: Journal) throws -> [String] {
    try journal.database.read { database in
      let statement = try database.makeStatement(sql: "EXPLAIN QUERY PLAN " + sql)
      statement.setUncheckedArguments(StatementArguments())
      return try Row.fetchAll(statement).map { $0["detail"] }.map { (step: String) in
        // `SCAN o` for `FROM owed o`: the alias tells nothing.
        let words = step.split(separator: " ", maxSplits: 2)
        guard words.count > 1, words[0] == "SCAN", let table = Self.table(of: String(words[1]), in: sql) else {
          return step
        }
        return (["SCAN", table] + words.dropFirst(2).map(String.init)).joined(separator: " ")
      }
    }
  }

  private static func table(of alias: String, in sql: String) -> String? {
    large.first { table in
      [" \(table) \(alias)", " \"\(table)\" \(alias)"].contains { sql.range(of: $0 + " ") != nil || sql.hasSuffix($0) }
    }
  }

  private func fill(_ journal: Journal) throws {
    try journal.database.write { database in
      let numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(Self.many))"
      let time = "strftime('%Y-%m-%dT%H:%M:%f', 1600000000 + i * 60, 'unixepoch') || 'Z'"
      try database.execute(
        sql: """
          INSERT INTO outboundStudy (id, study, state, since, lastTaken, instances, bytes, isFolded)
            \(numbers) SELECT 's' || i, '1.' || i, 'sealed', \(time), \(time), 1, 1000, 1 FROM n;
          INSERT INTO recipient (outboundStudy, partner, rule, value, parcel)
            \(numbers) SELECT 's' || i, 'ch2', 'folder', 'ch2', 'p' || i FROM n;
          INSERT INTO outboundParcel (id, outboundStudy, study, recipient, sequence, state, part, instances, bytes,
              payloadBytes, manifestDigest, created, since, attempts, waited, unproven, deliveries, resent, urgent, tryNow,
              isPurged, missing)
            \(numbers) SELECT 'p' || i, 's' || i, '1.' || i, 'ch2', i, 'delivered', 'complete', 1, 1000, 400, 'd', \(time),
              \(time), 0, 0, 0, 1, 0, 0, 0, 1, 0 FROM n;
          INSERT INTO recordMessage (id, kind, state, since, parcel, study, reference, file, attempts, writtenAt)
            \(numbers) SELECT 'm' || i, 'result', 'accepted', \(time), 'i' || i, '1.' || i, 'm' || i, 'f', 1, \(time) FROM n;
          INSERT INTO inboundParcel (id, sender, sequence, state, manifestDigest, arrivedAt, since, instances, bytes,
              duplicates, isDecidedByPerson, isPurged, isFolded, missing)
            \(numbers) SELECT 'i' || i, 'ch1', i, 'imported', 'd', \(time), \(time), 1, 1000, 0, 0, 1, 1, 0 FROM n;
          """)
    }
  }

  /// What the services ask and change again and again, and what people's commands do with one thing.
  private func askAll(_ journal: Journal) throws {
    try askToSend(journal)
    try askToReceive(journal)
    let alert = Alert(key: "k", code: "c", severity: .warning, message: "m", remedy: "r")
    try journal.raise(alert, by: .ship)
    _ = try journal.alerts(limit: 10)
    _ = try journal.alert("k")
    try journal.settle(alertsOfPerformedDuties: "owed ")
    try journal.settle(alertsBeginning: "k")
    for service in Service.allCases {
      _ = try journal.owed(by: service, limit: 10)
      _ = try journal.isOwing(service)
    }
    _ = try journal.failedDuties(limit: 10)
    _ = try journal.failed(1, error: "x")
    _ = try journal.owedOriginals()
    _ = try journal.fold(closedBefore: "9")
    _ = try journal.identity(ofFolder: "/import")
    try journal.confirm(folder: "/import", identity: "{}")
    try journal.raiseSequence(recipient: "ch2", to: 200_000)
    try journal.strikeAll()
    try askAboutRecords(journal)
  }

  private func askAboutRecords(_ journal: Journal) throws {
    try journal.add(journal.message("m", of: "i1"), event: Event("x", "x"))
    try journal.change(recordMessage: "m", by: .deferred, event: nil)
    try journal.postpone(recordMessages: ["m"], to: "1")
    _ = try journal.recordMessages(parcel: "i1")
    _ = try journal.recordRequest(study: "1.2")
    _ = try journal.recordMessages(in: [.failed], limit: 10)
    _ = try journal.openRecordMessages(limit: 10)
    _ = try journal.recordMessages(dueBefore: "2", limit: 10)
    _ = try journal.recordMessages(.written, writtenAtLeast: 3)
    _ = try journal.recordMessageCount(all: false)
    _ = try journal.lastRecordAnswer()
    try journal.bringNear(recordMessagesDueAfter: "0", to: "1")
    try journal.forgetRecordMessages(closedBefore: "9", limit: 10)
    try journal.disclose(Event("disclosed", "x"), key: "k", onceIn: 60)
    _ = try journal.eventsToTell(limit: 10)
    _ = try journal.wishes(ofParcels: ["p"])
    _ = try journal.router(ofStudy: "1.2")
    try journal.strikeAll()
  }

  private func askToSend(_ journal: Journal) throws {
    try journal.send("1.2", id: "s", as: "p")
    try journal.take(2, of: "1.3", id: "t")
    try journal.duplicate(of: 2, route: nil, original: original(), event: Event("duplicate", "x"))
    try journal.moved([(2, "hold/2")])
    try journal.change(outboundStudy: "t", by: .heldBack, reason: reason, event: Event("held", study: "1.3", "x"))
    try journal.unclaim([3])
    _ = try journal.openStudy(study: "1.3")
    _ = try journal.unconfirmedClaims(limit: 10)
    _ = try journal.hasUnconfirmedClaims(outboundStudy: "t")
    _ = try journal.takenInstance(file: "collect/1.2/1.dcm")
    _ = try journal.instances(outboundStudy: "s", limit: 10)
    _ = try journal.takenInstances(sopInstanceUID: "1.2.1.1", study: "1.2")
    _ = try journal.contradiction(inOutboundStudy: "s")
    _ = try journal.instanceCount(study: "1.2")
    _ = try journal.outboundStudies(in: .ready, limit: 10)
    _ = try journal.recipients(outboundStudy: "s")
    _ = try journal.nextSequence(recipient: "ch2")
    _ = try journal.portionCount(study: "1.2")
    _ = try journal.isSealing(study: "1.2")
    _ = try journal.tryNow(recipient: "ch2")
    _ = try journal.routes(study: "1.2", limit: 10)
    _ = try journal.origins(study: "1.2", limit: 10)
    _ = try journal.unfinishedRecipients(study: "1.2")
    _ = try journal.continuingStudies(limit: 10)
    if let study = try journal.outboundStudy("s") {
      _ = try journal.earlier(outboundStudy: study, recipient: "ch2")
      _ = try journal.earlierRecipients(of: study)
      _ = try journal.portions(of: study, to: "ch2")
      _ = try journal.keptBack(study, from: "ch2")
    }
    try journal.strikeAll()
    _ = try journal.outboundParcels(in: [.sealed], recipient: "ch2", limit: 10)
    for lane in Lane.allCases { _ = try journal.shippable(recipient: "ch2", upTo: lane, excluding: [], limit: 10) }
    _ = try journal.isBulkPaused(recipient: "ch2")
    _ = try journal.sealedParcels(in: [.ordinary, .expedited], recipient: "ch2", study: nil, limit: 10)
    _ = try journal.sealedParcels(in: [.bulk], recipient: nil, study: "1.2", limit: 10)
    try journal.addWaiting(seconds: 1, recipient: "ch2")
    _ = try journal.unproven(recipient: "ch2", seconds: 1, limit: 10)
    _ = try journal.overdue(recipient: "ch2", seconds: 1, limit: 10)
    _ = try journal.recipients(ofParcelsIn: .sealed)
    _ = try journal.hasSealed(recipient: "ch2")
    _ = try journal.hasWaiting(recipient: "ch2")
    _ = try journal.awaitingReceipts(recipient: "ch2", limit: 65)
    _ = try journal.awaitingReceipts(["p"], recipient: "ch2")
    _ = try journal.outboundParcels(in: .refused, withoutAlert: "refused", limit: 10)
    _ = try journal.staleParcelAlerts("refused", except: [.refused])
    _ = try journal.lastFailure(recipient: "ch2")
    try journal.note(outboundParcel: "p") { $0.tryNow = true }
    _ = try journal.takeTryNow(recipient: "ch2")
    _ = try journal.isSettled(receipt: "d")
    try journal.apply(
      [
        .init(
          StoredReceipt(digest: "d", parcel: "p", status: "imported", at: "t", document: "", signature: ""), .imported,
          event: Event("delivered", parcel: "p", "x"))
      ], to: "p")
    _ = try journal.receipts(parcel: "p")
    _ = try journal.events(parcel: "p")
    _ = try journal.purgeableOutboundParcels(closedBefore: "9", limit: 10)
    try journal.go("p", .purged)
    try journal.refuseFile("out-1")
    try journal.refuseFolder("out-2", ["a"])
    _ = try journal.quarantined(for: "limit", limit: 10)
    _ = try journal.heldFiles(after: "/export", limit: 10)
    _ = try journal.growingEntry(folder: "/export/cd", since: "", most: 10)
    _ = try journal.isFree(at: ["files/b"], below: ["files/b"], inEntry: "out-2")
    _ = try journal.quarantine(limit: 10)
    _ = try journal.purgeableQuarantine(before: "9", limit: 10)
    _ = try journal.instances(quarantine: "out-1")
    try journal.change(quarantine: "out-1", by: .released, event: Event("released", "x"))
  }

  private func askToReceive(_ journal: Journal) throws {
    try journal.arrive("p", sequence: 200_000)
    try journal.strikeAll()
    _ = try journal.arrivals(limit: 10)
    _ = try journal.arrivalCount()
    for state in InboundParcelState.allCases {
      _ = try journal.inboundParcels(in: [state], idle: true, limit: 10)
    }
    _ = try journal.inboundParcels(in: [.arrived, .accepted], idle: true, limit: 10)
    _ = try journal.sequenceNeighbours(sender: "ch1", sequence: 200_000, parcel: "p")
    try journal.take("p", .matched)
    _ = try journal.openStudies(limit: 10)
    _ = try journal.endings(study: "1.2", sender: "ch1")
    if let parcel = try journal.inboundParcel("p") { _ = try journal.portions(of: parcel) }
    try journal.stage("p", ["1.2.3"])
    _ = try journal.isPromised(folder: "f", otherThan: "p")
    try journal.imports("p")
    try journal.handedOver(handOver("p"), isSeen: false)
    _ = try journal.importedInstances(study: "1.2", otherThan: "p")
    _ = try journal.imports(patient: "4711", except: "1.2", limit: 5)
    _ = try journal.unseenImports(limit: 10)
    _ = try journal.importedDigest(sopInstanceUID: "1.2.3")
    _ = try journal.importedDigests(sopInstanceUIDs: ["1.2.3"])
    _ = try journal.reconciledParcels(study: "1.2")
    _ = try journal.isHeld(study: "1.2", otherThan: ["p"])
    _ = try journal.wasUndone(study: "1.2")
    _ = try journal.decidedParcels(sender: "ch1", limit: 10)
    _ = try journal.heldSenders()
    _ = try journal.heldParcels(after: nil, limit: 10)
    _ = try journal.heldParcels(after: journal.inboundParcel("p"), limit: 10)
    _ = try journal.handedFiles(handOver("p"))
    _ = try journal.hasDelivered(recipient: "ch2")
    _ = try journal.delivered(["p"], recipient: "ch2")
    _ = try journal.purgeableInboundParcels(closedBefore: "9", limit: 10)
    _ = try journal.subject(of: "p")
    try journal.wait("a")
    try journal.refuseArrival("in-1", "a")
    try journal.strikeAll()
  }
}
