internal import Journal
internal import Spool

extension Desk {
  /// Says who looks at a study that waits; nil: nobody.
  ///
  /// - Returns: the study.
  @discardableResult
  public func assign(_ text: String, to assignee: String?) throws -> WorklistEntry {
    let assignee = try assignee.map { name in
      guard name.contains(where: { !$0.isWhitespace }) else { throw DeskError(.usage, "Name a person: --to USER") }
      return Quoted.text(name, limit: 64)
    }
    let entry = try heldEntry(text)
    let isDone = try journal.assign(
      entry.parts.map(\.id), to: assignee,
      event: event("assigned", entry, "\(actor.name) assigned it to \(assignee ?? "nobody")."))
    guard isDone else { throw decidedMeanwhile(entry.parcel.id) }
    return try heldEntry(entry.parcel.id)
  }

  /// Adds to what people wrote about a study that waits. It stands in the history for good.
  public func comment(_ text: String, _ words: String) throws {
    guard words.contains(where: { !$0.isWhitespace }) else { throw DeskError(.usage, "A comment must say something.") }
    let entry = try heldEntry(text)
    try journal.record(event("commented", entry, Quoted.text(words, limit: 2000)))
  }

  private func event(_ what: String, _ entry: WorklistEntry, _ detail: String) -> Event {
    Event(
      what, by: actor.name, site: entry.parcel.sender, study: entry.parcel.study, parcel: entry.parcel.id, detail)
  }
}
