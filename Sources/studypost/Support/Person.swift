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

  /// Asks for a text, with what is taken where nothing is typed, until the answer is in order.
  ///
  /// - Parameter problem: what is wrong with an answer; nil: nothing.
  /// - Throws: ``Failure`` where the input ends.
  static func answer(_ question: String, suggesting suggestion: String?, problem: (String) -> String?) throws -> String
  {
    while true {
      print(question + (suggestion.map { " [\($0)]" } ?? "") + ": ", terminator: "")
      fflush(nil)
      guard let line = readLine() else {
        print()
        throw Failure(.no, "The input ended. Nothing was changed.")
      }
      let typed = line.trimmingWhitespace()
      let answer = typed.isEmpty ? suggestion ?? "" : typed
      guard let problem = problem(answer) else { return answer }
      print("  \(problem)")
    }
  }

  /// Who decides: the login behind `sudo`, or the user of the process.
  static var actor: Actor {
    if let user = getenv("SUDO_USER").flatMap({ String(validatingCString: $0) }), !user.isEmpty { return Actor(user) }
    return Actor(getpwuid(getuid()).flatMap { String(validatingCString: $0.pointee.pw_name) } ?? "user \(getuid())")
  }
}

extension String {
  /// Without white space at its ends.
  fileprivate func trimmingWhitespace() -> String {
    var rest = self[...]
    while rest.last?.isWhitespace == true { rest.removeLast() }
    return String(rest.drop { $0.isWhitespace })
  }
}
