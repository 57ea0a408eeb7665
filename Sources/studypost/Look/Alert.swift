import FoundationEssentials
import Journal
import Site
import Spool

/// Something that a person should look at.
struct Alert {
  /// A fixed word.
  let code: String
  /// How many studies, parcels, entries or files.
  let count: Int
  /// Since when, of the oldest.
  let oldest: String?
  /// What it is and where to look.
  let message: String

  var json: JSON {
    ["code": JSON(code), "count": JSON(count), "oldest": JSON(oldest), "message": JSON(message)]
  }

  static func all(of local: LocalSite, space: Space, isSpaceLow: Bool) throws -> [Alert] {
    var alerts = try parcels(of: local) + people(in: local.journal)
    if isSpaceLow {
      alerts.append(
        Alert(
          code: "disk", count: 1, oldest: nil,
          message: "only \(bytesInWords(space.available)) are free: nothing more is taken in until there is more"))
    }
    for source in local.configuration.sources { alerts += staying(in: source) }
    return alerts
  }

  /// Parcels and studies that do not get on.
  private static func parcels(of local: LocalSite) throws -> [Alert] {
    let journal = local.journal
    let patience = local.configuration.ship.alertAfter.inSeconds
    var alerts: [Alert] = []
    func add(_ code: String, _ items: [(since: String, partner: String?, reason: String?)], _ what: String) {
      guard let oldest = items.min(by: { $0.since < $1.since }) else { return }
      let partners = Set(items.compactMap(\.partner)).sorted().joined(separator: ", ")
      alerts.append(
        Alert(
          code: code, count: items.count, oldest: oldest.since,
          message: "\(items.count) \(what)\(partners.isEmpty ? "" : " (\(partners))"), the oldest for "
            + "\(ageInWords(since: oldest.since))\(oldest.reason.map { ": \($0)" } ?? "")"))
    }
    let refused = try journal.outboundParcels(in: [.refused])
    add("refused", refused.map { ($0.since, $0.recipient, $0.reason) }, "refused by the partner")
    let expired = try journal.outboundParcels(in: [.expired])
    add("expired", expired.map { ($0.since, $0.recipient, $0.reason) }, "given up undelivered")
    let late = try journal.outboundParcels(in: [.sealed, .shipped]).filter {
      max($0.waited, age(since: $0.created)) >= patience
    }
    add("waiting", late.map { ($0.created, $0.recipient, $0.reason) }, "waiting for the partner")
    let unsealed = try (journal.outboundStudies(in: .collecting) + journal.outboundStudies(in: .ready)).filter {
      age(since: $0.since) >= patience
    }
    add("unsealed", unsealed.map { ($0.since, $0.partner, $0.reason) }, "collected and not sealed; does collect run?")
    let unopened = try journal.inboundParcels(in: [.arrived, .accepted]).filter { age(since: $0.since) >= patience }
    add("unopened", unopened.map { ($0.since, $0.sender, $0.reason) }, "arrived and not imported; does receive run?")
    return alerts
  }

  /// What waits for a person.
  private static func people(in journal: Journal) throws -> [Alert] {
    let kinds: [(code: String, waiting: [String], message: String)] = [
      (
        "hold", try journal.outboundStudies(in: .held).map(\.since),
        "wait for a person before they are sent: studypost hold list"
      ),
      (
        "worklist", try journal.inboundParcels(in: [.held]).filter { $0.order == nil }.map(\.since),
        "wait for a person before they are imported: studypost worklist list"
      ),
      ("quarantine", try journal.quarantine().map(\.since), "lie in quarantine: studypost quarantine list"),
    ]
    return kinds.compactMap { code, waiting, message in
      guard let oldest = waiting.min() else { return nil }
      return Alert(
        code: code, count: waiting.count, oldest: oldest,
        message: "\(waiting.count) \(message), the oldest for \(ageInWords(since: oldest))")
    }
  }

  /// Files that the collector should have taken long ago; and a source that cannot be read.
  private static func staying(in source: Configuration.Source) -> [Alert] {
    do {
      let files = try Disk().files(below: source.path) { name in
        name.hasPrefix(".") || name == "README" || name == "DICOMDIR"
      }
      let patience = max(source.partialAfter.inSeconds, source.quiet.inSeconds) + 60
      let now = Date().timeIntervalSince1970
      let old = files.filter { now - Double($0.status.modified) / 1e9 >= patience }
      guard let first = old.min(by: { $0.status.modified < $1.status.modified }) else { return [] }
      let oldest = Date(timeIntervalSince1970: Double(first.status.modified) / 1e9)
      return [
        Alert(
          code: "source", count: old.count, oldest: journalTime(oldest),
          message: "\(counted(old.count, "file")) stay in \(source.path), such as \(first.path): does collect run?")
      ]
    } catch {
      return [Alert(code: "source", count: 1, oldest: nil, message: "\(error)")]
    }
  }
}
