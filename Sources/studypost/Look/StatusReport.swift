import Journal
import Site
import Spool

/// How a site is: what `status` shows.
struct StatusReport {
  /// One state with what is in it.
  struct Row {
    let state: String
    let count: StateCount
  }

  /// What waits for one partner.
  struct PartnerRow {
    let site: String
    /// Sealed and not yet delivered to its mailbox.
    let queued: StateCount
    /// Why the last attempt failed, while something waits.
    let lastError: String?
  }

  let site: String
  let out: [Row]
  let `in`: [Row]
  let partners: [PartnerRow]
  let space: Space
  let isSpaceLow: Bool
  let alerts: [Alert]

  init(of local: LocalSite) throws {
    let journal = local.journal
    site = local.configuration.site.text
    let studies = try journal.outboundStudyCounts()
    let parcels = try journal.outboundParcelCounts()
    let arrived = try journal.inboundParcelCounts()
    out =
      [OutboundStudy.State.collecting, .ready, .held].map { Row(state: $0.rawValue, count: studies[$0] ?? .init()) }
      + OutboundParcel.State.allCases.map { Row(state: $0.rawValue, count: parcels[$0] ?? .init()) }
    `in` = InboundParcel.State.allCases.map { Row(state: $0.rawValue, count: arrived[$0] ?? .init()) }
    partners = try local.partners().partners.map { partner in
      let name = partner.site.text
      let waiting = try journal.outboundParcels(in: [.sealed], recipient: name)
      return PartnerRow(
        site: name, queued: try journal.outboundParcelCounts(recipient: name)[.sealed] ?? .init(),
        lastError: waiting.first { $0.attempts > 0 && $0.reason != nil }?.reason)
    }
    space = try local.spool.disk.space(at: local.spool.root)
    isSpaceLow = !local.configuration.limits.minFree.allows(space.available, of: space.total)
    alerts = try Alert.all(of: local, space: space, isSpaceLow: isSpaceLow)
  }

  var json: JSON {
    [
      "site": JSON(site), "out": .object(out.json), "in": .object(self.in.json),
      "partners": .array(partners.map(\.json)),
      "disk": [
        "available": JSON(space.available), "total": JSON(space.total), "low": JSON(isSpaceLow),
      ],
      "alerts": .array(alerts.map(\.json)),
    ]
  }
}

extension StateCount {
  fileprivate var json: JSON {
    ["studies": JSON(items), "instances": JSON(instances), "bytes": JSON(bytes), "oldest": JSON(oldest)]
  }
}

extension [StatusReport.Row] {
  fileprivate var json: [String: JSON] { reduce(into: [:]) { $0[$1.state] = $1.count.json } }
}

extension StatusReport.PartnerRow {
  fileprivate var json: JSON {
    [
      "site": JSON(site), "queued": JSON(queued.items), "instances": JSON(queued.instances),
      "bytes": JSON(queued.bytes), "oldest": JSON(queued.oldest), "last_error": JSON(lastError),
    ]
  }
}
