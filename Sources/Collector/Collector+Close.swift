internal import Custody
internal import Executor
internal import FoundationEssentials
internal import Journal
internal import Site
internal import Spool
internal import SystemPackage

extension Collector {
  static let conflictingInstances = "conflicting-instances"
  /// A study whose instances say more different things than these about their recipients is held anyway.
  static let mostRoutes = 1000
  /// So many studies are read together.
  private static let studies = 256

  /// Closes the studies that are complete: each is then ready to be sealed, or held.
  func closeStudies() throws {
    let now = ContinuousClock.now
    let due = activity.filter { $0.value.due <= now }
    if !due.isEmpty || watches.contains(where: { !$0.markers.isEmpty }) {
      let growth = growths(now)
      sealer.know(unfinished: growth.reduce(into: [:]) { $0.merge($1.unfinished, uniquingKeysWith: +) })
      try heedMarkers(now)
      for (id, known) in due.sorted(by: { $0.value.due < $1.value.due }) where !stop.isRequested {
        if let last = try lastGrowth(of: id, in: growth), last + known.quiet > now {
          activity[id]?.last = max(known.last, last)
          continue
        }
        try close(id, rule: "quiet", seconds: known.quiet / .seconds(1))
      }
    }
    try closePortions(now)
    // While its files grow a study is looked at again soon, and at leisure.
    let next = activity.values.flatMap { [$0.due, $0.portionDue].compactMap(\.self) }.min()
    nextClose = next.map { max($0, now + .milliseconds(50)) }
  }

  private func growths(_ now: ContinuousClock.Instant) -> [SourceWatch.Growth] {
    watches.indices.map { index in
      watches[index].learnStudies { Examination.study(ofUnfinished: $0, configuration) }
      return watches[index].growth(now: now)
    }
  }

  /// When a file that belongs to a study, or lies beside its files, was last seen to change; nil: there is none. While the
  /// source was not seen to its end, there may be one at this moment.
  private func lastGrowth(of id: String, in growth: [SourceWatch.Growth]) throws -> ContinuousClock.Instant? {
    guard let study = try journal.outboundStudy(id) else { return nil }
    var last = growth.compactMap { $0.studies[study.study] }
    if growth.contains(where: { !$0.folders.isEmpty }) || watches.contains(where: { !$0.isSeen }) {
      let origins = try origins(of: study)
      let folders = Set(origins.map { PathText.split(PathText.path($0)).folder })
      last += growth.flatMap { growth in folders.compactMap { growth.folders[$0] } }
      let isUnseen = watches.contains { watch in
        !watch.isSeen && watch.trouble == nil && folders.contains { PathText.isAtOrBelow($0, watch.root) }
      }
      if isUnseen { last.append(.now + .milliseconds(100)) }
    }
    return last.max()
  }

  // MARK: Markers

  /// Closes the studies of which a marker says that they are complete, once nothing grows where it speaks for.
  private func heedMarkers(_ now: ContinuousClock.Instant) throws {
    for index in watches.indices {
      for (marker, status) in watches[index].markers {
        let scope = watches[index].scope(ofMarker: marker)
        guard !watches[index].isGrowing(below: scope, now: now) else { continue }
        for id in Array(activity.keys) where try cameFrom(scope, id) || cameBefore(scope, id) {
          try close(id, rule: "marker", seconds: nil)
        }
        let original = Original(marker, status)
        try journal.owe([.removeOriginal(original)], subject: "file:\(marker)")
        watches[index].letGo(original)
      }
    }
  }

  private func cameFrom(_ scope: FilePath, _ id: String) throws -> Bool {
    let scope = PathText.of(scope)
    var last: Int64 = 0
    while true {
      let portion = try journal.instances(outboundStudy: id, after: last, limit: Self.mostRoutes)
      if portion.contains(where: { PathText.isAtOrBelow($0.origin, scope) }) { return true }
      guard let end = portion.last?.id, portion.count == Self.mostRoutes else { return false }
      last = end
    }
  }

  // MARK: Closing

  /// Closes a study: it goes to the partners that it names, or waits for a person.
  ///
  /// - Parameters:
  ///   - rule: what showed that it is complete.
  ///   - seconds: with `quiet`.
  func close(_ id: String, rule: String, seconds: Double?) throws {
    activity[id] = nil
    guard let study = try journal.outboundStudy(id), study.state == .collecting else { return }
    guard study.instances > 0 else { return try end(study, rule: rule, seconds: seconds) }
    do {
      switch try decide(study) {
      case .send(let ways, let others): try send(study, ways, others: others, rule: rule, seconds: seconds)
      case .hold(let code, let sentence):
        try hold(study, code: code, sentence: sentence) { ($0.closedRule, $0.closedSeconds) = (rule, seconds) }
      }
    } catch let error as JournalError where error.code == .wrongState || error.code == .notFound {
      // A person was faster: it was discarded.
    }
  }

  /// Where a study goes, by all its instances.
  func decide(_ study: OutboundStudy) throws -> RouteDecision {
    var decision =
      try study.urgent ? decideUrgent(study) : decide(journal.routes(outboundStudy: study.id, limit: Self.mostRoutes))
    var recipients: [String] = []
    if case .send(let ways, _) = decision { recipients = ways.map(\.partner) }
    if let uid = try journal.contradiction(outboundStudy: study, recipients: recipients) {
      decision = .hold(
        code: Self.conflictingInstances,
        sentence: "The SOP Instance UID \(uid) came with different contents: one of the files is not what it says.")
    }
    return decision
  }

  /// Where instances go that say these different things.
  func decide(_ routes: [String]) -> RouteDecision {
    guard routes.count < Self.mostRoutes else {
      return .hold(
        code: RouteDecision.conflict, sentence: "Its instances say too many different things about the recipient.")
    }
    return RouteDecision(routes.map { RouteFinding(journal: $0) })
  }

  func send(
    _ study: OutboundStudy, _ ways: [RouteDecision.Way], others: [String], rule: String, seconds: Double?
  ) throws {
    let noted = others.isEmpty ? "" : " No partners, and taken for persons: \(others.joined(separator: ", "))."
    let targets = "To " + ways.map { "\($0.partner) by \($0.rule)" }.joined(separator: ", ") + "." + noted
    let site = ways.count == 1 ? ways.first?.partner : nil
    let event =
      rule == OutboundStudy.urgentRule
      ? Event(
        "portion", site: site, study: study.study,
        "Urgent: \(counted(study.instances, "instance leaves", "instances leave")) before the others. \(targets)")
      : Event(
        "complete", site: site, study: study.study,
        "Complete, \(Self.why(rule, seconds)): \(Self.count(study)). \(targets)")
    try journal.change(
      outboundStudy: study.id, by: .closed,
      recipients: ways.map {
        Recipient(outboundStudy: study.id, partner: $0.partner, rule: $0.rule, value: $0.value)
      }, event: event
    ) { ($0.closedRule, $0.closedSeconds) = (rule, seconds) }
    logger.info(
      event.what == "portion" ? "portion of an urgent study" : "study complete",
      metadata: ["study": "\(study.study)", "partner": "\(ways.map(\.partner).joined(separator: ","))"])
    sealer.wake()
  }

  /// What showed that a study is complete.
  private static func why(_ rule: String, _ seconds: Double?) -> String {
    switch rule {
    case "marker": "its marker file is there"
    case "count": "as many as were announced"
    default: "nothing came for \(seconds.map(words) ?? "?") s"
    }
  }

  private static func count(_ study: OutboundStudy) -> String {
    if study.continues {
      return study.instances == 0 ? "all has left before" : "the last \(counted(study.instances, "instance"))"
    }
    return counted(study.instances, "instance")
      + (study.expected.map { $0 > study.instances ? "; \($0) were announced" : "" } ?? "")
  }

  private static func words(_ seconds: Double) -> String {
    seconds == seconds.rounded() ? String(Int64(seconds)) : String(seconds)
  }

  /// Lets a study wait for a person.
  private func hold(
    _ study: OutboundStudy, code: String, sentence: String, _ set: (inout OutboundStudy) -> Void
  ) throws {
    try journal.change(
      outboundStudy: study.id, by: .heldBack, reason: .holding(study, code: code, sentence: sentence),
      event: Event("held", study: study.study, file: "hold/outbound/\(study.id)", "\(code): \(sentence)"), set)
    logger.warning(
      "study held", metadata: ["study": "\(study.study)", "hold": "\(study.id)", "reason": "\(code)"])
  }

  // MARK: What is collecting

  /// Begins the quiet time of the studies that were collecting before the start. A run of `--once` has no time of its own in
  /// which a study could be quiet: the clock on the wall must do.
  func followCollecting(once: Bool) throws {
    var last: OutboundStudy?
    while true {
      let portion = try journal.outboundStudies(in: .collecting, after: last, limit: Self.studies)
      for study in portion {
        var passed = 0.0
        if once, try !journal.restartQuiet(outboundStudy: study.id), let since = date(ofJournalTime: study.lastTaken) {
          passed = max(0, Date().timeIntervalSince(since))
        }
        try follow(study, since: .now - .seconds(min(passed, 1e8)))
      }
      guard portion.count == Self.studies else { return }
      last = portion.last
    }
  }

  /// Follows studies that are collecting again.
  func follow(_ ids: [String]) throws {
    for id in ids where activity[id] == nil {
      if let study = try journal.outboundStudy(id), study.state == .collecting { try follow(study, since: .now) }
    }
  }

  private func follow(_ study: OutboundStudy, since: ContinuousClock.Instant) throws {
    let origins = try origins(of: study)
    let quiet = watches.filter { watch in origins.contains { PathText.isAtOrBelow($0, watch.root) } }
      .map(\.source.quiet).max()
    let longest = configuration.sources.map(\.quiet).max() ?? .seconds(60)
    activity[study.id] = Activity(
      last: since, quiet: quiet ?? longest, portion: try nextPortion(of: study, nil, hasImages: study.instances > 0))
  }
}

extension Reason {
  /// Why an outbound study waits for a person.
  static func holding(_ study: OutboundStudy, code: String, sentence: String, first: [String] = []) -> Reason {
    Reason(
      code: code, sentence: sentence,
      remedy: first + [
        "Send it to a partner: studypost hold route \(study.id) --to PARTNER",
        "Or let it go, files and all: studypost hold discard \(study.id) --reason TEXT",
      ],
      about: ["study": study.study, "instances": "\(study.instances)", "hold": study.id], since: journalTime())
  }
}
