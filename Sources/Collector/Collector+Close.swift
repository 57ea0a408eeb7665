internal import Journal
internal import Site
internal import Spool
internal import SystemPackage

extension Collector {
  /// Closes the studies that are complete: each is then ready to be sealed, or held.
  func closeStudies() throws {
    let studies = try journal.outboundStudies(in: .collecting)
    var scopes: [(index: Int, marker: FilePath, scope: FilePath)] = []
    for index in watches.indices {
      for marker in watches[index].markers {
        let scope = watches[index].scope(ofMarker: marker)
        if !watches[index].isGrowing(below: scope) { scopes.append((index, marker, scope)) }
      }
    }
    for study in studies where try scopes.count > 0 || study.expected != nil || isQuiet(study) {
      let instances = try journal.instances(outboundStudy: study.id)
      guard !instances.isEmpty else { continue }
      guard let rule = try completeness(of: study, instances, scopes: scopes.map(\.scope)) else { continue }
      try close(study, instances, rule: rule)
      activity[study.id] = nil
    }
    for (index, marker, _) in scopes {
      let status = try spool.disk.status(of: marker)
      do {
        try spool.disk.removeFile(marker)
        watches[index].forgetMarker(marker)
      } catch {
        tell("file \(marker)", "a marker cannot be removed from its source; it counts once: \(error)")
        watches[index].spendMarker(marker, status)
      }
    }
  }

  /// What shows that a study is complete; nil while it is not.
  private func completeness(
    of study: OutboundStudy, _ instances: [TakenInstance], scopes: [FilePath]
  ) throws -> String? {
    let origins = instances.map { FilePath($0.origin) }
    if scopes.contains(where: { scope in origins.contains { $0.starts(with: scope) } }) { return "marker" }
    if let expected = study.expected, try journal.instanceCount(study: study.study) >= expected { return "count" }

    guard try isQuiet(study), let quiet = activity[study.id]?.quiet else { return nil }
    let seconds = quiet / .seconds(1)
    return "quiet:\(seconds == seconds.rounded() ? String(Int(clamping: quiet.components.seconds)) : String(seconds))"
  }

  /// Whether nothing came for a study in the time that its sources set. A study from before the start has its time
  /// counted from the start.
  private func isQuiet(_ study: OutboundStudy) throws -> Bool {
    let known =
      try activity[study.id]
      ?? Activity(last: .now, quiet: quiet(of: journal.instances(outboundStudy: study.id)))
    activity[study.id] = known
    let growth = watches.compactMap { $0.growth(ofStudy: study.study) }.max()
    return ContinuousClock.now - max(known.last, growth ?? known.last) >= known.quiet
  }

  /// The longest quiet time of the sources from which instances came.
  func quiet(of instances: [TakenInstance]) -> Duration {
    watches.filter { watch in instances.contains { FilePath($0.origin).starts(with: watch.source.path) } }
      .map(\.source.quiet).max() ?? configuration.sources.map(\.quiet).max() ?? .seconds(60)
  }

  private func close(_ study: OutboundStudy, _ instances: [TakenInstance], rule: String) throws {
    var closed = study
    closed.closedRule = rule
    var decision = RouteDecision(instances.map { RouteFinding(journal: $0.route) })
    if let twice = try contradiction(in: study, instances, decision: decision) {
      decision = .hold(
        code: "conflicting-instances",
        reason: "The SOP Instance UID \(twice) came with different contents: one of the files is not what it says.")
    }
    switch decision {
    case .partner(let partner, let rule, let value):
      closed.state = .ready
      closed.since = journalTime()
      closed.partner = partner
      closed.routeRule = rule
      closed.routeValue = value
      let missing = study.expected.map { $0 > instances.count ? "; \($0) were announced" : "" } ?? ""
      try journal.update(
        closed,
        event: Event(
          "complete", site: partner, study: study.study,
          "\(Self.sentence(closed.closedRule)): \(instances.count) instances\(missing). To \(partner) by \(rule)."))
      logger.info("study complete", metadata: ["study": "\(study.study)", "to": "\(partner)"])
    case .hold(let code, let reason):
      try hold(closed, instances, code: code, reason: reason)
    }
  }

  private static func sentence(_ rule: String?) -> String {
    switch rule {
    case "marker": "Complete, its marker file is there"
    case "count": "Complete, as many as were announced"
    default: "Complete, nothing came for \(rule?.split(separator: ":").last ?? "?") s"
    }
  }

  /// A SOP Instance UID that this study holds twice with different bytes, or that was sealed for the same recipient
  /// with other bytes.
  private func contradiction(
    in study: OutboundStudy, _ instances: [TakenInstance], decision: RouteDecision
  ) throws -> String? {
    for instance in instances {
      guard let uid = instance.sopInstanceUID else { continue }
      for (other, sealedFor) in try journal.takenInstances(sopInstanceUID: uid, study: study.study)
      where other.id != instance.id && other.sha256 != instance.sha256 && other.claimed {
        guard let sealedFor else { return uid }
        if case .partner(sealedFor, _, _) = decision { return uid }
      }
    }
    return nil
  }
}
