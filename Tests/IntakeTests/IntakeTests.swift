import Testing

/// Whatever a PACS drops: put into one source, and followed through collector, parcel, receiver and import.
struct IntakeTests {
  @Test func thereAreManyCases() {
    #expect(Case.all.count >= 120)
    #expect(Set(Case.all.map(\.testDescription)).count == Case.all.count)
  }

  @Test(arguments: Case.all.indices) func eachBecomesWhatItIsSaidTo(_ number: Int) throws {
    let exchange = try Exchange.shared.get()
    let (its, fate) = (Case.all[number], exchange.fates[number])
    let comment: Comment = "\(its.testDescription): \(fate)"
    switch its.outcome {
    case .imported(let count):
      #expect(fate.imported == count && fate.ends == ["imported"], comment)
      #expect(fate.heldHere.isEmpty && fate.unfinished == 0 && fate.quarantined.isEmpty, comment)
      if its.kind != "several" || count > 1 { #expect(fate.carried == fate.put, comment) }
    case .heldThere(let code):
      #expect(fate.heldThere.contains(code), comment)
      #expect(fate.ends == ["imported"] && fate.carried == fate.put, comment)
    case .heldHere(let code): #expect(fate.heldHere == [code] && fate.carried.isEmpty, comment)
    case .unfinished:
      #expect(fate.unfinished == 1 && fate.left == fate.put, comment)
      #expect(fate.carried.isEmpty && fate.quarantined.isEmpty, comment)
    case .quarantined(let code): #expect(fate.quarantined == [code] && fate.left.isEmpty, comment)
    case .left, .told: #expect(fate.left == fate.put && fate.carried.isEmpty && fate.quarantined.isEmpty, comment)
    }
    if case .told(let code) = its.outcome { #expect(exchange.alerts.contains { $0.code == code }, comment) }
  }

  /// The rule behind them all.
  @Test(.enabled(if: Oracles.areHere, "needs dcmtk and python3-pydicom"))
  func whatOthersReadTravels() throws {
    let exchange = try Exchange.shared.get()
    #expect(exchange.fates.count { $0.isReadByBoth } > 60)
    for (its, fate) in zip(Case.all, exchange.fates) where fate.isReadByBoth && !its.isAboutPlace {
      let isHeld =
        switch its.outcome {
        case .heldHere, .unfinished: true
        default: false
        }
      #expect(!fate.carried.isEmpty || isHeld, "\(its.testDescription): \(fate)")
      #expect(fate.quarantined.isEmpty, "\(its.testDescription): \(fate)")
    }
  }

  @Test func knownRubbishRaisesNoAlert() throws {
    let expected: Set = ["source-passed-over", "unfinished", "drop-folder"]
    let alerts = try Exchange.shared.get().alerts
    #expect(Set(alerts.map(\.code)) == expected, "\(alerts)")
    // One of the folders whose files name nobody.
    let message = alerts.first { $0.code == "drop-folder" }?.message ?? ""
    let strangers =
      ["ch9"] + Case.all.indices.filter { Case.all[$0].outcome == .heldHere("no-recipient") }.map { "c\($0)" }
    #expect(strangers.contains { message.contains("/export/\($0) ") }, "\(message)")
  }
}
