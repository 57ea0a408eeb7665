internal import Journal
internal import Parcel
internal import Spool
internal import SystemPackage

extension Collector {
  /// Lets a study wait for a person, in a folder of its own with the reason in it.
  func hold(_ study: OutboundStudy, _ instances: [TakenInstance], code: String, reason: String) throws {
    var held = study
    held.state = .held
    held.since = journalTime()
    held.reason = "\(code): \(Quoted.text(reason))"
    try journal.update(held, event: Event("held", study: study.study, file: "hold/outbound/\(study.id)", reason))
    try gather(held, instances)
    try Reason(
      code: code, reason: reason,
      remedy: [
        "Send it to a partner: studypost hold route \(study.id) --to PARTNER",
        "Or let it go, files and all: studypost hold discard \(study.id) --reason TEXT",
      ],
      about: ["study": study.study, "instances": "\(instances.count)", "hold": study.id], since: held.since
    ).write(into: folder(of: held), disk: spool.disk)
    logger.warning("study held", metadata: ["study": "\(study.study)", "hold": "\(study.id)", "reason": "\(reason)"])
  }

  /// Moves a study's files into its folder; what is there already stays. A kill between is repaired by doing it again.
  func gather(_ study: OutboundStudy, _ instances: [TakenInstance]) throws {
    let folder = folder(of: study)
    try spool.disk.makeDirectory(folder)
    var moved: [(id: Int64, file: String)] = []
    var left: Set<FilePath> = []
    for instance in instances {
      let from = spool.absolute(instance.file)
      guard let id = instance.id, let name = from.lastComponent, from.removingLastComponent() != folder else {
        continue
      }
      let to = folder.appending(name)
      if try spool.disk.status(of: from) != nil { try spool.disk.rename(from, to: to) }
      moved.append((id, spool.relative(to)))
      left.insert(from.removingLastComponent())
    }
    try spool.disk.sync(directory: folder)
    for parent in left { try spool.disk.sync(directory: parent) }
    try journal.moved(moved)
    for parent in left { try spool.disk.removeEmptyDirectory(parent) }
  }

  /// Carries out what people decided about held studies: released ones are sealed from where they lie, discarded ones
  /// are removed.
  func carryOutDecisions() throws {
    for name in try spool.disk.names(of: spool[.holdOutbound]) where !name.hasPrefix(".") && name != "README" {
      guard let study = try journal.outboundStudy(name), study.state == .discarded else { continue }
      try sealer.letGo(journal.instances(outboundStudy: study.id), of: study)
      logger.info("held study discarded", metadata: ["study": "\(study.study)", "hold": "\(name)"])
    }
  }
}
