import Glibc
import Spool

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

  /// Who decides, for the journal: the login behind `sudo`, or the user of the process.
  static var name: String {
    if let user = getenv("SUDO_USER").flatMap({ String(validatingCString: $0) }), !user.isEmpty {
      return Quoted.text(user, limit: 64)
    }
    return getpwuid(getuid()).flatMap { String(validatingCString: $0.pointee.pw_name) } ?? "user \(getuid())"
  }
}
