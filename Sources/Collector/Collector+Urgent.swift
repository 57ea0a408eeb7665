internal import Journal
internal import Spool
internal import SystemPackage

// An urgent study leaves in portions: what is there of it does not wait for the rest.

extension Collector {
  /// Closes the portions of urgent studies whose time has come.
  ///
  /// What came while the portion before is being sealed waits for that: it goes into the next one.
  func closePortions(_ now: ContinuousClock.Instant) throws {
    // A run of `--once` does not wait for more.
    for (id, known) in activity where known.portionDue.map({ isOnce || $0 <= now }) ?? false {
      guard !stop.isRequested else { return }
      guard let study = try journal.outboundStudy(id), study.state == .collecting, study.urgent, study.instances > 0
      else {
        activity[id]?.portion?.first = nil
        continue
      }
      // The sealer rings when it is done with it.
      guard try !journal.isSealing(study: study.study) else { continue }
      if case .send = try decide(study) {
        try close(id, rule: OutboundStudy.urgentRule, seconds: nil)
      } else {
        // More images may name a recipient; when all are here, it is held.
        activity[id]?.portion?.isWaiting = true
      }
    }
  }

  /// When the next portion of a study leaves; nil: it is not urgent.
  ///
  /// - Parameters:
  ///   - before: what was known of it.
  ///   - hasImages: images wait for it.
  func nextPortion(of study: OutboundStudy, _ before: PortionPace?, hasImages: Bool) throws -> PortionPace? {
    guard study.urgent else { return nil }
    var portion = try before ?? PortionPace(number: journal.portionCount(study: study.study))
    if hasImages { portion.first = portion.first ?? .now }
    portion.isWaiting = false
    return portion
  }

  /// Another copy of an image said that its study is urgent.
  func noteUrgency(of id: String) throws {
    sealer.wake()
    guard activity[id] != nil, let study = try journal.outboundStudy(id) else { return }
    let portion = try nextPortion(of: study, activity[id]?.portion, hasImages: true)
    activity[id]?.portion = portion
  }

  /// Ends an urgent study of which all has left: a parcel without instances says so to each partner who got some.
  func end(_ study: OutboundStudy, rule: String, seconds: Double?) throws {
    guard study.continues else { return }
    let recipients = try journal.unfinishedRecipients(study: study.study)
    do {
      guard !recipients.isEmpty else {
        try journal.change(
          outboundStudy: study.id, by: .discarded,
          event: Event("discarded", study: study.study, "Nothing more came, and nobody has to be told."))
        return
      }
      let ways = recipients.map { RouteDecision.Way(partner: $0.partner, rule: $0.rule, value: $0.value) }
      try send(study, ways, others: [], rule: rule, seconds: seconds)
    } catch let error as JournalError where error.code == .wrongState || error.code == .notFound {
      // A person was faster.
    }
  }

  /// Follows urgent studies that wait for their end since a person decided about a portion.
  func followContinuing() throws {
    let waiting = try journal.continuingStudies(limit: 1000)
    try follow(waiting.map(\.id).filter { activity[$0] == nil })
  }

  /// Where the instances of a study came from; of one of which all has left, where those came from.
  func origins(of study: OutboundStudy) throws -> [String] {
    study.instances > 0
      ? try journal.origins(outboundStudy: study.id, limit: Self.mostRoutes)
      : try journal.origins(study: study.study, limit: Self.mostRoutes)
  }

  /// Whether portions that have left came from below a path.
  func cameBefore(_ scope: FilePath, _ id: String) throws -> Bool {
    guard activity[id]?.portion != nil, let study = try journal.outboundStudy(id), study.continues else { return false }
    let scope = PathText.of(scope)
    return try journal.origins(study: study.study, limit: .max).contains { PathText.isAtOrBelow($0, scope) }
  }

  /// Where a part of an urgent study goes: all that came of the study is asked, as if it were one, so that what came later and
  /// says something else is a person's decision. What a person decided about an earlier part holds for what names nobody.
  func decideUrgent(_ study: OutboundStudy) throws -> RouteDecision {
    let earlier = try journal.earlierRecipients(of: study)
    let isDecidedByPerson = earlier.contains { $0.rule == Recipient.manualRule }
    let decision = try decide(
      isDecidedByPerson
        ? journal.routes(outboundStudy: study.id, limit: Self.mostRoutes)
        : journal.routes(study: study.study, limit: Self.mostRoutes))
    switch decision {
    case .hold(RouteDecision.nobody, _) where !earlier.isEmpty:
      return .send(earlier.map { .init(partner: $0.partner, rule: $0.rule, value: $0.value) }, others: [])
    default: return decision
    }
  }
}
