internal import Custody
internal import FoundationEssentials
internal import HL7
internal import Journal
internal import Records
internal import Spool
internal import SystemPackage

// What the EHR says of the messages that it got, in files of records/acks/.

extension Receiver {
  /// So many files are read in one look.
  private static let portion = 1000
  /// A longer file is no answer, nor a batch of answers.
  private static let longest: Int64 = 4 << 20
  /// So many of a file's problems are told.
  private static let mostProblems = 20
  private static let unreadableAlert = "answers"

  /// Reads the answers that lie there, whole ones only. Each is in the journal before its file goes: one that is read twice,
  /// after a kill, says nothing new.
  ///
  /// - Returns: whether there was any.
  func takeAnswers() throws -> Bool {
    guard configuration.records.ack == .file else { return false }
    var growing: [FilePath: FileStatus] = [:]
    var isAny = false
    do {
      let folder = spool[.recordAcks]
      for name in try spool.disk.names(of: folder, limit: Self.portion)
      where !Ignored.contains(name) && name != "README" && !stop.isRequested {
        let path = folder.appending(name)
        guard let status = try spool.disk.status(of: path), status.kind == .file, stuckAnswers[path] != status else {
          continue
        }
        switch spool.disk.writers(of: path) {
        case .some: growing[path] = status
        case .unknown where growingAnswers[path] != status: growing[path] = status
        default:
          stuckAnswers[path] = status
          try take(path, name, status)
          stuckAnswers[path] = nil
          isAny = true
        }
      }
      try journal.settle(alert: Self.unreadableAlert)
    } catch let error as SpoolError {
      try journal.raise(
        Alert(
          key: Self.unreadableAlert, code: "answers", severity: .critical,
          message: Quoted.text("The EHR's answers cannot be read or put away: \(error)", limit: 1000),
          remedy: "Give the service the right to read and remove what lies in \(spool[.recordAcks])."), by: .receive)
    }
    growingAnswers = growing
    return isAny
  }

  private func take(_ path: FilePath, _ name: String, _ status: FileStatus) throws {
    var problems: [String] = []
    if status.size > Self.longest {
      problems = ["it has \(status.size) bytes, and an answer has at most \(Self.longest)"]
    } else {
      problems = try readAnswers(path, name)
    }
    guard problems.isEmpty else { return try putAside(path, name, status, problems) }
    try spool.disk.removeFile(path)
    try spool.disk.sync(directory: spool[.recordAcks])
  }

  /// - Returns: why the file, or a part of it, answers nothing of this site's.
  private func readAnswers(_ path: FilePath, _ name: String) throws -> [String] {
    let reader = try spool.disk.open(path)
    var offset: Int64 = 0
    var messages = MessageReader { count in
      var bytes = [UInt8](repeating: 0, count: count)
      let read = try bytes.withUnsafeMutableBytes { try reader.read(at: offset, into: $0) }
      offset += Int64(read)
      return Array(bytes.prefix(read))
    }
    var problems: [String] = []
    var count = 0
    while let entry = try messages.next(), problems.count < Self.mostProblems {
      count += 1
      do {
        guard let answer = try Acknowledgement(entry.message.get()) else {
          problems.append("line \(entry.line): the message has no MSA segment, so it answers nothing")
          continue
        }
        if try !isOurs(answer, name) {
          let id = Quoted.text(answer.controlID, limit: 80)
          problems.append("line \(entry.line): MSA-2 is “\(id)”, and this site sent no message with that control id")
        }
      } catch let error as HL7Error {
        problems.append("line \(entry.line): \(error)")
      }
    }
    return count == 0 ? ["it has no HL7 message"] : problems
  }

  /// Writes down what an answer says.
  ///
  /// - Returns: false where it is to a message that this site did not send.
  private func isOurs(_ answer: Acknowledgement, _ file: String) throws -> Bool {
    guard let row = try journal.recordMessage(answer.controlID) else { return false }
    let words = Quoted.text(answer.words, limit: 500)
    let (change, what, sentence): (RecordMessageChange, String, String) =
      switch answer.verdict {
      case .accepted: (.accepted, "record-accepted", "The EHR took over the message \(row.id) (\(answer.code)).")
      case .error: (.failed, "record-failed", "The EHR finds an error in the message \(row.id) (\(answer.code)).")
      case .rejected:
        (.deferred, "record-deferred", "The EHR cannot take the message \(row.id) now (\(answer.code)).")
      }
    try journal.change(
      recordMessage: row.id, by: change,
      event: Event(
        what, site: journal.inboundParcel(row.parcel)?.sender, study: row.study, parcel: row.parcel,
        patient: row.patient, file: "records/acks/\(Quoted.text(file, limit: 200))", sentence,
        why: words.isEmpty ? nil : words)
    ) {
      $0.answer = answer.code
      $0.words = words.isEmpty ? nil : words
      $0.answeredAt = journalTime()
      $0.due =
        change == .deferred ? configuration.records.dueAfterDeferral(attempts: $0.attempts - 1) : nil
    }
    return true
  }

  /// Puts a file away that answers nothing, or not all of whose messages do, with the reason beside it.
  private func putAside(_ path: FilePath, _ name: String, _ status: FileStatus, _ problems: [String]) throws {
    let target = spool[.recordAcksBad].appending("\(status.modified)-\(name)")
    let sentences = problems.map { Quoted.text($0, limit: 300) }
    try spool.disk.write(
      Array((sentences.joined(separator: "\n") + "\n").utf8), to: FilePath(target.string + ".WHY.txt"))
    try spool.disk.move(path, to: target)
    try journal.record(
      Event("answer-ignored", file: target.string, Quoted.text(sentences.joined(separator: "; "), limit: 2000)))
    logger.warning("a file in records/acks/ answers nothing of this site", metadata: ["reason": "\(sentences[0])"])
  }
}
