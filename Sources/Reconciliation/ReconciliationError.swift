/// What is wrong with a patient list, or with an instance that should be reconciled.
public struct ReconciliationError: Error, CustomStringConvertible, Sendable {
  /// The kind of failure.
  public enum Code: Sendable, Equatable {
    /// The patient list has errors; nothing of it is to be used.
    case patientList
    /// An instance holds more than any real one does.
    case limit
    /// The local patient cannot be written into an instance.
    case patient
  }

  /// The kind of failure.
  public let code: Code
  /// What happened and what to do.
  public let message: String
  /// The errors of a patient list in line order, the first of them when there are many; else empty.
  public let lines: [LineError]

  /// One error of a patient list.
  public struct LineError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The line on which the row starts, from 1.
    public let line: Int
    /// What is wrong with it.
    public let message: String

    /// As it is shown to people.
    public var description: String { "line \(line): \(message)" }
  }

  /// Creates an error.
  public init(_ code: Code, _ message: String, lines: [LineError] = []) {
    self.code = code
    self.message = message
    self.lines = lines
  }

  /// What happened and what to do, with a line for each error of a list.
  public var description: String { ([message] + lines.map { "  \($0)" }).joined(separator: "\n") }
}
