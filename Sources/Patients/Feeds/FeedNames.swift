internal import NationalID

/// What feeds have in common: which number is whose, and what a name may hold.
struct FeedNumbers {
  let settings: PatientSettings

  /// A number in a message, with all that is said of who assigned it.
  struct Number {
    var value: String
    /// Names and OIDs; empty ones are left out.
    var authorities: [String]
    /// Of HL7 table 0203; empty where it is not said.
    var type: String
    /// False for one that is no longer valid.
    var isCurrent: Bool
  }

  /// The numbers of a patient, told apart.
  struct Sorted {
    var local: LocalIdentifier?
    var others: [LocalIdentifier] = []
    var national: [NationalNumber] = []
    var problems: [BadEntry] = []
  }

  /// Tells apart the local number, other hospitals' and national ones. Numbers of a visit or an account are none.
  ///
  /// - Parameter line: where they stand.
  func sort(_ numbers: [Number], line: Int) -> Sorted {
    var sorted = Sorted()
    var locals: [(number: Number, id: LocalIdentifier, isOwn: Bool)] = []
    for number in numbers where !["AN", "VN"].contains(number.type) {
      if let schemes = schemes(of: number) {
        switch schemes.validate(number.value) {
        case .success(let it):
          sorted.national.append(
            NationalNumber(it.value, scheme: it.scheme, issuer: it.issuer, isCurrent: number.isCurrent))
        case .failure(let problem):
          sorted.problems.append(
            BadEntry(line: line, reason: "the national number: \(problem.message)", value: number.value))
        }
        continue
      }
      let isOwn = number.authorities.isEmpty || number.authorities.contains(where: settings.isOwn)
      let authority = isOwn ? "" : number.authorities.first ?? ""
      locals.append((number, LocalIdentifier(number.value, authority: authority), isOwn))
    }
    // Current ones first.
    sorted.national = sorted.national.filter(\.isCurrent) + sorted.national.filter { !$0.isCurrent }
    let ranked = locals.enumerated().filter { $0.element.id.authority != LocalIdentifier.requested }.min {
      rank($0.element) * 1000 + $0.offset < rank($1.element) * 1000 + $1.offset
    }
    guard let chosen = ranked else { return sorted }
    // A site that names no authority of its own has one.
    sorted.local = settings.ownAuthorities.isEmpty ? LocalIdentifier(chosen.element.id.value) : chosen.element.id
    sorted.others = locals.enumerated().filter { $0.offset != chosen.offset }.map(\.element.id)
    return sorted
  }

  /// Own numbers before others, current before former ones, and of several the patient's before any.
  private func rank(_ local: (number: Number, id: LocalIdentifier, isOwn: Bool)) -> Int {
    (local.isOwn ? 0 : 8) + (local.number.isCurrent ? 0 : 4) + (["PI", "MR"].contains(local.number.type) ? 0 : 2)
  }

  /// The schemes that a number is of, if it is a national one: those that its authority issues, else what its type says.
  private func schemes(of number: Number) -> [NationalIDScheme]? {
    let issuing = settings.schemes.filter { scheme in number.authorities.contains(where: scheme.isIssuer) }
    if !issuing.isEmpty { return issuing }
    let isNational =
      number.type == "NI" || number.type == "SS" || (number.type.hasPrefix("NN") && number.type.count == 5)
    return isNational && !number.authorities.contains(where: { NationalIDScheme.named($0) != nil })
      ? settings.schemes : nil
  }
}

extension PatientSettings {
  /// Whether an authority is this hospital.
  func isOwn(_ authority: String) -> Bool {
    ownAuthorities.contains { $0 == authority || "urn:oid:\($0)" == authority }
  }
}

/// Names as the index keeps them.
struct FeedNames {
  private(set) var names: [PatientName] = []

  /// Adds a name in one script; of ideographs and sounds it joins the name of its kind.
  mutating func add(_ kind: PatientName.Kind, _ group: PatientName.Group, representation: String = "") {
    if let index = names.lastIndex(where: { $0.kind == kind }), representation == "I", names[index].ideographic == nil {
      names[index].ideographic = group
    } else if let index = names.lastIndex(where: { $0.kind == kind }), representation == "P",
      names[index].phonetic == nil
    {
      names[index].phonetic = group
    } else {
      names.append(PatientName(kind, group))
    }
  }

  /// All, the legal one first; where none is, the first is.
  var ordered: [PatientName] {
    var names = names
    if let legal = names.firstIndex(where: { $0.kind == .legal }) {
      names.insert(names.remove(at: legal), at: 0)
    } else if !names.isEmpty {
      names[0].kind = .legal
    }
    return names
  }

  /// What in the names does not fit into DICOM (PS3.5 6.2); nil where all does.
  static func problem(in names: [PatientName], and numbers: [LocalIdentifier]) -> (reason: String, value: String)? {
    let parts = names.flatMap(\.groups).flatMap { [$0.family, $0.given, $0.prefix, $0.suffix] }
    for (texts, forbidden) in [(parts, "\\^="), (numbers.flatMap { [$0.value, $0.authority] }, "\\")] {
      for text in texts {
        if text.unicodeScalars.count > 64 { return ("a name or a number has more than 64 characters", text) }
        let isForbidden = text.unicodeScalars.contains {
          $0.properties.generalCategory == .control || $0 == "\u{FFFD}" || forbidden.unicodeScalars.contains($0)
        }
        if isForbidden { return ("a name or a number holds a control character or one of \(forbidden)", text) }
      }
    }
    return nil
  }
}

extension FeedSource {
  /// The file's bytes in order, in portions of at most so many.
  var portions: (Int) throws -> [UInt8] {
    var offset: Int64 = 0
    return { count in
      let bytes = try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
        filled = try fill(UnsafeMutableRawBufferPointer(buffer), at: offset)
      }
      offset += Int64(bytes.count)
      return bytes
    }
  }
}
