import Foundation
import Glibc
import LoopbackSSHD
import SystemPackage
import Testing

/// This machine with users, folders and settings of its own: what a command changes in /etc, /var/lib, /var/spool and /run
/// goes with the test. Each command runs in a mount namespace of its own, over the same folders.
final class Machine: Sendable {
  private let scratch: Scratch
  /// Where its /etc, /var/lib, /var/spool and /run lie.
  var root: FilePath { scratch.path }

  /// Only root can make one, and not in every container.
  static let isPossible: Bool =
    geteuid() == 0 && (try? Command.run("/usr/bin/unshare", ["--mount", "true"]))?.status == 0

  private static let places = ["etc": "/etc", "lib": "/var/lib", "spool": "/var/spool", "run": "/run"]

  init() throws {
    scratch = try Scratch()
    // Others than root must get through to what they may reach.
    try Command.shell(
      """
      chmod 755 "$1"; cd "$1"; mkdir -p etc lib spool run/sshd
      cp -a /etc/. etc/; rm -rf etc/studypost etc/ssh/studypost
      [ -e etc/ssh/ssh_host_ed25519_key ] || ssh-keygen -q -t ed25519 -N '' -f etc/ssh/ssh_host_ed25519_key
      """, [root.string])
  }

  /// The program and its arguments, to be run there.
  func arguments(_ words: [String]) -> [String] {
    let mounts = Self.places.map { "mount --bind \"$0/\($0.key)\" \($0.value)" }.sorted().joined(separator: "; ")
    return ["--mount", "--propagation", "private", "/bin/bash", "-euc", "\(mounts); exec \"$@\"", root.string] + words
  }

  /// Runs a program there.
  func run(_ words: String...) throws -> Printed { try Command.run("/usr/bin/unshare", arguments(words)) }

  /// Runs `studypost` there, which must succeed.
  @discardableResult
  func studypost(_ words: String..., location: SourceLocation = #_sourceLocation) throws -> String {
    try Command.succeed("/usr/bin/unshare", arguments([Command.studypost] + words), location)
  }

  /// Runs lines of shell there, which must succeed.
  @discardableResult
  func shell(_ script: String, _ location: SourceLocation = #_sourceLocation) throws -> String {
    try Command.succeed("/usr/bin/unshare", arguments(["/bin/bash", "-euo", "pipefail", "-c", script]), location)
  }

  /// Starts a program there.
  func start(_ words: [String], log: FilePath) throws -> Child {
    try Child("/usr/bin/unshare", arguments(words), output: log)
  }
}
