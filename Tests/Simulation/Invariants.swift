import Custody
import Journal
import Parcel
import Spool
import SystemPackage

// What must hold.

extension World {
  /// After every step: the ledgers balance, and each thing in custody lies where the journal says, or its way there is owed.
  func check(step: Int) throws {
    for site in sites {
      do {
        try check(site)
      } catch let error as Broken {
        throw Broken("after step \(step), at \(site.name): \(error)")
      }
    }
  }

  private func check(_ site: SimulatedSite) throws {
    guard site.hasChanged() else { return }
    let journal = site.journal
    let ledger = try journal.ledger()
    guard ledger.out.sum == ledger.out.taken else {
      throw Broken("the outbound ledger does not balance: \(ledger.out)")
    }
    guard ledger.in.sum == ledger.in.arrived else { throw Broken("the inbound ledger does not balance: \(ledger.in)") }
    let miscounted = try journal.miscountedStudies()
    guard miscounted.isEmpty else { throw Broken("miscounted: \(miscounted)") }
    for row in try journal.filesOwed(limit: 1000) {
      let path = FilePath("/spool/" + row.file)
      guard !site.disk.holds(path) else { continue }
      let gathers = try journal.owed(subject: "study:\(row.outboundStudy ?? "")")
      guard !gathers.isEmpty else { throw Broken("a claimed file is gone: \(row.file)") }
    }
    for parcel in try journal.outboundParcels(
      in: [.sealed, .shipped, .received, .held, .refused, .expired], limit: 1000)
    {
      let path = FilePath("/spool/outbound/\(parcel.id)")
      guard !site.disk.holds(path), try journal.owed(subject: "parcel:\(parcel.id)").isEmpty else { continue }
      throw Broken("a parcel that is \(parcel.state) is not in outbound/: \(parcel.id)")
    }
    for parcel in try journal.inboundParcels(in: InboundParcelState.allCases, limit: 1000)
    where !parcel.isPurged && parcel.state != .discarded {
      guard try journal.owed(subject: "inbound:\(parcel.id)").isEmpty else { continue }
      let isAside = [.quarantined, .rejected].contains(parcel.state)
      if !isAside, lost.contains(parcel.id) {
        // Nobody may have seen it yet.
        if site.disk.holds(FilePath("/spool/received/\(parcel.id)")) { lost.remove(parcel.id) }
        continue
      }
      let path = FilePath(
        isAside
          ? "/spool/quarantine/\(parcel.entry ?? "?")/\(lost.contains(parcel.id) ? "WHY.txt" : parcel.id)"
          : "/spool/received/\(parcel.id)")
      guard site.disk.holds(path) else { throw Broken("a parcel that is \(parcel.state) is not at \(path)") }
      if parcel.state == .held, !site.disk.holds(FilePath("/spool/hold/inbound/\(parcel.id)/WHY.txt")) {
        throw Broken("a held parcel has no reason: \(parcel.id)")
      }
    }
    try checkImports(site)
  }

  /// Nothing is imported more often than it was wanted.
  private func checkImports(_ site: SimulatedSite) throws {
    guard let sender = self.site(site.partner) else { return }
    let again = try sender.journal.outboundParcels(in: OutboundParcelState.allCases, limit: 1000)
      .filter { $0.again != nil || $0.part == "again" }
    let imports = site.imports()
    for (token, count) in imports where count > 1 {
      guard let toy = toys.values.first(where: { $0.token == token }) else { continue }
      let most = 1 + again.count { $0.study == toy.study } + site.wanted[toy.study, default: 0]
      guard count <= most else {
        throw Broken("\(token) was imported \(count) times, and wanted at most \(most) times")
      }
    }
    let parcels = try site.journal.inboundParcels(in: [.imported], limit: 1000)
    let wanted = parcels.reduce(0) { $0 + $1.instances - $1.duplicates }
    let there = imports.values.reduce(0, +)
    guard there >= wanted else { throw Broken("\(wanted) instances count as imported, and \(there) are there") }
  }

  /// Whether nothing is owed and nothing is on its way.
  func isQuiet(_ site: SimulatedSite) throws -> Bool {
    for service in Service.allCases where try site.journal.isOwing(service) { return false }
    guard try site.journal.arrivalCount() == 0 else { return false }
    let inbound = try site.journal.inboundParcels(in: [.arrived, .held, .accepted, .staged, .offered], limit: 1)
    let outbound = try site.journal.outboundParcels(in: [.sealed, .shipped, .received, .held, .expired], limit: 1)
    for state in [OutboundStudyState.collecting, .ready, .held] {
      guard try site.journal.outboundStudies(in: state, limit: 1).isEmpty else { return false }
    }
    return inbound.isEmpty && outbound.isEmpty
  }

  /// What is left at a site.
  func describe(_ site: SimulatedSite) throws -> String {
    let journal = site.journal
    let owed = try Service.allCases.flatMap { try journal.owed(by: $0, limit: 20) }
    return """
      \(site.name): owed \(owed.map { "\($0.subject) \($0.duty) \($0.error ?? "")" }); arrivals \(try journal.arrivals(limit: 9)); \
      studies \(try journal.outboundStudyCounts()); out \(try journal.outboundParcelCounts()); \
      in \(try journal.inboundParcelCounts()); alerts \(try journal.alerts(limit: 9).map(\.message))
      """
  }

  /// Prints the history of both sites and what lies on their disks.
  func tell() throws {
    for site in sites {
      print("-- \(site.name)")
      for event in try site.journal.events(limit: 10_000) {
        print("\(event.at) \(event.what) \(event.parcel ?? event.study ?? event.file ?? ""): \(event.detail)")
      }
      print(site.disk.names(below: "/").filter { !$0.hasSuffix("/") }.joined(separator: "\n"))
    }
  }

  /// Once faults have ended and nobody has anything left to do.
  func checkEnd() throws {
    for site in sites {
      try checkArrived(from: site)
      try checkAgreement(site)
      try checkLeftovers(site)
    }
  }

  private func checkArrived(from site: SimulatedSite) throws {
    guard let partner = self.site(site.partner) else { return }
    let imports = partner.imports()
    let mine = toys.values.filter { $0.study.hasPrefix(site.name == "ch1" ? "2.25.101" : "2.25.102") }
    for toy in mine.sorted(by: { $0.token < $1.token }) where !excused.contains(toy.token) {
      guard imports[toy.token, default: 0] >= 1 else { throw Broken("\(toy.instance) (\(toy.token)) never arrived") }
    }
  }

  /// What the sender believes of a parcel is what its recipient says.
  private func checkAgreement(_ site: SimulatedSite) throws {
    guard let partner = self.site(site.partner) else { return }
    for parcel in try site.journal.outboundParcels(in: OutboundParcelState.allCases, limit: 1000) {
      let there = try partner.journal.inboundParcel(parcel.id)?.state
      let agrees =
        switch parcel.state {
        case .delivered: there == .imported
        case .refused: there != .imported
        case .cancelled, .discarded, .damaged: there != .imported
        default: false
        }
      guard agrees else {
        throw Broken("\(parcel.id) is \(parcel.state) at \(site.name) and \(there.map { "\($0)" } ?? "unknown") there")
      }
    }
  }

  /// The alerts that a part of an urgent study is missing of which somebody threw something away.
  func incomplete(_ site: SimulatedSite) -> [String] {
    let keys = curtailed.map { Alert.incomplete($0, site.partner) }
    return keys.filter { (try? site.journal.alert($0)) ?? nil != nil }
  }

  private func checkLeftovers(_ site: SimulatedSite) throws {
    let names = site.disk.names(below: "/")
    for folder in ["/spool/unpack/", "/spool/collect/", "/spool/hold/outbound/", "/spool/hold/inbound/"] {
      let left = names.filter { $0.hasPrefix(folder) && $0 != folder && $0 != folder + "README" }
      guard left.isEmpty else { throw Broken("left over at \(site.name): \(left)") }
    }
    let temporary = names.filter { name in
      let last = FilePath(name).lastComponent?.string ?? ""
      return last.hasPrefix(".") && !last.hasSuffix(".lock") && !last.hasSuffix(".alive")
    }
    guard temporary.isEmpty else { throw Broken("temporary files are left at \(site.name): \(temporary)") }
    let alerts = try site.journal.alerts(limit: 100).filter { alert in
      !alert.key.hasPrefix("sequence") && !incomplete(site).contains(alert.key) && !hasty.contains(alert.key)
    }
    guard alerts.isEmpty else {
      throw Broken("alerts stand without a cause at \(site.name): \(alerts.map { "\($0.key): \($0.message)" })")
    }
    guard try site.journal.firstBrokenEvent() == nil else { throw Broken("the history is broken at \(site.name)") }
  }
}
