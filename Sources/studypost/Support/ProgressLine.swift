import Desk
import Foundation
import Glibc
import Synchronization

/// How far a long command is, with rate and remaining time: a line on a terminal's error output, from the second second on.
/// Elsewhere nothing is written.
final class ProgressLine: Sendable {
  private struct State {
    var passes: ArraySlice<String>
    var began = ContinuousClock.now
    var next = Duration.seconds(1)
    var done: Int64 = 0
    var isShown = false
  }

  private let total: Int64
  private let isTerminal = isatty(2) == 1
  private let state: Mutex<State>

  /// Begins.
  ///
  /// - Parameters:
  ///   - passes: what is done with the bytes, as a word or two: `unpacking`; several where they are gone through several times.
  ///   - total: bytes in all.
  init(_ passes: String..., of total: Int64) {
    self.total = total
    state = Mutex(State(passes: passes[...]))
  }

  deinit { state.withLock { if $0.isShown { Self.write("\r\u{1B}[K") } } }

  /// Shows the line anew, four times a second.
  func advance(to done: Int64) {
    guard isTerminal else { return }
    state.withLock { state in
      if done < state.done, state.passes.count > 1 {
        state = State(passes: state.passes.dropFirst(), isShown: state.isShown)
      }
      state.done = done
      let passed = ContinuousClock.now - state.began
      guard passed >= state.next, let what = state.passes.first else { return }
      state.next = passed + .milliseconds(250)
      state.isShown = true
      Self.write("\r\u{1B}[K" + progressInWords(what, done, of: total, after: passed / .seconds(1)))
    }
  }

  private static func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
