import Custody
import Testing

@testable import Journal

/// A decision and all that follows from it are one transaction.
@Suite struct AtomicityTests {
  /// A call that changes the journal.
  struct Operation: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// How many lines it adds to the history.
    var events = 1
    /// What it owes, by subject.
    var owes: [String: [String]] = [:]
    /// What stands before.
    var before: @Sendable (Journal) throws -> Void = { _ in }
    let run: @Sendable (Journal) throws -> Void
  }

  static let sending: [Operation] = [
    Operation(testDescription: "intend") {
      _ = try $0.intend(toClaim: [instance(1, of: "1.2")], study: "1.2", newID: "s", expected: 3, subject: subject)
    },
    Operation(
      testDescription: "claimed", events: 0, owes: ["file:/export/IM1": ["removeOriginal"]],
      before: { _ = try $0.intend(toClaim: [instance(1, of: "1.2")], study: "1.2", newID: "s", expected: nil) }
    ) { try $0.claimed([1], copied: [original()]) },
    Operation(
      testDescription: "unclaim", events: 0,
      before: { _ = try $0.intend(toClaim: [instance(1, of: "1.2")], study: "1.2", newID: "s", expected: nil) }
    ) { try $0.unclaim([1]) },
    Operation(
      testDescription: "duplicate", owes: ["file:/export/IM1": ["removeOriginal"]],
      before: { try $0.take(1, of: "1.2", id: "s") }
    ) { try $0.duplicate(of: 1, route: "CH3", original: original(), event: Event("duplicate", "x")) },
    Operation(testDescription: "moved", events: 0, before: { try $0.take(2, of: "1.2", id: "s") }) {
      try $0.moved([(1, "hold/1"), (2, "hold/2")])
    },
    Operation(testDescription: "close", before: { try $0.take(1, of: "1.2", id: "s") }) {
      try $0.close("s", for: ["ch2", "ch3"])
    },
    Operation(
      testDescription: "hold back", owes: ["study:s": ["gather", "explain"]],
      before: { try $0.take(1, of: "1.2", id: "s") }
    ) { try $0.change(outboundStudy: "s", by: .heldBack, reason: reason, event: Event("held", "x")) },
    Operation(
      testDescription: "give back", owes: ["file:/export/a": ["giveBack"]],
      before: {
        try $0.take(2, of: "1.2", id: "s")
        try $0.close("s")
      }
    ) { try $0.giveBack($0.instances(outboundStudy: "s", limit: 1)[0], to: "/export/a", event: Event("back", "x")) },
    Operation(
      testDescription: "seal the last", owes: ["parcel:p": ["move"], "study:s": ["removeInstances"]],
      before: {
        try $0.take(1, of: "1.2", id: "s")
        try $0.close("s")
      }
    ) { try $0.seal("s", as: "p", instances: 1) },
    Operation(
      testDescription: "cancel", owes: ["parcel:p": ["remove", "withdraw"]],
      before: {
        try $0.send("1.2", id: "s", as: "p")
        try $0.strikeAll()
      }
    ) { try $0.go("p", .cancelled) },
    Operation(
      testDescription: "receipts", events: 2,
      before: {
        try $0.send("1.2", id: "s", as: "p")
        try $0.strikeAll()
      }
    ) {
      try $0.apply(
        [
          .init(receipt("received"), .received, event: Event("received", parcel: "p", "x")),
          .init(receipt("imported"), .imported, event: Event("delivered", parcel: "p", "x")),
        ], to: "p")
    },
    Operation(
      testDescription: "refuse a file", owes: ["entry:out-1": ["quarantineOriginals", "explain"]]
    ) { try $0.refuseFile("out-1") },
    Operation(
      testDescription: "refuse more of a folder", events: 2,
      owes: ["entry:out-1": ["quarantineOriginals", "explain"]],
      before: {
        try $0.refuseFolder("out-1", ["a"])
        try $0.strikeAll()
      }
    ) { try $0.refuseFolder("out-1", ["b", "c"]) },
    Operation(
      testDescription: "release what lay in a folder", events: 3, owes: ["entry:out-1": ["putBack", "remove"]],
      before: {
        try $0.refuseFolder("out-1", ["a", "b"])
        try $0.strikeAll()
      }
    ) { try $0.change(quarantine: "out-1", by: .released, event: Event("released", file: "/export/cd", "x")) },
    Operation(
      testDescription: "void", owes: ["entry:out-1": ["remove"]], before: { try $0.refuseFile("out-1") }
    ) { try $0.change(quarantine: "out-1", by: .voided, event: Event("released", "x")) },
    Operation(
      testDescription: "fold", events: 0, owes: ["parcel:p": ["move"]],
      before: {
        try $0.send("1.2", id: "s", as: "p", instances: 3)
        try $0.go("p", .imported)
        try $0.strike($0.owed(subject: "study:s").compactMap(\.id))
      }
    ) { try $0.fold(closedBefore: "9") },
  ]

  static let receiving: [Operation] = [
    Operation(testDescription: "expect", events: 0, owes: ["arrival:a": ["fetch"]]) {
      try $0.expect(Arrival(id: "a", partner: "ch1", name: "P"))
    },
    Operation(testDescription: "adopt", owes: ["arrival:a": ["move"]]) {
      try $0.adopt(
        Arrival(id: "a", partner: "ch1", name: "P"), duties: [.move(.received(parcel: "P"), to: .arrival("a"))],
        event: Event("found", "x"))
    },
    Operation(
      testDescription: "arrive", owes: ["inbound:p": ["move", "answer", "retract"]],
      before: { try $0.wait("a") }
    ) {
      try $0.arrived(
        InboundParcel(id: "p", sender: "ch1", sequence: 1, manifestDigest: "d", instances: 1, bytes: 1), from: "a",
        event: Event("arrived", "x"))
    },
    Operation(
      testDescription: "arrive again", owes: ["arrival:a": ["remove", "answer"]], before: { try $0.wait("a") }
    ) {
      let parcel = InboundParcel(id: "p", sender: "ch1", sequence: 1, manifestDigest: "d", instances: 1, bytes: 1)
      try $0.arrivedAgain("a", of: parcel.id, event: Event("again", "x")) { _ in [parcel.answer()] }
    },
    Operation(
      testDescription: "refuse an arrival", owes: ["entry:in-1": ["move", "explain"]], before: { try $0.wait("a") }
    ) { try $0.refuseArrival("in-1", "a") },
    Operation(
      testDescription: "release an arrival", owes: ["arrival:b": ["move", "remove"]],
      before: {
        try $0.wait("a")
        try $0.refuseArrival("in-1", "a")
        try $0.strikeAll()
      }
    ) {
      try $0.change(
        quarantine: "in-1", by: .released, newArrival: Arrival(id: "b", partner: "ch1", name: "P"),
        event: Event("released", "x"))
    },
    Operation(
      testDescription: "quarantine a parcel",
      owes: ["inbound:p": ["remove", "move", "explain", "answer"]],
      before: {
        try $0.arrive("p")
        try $0.strikeAll()
      }
    ) { try $0.take("p", .refused) },
    Operation(
      testDescription: "release a parcel", owes: ["inbound:p": ["move", "remove", "answer", "retract"]],
      before: {
        try $0.arrive("p")
        try $0.take("p", .refused)
        try $0.strikeAll()
      }
    ) { try $0.take("p", .released) },
    Operation(
      testDescription: "stage", events: 0, owes: ["inbound:p": ["handOver"]],
      before: {
        try $0.arrive("p")
        try $0.strikeAll()
        try $0.take("p", .matched)
      }
    ) { try $0.stage("p", ["1.2.3", "1.2.4"]) },
    Operation(
      testDescription: "import", owes: ["inbound:p": ["record", "answer", "remove"]],
      before: {
        try $0.arrive("p")
        try $0.take("p", .matched)
        try $0.stage("p", ["1.2.3", "1.2.4"])
        try $0.strikeAll()
      }
    ) { try $0.imports("p", record: "m") },
    Operation(
      testDescription: "answer a record", owes: [:],
      before: {
        try $0.add($0.message("m", of: "p"), event: Event("x", "x"))
        try $0.strikeAll()
      }
    ) { try $0.change(recordMessage: "m", by: .accepted, event: Event("record-accepted", "x")) },
    Operation(
      testDescription: "let a record go", owes: ["record:m": ["removeRecord"]],
      before: {
        try $0.add($0.message("m", of: "p"), event: Event("x", "x"))
        try $0.strikeAll()
      }
    ) { try $0.change(recordMessage: "m", by: .discarded, event: Event("record-discarded", "x")) },
    Operation(
      testDescription: "undo", owes: ["inbound:p": ["recall", "remove", "explain", "answer", "retract"]],
      before: {
        try $0.arrive("p")
        try $0.take("p", .matched)
        try $0.stage("p", ["1.2.3", "1.2.4"])
        try $0.strikeAll()
        try $0.imports("p")
        try $0.strikeAll()
      }
    ) { try $0.take("p", .undone) },
    Operation(
      testDescription: "recall", owes: [:],
      before: {
        try $0.arrive("p")
        try $0.take("p", .matched)
        try $0.stage("p", ["1.2.3", "1.2.4"])
        try $0.take("p", .undone)
        try $0.strikeAll()
      }
    ) { try $0.recalled(handOver("p"), Recalled(files: 1, taken: 1, changed: 0), event: Event("recalled", "x")) },
  ]

  static let common: [Operation] = [
    Operation(testDescription: "raise", events: 0, owes: ["alert:k": ["notify"]]) {
      try $0.raise(Alert(key: "k", code: "c", severity: .warning, message: "m", remedy: "r"), by: .ship)
    },
    Operation(
      testDescription: "settle", events: 0,
      before: { try $0.raise(Alert(key: "k", code: "c", severity: .warning, message: "m", remedy: "r"), by: .ship) }
    ) { try $0.settle(alert: "k") },
    Operation(testDescription: "owe", owes: ["file:x": ["reseal"]]) {
      try $0.owe([.reseal(parcel: "p", as: "q")], subject: "file:x", event: Event("resend", "x"))
    },
    Operation(
      testDescription: "fail", events: 0, owes: ["file:x": ["reseal"]],
      before: { try $0.owe([.reseal(parcel: "p", as: "q")], subject: "file:x") }
    ) { _ = try $0.failed(1, error: "no space") },
    Operation(
      testDescription: "strike", events: 0,
      before: { for number in 1...3 { try $0.owe([.gather(study: "s")], subject: "study:\(number)") } }
    ) { try $0.strike([1, 2, 3]) },
    Operation(testDescription: "confirm a folder") {
      try $0.confirm(folder: "/import", identity: "{}", event: Event("folder-confirmed", "x"))
    },
  ]

  @Test(arguments: sending + receiving + common) func allOfItIsOneTransaction(_ operation: Operation) throws {
    let scene = try Scene()
    try operation.before(scene.journal)
    let before = try scene.dump()
    let events = try scene.count("event")

    scene.commits.fail(1)
    #expect(throws: JournalError.self) { try operation.run(scene.journal) }
    #expect(try scene.dump() == before, "nothing of it is written where the commit fails")

    scene.commits.fail(0)
    let commits = scene.commits.done
    try operation.run(scene.journal)
    #expect(scene.commits.done == commits + 1)
    #expect(try scene.dump() != before)
    #expect(try scene.count("event") == events + operation.events)
    for (subject, duties) in operation.owes { #expect(try scene.owed(subject) == duties, "\(subject)") }
    #expect(try scene.count("owed") == operation.owes.values.reduce(0) { $0 + $1.count })
    #expect(try scene.journal.firstBrokenEvent() == nil)
  }

  @Test func aFailedCommitIsToldAsOneThatPasses() throws {
    let scene = try Scene()
    scene.commits.fail(1)
    let error = #expect(throws: JournalError.self) { try scene.journal.record(Event("x", "x")) }
    #expect(error?.code == .notWritten)
    try scene.journal.record(Event("x", "x"))
    #expect(try scene.count("event") == 1)
  }

  private static let subject = Subject(owner: "", study: "1.2", patientID: "TEST-1", patientName: "Tester^Ann")

  private static func receipt(_ status: String) -> StoredReceipt {
    StoredReceipt(digest: status, parcel: "p", status: status, at: "t", document: "{}", signature: "s")
  }
}

extension Journal {
  /// Something was taken out of a mailbox and is to be verified.
  func wait(_ arrival: String) throws {
    try expect(Arrival(id: arrival, partner: "ch1", name: "P"))
    try fetched(arrival, isHere: true)
    try strikeAll()
  }

  func refuseArrival(_ entry: String, _ arrival: String) throws {
    try refused(
      arrival, as: QuarantineEntry(name: entry, partner: "ch1", parcel: nil, item: "P", code: "signature", reason: "x"),
      reason: reason, event: Event("refused", "x")
    ) { _ in nil }
  }

  func refuseFile(_ entry: String) throws {
    try refused(
      [.init(RefusedFile(original(), as: QuarantineEntry.file), sha256: "d", event: Event("refused", "x"))],
      as: QuarantineEntry(name: entry, file: original().path, code: "not-dicom", reason: "x", study: nil),
      reason: reason)
  }

  /// Files of the dropped folder `/export/cd`.
  func refuseFolder(_ entry: String, _ names: [String]) throws {
    try refused(
      names.map {
        .init(
          RefusedFile(original("cd/\($0)"), as: "files/\($0)"), sha256: "d",
          event: Event("refused", file: "/export/cd/\($0)", "x"))
      }, as: QuarantineEntry(name: entry, folder: "/export/cd", code: "not-dicom", reason: "x"), reason: reason)
  }
}
