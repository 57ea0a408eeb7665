import Glibc
import Synchronization
import SystemPackage
import Testing

/// A process that a test started, with its output in files. It is ended by its id, at the latest with this object.
final class Child: Sendable {
  let id: pid_t
  /// How it ended, once it has been waited for: from then on the id may be somebody else's.
  private let end = Mutex<Int32?>(nil)

  /// Starts a program with no input; what it prints is appended to the two files.
  ///
  /// Tests write what a service may look at with `closeOnExec`, or by a program: a descriptor that another test's service
  /// inherited would make the file look as if it still grew.
  init(_ program: String, _ arguments: [String], output: FilePath, errors: FilePath) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    for (descriptor, file) in [(STDOUT_FILENO, output), (STDERR_FILENO, errors)] {
      posix_spawn_file_actions_addopen(&actions, descriptor, file.string, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    }

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
    let status = posix_spawnp(&id, program, &actions, &attributes, argv, environ)
    guard status == 0 else { throw Errno(rawValue: status) }
    self.id = id
  }

  deinit { stop(SIGKILL) }

  /// The exit status if it has ended; 128 and the signal's number if a signal ended it.
  var exitStatus: Int32? { end.withLock { wait(WNOHANG, &$0) } }

  /// Waits for its end.
  func waitForEnd() -> Int32 { end.withLock { wait(0, &$0) ?? -1 } }

  /// Sends a signal, waits for the end, and kills it if that does not come.
  @discardableResult
  func stop(_ signal: Int32 = SIGTERM, within seconds: Int = 30) -> Int32 {
    end.withLock { end in
      if let status = wait(WNOHANG, &end) { return status }
      kill(id, signal)
      for _ in 0..<seconds * 50 {
        if let status = wait(WNOHANG, &end) { return status }
        usleep(20_000)
      }
      kill(id, SIGKILL)
      return wait(0, &end) ?? -1
    }
  }

  private func wait(_ options: Int32, _ end: inout Int32?) -> Int32? {
    if let end { return end }
    var status: Int32 = 0
    var result = waitpid(id, &status, options)
    while result == -1, errno == EINTR { result = waitpid(id, &status, options) }
    if result == 0 { return nil }
    let signal = status & 0x7F
    end = result == id ? (signal == 0 ? (status >> 8) & 0xFF : 128 + signal) : -1
    return end
  }
}
