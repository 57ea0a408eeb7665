internal import Custody
internal import Journal
internal import Spool

extension Desk {
  /// What is on its way, or waits for somebody, and would be lost if this site were removed now: a line for each kind; empty
  /// where all is done.
  public func unfinished() throws -> [String] {
    var lines: [String] = []
    func add(_ count: Int, _ one: String, _ many: String? = nil, _ what: String? = nil) {
      if count > 0 { lines.append(counted(count, one, many) + (what.map { ": \($0)" } ?? "")) }
    }
    let studies = try journal.outboundStudyCounts()
    for state in [OutboundStudyState.collecting, .ready, .held] {
      add(studies[state]?.items ?? 0, "outbound study", "outbound studies", state.rawValue)
    }
    let parcels = try journal.outboundParcelCounts()
    for state in OutboundParcelState.allCases where ![.delivered, .cancelled, .discarded].contains(state) {
      add(parcels[state]?.items ?? 0, "outbound parcel", nil, state.rawValue)
    }
    add(try journal.arrivalCount(), "parcel that arrived", "parcels that arrived", "not verified yet")
    let arrived = try journal.inboundParcelCounts()
    for state in [InboundParcelState.arrived, .held, .accepted, .staged, .offered] {
      add(arrived[state]?.items ?? 0, "inbound parcel", nil, state.rawValue)
    }
    add(
      try journal.quarantineCounts()[.quarantined]?.items ?? 0, "entry of the quarantine", "entries of the quarantine")
    for service in Service.allCases where try !journal.owed(by: service, limit: 1).isEmpty {
      lines.append("duties of \(service.rawValue)")
    }
    return lines
  }
}
