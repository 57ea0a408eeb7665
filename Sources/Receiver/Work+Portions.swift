internal import Custody
internal import FoundationEssentials
internal import Journal
internal import Parcel
internal import Spool

// Urgent studies come in portions; each is imported when it comes, and the last one says that they are all.

extension Work {
  /// Takes in a parcel without images, which says that a study is complete. It belongs to no patient and waits for nobody.
  func end(_ parcel: InboundParcel, _ contents: ContentsFile) throws {
    let accepted = try journal.change(inboundParcel: parcel.id, by: .matched, event: nil) {
      $0.note(contents.header)
      $0.duplicates = 0
    }
    if let accepted { try stageEnd(accepted) }
  }

  /// There is nothing to hand over.
  func stageEnd(_ parcel: InboundParcel) throws {
    _ = try journal.staged(parcel, as: nil, handOvers: [], duplicates: 0) { nil }
  }

  /// A portion was imported: it may have been the one that was missing. The parcel itself is done with: what fails now is
  /// looked at again within a minute.
  func endStudy(of parcel: InboundParcel) {
    guard parcel.portion != nil, let study = parcel.study else { return }
    do {
      for ending in try journal.endings(study: study, sender: parcel.sender) { _ = try end(ending) }
    } catch {
      logger.warning("whether an urgent study is complete is looked at again: \(Quoted.text("\(error)", limit: 500))")
    }
  }

  /// Whether the portions that the last one names are all here; then it is written down, and the EHR is told.
  ///
  /// - Returns: the ids of those that are not here.
  func end(_ ending: InboundParcel) throws -> [String] {
    let portions = try journal.portions(of: ending)
    let missing = portions.filter { $0.parcel == nil }.map(\.id)
    // What a person did not want is not waited for.
    let settled: Set<InboundParcelState> = [.imported, .rejected, .discarded]
    guard missing.isEmpty, portions.allSatisfy({ $0.parcel.map { settled.contains($0.state) } ?? false }) else {
      return missing
    }
    let parcels = portions.compactMap(\.parcel)
    let imported = parcels.filter { $0.state == .imported }
    let count = imported.reduce(0) { $0 + $1.instances }
    let others = parcels.count - imported.count
    let left = others == 0 ? "" : " \(counted(others, "parcel was", "parcels were")) not wanted here."
    let isDone = try journal.completed(
      ending, portions: parcels.map(\.id), records: recordMessages(forPortions: imported),
      event: Event(
        "whole", site: ending.sender, study: ending.study, parcel: ending.id,
        "The urgent study is complete: \(counted(count, "instance")) in "
          + counted(imported.count { $0.instances > 0 }, "portion") + "." + left
          + (ending.missingReason.map { " The sender could not send all of it: \($0)." } ?? "")))
    if isDone, let study = ending.study { try journal.settle(alert: Alert.incomplete(study, ending.sender)) }
    return []
  }

  /// A study that was put on the worklist while a person decided about the portions before it does not wait for the next round.
  func goOnWhereDecided(_ study: String) throws {
    guard try !journal.reconciledParcels(study: study, limit: 1).isEmpty else { return }
    try decideAgain(journal.heldParts(study: study))
  }
}

extension Receiver {
  /// So long an urgent study may be without its end before people are told.
  static let longestPause = Duration.seconds(3600)

  /// Looks at urgent studies that are not complete: a stop may have come before that was written down; and people are told of
  /// those of which nothing came for long.
  func tendPortions() throws {
    let old = journalTime(Date.now.addingTimeInterval(-(Self.longestPause / .seconds(1))))
    var told: Set<String> = []
    for open in try journal.openStudies(limit: 1000) where !stop.isRequested {
      let endings = try journal.endings(study: open.study, sender: open.sender)
      let missing = try endings.flatMap { try work.end($0) }
      guard open.lastArrival < old, endings.isEmpty || !missing.isEmpty else { continue }
      let key = Alert.incomplete(open.study, open.sender)
      told.insert(key)
      let what =
        endings.isEmpty
        ? "\(counted(open.parcels, "parcel of it is", "parcels of it are")) here, and none says that it is complete"
        : "\(counted(missing.count, "of its parcels is", "of its parcels are")) not here: "
          + missing.prefix(4).joined(separator: ", ")
      try journal.raise(
        Alert(
          key: key, code: "incomplete-study", severity: .warning,
          message: "Of the urgent study \(open.study) from \(open.sender) nothing came for an hour: \(what).",
          remedy: "Ask \(open.sender) to look at it: studypost trace \(open.study). What is here is imported."),
        by: .receive)
    }
    try journal.settle(alertsBeginning: Alert.incompletePrefix, except: told)
  }
}
