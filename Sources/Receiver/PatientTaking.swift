internal import Custody
internal import FoundationEssentials
internal import Journal
internal import Patients
internal import Reconciliation
internal import Spool
internal import SystemPackage

/// Patient lists and messages on their way into the index, one after the other.
struct PatientTaking: Sendable {
  let work: Work
  let files: [PatientFile]
  let read: ReadLists

  private static let alertKey = "patients"
  private static let rowsKey = "patients-rows"
  /// So many messages, each in a file of its own and of at most so many bytes, are taken together.
  private static let (together, smallest) = (250, Int64(1 << 14))
  private var spool: Spool { work.spool }
  private var journal: Journal { work.journal }

  /// - Throws: what fails for a reason of this machine; it is tried again.
  func run() throws {
    do {
      var rest = files[...]
      while let file = rest.first, !work.stop.isRequested {
        let batch = rest.prefix { $0.status.size <= Self.smallest }.prefix(Self.together)
        let taken = batch.count > 1 ? try takeTogether(Array(batch)) : 0
        if taken == 0 { try take(file) }
        rest = rest.dropFirst(max(1, taken))
      }
    } catch let error as CancellationError {
      throw error
    } catch {
      try? journal.raise(patientsAlert("A patient list cannot be read or put away: \(error)"), by: .receive)
      throw error
    }
  }

  /// Takes files of messages in one transaction, up to the first that is a list or cannot be taken: an interface writes
  /// each message into a file of its own, and they come by the thousand when it was down.
  ///
  /// - Returns: how many were taken.
  private func takeTogether(_ files: [PatientFile]) throws -> Int {
    let settings = PatientSettings(work.configuration)
    var feeds: [Feed] = []
    for file in files {
      let source = FeedSource(name: file.name, bytes: try spool.disk.readSmall(file.path, limit: Int(Self.smallest)))
      let format = FeedFormat(try source.beginning(FeedFormat.telling))
      guard format != .csv else { break }
      feeds.append(
        Feed(name: file.name, reader: try PatientFeed.reader(for: source, format, settings)))
    }
    let files = Array(files.prefix(feeds.count))
    guard files.count > 1 else { return 0 }
    let badRows = files.map { BadRows(spool, badRowsPath($0)) }
    let outcomes: [FeedOutcome]
    do {
      outcomes = try work.patients.apply(feeds) { try badRows[$0].add($1) }
    } catch let error as PatientsError where error.code == .list {
      // One of them cannot be read: each for itself.
      return 0
    }
    for rows in badRows { try rows.finish() }
    let said = outcomes.map { Said(sentence: $0.inWords, isList: false, bad: $0.bad) }
    try journal.record(zip(files, said).map { Self.event($0, $1) })
    work.logger.info("\(files.count) files of messages about patients were taken")
    for (file, (said, rows)) in zip(files, zip(said, badRows)) { try tell(file, said, rows) }
    for file in files {
      read[file.path] = file.status
      try spool.disk.rename(file.path, to: spool[.patientsDone].appending(target(file)))
    }
    for folder in [spool[.patientsDone], spool[.patients]] { try spool.disk.sync(directory: folder) }
    for file in files { read[file.path] = nil }
    return files.count
  }

  private func target(_ file: PatientFile) -> String { "\(file.status.modified)-\(file.name)" }

  private func badRowsPath(_ file: PatientFile) -> FilePath {
    FilePath("\(spool[.patientsBad].appending(target(file))).rows.csv")
  }

  private static func event(_ file: PatientFile, _ said: Said) -> Event {
    Event("patients", file: file.name, Quoted.text(said.sentence, limit: 2000))
  }

  private func take(_ file: PatientFile) throws {
    let target = target(file)
    let badRows = BadRows(spool, badRowsPath(file))
    do {
      let said = try load(file, badRows)
      try badRows.finish()
      try journal.record(Self.event(file, said))
      work.logger.info("\(said.sentence)")
      try tell(file, said, badRows)
      read[file.path] = file.status
      try spool.disk.move(file.path, to: spool[.patientsDone].appending(target))
    } catch let error as PatientsError where [.list, .shrinks].contains(error.code) {
      try badRows.finish()
      let refused = spool[.patientsBad].appending(target)
      try spool.disk.write(Array("\(error)\n".utf8), to: FilePath(refused.string + ".WHY.txt"))
      try journal.record(
        Event("patients-refused", file: refused.string, Quoted.text("The list was refused: \(error)", limit: 2000)))
      try journal.raise(
        patientsAlert("A patient list was refused, the index stays as it was. See patients/bad/ for the reason."),
        by: .receive)
      work.logger.error("patient list refused, the index stays as it was")
      read[file.path] = file.status
      try spool.disk.move(file.path, to: refused)
    }
    read[file.path] = nil
  }

  /// What became of a file.
  private struct Said {
    var sentence: String
    var isList: Bool
    var bad: Int
  }

  private func load(_ file: PatientFile, _ badRows: BadRows) throws -> Said {
    let settings = PatientSettings(work.configuration)
    let reader = try spool.disk.open(file.path)
    let source = FeedSource(name: file.name, size: file.status.size) { try reader.read(at: $0, into: $1) }
    let format = FeedFormat(try source.beginning(FeedFormat.telling))
    guard format == .csv else {
      let outcome = try work.patients.apply(
        PatientFeed.reader(for: source, format, settings), named: file.name, bad: badRows.add)
      return Said(sentence: outcome.inWords, isList: false, bad: outcome.bad)
    }
    let written = Date(timeIntervalSince1970: Double(file.status.modified) / 1e9)
    let outcome = try work.patients.load(
      list: source, settings, at: written, mayShrink: false,
      progress: {
        if work.stop.isRequested { throw CancellationError() }
        work.heartbeat.beat("reading a patient list")
      }, bad: badRows.add)
    return Said(sentence: outcome.inWords, isList: true, bad: outcome.bad)
  }

  private func tell(_ file: PatientFile, _ said: Said, _ badRows: BadRows) throws {
    if said.isList { try journal.settle(alert: Self.alertKey) }
    guard said.bad > 0 else {
      if said.isList { try journal.settle(alert: Self.rowsKey) }
      return
    }
    try journal.raise(
      Alert(
        key: Self.rowsKey, code: "patients-rows", severity: .warning,
        message: Quoted.text("\(file.name): \(said.bad) bad rows or messages were left out.", limit: 1000),
        remedy: "See \(badRows.path.string): line, reason and value of each. Have them corrected at their source."),
      by: .receive)
  }
}

/// That lists or messages need a person.
func patientsAlert(_ message: String) -> Alert {
  Alert(
    key: "patients", code: "patients", severity: .critical, message: Quoted.text(message, limit: 1000),
    remedy: "Have the list corrected and dropped again, or import it: studypost patients import FILE.")
}

/// Bad rows, listed in a file of their own, which is there only if there is one.
private final class BadRows {
  let path: FilePath
  private let spool: Spool
  private var writer: FileWriter?
  private var text: [UInt8] = []

  init(_ spool: Spool, _ path: FilePath) {
    self.spool = spool
    self.path = path
  }

  func add(_ entry: BadEntry) throws {
    if writer == nil {
      try spool.disk.removeFile(path)
      writer = try spool.disk.create(path)
      text = Array("line,reason,value\n".utf8)
    }
    text += Array(entry.csv.utf8)
    if text.count > 1 << 16 { try flush() }
  }

  private func flush() throws {
    try text.withUnsafeBytes { try writer?.write($0) }
    text.removeAll(keepingCapacity: true)
  }

  func finish() throws {
    guard let writer else { return }
    try flush()
    try writer.finish()
    self.writer = nil
  }
}
