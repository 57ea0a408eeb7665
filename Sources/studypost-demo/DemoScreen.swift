import Glibc
import SystemPackage

/// Tells the demo's steps: on a terminal above bars that are redrawn in place, elsewhere as plain lines.
final class DemoScreen {
  /// How far a step is.
  struct Bar: Equatable {
    let label: String
    /// 0 to 1.
    let share: Double
    let text: String

    init(_ label: String, _ share: Double, _ text: String) {
      self.label = label
      self.share = min(max(share, 0), 1)
      self.text = text
    }
  }

  private let start = ContinuousClock.now
  private let isLive: Bool
  private let hasColour: Bool
  private let blocks: (full: String, empty: String)
  private var bars: [Bar] = []
  private var drawn = 0

  init() {
    func value(_ name: String) -> String? { getenv(name).flatMap { String(validatingCString: $0) } }
    isLive = isatty(STDOUT_FILENO) == 1 && !["", "dumb"].contains(value("TERM") ?? "")
    hasColour = isLive && (value("NO_COLOR") ?? "").isEmpty
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap(value).first { !$0.isEmpty } ?? ""
    let isUnicode = ["utf-8", "utf8"].contains { locale.lowercased().hasSuffix($0) }
    blocks = isUnicode ? ("█", "░") : ("#", ".")
    if isLive { put("\u{1B}[?25l") }
  }

  /// Tells one step: a line that stays.
  func tell(_ site: String?, _ text: String) {
    let tenths = Int((start.duration(to: .now) / .milliseconds(100)).rounded())
    let time = "\(tenths / 10).\(tenths % 10) s"
    let head = String(repeating: " ", count: max(0, 7 - time.count)) + time + "  "
    put(erasure + head + coloured("1", site ?? "   ") + "  " + text + "\n" + drawing())
  }

  /// Tells one step by its word and a sentence.
  func tell(_ site: String?, _ what: String, _ text: String) {
    tell(site, padded(what, to: 12) + text)
  }

  /// Tells a command of `studypost` as it is typed, and where its output goes.
  func show(_ site: String?, command: [String], output: FilePath? = nil) {
    tell(site, coloured("2", "$ " + Program.line(command) + (output.map { " > \($0)" } ?? "")))
  }

  /// Shows how far the steps are.
  func show(_ bars: [Bar]) {
    guard isLive, bars != self.bars else { return }
    self.bars = bars
    put(erasure + drawing())
  }

  /// Leaves the bars as they are and gives the cursor back.
  func end() {
    if isLive { put("\u{1B}[?25h") }
    drawn = 0
    bars = []
  }

  /// Takes the bars away: up to their first line, and all below it.
  private var erasure: String { drawn > 0 ? "\r\u{1B}[\(drawn)A\u{1B}[J" : "" }

  private func drawing() -> String {
    let width = columns
    drawn = isLive && !bars.isEmpty ? bars.count + 1 : 0
    return drawn == 0 ? "" : "\n" + bars.map { line($0, width: width) + "\n" }.joined()
  }

  /// One line, never as wide as the terminal: it would wrap, and the lines could not be counted.
  private func line(_ bar: Bar, width: Int) -> String {
    let label = "  " + padded(bar.label, to: 10)
    let length = min(40, width - label.count - 30)
    guard length >= 8 else { return String((label + bar.text).prefix(max(0, width - 1))) }
    let full = Int((bar.share * Double(length)).rounded(.down))
    let colour = bar.share == 1 ? "32" : "36"
    return label + coloured(colour, String(repeating: blocks.full, count: full))
      + String(repeating: blocks.empty, count: length - full) + "  " + bar.text.prefix(27)
  }

  private func coloured(_ code: String, _ text: String) -> String {
    hasColour && !text.isEmpty ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }

  private var columns: Int {
    var size = winsize()
    return ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
  }

  private func put(_ text: String) {
    print(text, terminator: "")
    fflush(nil)
  }
}
