internal import Journal

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

  /// When the next portion of a study leaves into which an image was just taken; nil: it is not urgent.
  func nextPortion(of study: OutboundStudy, _ before: PortionPace?) throws -> PortionPace? {
    guard study.urgent else { return nil }
    var portion = try before ?? PortionPace(number: journal.portionCount(study: study.study))
    portion.first = portion.first ?? .now
    portion.isWaiting = false
    return portion
  }

  /// Another copy of an image said that its study is urgent.
  func noteUrgency(of id: String) throws {
    sealer.wake()
    guard activity[id] != nil, let study = try journal.outboundStudy(id) else { return }
    let portion = try nextPortion(of: study, activity[id]?.portion)
    activity[id]?.portion = portion
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
