import ArgumentParser
import Glibc
import Installation
import SystemPackage

/// `attempt`: one thing that `check` has another user try, in a process with that user's rights.
struct AttemptCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "attempt", abstract: "Try one thing with a file, as this user.", shouldDisplay: false)

  @Argument(help: "The umask, in octal digits.") var mask: String
  @Argument(help: "What, and with which files.") var words: [String]

  func run() throws {
    guard let mask = UInt32(mask, radix: 8), let attempt = Attempt(words) else {
      throw ValidationError("There is no such attempt.")
    }
    umask(mask)
    do {
      try attempt.perform()
    } catch {
      writeToStandardError("\(error)\n")
      throw ExitCode(Failure.Status.no.rawValue)
    }
  }
}
