internal import Custody
internal import FoundationEssentials
internal import Journal
internal import Site
internal import Spool

/// One look at all that may need a person. Of every list and folder a portion only is looked at.
struct ConcernLook {
  let site: LocalSite
  let services: [ServiceReport]
  let expectingServices: Bool
  let partners: PartnerBook
  let problems: [ConfigurationError.Problem]
  let space: Space
  let isSpaceLow: Bool
  let studies: [OutboundStudyState: StateCount]
  let parcels: [OutboundParcelState: StateCount]
  let arrived: [InboundParcelState: StateCount]
  /// How many studies the parcels are that wait for a person.
  let worklist: Int
  let lanes: LaneLook

  var journal: Journal { site.journal }
  var spool: Spool { site.spool }
  var configuration: Configuration { site.configuration }

  /// So many standing alerts are shown one by one.
  private static let mostAlerts = 200
  /// For so many seconds a parcel of an urgent study may be on its way.
  private static let urgentPatience = 300.0

  /// What is told by a service already is not told twice.
  func all() throws -> [Concern] {
    let standing = try journal.alerts(limit: Self.mostAlerts)
    let codes = Set(standing.map(\.code))
    let folders = FolderLook(site: site, partners: partners)
    let seen = folders.all()
    var concerns = standing.map(Concern.init)
    concerns += try parcelsThatWait(besides: codes) + studiesThatWait() + people()
    concerns += try duties(besides: Set(standing.map(\.key)))
    concerns += seen
    concerns += try servicesThatDoNotRun(isWorkInFolders: Set(seen.map(\.code)))
    if isSpaceLow, !codes.contains("disk") {
      concerns.append(
        Concern(
          "disk", .critical,
          "Only \(bytesInWords(space.available)) are free in \(spool.root): nothing more is taken in.",
          remedy: "Make room, or lower limits.min_free; it goes on by itself."))
    }
    if let first = problems.first, !codes.contains("partners") {
      concerns.append(
        Concern(
          "partners", .critical, count: problems.count, "The file of a partner is not in order: \(first)",
          remedy: "studypost check says all that is wrong. The other partners go on."))
    }
    return concerns
  }

  private func before(_ seconds: Double) -> String { journalTime(Date(timeIntervalSinceNow: -seconds)) }

  private func said(_ waiting: Journal.Waiting, _ what: String) -> String {
    "\(counted(waiting.count, "parcel")) \(what), the oldest for \(ageInWords(since: waiting.oldest))"
      + (waiting.partner.map { " (\($0))" } ?? "") + (waiting.reason.map { ": \($0)" } ?? ".")
  }

  private func parcelsThatWait(besides codes: Set<String>) throws -> [Concern] {
    var concerns: [Concern] = []
    let stuck: [(OutboundParcelState, String, String)] = [
      (.refused, "refused by the partner", "studypost queue show ID; then queue retry, resend or discard."),
      (.expired, "given up undelivered", "studypost queue retry ID, or queue discard ID --reason TEXT."),
      (
        .damaged, "damaged or gone here before delivery",
        "Export the studies again, then: studypost queue discard ID --reason TEXT."
      ),
    ]
    for (state, what, remedy) in stuck where parcels[state] != nil && !codes.contains(state.rawValue) {
      guard let waiting = try journal.parcels(stuckIn: state) else { continue }
      concerns.append(
        Concern(
          state.rawValue, .critical, count: waiting.count, since: waiting.oldest, said(waiting, what), remedy: remedy))
    }
    let patience = configuration.ship.alertAfter.inSeconds
    let late = [
      (
        "urgent", "of urgent studies not taken in by the partner",
        try journal.lateParcels(
          before: before(Self.urgentPatience), seconds: Self.urgentPatience, upTo: .urgent)
      ),
      (
        "waiting", "waiting for the partner",
        try journal.lateParcels(before: before(patience), seconds: patience, windowed: lanes.windowed)
      ),
    ]
    for case (let code, let what, let late?) in late {
      concerns.append(
        Concern(
          code, .critical, count: late.count, since: late.oldest, said(late, what),
          remedy: "Ask the partner, and try: studypost partner test \(late.partner ?? "NAME")."))
    }
    if let unopened = try journal.unopenedParcels(before: before(patience)) {
      concerns.append(
        Concern(
          "unopened", .critical, count: unopened.count, since: unopened.oldest,
          said(unopened, "arrived and not imported"), remedy: "Look whether receive runs, and at its log."))
    }
    return concerns
  }

  private func studiesThatWait() throws -> [Concern] {
    guard let late = try journal.unsealedStudies(before: before(configuration.ship.alertAfter.inSeconds)) else {
      return []
    }
    return [
      Concern(
        "unsealed", .critical, count: late.count, since: late.oldest,
        "\(counted(late.count, "study", "studies")) collected and not sealed, the oldest for "
          + "\(ageInWords(since: late.oldest)).", remedy: "Look whether collect runs, and at its log.")
    ]
  }

  private func people() throws -> [Concern] {
    let quarantined = try journal.quarantineCounts()[.quarantined]
    let kinds: [(code: String, count: Int?, oldest: String?, one: String, many: String)] = [
      (
        "hold", studies[.held]?.items, studies[.held]?.oldest, "study waits for a person before it is sent",
        "studies wait for a person before they are sent"
      ),
      (
        "worklist", worklist, arrived[.held]?.oldest, "study waits for a person before it is imported",
        "studies wait for a person before they are imported"
      ),
      ("quarantine", quarantined?.items, quarantined?.oldest, "entry lies in quarantine", "entries lie in quarantine"),
    ]
    return kinds.compactMap { code, count, oldest, one, many in
      guard let count, count > 0, let oldest else { return nil }
      return Concern(
        code, .warning, count: count, since: oldest,
        "\(counted(count, one, many)), the oldest for \(ageInWords(since: oldest)).", remedy: "studypost \(code) list")
    }
  }

  /// What could not be done, where no standing alert tells it.
  private func duties(besides keys: Set<String>) throws -> [Concern] {
    try journal.failedDuties(limit: 100).filter { !keys.contains("owed \($0.subject)") }.map { owed in
      Concern(
        "owed", .critical, count: owed.failures, since: owed.since,
        "\(owed.subject) does not get on: \(owed.error ?? "no reason was written down")",
        remedy: "Put right what the message names; it is tried again by itself.")
    }
  }

  /// A service that does not run although something waits for it for minutes, and one that hangs.
  private func servicesThatDoNotRun(isWorkInFolders codes: Set<String>) throws -> [Concern] {
    try services.compactMap { report in
      let name = report.service.rawValue
      let remedy = "Start it: systemctl restart studypost-\(name), or studypost run; and look at its log."
      switch report.state {
      case .running: return nil
      case .hanging:
        return Concern(
          "service", .critical, since: report.age.map { before($0) },
          "\(name) has not got on for \(durationInWords(report.age ?? 0)); it was last seen \(report.doing ?? "starting").",
          remedy: remedy)
      case .ended:
        return Concern(
          "service", .critical, since: report.age.map { before($0) },
          "\(name) ended unexpectedly; it was last seen \(report.doing ?? "starting").", remedy: remedy)
      case .stopped:
        guard let work = try work(for: report.service, codes) else {
          return expectingServices ? Concern("service", .critical, "\(name) does not run.", remedy: remedy) : nil
        }
        return Concern(
          "service", .critical, since: work.since, "\(name) does not run, and \(work.what).", remedy: remedy)
      }
    }
  }

  /// What has waited for a service for minutes; nil: nothing.
  private func work(for service: Service, _ codes: Set<String>) throws -> (what: String, since: String?)? {
    let before = before(ServiceReport.patience)
    if let owed = try journal.oldestOwed(by: service), owed <= before { return ("what was decided is not done", owed) }
    switch service {
    case .collect:
      if let oldest = studies[.ready]?.oldest, oldest <= before { return ("studies are not sealed", oldest) }
      if codes.contains("source") { return ("files stay in a source", nil) }
    case .ship:
      let waiting = [parcels[.sealed]?.oldest, parcels[.shipped]?.oldest, parcels[.received]?.oldest]
      if let oldest = waiting.compactMap(\.self).min(), oldest <= before { return ("parcels are not settled", oldest) }
    case .receive:
      let waiting = [arrived[.arrived]?.oldest, arrived[.accepted]?.oldest, arrived[.staged]?.oldest]
      if let oldest = waiting.compactMap(\.self).min(), oldest <= before { return ("parcels are not imported", oldest) }
      if codes.contains("mailbox") { return ("parcels lie in a mailbox", nil) }
    }
    return nil
  }
}
