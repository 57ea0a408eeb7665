/// The states of a message for the patient record.
public enum RecordMessageState: String, Codable, Sendable, CaseIterable {
  /// It lies where the EHR reads it, or was taken from there: its answer is awaited, unless none is expected.
  case written
  /// The EHR cannot take it now: to be written again.
  case deferred
  /// The EHR finds an error in it: a person must decide.
  case failed
  /// The EHR took it over.
  case accepted
  /// A person let it be, or a later message says otherwise.
  case discarded
}

/// What may happen to a message for the patient record.
public enum RecordMessageChange: String, Codable, Sendable, CaseIterable {
  /// It follows from an import, an undo or a request.
  case made
  /// No answer came in time, or the time has come to try once more.
  case repeated
  /// The EHR says: taken over (AA, CA).
  case accepted
  /// The EHR says: not now (AR, CR).
  case deferred
  /// The EHR says: in error (AE, CE).
  case failed
  /// A person wants it written again.
  case retried
  /// A person lets it be, or a later message says otherwise.
  case discarded
}

/// What the duties of a message must know.
public struct RecordMessageFacts: Sendable {
  /// Its control id, MSH-10.
  public var id: String
  /// Its name in `records/`.
  public var file: String

  /// Names a message.
  public init(id: String, file: String) {
    self.id = id
    self.file = file
  }
}

extension Machine where State == RecordMessageState, Change == RecordMessageChange, Facts == RecordMessageFacts {
  /// Every change of a message for the patient record.
  public static let recordMessage = Machine([
    .init([nil], .made, .written) { [.record(message: $0.id)] },
    .init([.written, .deferred], .repeated, .written) { [.record(message: $0.id)] },
    // Answers come late, twice and in any order.
    .init([.written, .deferred, .failed, .discarded], .accepted, .accepted),
    .init([.written], .deferred, .deferred),
    // What was accepted for safe-keeping (CA) may still turn out to be in error.
    .init([.written, .deferred, .accepted], .failed, .failed),
    .init([.written, .deferred, .failed, .accepted, .discarded], .retried, .written) { [.record(message: $0.id)] },
    .init([.written, .deferred, .failed], .discarded, .discarded) { [.removeRecord(file: $0.file)] },
  ])
}
