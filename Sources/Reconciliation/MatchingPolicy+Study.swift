import NationalID

extension MatchingPolicy {
  /// What parts of one study say against an earlier part of it: another national number, birth date or sex. What one side
  /// leaves out contradicts nothing, and names may be spelt in many ways.
  ///
  /// - Returns: sentences; empty where nothing contradicts.
  public func contradictions(of part: [StudyIdentity], with earlier: [StudyIdentity]) -> [String] {
    func differ(_ what: String, _ values: ([StudyIdentity]) -> Set<String>) -> String? {
      let (now, before) = (values(part), values(earlier))
      guard !before.isEmpty, !now.isSubset(of: before) else { return nil }
      return "The \(what) was \(before.sorted().joined(separator: ", ")) before, and is "
        + "\(now.subtracting(before).sorted().joined(separator: ", ")) now."
    }
    return [
      differ("national number") { Set($0.flatMap(\.identifiers).compactMap(number)) },
      differ("birth date") { Set($0.compactMap { $0.birthDate.map { date in CalendarDate(date)?.text ?? date } }) },
      differ("sex") { Set($0.compactMap { $0.sex?.uppercased() }.filter { ["M", "F"].contains($0) }) },
    ].compactMap(\.self)
  }

  /// The national number that an identifier is, whoever issued it.
  private func number(_ identifier: SenderIdentifier) -> String? {
    try? schemes.validate(identifier.writtenNumber).get().value
  }
}
