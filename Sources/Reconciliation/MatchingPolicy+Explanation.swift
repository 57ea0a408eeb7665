import NationalID

extension MatchingPolicy {
  /// Why an identifier counts as the patient's national number or does not, in a sentence.
  ///
  /// - Parameter birthDates: those that the study names.
  public func explanation(of identifier: SenderIdentifier, bornOn birthDates: [String]) -> String {
    let place = "“\(identifier.value)” in \(identifier.source.rawValue)"
    let number = identifier.writtenNumber
    let trusted = schemes.filter { isTrusted(identifier, for: $0) }
    switch (trusted.validate(number), schemes.validate(number)) {
    case (.success(let national), _), (_, .success(let national)):
      let name = schemes.first { $0.code == national.scheme }?.name ?? schemes.names
      if !isNamed(identifier, by: national.scheme), isByChance(national, number, birthDates) {
        return
          "\(place) would be a valid \(name) only with zeros before it, and of another birth date: it is taken for a "
          + "hospital's own number."
      }
      let isTrusted = trusted.contains { $0.code == national.scheme }
      return "\(place) is a valid \(name), \(national.value), and \(isTrusted ? "counts" : "does not count"): "
        + standing(of: identifier, isTrusted: isTrusted, by: national.scheme)
    case (.failure(let problem), .failure(let plain)):
      if isMeantAsNational(identifier, problem, trusted) {
        return "\(place) should be a \(trusted.names) and is none: \(problem.message)."
      }
      return "\(place) is taken for a hospital's own number: as a \(schemes.names), \(plain.message)."
    }
  }

  /// Why a valid number counts or not where it stands.
  private func standing(of identifier: SenderIdentifier, isTrusted: Bool, by code: String) -> String {
    if isNamed(identifier, by: code), isTrusted { return "its issuer is the scheme's own." }
    guard let issuer = identifier.issuerUID ?? identifier.issuer ?? identifier.writtenIssuers.first else {
      if identifier.source == .otherPatientIDs { return "this element can name no issuer." }
      return isTrusted
        ? "what stands there without an issuer is trusted for this partner."
        : "it has no issuer, and what stands there without one is not trusted for this partner."
    }
    return "its issuer “\(issuer)” is \(isTrusted ? "" : "not ")trusted for this partner."
  }
}
