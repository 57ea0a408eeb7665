import Desk
import Foundation
import Glibc

/// How far a long command is, with rate and remaining time: a line on a terminal's error output, from the second second on.
/// Elsewhere nothing is written.
final class ProgressLine {
  private let what: String
  private let total: Int64
  private let isTerminal: Bool
  private let began = ContinuousClock.now
  private var next = Duration.seconds(1)
  private var isShown = false

  /// Begins.
  ///
  /// - Parameters:
  ///   - what: what is done, as a word: `unpacking`.
  ///   - total: bytes in all.
  init(_ what: String, of total: Int64, isTerminal: Bool = isatty(2) == 1) {
    self.what = what
    self.total = total
    self.isTerminal = isTerminal
  }

  deinit {
    if isShown { write("\r\u{1B}[K") }
  }

  /// Shows the line anew, four times a second.
  func advance(to done: Int64) {
    guard isTerminal else { return }
    let passed = ContinuousClock.now - began
    guard passed >= next else { return }
    next = passed + .milliseconds(250)
    isShown = true
    write("\r\u{1B}[K" + progressInWords(what, done, of: total, after: passed / .seconds(1)))
  }

  private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
