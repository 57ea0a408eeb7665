internal import Spool

/// Why the machine cannot be set up as the site needs it.
public struct InstallationError: Error, CustomStringConvertible, Sendable {
  /// What happened and what to do.
  public let description: String

  init(_ description: String) { self.description = Quoted.text(description, limit: 2000) }
}
