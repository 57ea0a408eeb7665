/// Why a file cannot be taken as it is.
struct Refusal {
  /// What becomes of a file that stays so.
  enum End {
    /// It goes to quarantine.
    case quarantined
    /// It is held where it lies: its writer may go on.
    case held
    /// It is taken as it is.
    case taken
    /// It stays, and nobody is told.
    case left
  }

  /// A copy that is not finished.
  static let unfinished = "unfinished"
  static let notDICOM = "not-dicom"
  static let empty = "empty"

  /// A fixed word.
  var code: String
  var reason: String
  /// Waiting may help: it may be a copy in progress.
  var mayHeal: Bool
  /// What becomes of it at once, or, where waiting may help, after `partial_after`.
  var end = End.quarantined
  /// The study to which it belongs, where its header could be read that far.
  var study: String?

  /// It lay among the instances, as on a CD, and belongs to no study: what is refused so of one dropped folder lies in
  /// quarantine together.
  var isStray: Bool { study == nil && (code == Self.notDICOM || code == Self.empty) }
}
