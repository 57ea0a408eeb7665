internal import Custody
internal import Journal
internal import Parcel
internal import Reconciliation
internal import Spool

// A study whose images are of several patients, as a person split it: each patient's images become a study of their own, and
// what goes to nobody is not imported.

extension Work {
  /// Opens a parcel and coerces each image for its patient.
  func importSplit(_ parcel: InboundParcel, _ split: Split) throws {
    var coercing: [Int: Coercing] = [:]
    var counts: [Int: Int] = [:]
    var leftOut: Set<String> = []
    do {
      let contents = try unpack(
        parcel,
        begin: { announced in
          for share in split.given {
            let derived = try share.study == announced.header.study ? nil : names(for: share, parcel, announced)
            coercing[share.number] = try Coercing(share, of: parcel, announced.header, renaming: derived, by: self)
          }
        },
        coercing: { Array(coercing.values) },
        each: { incoming in
          let instance = incoming.instance
          // The same bytes say the same: nobody guesses about an image that a person did not see.
          guard let share = split.share(of: incoming.identity.statement) else {
            throw NotCoercible(
              why: "\(instance.file) says of its patient what nobody decided about; split it once more.")
          }
          counts[share.number, default: 0] += 1
          guard let coercing = coercing[share.number] else {
            leftOut.insert(instance.sopInstanceUID)
            return try incoming.original.discard(on: spool.disk)
          }
          try coercing.take(incoming)
        })
      guard let contents else { return }
      guard split.shares.allSatisfy({ counts[$0.number] == $0.instances }) else {
        throw NotCoercible(why: "the parcel holds other images than were shown; split it once more.")
      }
      try stage(parcel, split, contents, coercing, leftOut)
    } catch let error as NotCoercible {
      for coercing in coercing.values { try coercing.discard() }
      try hold(
        parcel, nil, code: Self.notCoercible,
        reasons: ["The patient's identification cannot be rewritten: \(error.why)"], decision: nil, subject: nil)
    }
  }

  /// The names of a patient's images, by all that is known of their study here.
  private func names(for share: Split.Share, _ parcel: InboundParcel, _ contents: ContentsFile) throws -> DerivedUIDs {
    var names = DerivedUIDs(
      study: contents.header.study, patient: share.patient ?? "", site: configuration.site.text,
      known: try journal.importedInstances(study: contents.header.study, otherThan: parcel.id))
    let instances = try contents.instances()
    while let instance = try instances.next() {
      names.add(instance.sopInstanceUID)
      names.add(instance.seriesInstanceUID)
    }
    return names
  }

  private func stage(
    _ parcel: InboundParcel, _ split: Split, _ contents: ContentsFile, _ coercing: [Int: Coercing],
    _ leftOut: Set<String>
  ) throws {
    var staged = split
    var handOvers: [HandOver] = []
    var files: [HandedFile] = []
    for index in split.shares.indices {
      let share = split.shares[index]
      guard share.study != nil, let coercing = coercing[share.number],
        let handOver = try finish(coercing, of: parcel, as: parcel.id, number: share.number)
      else { continue }
      handOvers.append(handOver)
      files += try coercing.staging.files(number: share.number)
    }
    try syncStaging(of: parcel)
    let instances = try contents.instances()
    let isStaged = try Self.naming.withLock { _ in
      for index in handOvers.indices where handOvers[index].folder != nil {
        guard let share = staged.shares.firstIndex(where: { $0.number == handOvers[index].number }) else { continue }
        let name = try freeName(study: staged.shares[share].study ?? "", parcel)
        handOvers[index].folder = name
        staged.shares[share].folder = name
      }
      return try journal.staged(
        parcel, as: nil, split: staged, leftOut: leftOut.count, handOvers: handOvers, duplicates: nil, files: files,
        instances: {
          while let instance = try instances.next() {
            if !leftOut.contains(instance.sopInstanceUID) { return (instance.sopInstanceUID, instance.sha256) }
          }
          return nil
        })
    }
    if isStaged == nil {
      for coercing in coercing.values { try coercing.discard() }
      // Taken back meanwhile: what it was unpacked to is of no use.
      if try journal.inboundParcel(parcel.id)?.state == .held { try spool.disk.removeTree(unpacked(parcel)) }
    }
  }

  /// The folder in which the patients' folders are made is durable, too.
  private func syncStaging(of parcel: InboundParcel) throws {
    let folder = try stagingFolder(of: parcel)
    for folder in [folder, folder.removingLastComponent()] { try spool.disk.sync(directory: folder) }
  }

  /// What the history tells of the import, of each patient a line.
  func importEvents(of parcel: InboundParcel, _ split: Split, _ unseen: String) -> [Event] {
    split.given.map { share in
      let other = share.study == parcel.study ? "" : ", as study \(share.study ?? "")"
      return Event(
        "imported", site: parcel.sender, study: parcel.study, parcel: parcel.id, patient: share.patient,
        file: importFolder(of: parcel, named: share.folder),
        "\(share.instances) of \(parcel.instances) instances for patient \(share.patient ?? "")\(other)."
          + (split.leftOutCount > 0 ? " Left out: \(split.leftOutCount)." : "") + unseen)
    }
  }
}
