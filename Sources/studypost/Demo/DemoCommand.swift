import ArgumentParser
import Glibc
import Site
import Spool
import SystemPackage

/// `demo`: a study travels between two sites on this machine.
struct DemoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Watch a synthetic CT study travel between two sites on this machine.",
    discussion: """
      Makes the sites ch1 and ch2 in a temporary folder, starts an OpenSSH server on 127.0.0.1, runs the services of \
      both sites, and drops a computed study into ch1's export folder. It ends when ch2 has imported the study and ch1 \
      has the signed receipt. Needs OpenSSH's sshd and ssh-keygen; reaches nothing beyond this machine.
      """)

  @Option(
    name: .long, help: "Make the sites in this folder, new or empty, and leave them there.", completion: .directory)
  var keep: String?

  func run() async throws {
    let keep = try keep.map { try absolute(FilePath($0)) }
    // Whoever reads along may stop reading or close the terminal: the server must be ended nevertheless.
    signal(SIGPIPE, SIG_IGN)
    signal(SIGHUP) { _ in kill(getpid(), SIGTERM) }
    try await untilSignal { stop in try Self.run(keeping: keep, stop) }
  }

  private static func run(keeping keep: FilePath?, _ stop: Stop) throws {
    try requireOpenSSH()
    if let keep { try requireEmpty(keep) }
    let folder = try keep ?? temporaryFolder()
    do {
      let demo = try Demo(in: folder, stop)
      let outcome = try demo.run()
      outcome.print(isKept: keep != nil)
      guard outcome.problems.isEmpty else {
        throw Failure(.no, "The demo failed. All of it is left in \(folder); what the services said: \(demo.log)")
      }
    } catch is CancellationError {
      guard keep == nil else { throw Failure(.no, "It was stopped; what there was of it is left in \(folder).") }
      try Disk().removeTree(folder)
      throw CancellationError()
    } catch let failure as Failure {
      throw failure
    } catch {
      // What lies there may tell why.
      throw Failure(.init(of: error), "The demo failed; all of it is left in \(folder). \(error)")
    }
    if keep == nil { try Disk().removeTree(folder) }
  }

  private static func requireOpenSSH() throws {
    for program in ["/usr/sbin/sshd", "/usr/bin/ssh-keygen"] where access(program, X_OK) != 0 {
      throw Failure(
        .no,
        "\(program) is missing: the demo carries the study through a real OpenSSH server. On Debian: "
          + "apt-get install openssh-server")
    }
  }

  private static func temporaryFolder() throws -> FilePath {
    let parent = getenv("TMPDIR").flatMap { String(validatingCString: $0) } ?? "/tmp"
    var template = try Array(absolute(FilePath(parent).appending("studypost-demo.XXXXXX")).string.utf8CString)
    guard
      let made = template.withUnsafeMutableBufferPointer({ buffer in
        buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
      })
    else { throw Failure(.no, "\(parent): no folder can be made there: \(Errno(rawValue: errno)).") }
    return FilePath(made)
  }
}
