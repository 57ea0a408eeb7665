public import Custody
public import Journal
internal import Site
public import Spool

/// How a site is: what `status` shows.
public struct StatusReport: Sendable {
  /// One state with what is in it.
  public struct Row: Sendable {
    /// The state.
    public let state: String
    /// What is in it: parcels, or studies that are not in parcels yet.
    public let count: StateCount
    /// Whether parcels are counted.
    public let isOfParcels: Bool
  }

  /// What waits for one partner.
  public struct PartnerRow: Sendable {
    /// The partner.
    public let site: String
    /// Sealed and not yet delivered to its mailbox.
    public let queued: StateCount
    /// Why the last attempt failed, while something waits.
    public let lastError: String?
    /// When its window opens; nil: it is open, or there is none.
    public let opening: String?
    /// Whether the bulk lane to it is paused.
    public let isBulkPaused: Bool
  }

  /// The site.
  public let site: String
  /// When it was looked at.
  public let at: String
  /// What goes out.
  public let out: [Row]
  /// What comes in.
  public let `in`: [Row]
  /// Taken out of the mailboxes and not verified yet.
  public let arrivals: Int
  /// How many studies wait for a person before they are imported: each may be in several parcels.
  public let worklist: Int
  /// What lies in quarantine.
  public let quarantined: StateCount
  /// The partners.
  public let partners: [PartnerRow]
  /// The pauses of the bulk lane.
  public let bulkPauses: [BulkPause]
  /// The services.
  public let services: [ServiceReport]
  /// The room on the spool's disk.
  public let space: Space
  /// It is less than `limits.min_free`.
  public let isSpaceLow: Bool
  /// What needs a person, the worst first.
  public let concerns: [Concern]

  /// The worst of the concerns; nil where there are none.
  public var severity: Alert.Severity? { concerns.first?.severity }
}

extension Desk {
  /// Looks at the whole site; never at more than a portion of anything.
  ///
  /// - Parameter expectingServices: whether a service that does not run is a concern even where nothing waits for it.
  public func status(expectingServices: Bool = false) throws -> StatusReport {
    let studies = try journal.outboundStudyCounts()
    let parcels = try journal.outboundParcelCounts()
    let arrived = try journal.inboundParcelCounts()
    let (book, problems) = try PartnerBook.read(configuration.partners, owner: configuration.site)
    let services = Service.allCases.map { ServiceReport($0, in: spool) }
    let space = try spool.disk.space(at: spool.root)
    let isSpaceLow = !configuration.limits.minFree.allows(space.available, of: space.total)
    let lanes = try LaneLook(partners: book, journal: journal)
    let worklist = try journal.heldStudyCount()
    let look = ConcernLook(
      site: site, services: services, expectingServices: expectingServices, partners: book, problems: problems,
      space: space, isSpaceLow: isSpaceLow, studies: studies, parcels: parcels, arrived: arrived, worklist: worklist,
      lanes: lanes)
    let arrivals = try journal.arrivalCount()
    return StatusReport(
      site: configuration.site.text, at: journalTime(),
      out: [OutboundStudyState.collecting, .ready, .held].map {
        .init(state: $0.rawValue, count: studies[$0] ?? .init(), isOfParcels: false)
      }
        + OutboundParcelState.allCases.map {
          // A study that is held here and a parcel that is held there are two things.
          .init(state: $0 == .held ? "held_there" : $0.rawValue, count: parcels[$0] ?? .init(), isOfParcels: true)
        },
      in: InboundParcelState.allCases.map {
        .init(state: $0.rawValue, count: arrived[$0] ?? .init(), isOfParcels: true)
      },
      arrivals: arrivals, worklist: worklist, quarantined: try journal.quarantineCounts()[.quarantined] ?? .init(),
      partners: try book.partners.map { partner in
        let name = partner.site.text
        return .init(
          site: name, queued: try journal.outboundParcelCounts(recipient: name)[.sealed] ?? .init(),
          lastError: try journal.lastFailure(recipient: name), opening: lanes.openings[name],
          isBulkPaused: lanes.isPaused(to: name))
      }, bulkPauses: lanes.pauses,
      services: services, space: space, isSpaceLow: isSpaceLow,
      concerns: try look.all().sorted(by: Concern.isWorse))
  }
}
