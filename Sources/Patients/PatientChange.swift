public import FoundationEssentials

/// One change that a feed tells of, in the field's words.
public struct PatientChange: Sendable, Equatable {
  /// What happened to a patient's record.
  public enum Action: Sendable, Equatable {
    /// It was made, or its fields changed.
    case update(PatientUpdate)
    /// One record became a part of another: all that was the first's is the other's.
    case merge(from: LocalIdentifier, into: LocalIdentifier)
    /// A record that was merged is one of its own again.
    case unmerge(LocalIdentifier)
    /// A record has another number.
    case changeIdentifier(from: LocalIdentifier, to: LocalIdentifier)
  }

  /// What happened.
  public var action: Action
  /// When it happened, as the message says.
  public var at: Date

  /// Tells of a change.
  public init(_ action: Action, at: Date) {
    self.action = action
    self.at = at
  }
}

/// What a message says of one field.
public enum Field<Value: Sendable & Equatable>: Sendable, Equatable {
  /// Nothing: it stays as it is.
  case leave
  /// That there is no value.
  case delete
  /// Its value.
  case set(Value)
}

/// What a message says of a patient.
public struct PatientUpdate: Sendable, Equatable {
  /// Whose record it is.
  public var id: LocalIdentifier
  /// Numbers of other authorities.
  public var otherIDs: Field<[LocalIdentifier]> = .leave
  /// National identifiers, in their normal spelling; those that are not named any more stay as superseded ones.
  public var nationalNumbers: Field<[NationalNumber]> = .leave
  /// All names, the one in use first.
  public var names: Field<[PatientName]> = .leave
  /// `YYYYMMDD`.
  public var birthDate: Field<String> = .leave
  /// `M`, `F` or `O`.
  public var sex: Field<String> = .leave
  /// Whether the patient is dead.
  public var isDeceased: Field<Bool> = .leave
  /// The date of death, `YYYYMMDD`.
  public var deceasedOn: Field<String> = .leave
  /// Whether the record is in use.
  public var active: Field<Bool> = .leave

  /// Whether the source says that the record is no part of another: if it was merged, it is unmerged first.
  public var standsAlone = false

  /// Says nothing yet.
  public init(id: LocalIdentifier) { self.id = id }
}
