import NationalID

/// What reading the sender's identifiers for the national one gave.
struct IdentifierReading {
  var identifier: NationalIdentifier?
  var source: SenderIdentifier?
  var reasons: [Decision.Reason] = []
}

extension MatchingPolicy {
  /// Reads the national identifier: from Other Patient IDs Sequence and Patient ID where their issuer is trusted, then
  /// from the retired Other Patient IDs, which can name no issuer.
  func read(_ identifiers: [SenderIdentifier]) -> IdentifierReading {
    var reading = IdentifierReading()
    var valid: [(NationalIdentifier, SenderIdentifier)] = []
    var untrusted: [(NationalIdentifier, SenderIdentifier)] = []
    for identifier in identifiers.sorted(by: { $0.source.order < $1.source.order }) {
      let trusted = schemes.filter { isTrusted(identifier, for: $0) }
      let number = identifier.writtenNumber
      switch (trusted.validate(number), schemes.validate(number)) {
      case (.success(let national), _): valid.append((national, identifier))
      case (_, .success(let national)): untrusted.append((national, identifier))
      case (let problem, let any):
        guard case .failure(let problem) = trusted.isEmpty ? any : problem else { continue }
        let reason = Decision.Reason(
          code: .invalidIdentifier,
          sentence: "“\(identifier.value)” in \(identifier.source.rawValue) is no valid "
            + "\((trusted.isEmpty ? schemes : trusted).names): \(problem.message).")
        if identifier.source != .otherPatientIDs {
          if !trusted.isEmpty { reading.reasons.append(reason) }
        } else if valid.isEmpty, problem.isOfTheRightForm {
          // Without an issuer it was meant as one only if it looks like one and stands alone.
          reading.reasons.append(reason)
        }
      }
    }

    let distinct = Set(valid.map(\.0.value)).sorted()
    if distinct.count > 1 {
      reading.reasons.append(
        .init(
          code: .twoIdentifiers,
          sentence:
            "The study has \(distinct.count) different valid \(schemes.names)s: \(distinct.joined(separator: ", "))."))
    } else if valid.isEmpty, let (_, source) = untrusted.first {
      reading.reasons.append(
        .init(
          code: .untrustedIssuer,
          sentence: "“\(source.value)” in \(source.source.rawValue) is a valid \(schemes.names), but its issuer "
            + "(\(source.issuerUID ?? source.issuer ?? "none")) is not one that is trusted for this partner."))
    } else if valid.isEmpty, reading.reasons.isEmpty {
      reading.reasons.append(
        .init(code: .noIdentifier, sentence: "The study carries no \(schemes.names) from an issuer that is trusted."))
    }
    // What is looked up shows the clerk candidates even where it is not enough to decide.
    let chosen = valid.first ?? untrusted.first
    reading.identifier = chosen?.0
    reading.source = chosen?.1
    return reading
  }

  /// Whether the identifier's issuer issues national identifiers: its universal ID decides where there is one, and what
  /// the field says besides where there is nothing else.
  private func isTrusted(_ identifier: SenderIdentifier, for scheme: NationalIDScheme) -> Bool {
    let inText = (try? IdentifierText(identifier.value))?.issuers ?? []
    let issuers = (identifier.issuerUID ?? identifier.issuer).map { [$0] } ?? inText
    if issuers.isEmpty { return identifier.source == .otherPatientIDs }
    return issuers.contains { issuer in
      scheme.isIssuer(issuer) || trustedIssuers.contains { $0.lowercased() == issuer.lowercased() }
    }
  }
}

extension SenderIdentifier {
  /// The number without what the field says of its issuer.
  fileprivate var writtenNumber: String { (try? IdentifierText(value))?.number ?? value }
}

extension NationalIDProblem {
  /// Whether the text has the characters and the length of an identifier, so that it was meant as one.
  fileprivate var isOfTheRightForm: Bool { ![.empty, .characters, .length].contains(code) }
}
