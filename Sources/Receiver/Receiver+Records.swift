internal import Custody
internal import FoundationEssentials
internal import HL7
internal import Journal
internal import Records
internal import Spool
internal import SystemPackage

// What becomes of messages that the EHR did not answer, or not with a yes.

extension Receiver {
  private static let portion = 100
  /// So often a message is written by itself before people are told.
  static let patience = 3
  private static let (unanswered, deferred, failed) = ("records-unanswered", "records-deferred", "records-failed")

  /// Writes again what was not answered in time, and what the EHR could not take.
  ///
  /// What still lies in `records/` was not read yet, and waits. An EHR that takes messages and never answers gets no more of
  /// them twice once people were told; should it answer others after all, what it left out is written again, once a day.
  ///
  /// - Returns: whether anything is owed now.
  func tendRecords() throws -> Bool {
    guard configuration.records.ack == .file else { return try expectNoAnswers() }
    var isOwed = false
    var unread: [String] = []
    var silent: [String] = []
    for row in try journal.recordMessages(dueBefore: journalTime(), limit: Self.portion) where !stop.isRequested {
      if try isOnItsWay(row) {
        unread.append(row.id)
      } else if try mayRepeat(row) {
        if try repeats(row) { isOwed = true }
      } else {
        silent.append(row.id)
        try tellOfSilence()
      }
    }
    try journal.postpone(recordMessages: unread, to: configuration.records.dueAfterWriting())
    try journal.postpone(recordMessages: silent, to: journalTime(Date(timeIntervalSinceNow: 86_400)))
    return isOwed
  }

  /// It is still to be written, or the EHR has not taken it.
  private func isOnItsWay(_ row: RecordMessage) throws -> Bool {
    guard row.state == .written else { return false }
    return try spool.disk.status(of: spool[.records].appending(row.file)) != nil
      || journal.isOwing(subject: "record:\(row.id)") || journal.isOwing(subject: "inbound:\(row.parcel)")
  }

  private func mayRepeat(_ row: RecordMessage) throws -> Bool {
    if row.state == .deferred { return true }
    let last = try journal.lastRecordAnswer() ?? ""
    if row.attempts >= Self.patience { return last > row.writtenAt }
    return try !journal.recordMessages(.written, writtenAtLeast: Self.patience).contains { $0.writtenAt > last }
      || journal.alert(Self.unanswered) == nil
  }

  private func repeats(_ row: RecordMessage) throws -> Bool {
    let why =
      row.state == .deferred ? "the EHR could not take it" : "the EHR took it and did not answer in time"
    return try journal.change(
      recordMessage: row.id, by: .repeated,
      event: Event(
        "record-repeated", study: row.study, parcel: row.parcel, patient: row.patient,
        "The message \(row.id) is written again: \(why).")
    ) { [records = configuration.records] in $0.due = records.dueAfterWriting(attempts: row.attempts) } != nil
  }

  /// The site has changed its mind: what was awaited is awaited no more.
  private func expectNoAnswers() throws -> Bool {
    var isOwed = false
    let awaited = try journal.openRecordMessages(limit: Self.portion).filter { $0.due != nil }
    for row in awaited where row.state == .deferred {
      if try repeats(row) { isOwed = true }
    }
    try journal.postpone(recordMessages: awaited.filter { $0.state != .deferred }.map(\.id), to: nil)
    return isOwed
  }

  // MARK: What people are told

  private func tellOfSilence() throws {
    let silent = try journal.recordMessages(.written, writtenAtLeast: Self.patience).count
    try journal.raise(
      Alert(
        key: Self.unanswered, code: "records-unanswered", severity: .warning,
        message:
          "The EHR takes messages from records/ and does not answer: \(max(silent, 1)) written \(Self.patience) times.",
        remedy: "If the EHR writes no answers into records/acks/, set records.ack = \"none\" and reload; else look "
          + "whether it works, and write again: studypost records retry ID"), by: .receive)
  }

  /// Tells people of what waits for them, and takes back what does not any more.
  func tellOfRecords() throws {
    let far = journalTime(Date(timeIntervalSinceNow: 2 * 86_400))
    try journal.bringNear(recordMessagesDueAfter: far, to: journalTime())
    if try journal.recordMessages(.written, writtenAtLeast: Self.patience).isEmpty {
      try journal.settle(alert: Self.unanswered)
    }
    let deferred = try journal.recordMessages(.deferred, writtenAtLeast: Self.patience)
    if deferred.isEmpty {
      try journal.settle(alert: Self.deferred)
    } else {
      try journal.raise(
        Alert(
          key: Self.deferred, code: "records-deferred", severity: .warning,
          message: "The EHR cannot take \(deferred.count) of this site's messages, for a while now.",
          remedy: "Ask whether the EHR works; they are written again by themselves. See: studypost records list"),
        by: .receive)
    }
    let failed = try journal.recordMessages(in: [.failed], limit: 1000)
    guard let last = failed.last else { return try journal.settle(alert: Self.failed) }
    try journal.raise(
      Alert(
        key: Self.failed, code: "records-failed", severity: .critical,
        message: "The EHR finds an error in \(failed.count == 1000 ? "1000 or more" : "\(failed.count)") of this "
          + "site's messages. Of \(last.id) it says: \(last.answer ?? "AE") \(Self.withoutPatient(last))",
        remedy: "See studypost records show \(last.id); then write it again or let it be: studypost records retry ID, "
          + "or discard ID --reason TEXT"), by: .receive)
  }

  /// What the EHR said of a message, without the patient's own data: alerts go by mail.
  static func withoutPatient(_ row: RecordMessage) -> String {
    guard var words = row.words else { return "" }
    let patient = row.message.flatMap { try? Message(parsing: $0) }?["PID"]
    let values = [3, 5, 7].flatMap { patient?[$0].repetitions.flatMap { $0.compactMap(\.first) } ?? [] }
    for value in Set(values + [row.patient ?? ""]).sorted(by: { $0.utf8.count > $1.utf8.count })
    where value.utf8.count > 1 {
      for spelling in Set([value, value.lowercased(), value.uppercased()]) {
        words = words.replacing(spelling, with: "…")
      }
    }
    return words
  }
}
