/// One patient of the local patient index: a plain value, which decisions record as it is.
public struct Patient: Sendable, Equatable {
  /// The hospital's own number of the patient: unique within its authority.
  public var localID: String
  /// Who assigned the local number; empty: this hospital.
  public var authority: String
  /// Local numbers by which the patient is or was known, too: of other authorities, and of records that became this one.
  public var otherIDs: [LocalIdentifier]
  /// National identifiers, the current ones first; empty where the hospital knows none.
  public var nationalNumbers: [NationalNumber]
  /// The names, the one in use first.
  public var names: [PatientName]
  /// `YYYYMMDD`.
  public var birthDate: String?
  /// `M`, `F` or `O`.
  public var sex: String?
  /// False for a record that the hospital has withdrawn, for example because it was merged into another.
  public var active: Bool
  /// Whether the patient is dead, known without or with the date.
  public var isDeceased: Bool
  /// The date of death, `YYYYMMDD`.
  public var deceased: String?
  /// The record into which this one was merged.
  public var mergedInto: LocalIdentifier?

  /// Creates a patient whose national identifier is of the site's own scheme.
  public init(
    localID: String, nationalID: String?, family: String, given: String, birthName: String? = nil,
    birthDate: String? = nil, sex: String? = nil, active: Bool = true, deceased: String? = nil
  ) {
    self.init(
      LocalIdentifier(localID), nationalNumbers: nationalID.map { [NationalNumber($0)] } ?? [],
      names: [PatientName(.legal, family: family, given: given)]
        + (birthName.map { [PatientName(.birth, family: $0, given: "")] } ?? []),
      birthDate: birthDate, sex: sex, active: active, isDeceased: deceased != nil, deceased: deceased)
  }

  /// Creates a patient.
  public init(
    _ id: LocalIdentifier, otherIDs: [LocalIdentifier] = [], nationalNumbers: [NationalNumber] = [],
    names: [PatientName], birthDate: String? = nil, sex: String? = nil, active: Bool = true, isDeceased: Bool = false,
    deceased: String? = nil, mergedInto: LocalIdentifier? = nil
  ) {
    localID = id.value
    authority = id.authority
    self.otherIDs = otherIDs
    self.nationalNumbers = nationalNumbers
    self.names = names
    self.birthDate = birthDate
    self.sex = sex
    self.active = active
    self.isDeceased = isDeceased
    self.deceased = deceased
    self.mergedInto = mergedInto
  }

  /// The local number with its authority.
  public var id: LocalIdentifier { LocalIdentifier(localID, authority: authority) }
  /// The current national identifier, in its normal spelling.
  public var nationalID: String? { nationalNumbers.first(where: \.isCurrent)?.value }
  /// The family name in use.
  public var family: String { names.first?.alphabetic.family ?? "" }
  /// The given names in use.
  public var given: String { names.first?.alphabetic.given ?? "" }
  /// The family name at birth, where it differs.
  public var birthName: String? { names.first { $0.kind == .birth }?.alphabetic.family }
}

/// A hospital's own number of a patient, and who assigned it.
public struct LocalIdentifier: Codable, Hashable, Sendable, CustomStringConvertible {
  /// The number, as it is written.
  public var value: String
  /// Who assigned it; empty: this hospital.
  public var authority: String

  /// Names a patient's record.
  public init(_ value: String, authority: String = "") {
    self.value = value
    self.authority = authority
  }

  /// Who assigns the numbers of patients whom this program asks the hospital's record to register: never a patient's own.
  public static let requested = "STUDYPOST"

  /// The number, with its authority where that is another than this hospital.
  public var description: String { authority.isEmpty ? value : "\(value) of \(authority)" }
}

/// A national identifier that a patient has or had.
public struct NationalNumber: Codable, Hashable, Sendable {
  /// The code of its scheme, for example `BE`; empty: the site's own.
  public var scheme: String
  /// In the scheme's normal spelling.
  public var value: String
  /// Its issuer as the source names it, where it does.
  public var issuer: String?
  /// False for one that was superseded: it still leads to the patient.
  public var isCurrent: Bool

  /// Creates a national identifier.
  public init(_ value: String, scheme: String = "", issuer: String? = nil, isCurrent: Bool = true) {
    self.scheme = scheme
    self.value = value
    self.issuer = issuer
    self.isCurrent = isCurrent
  }
}

/// A name of a patient, in up to three scripts (PS3.5 6.2.1).
public struct PatientName: Codable, Hashable, Sendable {
  /// What the name is, by the letters of HL7 table 0200.
  public enum Kind: String, Codable, Sendable {
    /// The name in use.
    case legal = "L"
    /// The name at birth; the maiden name.
    case birth = "B"
    /// A name by which the patient is known, too.
    case alias = "A"
    /// The name as it is shown.
    case display = "D"
    /// Any other.
    case other = "U"
  }

  /// A name in one script.
  public struct Group: Codable, Hashable, Sendable {
    /// The family name.
    public var family: String
    /// The given names, with the middle names.
    public var given: String
    /// For example a title.
    public var prefix: String
    /// For example `JR`.
    public var suffix: String

    /// Creates a name in one script.
    public init(family: String, given: String, prefix: String = "", suffix: String = "") {
      self.family = family
      self.given = given
      self.prefix = prefix
      self.suffix = suffix
    }
  }

  /// What the name is.
  public var kind: Kind
  /// In an alphabet.
  public var alphabetic: Group
  /// In ideographs.
  public var ideographic: Group?
  /// As it sounds.
  public var phonetic: Group?

  /// Creates a name.
  public init(_ kind: Kind, _ alphabetic: Group, ideographic: Group? = nil, phonetic: Group? = nil) {
    self.kind = kind
    self.alphabetic = alphabetic
    self.ideographic = ideographic
    self.phonetic = phonetic
  }

  /// Creates a name in an alphabet.
  public init(_ kind: Kind, family: String, given: String) {
    self.init(kind, Group(family: family, given: given))
  }

  var groups: [Group] { [alphabetic, ideographic, phonetic].compactMap(\.self) }
}
