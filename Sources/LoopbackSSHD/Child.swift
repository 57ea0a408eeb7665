import Glibc
import SystemPackage

/// A process started by this one.
struct Child: Sendable {
  let id: pid_t

  /// Starts a program with no input and with its output appended to `log`.
  ///
  /// Signals are as in a fresh process: this one may ignore or block some, and both would be inherited.
  init(_ program: String, _ arguments: [String], log: FilePath) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log.string, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

    var argv: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) }
    defer { argv.forEach { free($0) } }
    argv.append(nil)
    var id = pid_t()
    let status = posix_spawn(&id, program, &actions, &attributes, argv, environ)
    guard status == 0 else {
      throw LoopbackSSHDError("cannot be started: \(Errno(rawValue: status)). Is OpenSSH installed?", path: program)
    }
    self.id = id
  }

  /// Waits for the process to end and tells whether it ended with status 0.
  func succeeded() -> Bool {
    var status: Int32 = 0
    while waitpid(id, &status, 0) == -1 { if errno != EINTR { return false } }
    return status == 0
  }

  /// Whether the process has ended by itself; if so, it has been waited for.
  func hasEnded() -> Bool {
    var status: Int32 = 0
    return waitpid(id, &status, WNOHANG) != 0
  }

  /// Ends the process and all that descend from it.
  ///
  /// sshd's sessions are process groups of their own and outlive the listener, so they are found by parentage. All
  /// are stopped before any is killed: a stopped process neither starts another one nor loses its parent.
  func kill() {
    var family: Set<pid_t> = []
    var found: Set<pid_t> = [id]
    for _ in 0..<100 where !found.isSubset(of: family) {
      for process in found.subtracting(family) { Glibc.kill(process, SIGSTOP) }
      family.formUnion(found)
      found = Self.children(of: family)
    }
    for process in family { Glibc.kill(process, SIGKILL) }
    _ = succeeded()
  }

  private static func children(of parents: Set<pid_t>) -> Set<pid_t> {
    guard let directory = opendir("/proc") else { return [] }
    defer { closedir(directory) }
    var children: Set<pid_t> = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      guard let process = pid_t(name), let parent = parent(of: process), parents.contains(parent) else { continue }
      children.insert(process)
    }
    return children
  }

  /// proc(5): the state and the parent follow the command's closing parenthesis. A zombie has no parent here: it can
  /// start nothing, and nothing remains to be killed.
  private static func parent(of process: pid_t) -> pid_t? {
    guard let text = try? TextFile.read(FilePath("/proc/\(process)/stat")), let end = text.lastIndex(of: ")") else {
      return nil
    }
    let fields = text[text.index(after: end)...].split(separator: " ")
    guard fields.count > 1, fields[0] != "Z" else { return nil }
    return pid_t(fields[1])
  }
}
