import ArgumentParser
import FoundationEssentials
import Glibc
import SystemPackage

/// `studypost-demo`: a study travels between two sites on this machine.
@main
struct DemoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "studypost-demo",
    abstract: "Watch a synthetic CT study travel between two sites on this machine.",
    discussion: """
      Makes the sites ch1 and ch2 in a temporary folder with the commands that an administrator would type, which it \
      prints; starts an OpenSSH server on 127.0.0.1; runs the services of both sites; and drops a computed study into \
      ch1's export folder. It ends when ch2 has imported the study and ch1 has the signed receipt, and holds the result \
      against what was dropped. Exit status 1: something is not as it must be. Needs OpenSSH's sshd and ssh-keygen; \
      reaches nothing beyond this machine.
      """)

  @Option(help: "Make the sites in this folder, new or empty, and leave them there.", completion: .directory)
  var keep: String?

  @Option(help: "The studypost to try. Default: the one that lies beside this program.", completion: .file())
  var studypost: String?

  func run() throws {
    Interruption.take()
    let program = try studypost.map { absolute(FilePath($0)) } ?? Program.besideThis()
    try requirePrograms(program)
    let kept = keep.map { absolute(FilePath($0)) }
    if let kept, !isNewOrEmpty(kept) {
      throw DemoError("\(kept): something is there already. Name a new or an empty folder.")
    }
    let folder = try kept ?? temporaryFolder()
    do {
      let outcome = try Demo(in: folder, program).run()
      outcome.print(isKept: kept != nil)
      guard outcome.problems.isEmpty else { throw DemoError("The demo failed.") }
    } catch is Stopped {
      guard kept == nil else { throw DemoError("It was stopped; what there was of it is left in \(folder).") }
      try FileManager.default.removeItem(atPath: folder.string)
      throw DemoError("It was stopped; nothing is left of it.")
    } catch {
      // What lies there may tell why.
      throw DemoError("\(error) All of it is left in \(folder); what the services said: services.log of each site.")
    }
    if kept == nil { try FileManager.default.removeItem(atPath: folder.string) }
  }

  private func requirePrograms(_ program: FilePath) throws {
    guard access(program.string, X_OK) == 0 else {
      throw DemoError("\(program) is missing: build it, or name another one with --studypost.")
    }
    for tool in ["/usr/sbin/sshd", "/usr/bin/ssh-keygen"] where access(tool, X_OK) != 0 {
      throw DemoError(
        "\(tool) is missing: the demo carries the study through a real OpenSSH server. On Debian: "
          + "apt-get install openssh-server")
    }
  }

  private func isNewOrEmpty(_ folder: FilePath) -> Bool {
    guard access(folder.string, F_OK) == 0 else { return true }
    return (try? FileManager.default.contentsOfDirectory(atPath: folder.string)) == []
  }

  private func temporaryFolder() throws -> FilePath {
    let parent = absolute(FilePath(getenv("TMPDIR").flatMap { String(validatingCString: $0) } ?? "/tmp"))
    var template = Array(parent.appending("studypost-demo.XXXXXX").string.utf8CString)
    guard
      let made = template.withUnsafeMutableBufferPointer({ buffer in
        buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
      })
    else { throw DemoError("\(parent): no folder can be made there: \(Errno(rawValue: errno)).") }
    return FilePath(made)
  }
}
