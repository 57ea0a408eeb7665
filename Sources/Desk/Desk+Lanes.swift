internal import Custody
internal import FoundationEssentials
internal import Journal
internal import Site
internal import Spool

// The bulk lane, and what parcels wait for.

extension Desk {
  /// Which parcels a decision about lanes is to be about.
  public enum Choice: Sendable {
    /// One parcel.
    case parcel(String)
    /// All of a study, by its Study Instance UID.
    case study(String)
    /// All to a partner.
    case partner(String)
  }

  /// So many parcels are moved in one transaction.
  private static let portion = 500

  /// Puts parcels behind all others, or back among them.
  ///
  /// - Returns: how many were moved; those that a person had expedited only where they were named.
  public func move(_ choice: Choice, toBulk isBulk: Bool) throws -> Int {
    switch choice {
    case .parcel(let text):
      let parcel = try parcel(text, to: isBulk ? "go behind all others" : "go among the others")
      guard parcel.state == .sealed else { throw wrongState(parcel, to: "be sent at another time") }
      guard !parcel.urgent else {
        throw DeskError(.wrongState, "Parcel \(parcel.id) is of an urgent study: it goes before all others.")
      }
      return try move([parcel], isBulk)
    case .study(let study):
      return try moveAll(in: isBulk ? [.expedited, .ordinary] : [.bulk], study: study, isBulk)
    case .partner(let name):
      return try moveAll(in: isBulk ? [.ordinary] : [.bulk], partner: try known(name), isBulk)
    }
  }

  private func moveAll(
    in lanes: Set<Lane>, study: String? = nil, partner: String? = nil, _ isBulk: Bool
  ) throws -> Int {
    var count = 0
    while true {
      let parcels = try journal.sealedParcels(in: lanes, recipient: partner, study: study, limit: Self.portion)
      let moved = try move(parcels, isBulk)
      count += moved
      if parcels.count < Self.portion || moved == 0 { return count }
    }
  }

  private func move(_ parcels: [OutboundParcel], _ isBulk: Bool) throws -> Int {
    let detail = isBulk ? "put it behind all others (bulk)." : "took it out of the bulk lane."
    return try journal.move(
      parcels.map { ($0.id, event("lane", $0, detail)) }, toBulk: isBulk)
  }

  /// Pauses the bulk lane to a partner, or to all.
  ///
  /// - Returns: false where it was paused before.
  public func pauseBulk(to partner: String?) throws -> Bool {
    let partner = try partner.map(known)
    let event = Event("paused", by: actor.name, site: partner, "\(actor.name) paused the bulk lane\(to(partner)).")
    return try journal.pauseBulk(to: partner, by: actor.name, event: event)
  }

  /// Resumes the bulk lane to a partner, or to all.
  ///
  /// - Returns: false where it was not paused.
  public func resumeBulk(to partner: String?) throws -> Bool {
    if let partner, try journal.bulkPauses().contains(where: \.partner.isEmpty) {
      throw DeskError(
        .wrongState,
        "The bulk lane is paused to all partners, not to \(try known(partner)) alone. Resume it to all: studypost queue "
          + "resume --bulk")
    }
    // A pause may outlive its partner.
    let event = Event("resumed", by: actor.name, site: partner, "\(actor.name) resumed the bulk lane\(to(partner)).")
    return try journal.resumeBulk(to: partner, event: event)
  }

  private func to(_ partner: String?) -> String {
    " to \(partner.map { Quoted.text($0, limit: 64) } ?? "all partners")"
  }

  private func known(_ name: String) throws -> String {
    let book = try PartnerBook.read(configuration.partners, owner: configuration.site).book
    guard let site = SiteName(name), book[site] != nil else {
      throw DeskError(
        .notFound, "\(Quoted.text(name, limit: 64)): there is no such partner. See: studypost partner list")
    }
    return name
  }
}

/// What sealed parcels wait for where their lane is closed.
struct LaneLook {
  /// What ordinary parcels to a partner wait for, where they do: when its window opens, as a rule.
  let openings: [String: String]
  /// Partners to whom they do not go at all times.
  let windowed: [String]
  let pauses: [BulkPause]

  init(partners: PartnerBook, journal: Journal) throws {
    let now = Int64(Date.now.timeIntervalSince1970)
    var openings: [String: String] = [:]
    for partner in partners.partners where !partner.isOpen(at: .system(at: now)) {
      openings[partner.site.text] =
        partner.hasMistakes
        ? "\(partner.site).toml to be in order" : partner.window?.opening(after: now) ?? "its window"
    }
    self.openings = openings
    windowed = partners.partners.filter { $0.window != nil || $0.hasMistakes }.map(\.site.text)
    pauses = try journal.bulkPauses()
  }

  func isPaused(to partner: String) -> Bool { pauses.contains { $0.partner.isEmpty || $0.partner == partner } }

  /// What a parcel waits for, in words; nil: for nothing but its turn.
  func wait(of parcel: OutboundParcel) -> String? {
    guard parcel.state == .sealed else { return nil }
    if parcel.lane == .bulk, isPaused(to: parcel.recipient) { return "waits: the bulk lane is paused" }
    if parcel.lane >= .ordinary, let opening = openings[parcel.recipient] { return "waits for \(opening)" }
    return parcel.lane == .bulk ? "waits until nothing else does" : nil
  }
}
