/// What a message of patient administration, ADT, says: values, and no opinion of what follows from them.
public struct PatientMessage: Sendable, Hashable {
  /// The trigger event: `A08`, for example.
  public var event: String
  /// MSH-10, by which its sender knows it.
  public var controlID: String
  /// When it happened: EVN-2, or else when the message was made, MSH-7, as they are written.
  public var time: String
  /// Each patient with what is merged into it: one of most events, two of A24 and A37, several of A40.
  public var patients: [Subject]

  /// A patient, and the record that the event merges into it or renames, if it does.
  public struct Subject: Sendable, Hashable {
    /// PID.
    public var patient: PatientSegment
    /// MRG-1, prior identifiers; empty where there is no MRG.
    public var prior: [ExtendedID]
  }

  /// Reads a message.
  ///
  /// - Returns: nil where it is not of patient administration.
  /// - Throws: ``HL7Error`` `segment` where it names no event or no patient.
  public init?(_ message: Message) throws(HL7Error) {
    guard let header = message["MSH"], header[9].component(1) == "ADT" else { return nil }
    let named = header[9].component(2)
    event = named.isEmpty ? message["EVN"]?[1].text ?? "" : named
    controlID = header[10].text
    let recorded = message["EVN"]?[2].text ?? ""
    time = recorded.isEmpty ? header[7].text : recorded
    patients = []
    for segment in message.segments {
      switch segment.name {
      case "PID": patients.append(Subject(patient: PatientSegment(segment), prior: []))
      case "MRG" where !patients.isEmpty: patients[patients.count - 1].prior = ExtendedID.all(segment[1])
      default: continue
      }
    }
    guard !event.isEmpty else { throw HL7Error(.segment, "neither MSH-9 nor EVN-1 names the event") }
    guard !patients.isEmpty else { throw HL7Error(.segment, "the message has no PID segment") }
  }
}

/// A patient as PID describes one (2.5.1, 3.4.2).
public struct PatientSegment: Sendable, Hashable {
  /// PID-3, and PID-2 where PID-3 is empty, as systems before version 2.3.1 write it.
  public var identifiers: [ExtendedID]
  /// PID-5.
  public var names: Told<[ExtendedName]>
  /// PID-7, as it is written: `YYYY[MM[DD…]]`.
  public var birthDate: Told<String>
  /// PID-8.
  public var sex: Told<String>
  /// PID-19, the number that older systems keep beside the identifiers.
  public var socialSecurityNumber: Told<String>
  /// PID-29, when the patient died.
  public var deathTime: Told<String>
  /// PID-30, whether the patient died.
  public var isDead: Told<Bool>

  init(_ segment: Segment) {
    let current = ExtendedID.all(segment[3])
    identifiers = current.isEmpty ? ExtendedID.all(segment[2]) : current
    names = segment[5].told(ExtendedName.all)
    birthDate = segment[7].toldText
    sex = segment[8].toldText
    socialSecurityNumber = segment[19].toldText
    deathTime = segment[29].toldText
    isDead = segment[30].told { ["Y": true, "N": false][$0.text.uppercased()] }
  }
}

/// An identifier with who assigns it: CX (2.5.1, 2A.14).
public struct ExtendedID: Sendable, Hashable {
  /// CX.1.
  public var value: String
  /// The authority's local name, CX.4.1; empty where there is none.
  public var authority: String
  /// The authority's universal ID, CX.4.2, mostly an OID; empty where there is none.
  public var authorityID: String
  /// CX.5, of table 0203: `PI`, `MR`, `NI`; empty where there is none.
  public var type: String
  /// Since when it is no longer valid, CX.8; empty where it is.
  public var expires: String

  /// The identifiers of a field; empty ones, and `""`, are none.
  static func all(_ field: Field) -> [ExtendedID] {
    field.repetitions.compactMap { components in
      func part(_ number: Int, _ sub: Int = 1) -> String {
        guard components.count >= number, components[number - 1].count >= sub else { return "" }
        let text = components[number - 1][sub - 1]
        return text == "\"\"" ? "" : text
      }
      guard !part(1).isEmpty else { return nil }
      return ExtendedID(
        value: part(1), authority: part(4), authorityID: part(4, 2), type: part(5), expires: part(8))
    }
  }
}

/// A person's name: XPN (2.5.1, 2A.88).
public struct ExtendedName: Sendable, Hashable {
  /// The whole family name, with its particles.
  public var family: String
  /// The given name and the middle names, with spaces between them.
  public var given: String
  /// XPN.5: `Dr.`
  public var prefix: String
  /// XPN.4: `JR`, `III`.
  public var suffix: String
  /// XPN.7, of table 0200: `L`, `D`, `M`, `A`; empty where there is none.
  public var type: String
  /// XPN.8, how it is written: `A` in letters, `I` in ideograms, `P` as it sounds; empty where it is not said.
  public var representation: String

  /// The names of a field; nil where there is none.
  static func all(_ field: Field) -> [ExtendedName]? {
    let names = field.repetitions.compactMap { components -> ExtendedName? in
      func part(_ number: Int) -> String {
        guard components.count >= number, let text = components[number - 1].first, text != "\"\"" else { return "" }
        return text
      }
      let surnames = components.first.map { $0.map { $0 == "\"\"" ? "" : $0 } } ?? []
      // FN (2.5.1, 2A.30): the whole, or the own prefix and surname and the partner's.
      let family =
        surnames.first.flatMap { $0.isEmpty ? nil : $0 }
        ?? surnames.dropFirst().filter { !$0.isEmpty }.joined(separator: " ")
      let name = ExtendedName(
        family: family, given: [part(2), part(3)].filter { !$0.isEmpty }.joined(separator: " "), prefix: part(5),
        suffix: part(4), type: part(7), representation: part(8))
      return name.family.isEmpty && name.given.isEmpty ? nil : name
    }
    return names.isEmpty ? nil : names
  }
}
