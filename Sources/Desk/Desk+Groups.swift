internal import Journal
internal import Patients
public import Reconciliation
internal import Spool

// What a split is asked: whether it says what becomes of each group, and whether each group fits its patient.

extension Desk {
  /// The groups of a study that waits, by what the images say of their patient.
  func groups(of entry: WorklistEntry) throws -> [PatientGroup] {
    if let groups = PatientGroup.all(of: entry.parts) { return groups }
    let reject = "studypost worklist reject \(entry.parcel.id) --reason TEXT"
    guard entry.parts.contains(where: { $0.said == nil }) else {
      throw DeskError(
        .wrongState,
        "\(entry.parcel.id): its images name more patients than can be told apart here. Let its sender separate them: "
          + reject)
    }
    // Only what the policy holds is decided again, and read for that.
    guard entry.parts.allSatisfy({ $0.isHeldByPolicy || $0.reasonCode == "study-waits" }) else {
      throw DeskError(
        .wrongState,
        "\(entry.parcel.id): it was read before images were told apart by patient, and is not read again. Let its sender "
          + "send it once more: " + reject)
    }
    throw DeskError(
      .wrongState,
      "\(entry.parcel.id): it was read before images were told apart by patient. studypost receive reads it once more "
        + "within ten minutes; then look again: studypost worklist show \(entry.parcel.id)")
  }

  /// Each group has one fate, and there are no others.
  func complete(_ fates: [Fate], _ groups: [PatientGroup], _ entry: WorklistEntry) throws -> [Fate] {
    func refused(_ what: String) -> DeskError {
      DeskError(
        .usage,
        "\(what) Name each group once, with the local number of its patient or reject: studypost worklist split "
          + "\(entry.parcel.id) \(groups.map { "\($0.number)=LOCALID" }.joined(separator: " ")) --reason TEXT",
        lines: groups.map(\.words))
    }
    let numbers = fates.map(\.group)
    if let wrong = numbers.first(where: { number in !groups.contains { $0.number == number } }) {
      throw refused("There is no group \(wrong).")
    }
    if let twice = numbers.first(where: { number in numbers.count { $0 == number } > 1 }) {
      throw refused("Group \(twice) is named twice.")
    }
    let missing = groups.map(\.number).filter { !numbers.contains($0) }
    guard missing.isEmpty else {
      let plural = missing.count > 1 ? "s" : ""
      throw refused(
        "Nothing is said of group\(plural) \(missing.map(String.init).joined(separator: ", ")).")
    }
    return fates.sorted { $0.group < $1.group }
  }

  /// What is all for one patient is no split, unless the study is somebody else's already.
  func requireSplit(
    _ fates: [Fate], _ groups: [PatientGroup], _ earlier: [InboundParcel], _ entry: WorklistEntry
  ) throws {
    let id = entry.parcel.id
    let outcomes = Set(fates.map(\.patient))
    guard outcomes.count == 1, let only = outcomes.first else { return }
    guard let patient = only else {
      throw DeskError(
        .usage, "\(id): no group is left. To reject all of it: studypost worklist reject \(id) --reason TEXT")
    }
    if earlier.contains(where: { $0.split != nil || $0.patient != patient }) { return }
    if groups.count == 1 {
      throw DeskError(
        .usage,
        "\(id): its images name one patient, so there is nothing to split: studypost worklist accept \(id) --patient "
          + "\(patient) --reason TEXT")
    }
    throw DeskError(
      .usage,
      "\(id): all groups lead to patient \(patient), which is no split; and what names \(groups.count) patients is never "
        + "given to one. If they are one person, let the sender put the images right and send them again: studypost "
        + "worklist reject \(id) --reason TEXT. If some are not that patient's, leave them out: N=reject",
      lines: groups.map(\.words))
  }

  /// What disagrees between each group and the patient who gets it.
  func differences(
    _ fates: [Fate], _ groups: [PatientGroup], _ patients: [String: Patient], _ entry: WorklistEntry
  ) throws -> [String] {
    let policy = MatchingPolicy(of: configuration, for: entry.parcel.sender)
    let index = try site.patients()
    var lines: [String] = []
    for (fate, group) in zip(fates, groups) {
      guard let patient = fate.patient.flatMap({ patients[$0] }) else { continue }
      let decision = try policy.decide([group.identity], among: index)
      let found = decision.candidates.map(\.patient)
      let head = "group \(group.number), patient \(patient.localID): "
      if let identifier = decision.identifier, !found.isEmpty, !found.contains(patient) {
        lines.append(
          "\(head)the number \(identifier.value) is that of patient \(found.map(\.localID).joined(separator: ", ")).")
      }
      lines += policy.compare(group.identity, identifier: decision.identifier, with: patient).comparisons
        .filter { !$0.agrees }
        .map { "\(head)\($0.field.rawValue): \($0.sender ?? "nothing") at the sender, \($0.local ?? "nothing") here." }
    }
    return try lines + entry.parts.flatMap(left)
  }
}

extension PatientGroup {
  /// Which it is, in one line.
  public var words: String {
    let lists = series.isEmpty ? "" : " in \(counted(series.count, "series", "series"))"
    return "\(number): \(counted(instances, "image"))\(lists) of \(identity.words)"
  }
}
