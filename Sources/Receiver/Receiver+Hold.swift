internal import FoundationEssentials
internal import Journal
internal import Parcel
internal import Spool
internal import SystemPackage

extension Receiver {
  /// Puts a study on the worklist: the files as they came, in a folder of its own, durable before the parcel goes.
  func hold(
    _ contents: ContentsFile, _ place: Workplace, code: String, reasons: [String], decision: String, duplicates: Int,
    _ point: borrowing Durable.SyncPoint
  ) throws {
    let since = journalTime()
    try Reason(
      code: code, reason: reasons.joined(separator: " "),
      remedy: [
        "See the sender's data beside the candidates: studypost worklist show \(place.id)",
        "Give it to a patient: studypost worklist accept \(place.id) --patient LOCALID --reason TEXT",
        "Or refuse it: studypost worklist reject \(place.id) --reason TEXT",
      ],
      about: [
        "study": contents.header.study, "partner": place.partner, "parcel": place.id,
        "instances": "\(contents.count)",
      ], since: since
    ).write(into: place.study)
    try point.sync()
    try Durable.move(place.study, to: spool[.holdInbound].appending(place.id))
    let parcel = try journal.updateInboundParcel(
      place.id, from: [.arrived],
      event: Event(
        "held", site: place.partner, study: contents.header.study, parcel: place.id,
        Quoted.text(reasons.joined(separator: " ")))
    ) {
      $0.state = .held
      $0.study = contents.header.study
      $0.part = contents.header.part.rawValue
      $0.decision = decision
      $0.duplicates = duplicates
      $0.reason = Quoted.text("\(code): \(reasons.joined(separator: " "))", limit: 2000)
    }
    if let parcel { try answer(parcel, .held) }
    try place.remove()
    logger.warning("held for a person", metadata: ["parcel": "\(place.id)", "reason": "\(reasons.first ?? code)"])
  }

  /// Carries out what people decided on the worklist.
  func carryOutOrders() throws {
    for parcel in try journal.inboundParcels(in: [.held]) where parcel.order != nil && !stop.isRequested {
      try attempt(parcel.id) {
        if parcel.order == "accept" {
          try journal.updateInboundParcel(parcel.id, from: [.held], event: nil) {
            $0.state = .accepted
            $0.order = nil
          }
          try importParcel(parcel.id)
        } else {
          try reject(parcel)
        }
      }
    }
  }

  /// The clerk does not want the study: it goes to quarantine, and its sender is told.
  private func reject(_ parcel: InboundParcel) throws {
    let name = "in-\(parcel.sender)-\(parcel.id)"
    let folder = spool[.quarantine].appending(name)
    let held = spool[.holdInbound].appending(parcel.id)
    let reason = parcel.reason ?? ""
    if try FileStatus.of(held) != nil {
      try Reason(
        code: "rejected-by-clerk", reason: reason,
        remedy: [
          "Put it back on the worklist: studypost quarantine release \(name)",
          "Or let it go: studypost quarantine discard \(name) --reason TEXT",
        ],
        about: ["study": parcel.study, "partner": parcel.sender, "parcel": parcel.id], since: journalTime()
      ).write(into: held)
      try Durable.move(held, to: folder)
    }
    try journal.updateInboundParcel(parcel.id, from: [.held], event: nil) { $0.order = nil }
    try journal.quarantined(
      QuarantineEntry(
        name: name, direction: .in, code: "rejected-by-clerk", reason: "rejected-by-clerk: \(reason)",
        partner: parcel.sender, study: parcel.study, parcel: parcel.id, instances: parcel.instances,
        bytes: parcel.bytes),
      event: Event("rejected", site: parcel.sender, study: parcel.study, parcel: parcel.id, Quoted.text(reason)))
    try answer(parcel, .refused, reason: "rejected-by-clerk")
    logger.info("rejected", metadata: ["parcel": "\(parcel.id)"])
  }
}
