internal import Custody
internal import Executor
internal import Journal
internal import Parcel
internal import Spool
internal import SystemPackage

extension Receiver {
  /// So many parcels are looked at in one go.
  private static let portion = 100

  /// The last receipt of a parcel that is kept here lies in its sender's mailbox. One that is gone, whoever removed it, is
  /// owed again: without it the sender would wait for ever. A portion, from where the last one ended.
  ///
  /// - Returns: whether anything is owed now.
  func restoreReceipts() throws -> Bool {
    var isOwed = false
    for name in try kept.next(Self.portion, in: spool, journal) {
      guard let parcel = try journal.inboundParcel(name), let last = parcel.answers.last, try isMissing(last) else {
        continue
      }
      let event = { (parcel: InboundParcel, answer: Answer) in
        Event(
          "again", site: parcel.sender, study: parcel.study, parcel: name,
          "Its receipt \(answer.status.rawValue) was not in the mailbox any more, and is written again.")
      }
      if try journal.answerAgain(name, event: event, answer: \.answers.last) { isOwed = true }
    }
    return isOwed
  }

  /// Whether a receipt is not whole in its mailbox; the mailbox itself is there.
  private func isMissing(_ answer: Answer) throws -> Bool {
    let receipts = spool.mailbox(answer.partner).receipts
    guard try spool.disk.status(of: receipts)?.kind == .directory else { return false }
    let name = "\(answer.parcel).\(answer.status.rawValue).json"
    for file in [name, name + ".sig"] where try spool.disk.status(of: receipts.appending(file)) == nil { return true }
    return false
  }
}

/// The way through the parcels that are kept here, in `received/` or in the quarantine: one portion after the other, round and
/// round.
struct KeptRound {
  private var received: DirectoryHandle?
  private var lastEntry = ""

  mutating func next(_ limit: Int, in spool: Spool, _ journal: Journal) throws -> [String] {
    let entries = try journal.quarantine(after: lastEntry, limit: limit)
    lastEntry = entries.count < limit ? "" : entries.last?.name ?? ""
    return try names(limit, in: spool) + entries.filter { $0.direction == .in }.compactMap(\.parcel)
  }

  private mutating func names(_ limit: Int, in spool: Spool) throws -> [String] {
    let handle = try received ?? spool.disk.openDirectory(spool[.received])
    // Where it fails, it is opened anew.
    received = nil
    let portion = try handle.entries(limit: limit)
    if portion.hasMore { received = handle }
    return portion.names.map(\.string)
  }
}

extension InboundParcel {
  /// What its sender is to know by now, the last word last.
  var answers: [Answer] {
    let statuses: [Answer.Status] =
      switch state {
      case .held: [.received, .held]
      case .imported: [.received, .imported]
      case .quarantined, .rejected, .discarded: [.refused]
      case .arrived, .accepted, .staged, .offered: [.received]
      }
    return statuses.map { status in
      var answer = status == .imported ? importAnswer : answer(reason: status == .refused ? reasonCode : nil)
      answer.status = status
      return answer
    }
  }
}
