internal import Custody
internal import Executor
internal import Glibc
public import Journal

/// The ledger held against the disk and against the history: what the journal says must lie somewhere lies there, nothing
/// else does, and no line of the history was changed.
public struct LedgerAudit: Sendable {
  /// The account.
  public let ledger: Ledger
  /// What does not agree, for people; sorted.
  public let problems: [String]

  /// Both sides add up, and nothing disagrees.
  public var isBalanced: Bool {
    ledger.out.sum == ledger.out.taken && ledger.in.sum == ledger.in.arrived && problems.isEmpty
  }
}

extension Desk {
  /// So many problems are named; a site with more has one problem.
  static let mostProblems = 10_000
  private static let looks = 5

  /// Holds the ledger against disk and history.
  ///
  /// Journal and disk are read one after the other while services move things from one place to the next, so only what
  /// shows in every one of a few looks is a problem.
  ///
  /// - Parameters:
  ///   - deep: also reads what lies here, and compares its digests.
  ///   - progress: called while it is read, with how many bytes of how many were; it begins anew where all is read again.
  public func audit(
    deep: Bool = false, progress: (_ done: Int64, _ total: Int64) -> Void = { _, _ in }
  ) throws -> LedgerAudit {
    var total: Int64 = 0
    if deep { try Missing(site: site, deep: false, tell: { _ in }, passed: { total += $0 }).look() }
    // What was read as damaged is read again, since it may have been on its way.
    let lasting = try lastingProblems {
      var done: Int64 = 0
      return try lookAtDisk(deep: deep) {
        done += $0
        if deep { progress(done, total) }
      }
    }
    return LedgerAudit(ledger: try journal.ledger(), problems: (lasting.sorted() + (try lookAtHistory())))
  }

  /// Whether spool and journal agree, without reading what lies there: for a check.
  public func disagreements(upTo limit: Int) throws -> [String] {
    let lasting = try lastingProblems { try lookAtDisk(deep: false) }
    return Array(lasting.sorted().prefix(limit))
  }

  /// A person looked and found in the PACS what was not seen in the import folder.
  ///
  /// - Returns: the parcel.
  /// - Throws: ``DeskError`` `notFound` where nothing of that id is in doubt.
  public func confirmImport(_ text: String, reason: String) throws -> InboundParcel {
    let reason = try outspoken(reason)
    let id = try identify(text, as: .unseenImport).id
    guard let parcel = try journal.inboundParcel(id),
      try journal.confirmImport(
        id,
        event: Event(
          "confirmed", by: actor.name, site: parcel.sender, study: parcel.study, parcel: id, patient: parcel.patient,
          "\(actor.name) says that the PACS has it: \(reason)"))
    else { throw decidedMeanwhile(id) }
    try journal.settle(alert: Alert.unseenImport(id))
    return parcel
  }

  /// What shows in every look.
  private func lastingProblems(_ look: () throws -> Set<String>) throws -> Set<String> {
    var lasting = try look()
    for _ in 1..<Self.looks where !lasting.isEmpty {
      usleep(250_000)
      lasting.formIntersection(try look())
    }
    return lasting
  }

  private func lookAtDisk(deep: Bool, passed: (Int64) -> Void = { _ in }) throws -> Set<String> {
    if let fault = try FolderGuard(journal: journal, spool: spool).spoolFault() { return [fault.message] }
    var problems: Set<String> = []
    func tell(_ problem: String) { if problems.count < Self.mostProblems { problems.insert(problem) } }
    try withoutActuallyEscaping(passed) { try Missing(site: site, deep: deep, tell: tell, passed: $0).look() }
    try Unexplained(site: site, tell: tell).look()
    return problems
  }

  private func lookAtHistory() throws -> [String] {
    var problems: [String] = []
    if let line = try journal.firstBrokenEvent() {
      problems.append("history: line \(line) does not follow from the one before: a line was changed or taken out")
    }
    for study in try journal.miscountedStudies() {
      problems.append("study \(study): the journal counts other instances than it has")
    }
    for parcel in try journal.unseenImports(limit: 100) {
      problems.append(
        "parcel \(parcel.id): it counts as \(parcel.state.rawValue), and its files were not seen in the import folder "
          + "afterwards. " + Alert.unseenImport(parcel.id, study: parcel.study, from: parcel.sender).remedy)
    }
    return problems
  }
}
