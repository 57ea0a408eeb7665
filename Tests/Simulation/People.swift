import Custody
import Executor
import Journal
import Parcel
import Spool
import SystemPackage

// What people decide, by the operations that the desk calls.

extension World {
  /// A person does something at a site, if there is something to decide.
  func decide(at site: SimulatedSite) throws {
    let journal = site.journal
    switch Int.random(in: 0..<13, using: &random) {
    case 0, 1:
      let held = try journal.inboundParcels(in: [.held], limit: 10)
      if let parcel = held.randomElement(using: &random) { try accept(parcel, at: site) }
    case 2:
      let held = try journal.inboundParcels(in: [.held], limit: 10)
      if let parcel = held.randomElement(using: &random) { try reject(parcel, at: site) }
    case 3:
      if let entry = try journal.quarantine(limit: 10).randomElement(using: &random) { try release(entry, at: site) }
    case 4:
      if let entry = try journal.quarantine(limit: 10).randomElement(using: &random) { try discard(entry, at: site) }
    case 5:
      let held = try journal.outboundStudies(in: .held, limit: 10)
      if let study = held.randomElement(using: &random) { try route(study, at: site) }
    case 6:
      let state: OutboundStudyState = random.chance(0.5) ? .held : random.chance(0.5) ? .collecting : .ready
      if let study = try journal.outboundStudies(in: state, limit: 10).randomElement(using: &random),
        random.chance(0.4)
      {
        try discard(study, at: site)
      }
    case 7: try turn(.cancelled, [.sealed], at: site, ends: true, often: 0.4)
    case 8: try turn(.retried, [.refused, .expired], at: site, ends: false, often: 1)
    case 9: try turn(.discarded, [.refused, .expired, .damaged], at: site, ends: true, often: 0.4)
    case 10:
      let delivered = try journal.outboundParcels(in: [.delivered], limit: 10)
      if let parcel = delivered.randomElement(using: &random) { try resend(parcel, at: site) }
    case 11:
      let given = try journal.inboundParcels(in: InboundParcelState.given, limit: 20)
      if let parcel = given.randomElement(using: &random) { try undo(parcel, at: site) }
    default:
      let isKnown = random.chance(0.5)
      note("  \(site.name) the list \(isKnown ? "has" : "loses") the patient")
      try setList(of: site, withKnown: isKnown)
    }
  }

  func accept(_ parcel: InboundParcel, at site: SimulatedSite) throws {
    // The desk offers active patients only.
    let patient = try site.patients.patient(localID: "L-1") == nil ? "L-2" : "L-1"
    note("  \(site.name) a person accepts \(parcel.id) for \(patient)")
    try settleUndone(of: parcel, at: site)
    if parcel.reasonCode == ParcelError.Code.conflict.rawValue { site.wanted[parcel.study ?? "", default: 0] += 1 }
    try site.journal.change(
      inboundParcel: parcel.id, by: .accepted,
      event: Event("accepted", by: "clerk", study: parcel.study, parcel: parcel.id, patient: patient, "Compared.")
    ) {
      $0.patient = patient
      $0.isDecidedByPerson = true
      $0.reason = nil
      $0.reasonCode = nil
    }
  }

  /// As the desk does: all parts of the study that the patient has come back.
  private func undo(_ parcel: InboundParcel, at site: SimulatedSite) throws {
    let parts =
      try [parcel]
      + site.journal.reconciledParcels(study: parcel.study ?? "")
      .filter { $0.id != parcel.id && $0.patient == parcel.patient }
    guard !parts.contains(where: \.isPurged) else { return }
    note("  \(site.name) a person takes back \(parts.map(\.id))")
    let reason = Reason(code: "undone", sentence: "Taken back.", remedy: [], about: [:], since: journalTime())
    let undone = try site.journal.decide(
      parts.map { part in
        InboundDecision(
          part.id, .undone,
          event: Event("undone", by: "clerk", study: part.study, parcel: part.id, patient: part.patient, "Taken back."),
          known: part, unlessChanged: true,
          facts: { InboundParcelFacts(id: $1.id, answer: $1.answer(), reason: reason, handOvers: $0.handOvers) },
          set: {
            $0.reasonCode = "undone"
            $0.reason = "Taken back."
          })
      })
    if undone == nil { return note("    is told: somebody else decided") }
    for part in parts {
      for key in [Alert.unseenImport(part.id), Alert.stuck(part.id)] { try site.journal.settle(alert: key) }
      site.wanted[part.study ?? "", default: 0] += 1
    }
  }

  private func reject(_ parcel: InboundParcel, at site: SimulatedSite) throws {
    let entry = QuarantineEntry(
      name: "in-\(parcel.sender)-\(ParcelID())", partner: parcel.sender, parcel: parcel.id, item: parcel.id,
      code: "rejected-by-clerk", reason: "Not wanted.", study: parcel.study, bytes: parcel.bytes)
    let reason = Reason(
      code: entry.code, sentence: "Not wanted.", remedy: [], about: ["parcel": parcel.id], since: entry.since)
    let changed = try site.journal.change(
      inboundParcel: parcel.id, by: .rejected,
      event: Event("rejected", by: "clerk", study: parcel.study, parcel: parcel.id, "Not wanted."), entry: entry,
      facts: {
        InboundParcelFacts(
          id: $0.id, answer: $0.answer(reason: "rejected-by-clerk", note: "Not wanted."), entry: entry.name,
          reason: reason)
      }
    ) {
      $0.reasonCode = entry.code
      $0.reason = entry.reason
    }
    try settleUndone(of: parcel, at: site)
    if changed != nil { excuse(study: parcel.study ?? "", why: "rejected \(parcel.id)") }
  }

  /// Where it was not taken back yet, what the PACS keeps of it is told once that was looked at.
  private func settleUndone(of parcel: InboundParcel, at site: SimulatedSite) throws {
    try site.journal.settle(alert: Alert.undone(parcel.id))
    if try site.journal.isOwing(subject: "inbound:\(parcel.id)") { hasty.insert(Alert.undone(parcel.id)) }
  }

  func release(_ entry: QuarantineEntry, at site: SimulatedSite) throws {
    note("  \(site.name) a person releases \(entry.name)")
    let event = Event("released", by: "admin", parcel: entry.parcel, file: "quarantine/\(entry.name)", "Again.")
    if let id = entry.parcel, let parcel = try site.journal.inboundParcel(id), parcel.entry == entry.name {
      guard site.disk.holds(FilePath("/spool/quarantine/\(entry.name)/\(id)")) else {
        return note("    is told: there is nothing to release")
      }
      let reason = Reason(
        code: parcel.reasonCode ?? "", sentence: "It was released.", remedy: [], about: [:], since: entry.since)
      try site.journal.change(
        inboundParcel: id, by: .released, event: event,
        facts: { InboundParcelFacts(id: $0.id, answer: $0.answer(), entry: $0.entry, reason: reason) })
      return
    }
    var arrival: Arrival?
    if entry.direction == .in, let partner = entry.partner {
      arrival = Arrival(id: "\(partner).\(ParcelID())", partner: partner, name: entry.item)
    }
    do {
      try site.journal.change(quarantine: entry.name, by: .released, newArrival: arrival, event: event)
    } catch let error as JournalError where error.code == .wrongState {
      note("    is told: \(error)")
    }
  }

  func discard(_ entry: QuarantineEntry, at site: SimulatedSite) throws {
    note("  \(site.name) a person discards \(entry.name)")
    let event = Event("discarded", by: "admin", parcel: entry.parcel, file: "quarantine/\(entry.name)", "No use.")
    if let id = entry.parcel, let parcel = try site.journal.inboundParcel(id), parcel.entry == entry.name {
      if try site.journal.change(inboundParcel: id, by: .discarded, event: event) != nil {
        excuseParcel(id, of: site.partner, why: "discarded \(entry.name)")
      }
      return
    }
    try site.journal.change(quarantine: entry.name, by: .discarded, event: event)
  }

  private func excuseParcel(_ id: String, of sender: String, why: String) {
    if let study = try? site(sender)?.journal.outboundParcel(id)?.study { excuse(study: study, why: why) }
  }

  func route(_ study: OutboundStudy, at site: SimulatedSite) throws {
    if try site.journal.contradiction(inOutboundStudy: study.id) != nil { return try discard(study, at: site) }
    note("  \(site.name) a person routes \(study.id)")
    try site.journal.change(
      outboundStudy: study.id, by: .routed,
      recipients: [Recipient(outboundStudy: study.id, partner: site.partner, rule: "manual", value: site.partner)],
      event: Event("routed", by: "admin", study: study.study, "To \(site.partner).")
    ) {
      $0.closedRule = "manual"
    }
  }

  func discard(_ study: OutboundStudy, at site: SimulatedSite) throws {
    note("  \(site.name) a person discards \(study.id)")
    excuse(study: study.study, why: "discarded")
    try site.journal.change(
      outboundStudy: study.id, by: .discarded,
      event: Event("discarded", by: "admin", study: study.study, "Not wanted."))
  }

  private func turn(
    _ change: OutboundParcelChange, _ states: [OutboundParcelState], at site: SimulatedSite, ends: Bool, often: Double
  ) throws {
    guard let parcel = try site.journal.outboundParcels(in: states, limit: 10).randomElement(using: &random),
      random.chance(often)
    else { return }
    try turn(change, parcel, at: site, ends: ends)
  }

  func turn(
    _ change: OutboundParcelChange, _ parcel: OutboundParcel, at site: SimulatedSite, ends: Bool
  ) throws {
    note("  \(site.name) a person: \(change) \(parcel.id)")
    let changed = try site.journal.change(
      outboundParcel: parcel.id, by: change,
      event: Event("\(change)", by: "admin", site: parcel.recipient, study: parcel.study, parcel: parcel.id, "Decided.")
    ) {
      $0.attempts = 0
      $0.waited = 0
      $0.resent = 0
    }
    if changed != nil, ends { excuse(study: parcel.study, why: "\(change) \(parcel.id)") }
  }

  private func resend(_ parcel: OutboundParcel, at site: SimulatedSite) throws {
    guard !parcel.isPurged else { return }
    let new = ParcelID().text
    note("  \(site.name) a person resends \(parcel.id) as \(new)")
    try site.journal.owe(
      [.reseal(parcel: parcel.id, as: new)], subject: "resend:\(new)",
      event: Event("resend", by: "admin", site: parcel.recipient, study: parcel.study, parcel: new, "Once more."))
  }

  /// At the end a diligent person settles what waits.
  ///
  /// - Returns: whether there was anything.
  func tidy(_ site: SimulatedSite) throws -> Bool {
    var found = false
    for parcel in try site.journal.inboundParcels(in: [.held], idle: true, limit: 20) {
      found = true
      try accept(parcel, at: site)
    }
    for study in try site.journal.outboundStudies(in: .held, limit: 20) {
      found = true
      try route(study, at: site)
    }
    for parcel in try site.journal.outboundParcels(in: [.refused, .expired], limit: 20)
    where parcel.state == .expired || parcel.reasonCode != "rejected-by-clerk" {
      // What its recipient holds in quarantine is released there first.
      if let entry = try self.site(site.partner)?.journal.inboundParcel(parcel.id)?.entry,
        let partner = self.site(site.partner), let row = try partner.journal.quarantineEntry(entry),
        row.state == .quarantined, partner.disk.holds(FilePath("/spool/quarantine/\(entry)/\(parcel.id)"))
      {
        try release(row, at: partner)
      } else if parcel.deliveries < 6 {
        try turn(.retried, parcel, at: site, ends: false)
      } else {
        continue
      }
      found = true
    }
    for parcel in try site.journal.outboundParcels(in: [.damaged], limit: 20) {
      found = true
      try turn(.discarded, parcel, at: site, ends: true)
    }
    return found
  }
}
