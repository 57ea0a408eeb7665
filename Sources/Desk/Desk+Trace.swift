public import Journal

extension Desk {
  /// All that is known of one study, parcel, patient, accession number or file, in time order.
  ///
  /// - Parameter text: a part of it is enough.
  public func trace(_ text: String, limit: Int = 10_000) throws -> [Event] {
    text.allSatisfy(\.isWhitespace) ? [] : try journal.trace(text, patients: localIDs(text), limit: limit)
  }
}
