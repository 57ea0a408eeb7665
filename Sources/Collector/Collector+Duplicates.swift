internal import Custody
internal import Executor
internal import Journal
internal import Spool
internal import SystemPackage

extension Collector {
  /// Counts a copy of an instance once that is already on its way, byte for byte. After it was delivered, or could not be,
  /// the same file is a wish to send it again.
  ///
  /// - Returns: whether the file was such a copy.
  func settleDuplicate(_ examined: Examination, index: Int) throws -> Bool {
    for earlier in try journal.takenInstances(sopInstanceUID: examined.sopInstance, study: examined.study)
    where earlier.instance.sha256 == examined.digest {
      guard let id = earlier.instance.id, try isOnItsWay(earlier, of: examined.study, for: examined.finding) else {
        continue
      }
      var finding = RouteFinding(journal: earlier.instance.route)
      finding.merge(examined.finding)
      // Who a study that is closed goes to is decided.
      let isOpen = earlier.study == .collecting || earlier.study == .held
      let route = isOpen && finding.text != earlier.instance.route ? finding.text : nil
      let original = Original(examined.path, examined.status)
      try journal.duplicate(
        of: id, route: route, isUrgent: examined.isUrgent, original: original,
        event: Event(
          "duplicate", study: examined.study, file: examined.path.string,
          "The same instance, byte for byte, was taken before from \(earlier.instance.origin); it counts once."))
      if examined.isUrgent, let study = earlier.instance.outboundStudy { try noteUrgency(of: study) }
      watches[index].letGo(original)
      noteTaken(original, of: examined.status.owner, index: index)
      if earlier.study == .held, let held = try earlier.instance.outboundStudy.flatMap(journal.outboundStudy) {
        try decideByFolder(held, [examined])
      }
      return true
    }
    return false
  }

  /// Whether an instance that was taken before is still on its way to everybody whom another copy of it names.
  private func isOnItsWay(
    _ earlier: Journal.EarlierTaking, of study: String, for finding: RouteFinding
  ) throws -> Bool {
    let recipients: [String]
    switch earlier.study {
    case .collecting, .held: return true
    case .discarded: return false
    case .ready:
      guard let id = earlier.instance.outboundStudy else { return false }
      recipients = try journal.recipients(outboundStudy: id).map(\.partner)
    case .sealed:
      let underWay = earlier.parcels.filter { [.sealed, .shipped, .received, .held].contains($0.state) }
      // An urgent study is on its way until it is complete, though its first images are there.
      let isComing = try journal.openStudy(study: study)?.continues ?? false
      guard isComing || !underWay.isEmpty else { return false }
      recipients = earlier.parcels.filter { $0.state == .delivered }.map(\.recipient) + underWay.map(\.recipient)
    }
    return finding.partners.subtracting(recipients).isEmpty
  }

  /// A study that is held and is put into a partner's folder is decided so: it goes there.
  ///
  /// Late files of a study that came by that folder anyway decide nothing: they only join it.
  ///
  /// - Parameter first: the number of the first of these instances, if they were not taken before.
  func decideByFolder(_ held: OutboundStudy, _ instances: [Examination], areNewFrom first: Int64? = nil) throws {
    guard held.state == .held, held.reasonCode != Self.conflictingInstances,
      let partner = instances.lazy.compactMap(\.finding.folder).first
    else { return }
    if let first {
      let earlier = try journal.routes(outboundStudy: held.id, before: first, limit: Self.mostRoutes)
      if earlier.contains(where: { RouteFinding(journal: $0).folder == partner }) { return }
    }
    do {
      try journal.change(
        outboundStudy: held.id, by: .routed,
        recipients: [
          Recipient(outboundStudy: held.id, partner: partner, rule: RouteFinding.folderRule, value: partner)
        ],
        event: Event(
          "routed", site: partner, study: held.study,
          "It was held, and was put into the folder of \(partner): it goes there."))
    } catch let error as JournalError where error.code == .wrongState {
      return  // A person was faster.
    }
    logger.info("a held study was routed by a drop folder", metadata: ["hold": "\(held.id)", "to": "\(partner)"])
    sealer.wake()
  }
}
