public import Journal
internal import Site
internal import Spool
public import SystemPackage

extension Desk {
  /// An outbound study that waits for a person.
  public struct HoldCard: Sendable {
    /// The study.
    public var study: OutboundStudy
    /// Whom and what it is about.
    public var subject: Subject?
    /// Partners that were found for it before it was held.
    public var partners: [String]
    /// The first of its instances, with where each came from.
    public var instances: [TakenInstance]
    /// Where its files and the reason lie.
    public var folder: FilePath
    /// What happened, in time order.
    public var events: [Event]
  }

  /// Outbound studies that wait for a person, oldest first.
  public func holds(_ page: Page = Page()) throws -> Portion<OutboundStudy> {
    Portion(
      try journal.outboundStudies(in: [.held], limit: page.limit, offset: page.offset),
      of: try journal.outboundStudyCounts()[.held]?.items ?? 0)
  }

  /// Files that are held in their source since they are not finished, oldest first.
  public func heldFiles(_ page: Page = Page()) throws -> Portion<HeldFile> {
    Portion(try journal.heldFiles(limit: page.limit, offset: page.offset), of: try journal.heldFileCount())
  }

  /// One of them.
  public func holdCard(_ text: String) throws -> HoldCard {
    let study = try heldStudy(text)
    try disclose("hold show", count: 1, ids: [study.id], study: study.study)
    return HoldCard(
      study: study, subject: try journal.subject(of: study.id),
      partners: try journal.recipients(outboundStudy: study.id).map(\.partner),
      instances: try journal.instances(outboundStudy: study.id, limit: 10),
      folder: spool[.holdOutbound].appending(study.id), events: try journal.trace(study.id, limit: Self.mostEvents))
  }

  /// Sends a held study to partners.
  public func route(hold text: String, to names: [String]) throws -> (study: OutboundStudy, partners: [String]) {
    let book = try PartnerBook.read(configuration.partners, owner: configuration.site).book
    var partners: [String] = []
    for name in names {
      let partner = try partner(named: name, in: book).site.text
      if !partners.contains(partner) { partners.append(partner) }
    }
    guard !partners.isEmpty else { throw DeskError(.usage, "Name a partner: --to PARTNER") }
    let study = try heldStudy(text)
    if let twice = try journal.contradiction(inOutboundStudy: study.id) {
      throw DeskError(
        .wrongState,
        "Study \(study.id) holds the SOP Instance UID \(twice) with different contents, and must not be sent so. Have the "
          + "study corrected and exported again, and let this one go: studypost hold discard \(study.id) --reason TEXT")
    }
    let list = partners.joined(separator: ", ")
    let routed = try changingHeld(study.id) {
      try journal.change(
        outboundStudy: study.id, by: .routed,
        recipients: partners.map {
          Recipient(outboundStudy: study.id, partner: $0, rule: Recipient.manualRule, value: $0)
        },
        event: Event(
          "routed", by: actor.name, site: partners.count == 1 ? partners[0] : nil, study: study.study,
          file: "hold/outbound/\(study.id)", "\(actor.name) sent it to \(list).",
          before: "held" + (study.reasonCode.map { ": \($0)" } ?? ""), after: "to \(list)")
      ) { if $0.closedRule == nil { $0.closedRule = Recipient.manualRule } }
    }
    return (routed, partners)
  }

  /// Lets a held study go.
  public func discard(hold text: String, reason: String) throws -> OutboundStudy {
    let reason = try outspoken(reason)
    let study = try heldStudy(text)
    return try changingHeld(study.id) {
      try journal.change(
        outboundStudy: study.id, by: .discarded,
        event: Event(
          "discarded", by: actor.name, study: study.study, file: "hold/outbound/\(study.id)",
          "\(actor.name) let it go: \(reason)", why: reason,
          before: "held" + (study.reasonCode.map { ": \($0)" } ?? ""), after: "discarded")
      ) {
        $0.reasonCode = "discarded"
        $0.reason = reason
      }
    }
  }

  private func heldStudy(_ text: String) throws -> OutboundStudy {
    let id = try identify(text, as: .hold).id
    guard let study = try journal.outboundStudy(id), study.state == .held else { throw decidedMeanwhile(id) }
    return study
  }

  /// Somebody else may have decided since the study was read.
  private func changingHeld(_ id: String, _ body: () throws -> OutboundStudy) throws -> OutboundStudy {
    do {
      guard try journal.outboundStudy(id)?.state == .held else { throw decidedMeanwhile(id) }
      return try body()
    } catch let error as JournalError where error.code == .wrongState {
      throw decidedMeanwhile(id, error)
    }
  }

  func decidedMeanwhile(_ id: String, _ cause: (any Error)? = nil) -> DeskError {
    DeskError(.wrongState, "\(id): somebody else decided meanwhile. See: studypost trace \(id)", cause: cause)
  }

  /// The partner of that name.
  func partner(named name: String, in book: PartnerBook) throws -> Partner {
    if let site = SiteName(name), let partner = book[site] { return partner }
    let known = book.partners.map(\.site.text).joined(separator: ", ")
    throw DeskError(
      .notFound,
      "\(Quoted.text(name, limit: 80)) is not a partner. "
        + (known.isEmpty ? "There are none yet." : "Partners are: \(known)."))
  }
}
