public import Journal
internal import Records

extension Desk {
  /// Messages to the EHR: those that are open, the next one due first; or all, oldest first.
  public func records(_ page: Page = Page(), all: Bool) throws -> Portion<RecordMessage> {
    let rows =
      try all
      ? journal.recordMessages(in: RecordMessage.State.allCases, limit: page.limit, offset: page.offset)
      : journal.openRecordMessages(limit: page.limit, offset: page.offset)
    return Portion(rows, of: try journal.recordMessageCount(all: all))
  }

  /// One message, with its text, for a person to read.
  public func recordCard(_ text: String) throws -> RecordMessage {
    let row = try record(text)
    try disclose("records show", count: 1, patient: row.patient, study: row.study, parcel: row.parcel)
    return row
  }

  private func record(_ text: String) throws -> RecordMessage {
    let id = try identify(text, as: .record).id
    guard let row = try journal.recordMessage(id) else {
      throw DeskError(.notFound, "\(id): this message is gone. See: studypost records list --all")
    }
    return row
  }

  /// Has a message written again, with the same control id.
  public func retry(record text: String) throws -> RecordMessage {
    let row = try record(text)
    guard row.message != nil else {
      throw DeskError(.wrongState, "\(row.id): its text was forgotten after retention.imported.")
    }
    let changed = try journal.change(
      recordMessage: row.id, by: .retried,
      event: event("record-repeated", row, "\(actor.name) wants the message \(row.id) written again.")
    ) { $0.due = configuration.records.dueAfterWriting() }
    return changed ?? row
  }

  /// Lets a message be: it is not written again, and no answer is waited for.
  public func discard(record text: String, reason: String) throws -> RecordMessage {
    let reason = try outspoken(reason)
    let row = try record(text)
    let changed = try journal.change(
      recordMessage: row.id, by: .discarded,
      event: event(
        "record-discarded", row, "\(actor.name) let the message \(row.id) go.", why: reason)
    ) { $0.due = nil }
    guard let changed else {
      throw DeskError(.wrongState, "\(row.id): it is \(row.state.rawValue), so there is nothing to let go.")
    }
    return changed
  }

  private func event(_ what: String, _ row: RecordMessage, _ sentence: String, why: String? = nil) throws -> Event {
    Event(
      what, by: actor.name, site: try journal.inboundParcel(row.parcel)?.sender, study: row.study, parcel: row.parcel,
      patient: row.patient, sentence, why: why, before: row.state.rawValue)
  }
}
