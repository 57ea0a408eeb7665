import Custody
import Foundation
import GRDB
import Synchronization
import SystemPackage

@testable import Journal

/// A journal in a folder that is gone when the test is over.
final class Scene: Sendable {
  let folder: FilePath
  let path: FilePath
  let journal: Journal
  let commits: Commits

  init() throws {
    folder = FilePath(
      FileManager.default.temporaryDirectory.appendingPathComponent("journal-\(UUID().uuidString)").path)
    try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
    path = folder.appending("journal.sqlite")
    commits = Commits()
    journal = try Journal(at: path, creating: true, commits: commits)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder.string) }

  /// Every row of every table, as text.
  func dump() throws -> [String: [String]] {
    try journal.database.read { database in
      let tables = try String.fetchAll(
        database, sql: "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'grdb_%' ORDER BY name")
      return try tables.reduce(into: [:]) { dump, table in
        dump[table] = try Row.fetchAll(database, sql: "SELECT * FROM \(table)").map { "\($0)" }
      }
    }
  }

  func count(_ table: String) throws -> Int {
    try journal.database.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM \(table)") ?? 0 }
  }

  func execute(_ sql: String) throws { try journal.database.write { try $0.execute(sql: sql) } }

  func number(_ sql: String) throws -> Double? { try journal.database.read { try Double.fetchOne($0, sql: sql) } }

  /// What is owed for a subject, as the names of the duties.
  func owed(_ subject: String) throws -> [String] {
    try journal.owed(subject: subject).map { Mirror(reflecting: try $0.decoded()).children.first?.label ?? "" }
  }
}

/// Counts the commits of a journal, and lets one fail.
final class Commits: CommitObserver {
  private let state = Mutex<(done: Int, failsIn: Int?)>((0, nil))

  var done: Int { state.withLock { $0.done } }

  /// The k-th commit from now on fails, counted from 1; 0: none does.
  func fail(_ number: Int) { state.withLock { $0.failsIn = number == 0 ? nil : number } }

  func willCommit() throws {
    try state.withLock { state in
      guard let left = state.failsIn else { return }
      state.failsIn = left - 1
      if left == 1 { throw DatabaseError(resultCode: .SQLITE_FULL) }
    }
  }

  func didCommit() { state.withLock { $0.done += 1 } }
}

extension Journal {
  /// Takes instances of a study, as the collector does.
  @discardableResult
  func take(_ count: Int, of study: String, id: String, first: Int = 1) throws -> OutboundStudy {
    let (outbound, instances) = try intend(
      toClaim: (first..<first + count).map { instance($0, of: study) }, study: study, newID: id, expected: nil)
    try claimed(instances.compactMap(\.id))
    return outbound
  }

  /// Closes a study for partners.
  func close(_ id: String, for partners: [String] = ["ch2"]) throws {
    try change(
      outboundStudy: id, by: .closed,
      recipients: partners.map { Recipient(outboundStudy: id, partner: $0, rule: "folder", value: $0) },
      event: Event("closed", "Complete."))
  }

  /// Seals a study that is ready into a parcel of that id.
  @discardableResult
  func seal(
    _ id: String, as parcel: String, to recipient: String = "ch2", instances: Int, payloadBytes: Int64 = 400,
    again: String? = nil
  ) throws -> OutboundParcel {
    let study = try outboundStudy(id)?.study ?? ""
    let row = OutboundParcel(
      id: parcel, outboundStudy: id, study: study, recipient: recipient,
      sequence: try nextSequence(recipient: recipient), part: "complete", again: again, instances: instances,
      bytes: Int64(instances) * 1000, payloadBytes: payloadBytes, manifestDigest: "digest of \(parcel)")
    try sealed(row, event: Event("sealed", site: recipient, study: study, parcel: parcel, "Sealed."))
    return row
  }

  /// Takes, closes and seals.
  func send(
    _ study: String, id: String, as parcel: String, to recipient: String = "ch2", instances: Int = 1,
    payloadBytes: Int64 = 400
  ) throws {
    try take(instances, of: study, id: id)
    try close(id, for: [recipient])
    try seal(id, as: parcel, to: recipient, instances: instances, payloadBytes: payloadBytes)
  }

  /// Lets changes happen to an outbound parcel.
  func go(_ parcel: String, _ changes: OutboundParcelChange...) throws {
    for change in changes {
      let changed = try self.change(outboundParcel: parcel, by: change, event: Event("\(change)", parcel: parcel, "x"))
      guard changed != nil else { throw JournalError(.wrongState, "\(parcel) \(change)") }
    }
  }

  /// A parcel arrives and is verified.
  @discardableResult
  func arrive(
    _ id: String, by change: InboundParcelChange = .arrived, from sender: String = "ch1", sequence: Int = 1,
    instances: Int = 10
  ) throws -> InboundParcel {
    let arrival = Arrival(id: "arrival-\(id)", partner: sender, name: id)
    try expect(arrival)
    try fetched(arrival.id, isHere: true)
    let parcel = InboundParcel(
      id: id, sender: sender, sequence: sequence, manifestDigest: "digest of \(id)", instances: instances,
      bytes: Int64(instances) * 1000)
    try arrived(parcel, by: change, from: arrival.id, event: Event("arrived", site: sender, parcel: id, "Arrived."))
    return parcel
  }

  /// Lets changes happen to an inbound parcel, with all the facts that any of them needs.
  func take(_ parcel: String, _ changes: InboundParcelChange...) throws {
    for change in changes {
      let known = try inboundParcel(parcel)?.entry
      let entry: QuarantineEntry? =
        [.refused, .lost, .rejected].contains(change)
        ? QuarantineEntry(
          name: "in-\(parcel)", partner: "ch1", parcel: parcel, item: parcel, code: "contents", reason: "x") : nil
      let changed = try self.change(
        inboundParcel: parcel, by: change, event: Event("\(change)", parcel: parcel, "x"), entry: entry,
        facts: {
          InboundParcelFacts(
            id: parcel, answer: $0.answer(), entry: entry?.name ?? known, reason: reason,
            handOvers: [handOver(parcel)])
        })
      guard changed != nil else { throw JournalError(.wrongState, "\(parcel) \(change)") }
    }
  }

  /// The coerced files of a parcel are durable.
  func stage(_ parcel: String, _ uids: [String], duplicates: Int? = 0) throws {
    var rest = uids[...]
    guard let known = try inboundParcel(parcel) else { throw JournalError(.notFound, parcel) }
    // What is owed was performed before.
    try strike(owed(subject: "inbound:\(parcel)").compactMap(\.id))
    let files = uids.indices.map { index in
      HandedFile(number: 0, name: "0000000\(index + 1).dcm", bytes: 5, modified: .max, inode: .max)
    }
    let changed = try staged(
      known, as: "f", handOvers: [handOver(parcel)], duplicates: duplicates, files: files,
      instances: { rest.popFirst().map { ($0, "digest of \($0)") } })
    guard changed != nil else { throw JournalError(.wrongState, parcel) }
  }

  /// A message about a parcel.
  func message(_ id: String, of parcel: String, _ kind: RecordMessage.Kind = .result, due: String? = "2")
    -> RecordMessage
  {
    RecordMessage(
      id: id, kind: kind, parcel: parcel, study: "1.2", patient: "L1", reference: id, message: "MSH|", due: due)
  }

  func imports(_ parcel: String, record: String? = nil) throws {
    guard let known = try inboundParcel(parcel) else { throw JournalError(.notFound, parcel) }
    let changed = try imported(
      known, records: record.map { [message($0, of: parcel)] } ?? [],
      event: Event("imported", parcel: parcel, "Imported."))
    guard changed != nil else { throw JournalError(.wrongState, parcel) }
  }

  /// Performs all that is owed, as if by the executors.
  func strikeAll() throws {
    for service in Service.allCases {
      while case let owed = try owed(by: service, limit: 1000), !owed.isEmpty { try strike(owed.compactMap(\.id)) }
    }
    if try Service.allCases.contains(where: { try isOwing($0) }) { try strikeAll() }
  }
}

let reason = Reason(
  code: "no-recipient", sentence: "Nobody is named.", remedy: ["Name somebody."], about: [:],
  since: "2026-11-23T22:30:00.000Z")

func handOver(_ parcel: String) -> HandOver {
  HandOver(parcel: parcel, staging: "/s", target: "/t", folder: "f", marker: nil, files: 1)
}

let handedFile = HandedFile(number: 0, name: "00000001.dcm", bytes: 5, modified: .max, inode: .max)

func instance(_ number: Int, of study: String) -> TakenInstance {
  TakenInstance(
    origin: "/export/\(study)/IM\(number)", file: "collect/\(study)/\(number).dcm",
    sopInstanceUID: "\(study).1.\(number)", sopClassUID: "1.2.840.10008.5.1.4.1.1.2", seriesInstanceUID: "\(study).1",
    transferSyntaxUID: "1.2.840.10008.1.2.1", bytes: 1000, sha256: String(repeating: "a", count: 64), route: "CH2")
}

func original(_ name: String = "IM1") -> Original { Original(path: "/export/\(name)", size: 5, modified: 7, inode: 9) }
