import Glibc
import SystemPackage

/// The server's files: `sshd_config`, `authorized_keys`, `host_<type>` and `sshd.log`.
struct Configuration {
  let path: FilePath
  let log: FilePath
  let hostKey: String
  let user: String
  private let hostKeyFile: FilePath
  private let keys: FilePath

  init(directory: FilePath, accounts: [LoopbackSSHD.Account], hostKeyType: LoopbackSSHD.HostKeyType) throws {
    for path in [directory] + accounts.map(\.directory) { try Self.checkPlain(path) }
    guard let entry = getpwuid(geteuid()), let name = entry.pointee.pw_name else {
      throw LoopbackSSHDError("The current user (\(geteuid())) has no name: sshd lets nobody in without one.")
    }
    user = String(cString: name)
    path = directory.appending("sshd_config")
    keys = directory.appending("authorized_keys")
    log = directory.appending("sshd.log")
    hostKeyFile = directory.appending("host_\(hostKeyType.rawValue)")
    if access(hostKeyFile.string, F_OK) != 0 {
      let arguments = ["-q", "-t", hostKeyType.rawValue, "-N", "", "-C", "", "-f", hostKeyFile.string]
      guard try Child("/usr/bin/ssh-keygen", arguments, output: log).waitForEnd() == 0 else {
        throw LoopbackSSHDError("ssh-keygen made no host key; see \(log)", path: hostKeyFile.string)
      }
    }
    let line = try TextFile.read(FilePath(hostKeyFile.string + ".pub"))
    hostKey = line.split(whereSeparator: \.isWhitespace).prefix(2).joined(separator: " ")

    let lines = accounts.map { "restrict,command=\"internal-sftp -d \($0.directory)\" \($0.publicKey)\n" }
    try TextFile.write(lines.joined(), to: keys)
    if geteuid() == 0 {
      // Where sshd locks up its unprivileged half. systemd makes it at boot, a container does not.
      mkdir("/run/sshd", 0o755)
    }
  }

  func write(port: Int, settings: [String]) throws {
    try TextFile.write(
      """
      ListenAddress 127.0.0.1:\(port)
      HostKey \(hostKeyFile)
      AuthorizedKeysFile \(keys)
      PidFile none
      StrictModes no
      UsePAM no
      PasswordAuthentication no
      KbdInteractiveAuthentication no
      PermitRootLogin prohibit-password
      MaxStartups 100
      LogLevel VERBOSE
      Subsystem sftp internal-sftp
      \(settings.joined(separator: "\n"))

      """, to: path)
  }

  /// internal-sftp splits its arguments at spaces and knows no quotes (OpenSSH session.c, `do_child`).
  private static func checkPlain(_ path: FilePath) throws {
    let plain = path.string.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F && !"\"'\\%#".utf8.contains($0) }
    guard plain, path.isAbsolute else {
      throw LoopbackSSHDError(
        "sshd needs an absolute path without spaces, quotes, %, # and backslashes here. Choose another folder.",
        path: path.string)
    }
  }
}
