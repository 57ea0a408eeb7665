import Custody
import Testing

/// What each change owes, in this order.
@Suite struct DutyTests {
  private func expect(
    _ table: Table, _ from: [String?], _ change: String, _ to: String, owes owed: [String],
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    for state in from {
      let line = table.step(state, change)
      #expect(line?.to == to, "from \(state ?? "nothing")", sourceLocation: sourceLocation)
      #expect(line?.owed.map(words) == owed, "from \(state ?? "nothing")", sourceLocation: sourceLocation)
    }
  }

  @Test func anOutboundStudyOwes() {
    let table = Table.outboundStudy
    expect(table, [nil], "opened", "collecting", owes: [])
    expect(table, ["collecting"], "closed", "ready", owes: [])
    expect(table, ["collecting", "ready"], "heldBack", "held", owes: ["gather files", "explain hold"])
    expect(table, ["held"], "routed", "ready", owes: [])
    expect(table, ["ready"], "reopened", "collecting", owes: [])
    expect(table, ["ready"], "sealed", "sealed", owes: ["remove files"])
    expect(table, ["collecting", "held", "ready"], "discarded", "discarded", owes: ["remove files"])
  }

  @Test func anOutboundParcelOwes() {
    let table = Table.outboundParcel
    expect(table, [nil], "sealed", "sealed", owes: ["move sealing to outbound"])
    expect(table, ["sealed"], "shipped", "shipped", owes: [])
    expect(table, ["shipped"], "vanished", "sealed", owes: [])
    expect(table, ["sealed", "shipped", "refused", "expired", "damaged"], "received", "received", owes: [])
    expect(
      table, ["sealed", "shipped", "received", "delivered", "refused", "expired", "damaged"], "heldThere", "held",
      owes: [])
    expect(
      table, ["sealed", "shipped", "received", "held", "refused", "expired", "damaged"], "imported", "delivered",
      owes: [])
    expect(table, ["sealed", "shipped", "received", "held"], "resent", "sealed", owes: [])
    expect(table, ["sealed", "shipped", "received", "held", "delivered"], "refused", "refused", owes: [])
    expect(table, ["sealed", "refused", "expired"], "damaged", "damaged", owes: [])
    expect(table, ["sealed"], "expired", "expired", owes: [])
    expect(table, ["refused", "expired"], "retried", "sealed", owes: [])
    expect(table, ["sealed"], "cancelled", "cancelled", owes: ["remove outbound", "withdraw upload"])
    expect(
      table, ["refused", "expired", "damaged"], "discarded", "discarded", owes: ["remove outbound", "withdraw upload"])
    expect(table, ["delivered"], "purged", "delivered", owes: ["remove outbound"])
  }

  @Test func anInboundParcelOwes() {
    let table = Table.inboundParcel
    let takenIn = ["move arrival to received", "answer received", "retract refused"]
    expect(table, [nil], "arrived", "arrived", owes: takenIn)
    expect(table, ["quarantined"], "replaced", "arrived", owes: takenIn)
    expect(table, ["quarantined"], "restored", "arrived", owes: takenIn + ["remove quarantine"])
    expect(table, ["arrived"], "matched", "accepted", owes: [])
    expect(
      table, ["arrived", "accepted"], "heldBack", "held",
      owes: ["explain hold", "illustrate hold", "remove unpacked", "answer held"])
    expect(table, ["held"], "matched", "accepted", owes: ["remove hold"])
    expect(table, ["held"], "renewed", "held", owes: ["explain hold"])
    expect(table, ["held"], "accepted", "accepted", owes: ["remove hold"])
    expect(table, ["accepted"], "staged", "staged", owes: ["hand over"])
    expect(table, ["accepted"], "repeated", "staged", owes: [])
    expect(
      table, ["accepted", "staged", "offered", "imported"], "undone", "held",
      owes: ["recall", "remove unpacked", "explain hold", "answer held", "retract imported"])
    expect(table, ["staged"], "offered", "offered", owes: [])
    expect(
      table, ["staged", "offered"], "imported", "imported",
      owes: ["answer imported", "remove unpacked"])
    expect(
      table, ["arrived", "accepted"], "refused", "quarantined",
      owes: [
        "remove unpacked", "move received to quarantine", "explain quarantine", "answer refused",
      ])
    expect(
      table, ["arrived", "accepted", "held"], "lost", "quarantined",
      owes: ["remove unpacked", "remove hold", "explain quarantine", "answer refused"])
    expect(
      table, ["held"], "rejected", "rejected",
      owes: ["move received to quarantine", "explain quarantine", "remove hold", "answer refused"])
    expect(
      table, ["quarantined"], "released", "arrived",
      owes: ["move quarantine to received", "remove quarantine", "answer received", "retract refused"])
    expect(
      table, ["rejected"], "released", "held",
      owes: ["move quarantine to received", "remove quarantine", "explain hold", "answer held", "retract refused"])
    expect(table, ["quarantined", "rejected"], "discarded", "discarded", owes: ["remove quarantine"])
    expect(
      table, ["imported"], "purged", "imported", owes: ["remove received", "retract received, held, imported, refused"])
  }

  @Test func anEntryOfTheQuarantineOwes() {
    let (file, arrival) = (Table.quarantinedFile, Table.quarantinedArrival)
    expect(file, [nil], "quarantined", "quarantined", owes: ["quarantine originals", "explain quarantine"])
    expect(file, ["quarantined"], "grown", "quarantined", owes: ["quarantine originals", "explain quarantine"])
    expect(
      arrival, [nil], "quarantined", "quarantined",
      owes: ["move arrival to quarantine", "explain quarantine", "answer refused"])
    expect(file, ["quarantined"], "voided", "released", owes: ["remove quarantine"])
    expect(file, ["quarantined"], "released", "released", owes: ["put back", "remove quarantine"])
    expect(arrival, ["quarantined"], "released", "released", owes: ["move quarantine to arrival", "remove quarantine"])
    for table in [file, arrival] {
      expect(table, ["quarantined"], "discarded", "discarded", owes: ["remove quarantine"])
    }
  }

  /// Its duties are the parcel's.
  @Test func anEntryThatIsAParcelOwesNothingOfItsOwn() {
    let facts = QuarantineFacts(name: "in-1", origin: .parcel, reason: Table.reason)
    for (from, change) in [
      (nil, .quarantined), (.quarantined, .released), (.quarantined, .discarded),
    ] as [(QuarantineState?, QuarantineChange)] {
      #expect(Machine.quarantine.step(from: from, by: change, of: facts)?.owed == [])
    }
  }

  @Test func aMessageForTheRecordOwes() {
    let table = Table.recordMessage
    expect(table, [nil], "made", "written", owes: ["write record"])
    expect(table, ["written", "deferred"], "repeated", "written", owes: ["write record"])
    expect(table, ["written", "deferred", "failed", "discarded"], "accepted", "accepted", owes: [])
    expect(table, ["written"], "deferred", "deferred", owes: [])
    expect(table, ["written", "deferred", "accepted"], "failed", "failed", owes: [])
    expect(
      table, ["written", "deferred", "failed", "accepted", "discarded"], "retried", "written", owes: ["write record"])
    expect(table, ["written", "deferred", "failed"], "discarded", "discarded", owes: ["remove record"])
  }

  /// What was written for a refusal, or for what an import leaves out, would be out of place in any other answer.
  @Test func onlyARefusalOrAnImportCarriesAReasonAndANote() {
    for line in Table.inboundParcel.lines {
      for case .answer(let answer) in line.owed {
        #expect((answer.reason == "digest") == [.refused, .imported].contains(answer.status), "\(line.change)")
        #expect((answer.note == "note") == [.refused, .imported].contains(answer.status), "\(line.change)")
        #expect(answer.parcel == "P" && answer.partner == "ch1" && answer.instances == 3)
      }
    }
  }

  /// The partner always sees one that is true: the new one comes before the old one goes.
  @Test func anAnswerComesBeforeWhatItReplacesIsRetracted() {
    for line in Table.inboundParcel.lines {
      let answer = line.owed.firstIndex { if case .answer = $0 { true } else { false } }
      let retract = line.owed.firstIndex { if case .retract = $0 { true } else { false } }
      if let answer, let retract { #expect(answer < retract, "\(line.change)") }
    }
  }

  /// A receipt says what is so already: the parcel lies where it should.
  @Test func aMoveComesBeforeTheAnswer() {
    for line in Table.inboundParcel.lines + Table.quarantinedArrival.lines {
      let move = line.owed.lastIndex { if case .move = $0 { true } else { false } }
      let answer = line.owed.firstIndex { if case .answer = $0 { true } else { false } }
      if let answer, let move { #expect(move < answer, "\(line.change)") }
    }
  }

  @Test func eachDutyIsTheServicesThatMayPerformIt() {
    func services(_ table: Table) -> Set<Service> { Set(table.lines.flatMap(\.owed).map(\.service)) }
    #expect(services(.outboundStudy) == [.collect])
    #expect(services(.outboundParcel) == [.collect, .ship])
    #expect(services(.inboundParcel) == [.receive])
    #expect(services(.quarantinedFile) == [.collect])
    #expect(services(.quarantinedArrival) == [.receive])
    for duty in oneOfEach {
      let service: Service =
        switch duty {
        case .withdraw: .ship
        case .illustrate, .fetch, .handOver, .recall, .record, .removeRecord, .answer, .retract: .receive
        case .notify(_, let by): by
        case .move(.arrival, _), .remove(.received), .remove(.unpacked), .explain(.heldInbound, _): .receive
        case .remove(.quarantine(_, let by)), .explain(.quarantine(_, let by), _): by
        default: .collect
        }
      #expect(duty.service == service, "\(words(duty))")
    }
  }

  /// Where an entry comes from decides whose it is, whatever it is called.
  @Test(arguments: ["in-1", "out-1", "1"]) func theNameOfAnEntryDecidesNothing(_ name: String) {
    let arrival = QuarantineFacts.Origin.arrival("A", name: "item", answer: nil)
    let files = QuarantineFacts.Origin.files([RefusedFile(Table.original, as: "file")])
    let kept = QuarantineFacts.Origin.kept([ReleasedFile("file", to: "/export/a")])
    let changes: [(QuarantineFacts.Origin, QuarantineState?, QuarantineChange)] = [
      (files, nil, .quarantined), (files, .quarantined, .grown), (kept, .quarantined, .released),
      (kept, .quarantined, .discarded), (kept, .quarantined, .voided), (arrival, nil, .quarantined),
      (arrival, .quarantined, .released), (arrival, .quarantined, .discarded), (arrival, .quarantined, .voided),
    ]
    for (origin, state, change) in changes {
      let facts = QuarantineFacts(name: name, origin: origin, reason: Table.reason, newArrival: "B")
      let service: Service = if case .arrival = origin { .receive } else { .collect }
      let owed = Machine.quarantine.step(from: state, by: change, of: facts)?.owed ?? []
      #expect(!owed.isEmpty && owed.allSatisfy { $0.service == service }, "\(change)")
    }
  }

  /// A CD has many files: no duty is without bounds, and all come before the reason that lists them.
  @Test func manyFilesArePortionsOfDuties() throws {
    let files = (0..<600).map { RefusedFile(Table.original, as: "files/\($0)") }
    let facts = QuarantineFacts(name: "out-1", origin: .files(files), reason: Table.reason)
    let owed = try #require(Machine.quarantine.step(from: .quarantined, by: .grown, of: facts)?.owed)
    let portions = owed.compactMap { if case .quarantineOriginals(let portion, "out-1") = $0 { portion } else { nil } }
    #expect(portions.map(\.count) == [256, 256, 88] && portions.flatMap(\.self) == files)
    #expect(owed.count == 4 && owed.last == .explain(.quarantine(entry: "out-1", of: .collect), Table.reason))
  }
}
