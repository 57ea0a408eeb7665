internal import Subprocess
public import SystemPackage

/// Who tries something.
public struct Trier: Sendable, Hashable {
  /// The user's name.
  public let user: String
  /// The umask with which it writes.
  public var mask: UInt32
  /// Capabilities that its unit gives it, as setpriv(1) names them, e.g. `dac_override`.
  public var capabilities: [String]

  /// A user with a umask.
  public init(_ user: String, mask: UInt32 = 0o022, capabilities: [String] = []) {
    self.user = user
    self.mask = mask
    self.capabilities = capabilities
  }

  /// Does an attempt as this user, in a process of its own that has this user's groups and rights, and none of root's.
  ///
  /// - Parameter program: this program; it is run as `PROGRAM attempt MASK WORD PATH…`.
  /// - Returns: what the system said; nil where it succeeded.
  /// - Throws: ``InstallationError`` where it could not be tried.
  public func attempt(_ attempt: Attempt, program: FilePath) async throws -> String? {
    guard let account = Account.named(user) else {
      throw InstallationError("There is no user \(user) on this machine.")
    }
    var arguments = ["--reuid", "\(account.id)", "--regid", "\(account.group)", "--init-groups"]
    if capabilities.isEmpty {
      arguments += ["--inh-caps=-all"]
    } else {
      let list = capabilities.map { "+\($0)" }.joined(separator: ",")
      arguments += ["--inh-caps=\(list)", "--ambient-caps=\(list)"]
    }
    arguments += ["--", program.string, "attempt", String(mask, radix: 8)] + attempt.words
    let ended: ExecutionResult<Void, DiscardedOutput, StringOutput<UTF8>>
    do {
      ended = try await Subprocess.run(
        .path("/usr/bin/setpriv"), arguments: Arguments(arguments), workingDirectory: "/", output: .discarded,
        error: .string(limit: 4096))
    } catch {
      throw InstallationError("setpriv cannot be run as \(user): \(error)")
    }
    if ended.terminationStatus.isSuccess { return nil }
    let said = ended.standardError.split(separator: "\n").joined(separator: " ")
    return said.isEmpty ? "\(ended.terminationStatus)" : said
  }
}
