public import SystemPackage

/// What is wrong with a site's configuration, its keys or a partner card: every problem at once.
public struct ConfigurationError: Error, Equatable, Sendable, CustomStringConvertible {
  /// One thing that is wrong, where, and what to do about it.
  public struct Problem: Hashable, Sendable, CustomStringConvertible {
    /// The file (or folder) concerned.
    public let file: FilePath
    /// The key in it, e.g. `ship.retry_first` or `source[2].quiet` (counted from 1); a place such as
    /// `line 3, column 7` where the file is no TOML; empty where the whole file is meant.
    public let key: String
    /// What is wrong.
    public let what: String
    /// What to do, as a sentence.
    public let remedy: String

    /// Describes one problem; `what` carries no full stop, `remedy` does.
    public init(file: FilePath, key: String = "", what: String, remedy: String) {
      self.file = file
      self.key = key
      self.what = what
      self.remedy = remedy
    }

    /// `FILE: KEY: what. remedy`
    public var description: String {
      (key.isEmpty ? "\(file): " : "\(file): \(key): ") + "\(what). \(remedy)"
    }
  }

  /// What is wrong, in the order of the file; never empty.
  public let problems: [Problem]

  /// An error of these problems.
  public init(_ problems: [Problem]) { self.problems = problems }

  init(_ file: FilePath, _ what: String, _ remedy: String) {
    self.init([Problem(file: file, what: what, remedy: remedy)])
  }

  /// One line per problem.
  public var description: String { problems.map(\.description).joined(separator: "\n") }
}

/// Gathers what is wrong with one file, so that all of it can be told together.
final class ProblemList {
  let file: FilePath
  private(set) var all: [ConfigurationError.Problem] = []
  /// The full names of the keys that the file sets.
  var keysSet: Set<String> = []

  init(of file: FilePath) { self.file = file }

  func report(_ key: String, _ what: String, _ remedy: String) {
    all.append(.init(file: file, key: key, what: what, remedy: remedy))
  }

  func throwIfAny() throws {
    if !all.isEmpty { throw ConfigurationError(all) }
  }
}
