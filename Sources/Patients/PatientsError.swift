/// What went wrong with the patient index, or what it refused to take.
public struct PatientsError: Error, CustomStringConvertible, Sendable {
  /// The kind of failure.
  public enum Code: Sendable, Equatable {
    /// The database cannot be opened or is damaged.
    case unusable
    /// A newer version of the program wrote it.
    case newer
    /// It could not be read or written, for now: no space, a busy file, an I/O error. Nothing was changed.
    case notWritten
    /// A list or a feed cannot be read, or has too many errors; nothing of it is used.
    case list
    /// A list is much smaller than the index that it would replace.
    case shrinks
  }

  /// The kind of failure.
  public let code: Code
  /// What happened and what to do.
  public let message: String
  /// The rows that could not be taken, the first of them where there are many; else empty.
  public let entries: [BadEntry]
  /// What SQLite said, where it did.
  public let cause: (any Error)?

  /// Creates an error.
  public init(_ code: Code, _ message: String, entries: [BadEntry] = [], cause: (any Error)? = nil) {
    self.code = code
    self.message = message
    self.entries = entries
    self.cause = cause
  }

  /// What happened and what to do, with a line for each bad row.
  public var description: String { ([message] + entries.map { "  \($0)" }).joined(separator: "\n") }
}

/// One row or message that was not taken.
public struct BadEntry: Error, Sendable, Equatable, CustomStringConvertible {
  /// The line on which it starts, or its number in a bundle, from 1.
  public var line: Int
  /// What is wrong with it.
  public var reason: String
  /// The value that is wrong; empty where it is the row as a whole.
  public var value: String

  /// Creates a bad entry.
  public init(line: Int, reason: String, value: String = "") {
    self.line = line
    self.reason = reason
    self.value = value
  }

  /// As it is shown to people.
  public var description: String { "line \(line): \(reason)" }

  /// As a row of CSV: line, reason, value.
  public var csv: String { "\(line),\(Self.quoted(reason)),\(Self.quoted(String(value.prefix(256))))\n" }

  private static func quoted(_ text: String) -> String { "\"\(text.replacing("\"", with: "\"\""))\"" }
}
