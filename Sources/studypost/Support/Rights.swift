import Glibc
import Installation
import Site
import SystemPackage

/// Who may do what at an installed site.
enum Rights {
  /// The installation that a command is about to change.
  ///
  /// - Returns: nil where all of the site lies in one folder, and belongs to whoever runs it.
  /// - Throws: ``Failure`` where only root may change it, before anything was changed.
  static func installation(
    _ configuration: Configuration, for what: String, command: String
  ) throws -> Installation? {
    guard let installation = Installation(configuration) else { return nil }
    try requireRoot(for: what, command: command)
    return installation
  }

  /// - Throws: ``Failure`` where this is not root.
  static func requireRoot(for what: String, command: String) throws {
    guard Installation.isRoot else {
      throw Failure(
        .no, "Only root may \(what) at an installed site. Nothing was changed. Run: sudo studypost \(command)")
    }
  }

  /// - Throws: ``Failure`` where a file is there, and this user may not use it.
  static func requireAccess(to file: FilePath, writing: Bool) throws {
    guard access(file.string, writing ? R_OK | W_OK : R_OK) != 0, [EACCES, EPERM].contains(errno) else { return }
    throw Failure(
      .no,
      "\(file): \(Person.actor.name) may not \(writing ? "read and write" : "read") it. Nothing was changed. Run the command "
        + "as root, or as the user of the services: sudo studypost …")
  }

  /// Whether the users are there that the site's folders belong to.
  static func canMake(_ installation: Installation) -> Bool {
    Account.named(Installation.user) != nil && AccountGroup.named(Installation.pacsGroup) != nil
  }
}
