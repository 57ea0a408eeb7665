import Desk
import Glibc

/// The person at the keyboard.
enum Person {
  /// Whether somebody can be asked.
  static var isPresent: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1 }

  /// Asks; only an outspoken yes is one.
  static func confirms(_ question: String) -> Bool {
    print("\(question) [y/N] ", terminator: "")
    fflush(nil)
    return ["y", "yes"].contains(readLine()?.lowercased())
  }

  /// Who decides: the login behind `sudo`, or the user of the process.
  static var actor: Actor {
    if let user = getenv("SUDO_USER").flatMap({ String(validatingCString: $0) }), !user.isEmpty { return Actor(user) }
    return Actor(getpwuid(getuid()).flatMap { String(validatingCString: $0.pointee.pw_name) } ?? "user \(getuid())")
  }
}
