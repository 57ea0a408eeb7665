import NationalID

/// What reading the sender's identifiers for the national one gave.
struct IdentifierReading {
  var identifier: NationalIdentifier?
  var source: SenderIdentifier?
  var reasons: [Decision.Reason] = []
  /// What is worth a word, and no reason against it.
  var notes: [String] = []
}

extension MatchingPolicy {
  /// Reads the national identifier: from Other Patient IDs Sequence and Patient ID where their issuer is trusted, then
  /// from the retired Other Patient IDs, which can name no issuer, then from whatever else is trusted for this partner.
  ///
  /// - Parameter birthDates: those that the study names.
  func read(_ identifiers: [SenderIdentifier], bornOn birthDates: [String]) -> IdentifierReading {
    var reading = IdentifierReading()
    var valid: [(NationalIdentifier, SenderIdentifier)] = []
    var untrusted: [(NationalIdentifier, SenderIdentifier)] = []
    var invalid: [(problem: NationalIDProblem, reason: Decision.Reason)] = []
    for identifier in identifiers.sorted(by: { $0.source.order < $1.source.order }) {
      let trusted = schemes.filter { isTrusted(identifier, for: $0) }
      let number = identifier.writtenNumber
      switch (trusted.validate(number), schemes.validate(number)) {
      case (.success(let national), _), (_, .success(let national)):
        if !isNamed(identifier, by: national.scheme), isByChance(national, number, birthDates) { continue }
        if trusted.contains(where: { $0.code == national.scheme }) {
          valid.append((national, identifier))
        } else {
          untrusted.append((national, identifier))
        }
      case (.failure(let problem), _):
        guard isMeantAsNational(identifier, problem, trusted) else { continue }
        let sentence =
          "“\(identifier.value)” in \(identifier.source.rawValue) is no valid \(trusted.names): \(problem.message)."
        invalid.append((problem, Decision.Reason(code: .invalidIdentifier, sentence: sentence)))
      }
    }

    // What the issuer is does not matter for a contradiction.
    let distinct = Set((valid + untrusted).map(\.0.value)).sorted()
    if distinct.count > 1 {
      reading.reasons.append(
        .init(
          code: .twoIdentifiers,
          sentence:
            "The study has \(distinct.count) different valid \(schemes.names)s: \(distinct.joined(separator: ", "))."))
    }
    // A hospital's number under the national issuer hides no valid one; one that is misspelt may be another person's.
    let doubtful = invalid.filter { valid.isEmpty || $0.problem.isMisspelt }
    reading.reasons += doubtful.map(\.reason)
    if doubtful.isEmpty { reading.notes = invalid.map(\.reason.sentence) }
    if valid.isEmpty {
      if let (_, source) = untrusted.first {
        reading.reasons.append(
          .init(
            code: .untrustedIssuer,
            sentence: "“\(source.value)” in \(source.source.rawValue) is a valid \(schemes.names), but its issuer "
              + "(\(source.issuerUID ?? source.issuer ?? "none")) is not one that is trusted for this partner."))
      } else if invalid.isEmpty {
        reading.reasons.append(
          .init(code: .noIdentifier, sentence: "The study carries no \(schemes.names) from an issuer that is trusted."))
      }
    }
    // What is looked up shows the clerk candidates even where it is not enough to decide.
    let chosen = valid.first ?? untrusted.first
    reading.identifier = chosen?.0
    reading.source = chosen?.1
    return reading
  }

  /// Whether what is no valid number was to be one: its issuer issues nothing else, or it looks like one.
  func isMeantAsNational(
    _ identifier: SenderIdentifier, _ problem: NationalIDProblem, _ trusted: [NationalIDScheme]
  ) -> Bool {
    guard !trusted.isEmpty else { return false }
    return trusted.contains { isNamed(identifier, by: $0.code) } || problem.isOfTheRightForm
  }

  /// Whether an identifier says that a scheme's own authority issued it.
  func isNamed(_ identifier: SenderIdentifier, by code: String) -> Bool {
    let names = [identifier.issuerUID ?? identifier.issuer].compactMap(\.self) + identifier.writtenIssuers
    return schemes.contains { scheme in scheme.code == code && names.contains(where: scheme.isIssuer) }
  }

  /// Whether a hospital's short number is a national one only since zeros were put before it: some numbers in a hundred are.
  /// The birth date that it then has tells.
  func isByChance(_ national: NationalIdentifier, _ written: String, _ birthDates: [String]) -> Bool {
    guard let date = national.birthDate, national.value.count(where: \.isNumber) > written.count(where: \.isNumber)
    else { return false }
    return !birthDates.contains { PartialDate($0).map { !date.contradicts($0) } ?? false }
  }

  /// Whether the identifier's issuer issues national identifiers: its universal ID decides where there is one, and what
  /// the field says besides where there is nothing else.
  func isTrusted(_ identifier: SenderIdentifier, for scheme: NationalIDScheme) -> Bool {
    let issuers = (identifier.issuerUID ?? identifier.issuer).map { [$0] } ?? identifier.writtenIssuers
    if issuers.isEmpty { return isTrusted(identifier.source) }
    return issuers.contains { issuer in
      scheme.isIssuer(issuer) || trustedIssuers.contains { Self.issuerKey($0) == Self.issuerKey(issuer) }
    }
  }

  /// Whether what stands there without an issuer is a national number.
  private func isTrusted(_ place: SenderIdentifier.Source) -> Bool {
    place == .otherPatientIDs || (place == .patientID && unqualified)
      || places.contains { SenderIdentifier.Source($0) == place }
  }

  /// An issuer's name or OID without what does not count.
  private static func issuerKey(_ issuer: String) -> String {
    let key = issuer.trimmingSpaces.lowercased()
    return key.hasPrefix("urn:oid:") ? String(key.dropFirst("urn:oid:".count)) : key
  }
}

extension SenderIdentifier {
  /// The number without what the field says of its issuer.
  var writtenNumber: String { (try? IdentifierText(value))?.number ?? value }

  /// Whom the field says to be its issuer: `85073003328^^^NISS`, `NISS:85073003328`.
  var writtenIssuers: [String] {
    guard let text = try? IdentifierText(value) else { return [] }
    guard text.issuers.isEmpty, let colon = text.number.firstIndex(of: ":") else { return text.issuers }
    return [String(text.number[..<colon]).trimmingSpaces].filter { !$0.isEmpty }
  }
}

extension NationalIDProblem {
  /// Whether the text has the characters and the length of an identifier, so that it was meant as one.
  fileprivate var isOfTheRightForm: Bool { ![.empty, .characters, .length].contains(code) }

  /// Whether it may be a person's number with a mistake in it.
  fileprivate var isMisspelt: Bool { isOfTheRightForm && code != .placeholder }
}
