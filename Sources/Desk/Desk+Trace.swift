public import Journal

extension Desk {
  /// All that is known of one study, parcel, patient, accession number or file, in time order.
  ///
  /// - Parameter text: a part of it is enough.
  public func trace(_ text: String, limit: Int = 10_000) throws -> [Event] {
    if text.allSatisfy(\.isWhitespace) { return [] }
    let events = try journal.trace(text, patients: localIDs(text), limit: limit)
    let parcels = Set(events.compactMap(\.parcel)).sorted()
    try disclose("trace", count: max(parcels.count, events.isEmpty ? 0 : 1), words: text, ids: parcels)
    return events
  }
}
