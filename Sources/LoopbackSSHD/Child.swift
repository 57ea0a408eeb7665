public import Glibc
internal import Synchronization
public import SystemPackage

/// A process that this one started, with its output in files. It is ended by its id, at the latest with this object.
public final class Child: Sendable {
  /// The process, until it has ended.
  public let id: pid_t
  /// How it ended, once it has been waited for: from then on the id may be somebody else's.
  private let end = Mutex<Int32?>(nil)

  /// Starts a program; what it prints is appended to files.
  ///
  /// Signals are as in a fresh process: this one may ignore or block some, and both would be inherited. So would
  /// descriptors that are open without `closeOnExec`.
  ///
  /// - Parameters:
  ///   - program: a path, or a name that is looked up in `PATH`.
  ///   - arguments: those after the program's name.
  ///   - input: what it reads on standard input.
  ///   - output: where its standard output goes.
  ///   - errors: where its standard error goes; the same as `output` if nil.
  /// - Throws: ``LoopbackSSHDError`` where it cannot be started.
  public init(
    _ program: String, _ arguments: [String], input: FilePath = "/dev/null", output: FilePath, errors: FilePath? = nil
  ) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, input.string, O_RDONLY, 0)
    for (descriptor, file) in [(STDOUT_FILENO, output), (STDERR_FILENO, errors ?? output)] {
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
    guard status == 0 else {
      throw LoopbackSSHDError("cannot be started: \(Errno(rawValue: status)). Is it installed?", path: program)
    }
    self.id = id
  }

  deinit { stop(SIGKILL) }

  /// The exit status if it has ended; 128 and the signal's number if a signal ended it.
  public var exitStatus: Int32? { end.withLock { wait(WNOHANG, &$0) } }

  /// Waits for its end.
  ///
  /// - Returns: the exit status, as ``exitStatus`` has it.
  @discardableResult
  public func waitForEnd() -> Int32 { end.withLock { wait(0, &$0) ?? -1 } }

  /// Sends a signal, waits for the end, and kills it if that does not come.
  ///
  /// - Returns: the exit status, as ``exitStatus`` has it.
  @discardableResult
  public func stop(_ signal: Int32 = SIGTERM, within seconds: Int = 30) -> Int32 {
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

  /// Ends the process and all that descend from it, as a crash of the machine would.
  ///
  /// sshd's sessions are process groups of their own and outlive the listener, so they are found by parentage. All
  /// are stopped before any is killed: a stopped process neither starts another one nor loses its parent.
  public func killFamily() {
    end.withLock { end in
      if wait(WNOHANG, &end) != nil { return }
      var family: Set<pid_t> = []
      var found: Set<pid_t> = [id]
      for _ in 0..<100 where !found.isSubset(of: family) {
        for process in found.subtracting(family) { kill(process, SIGSTOP) }
        family.formUnion(found)
        found = Self.children(of: family)
      }
      for process in family { kill(process, SIGKILL) }
      _ = wait(0, &end)
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
