import CPOSIX
import Glibc
import Spool

/// Rows of text for people, in aligned columns; whatever stands in a cell is made harmless.
///
/// On a terminal that is too narrow the last columns of a row stand below it, each with its name.
struct Table {
  private let header: [String]
  private var rows: [[String?]] = []

  init(_ header: String...) { self.header = header }
  init(_ header: [String]) { self.header = header }

  var isEmpty: Bool { rows.isEmpty }

  /// Adds a row; an absent cell shows as a dash, and a column that has nothing but such cells not at all.
  mutating func add(_ cells: String?...) { add(cells) }

  mutating func add(_ cells: [String?]) { rows.append(cells.map { $0.map { Quoted.text($0, limit: 300) } }) }

  /// Prints the table, or one sentence where it has no rows.
  func print(withHeader: Bool = true, orSay sentence: String? = nil) {
    if rows.isEmpty {
      if let sentence { Swift.print(sentence) }
      return
    }
    for line in lines(width: Terminal.width, withHeader: withHeader) { Swift.print(line) }
  }

  /// The table's lines, none longer than this where words allow it.
  func lines(width limit: Int, withHeader: Bool = true) -> [String] {
    var columns = header.indices.filter { column in rows.contains { $0[column] != nil } }
    let widths = header.indices.map { column in
      ([header] + rows).map { ($0[column] ?? "-").columns }.max() ?? 0
    }
    var below: [Int] = []
    while columns.count > 1, columns.reduce(-2, { $0 + widths[$1] + 2 }) > limit {
      below.insert(columns.removeLast(), at: 0)
    }
    func line(_ cells: [String?]) -> String {
      var text = ""
      for column in columns {
        let cell = cells[column] ?? "-"
        text += cell
        if column != columns.last { text += String(repeating: " ", count: widths[column] - cell.columns + 2) }
      }
      return text
    }
    var lines = withHeader ? [line(header)] : []
    for row in rows {
      lines.append(line(row))
      var rest = ""
      for column in below {
        guard let cell = row[column] else { continue }
        let piece = "\(header[column].lowercased()): \(cell)"
        if !rest.isEmpty, 4 + rest.columns + 3 + piece.columns <= limit {
          rest += " · " + piece
        } else {
          if !rest.isEmpty { lines += wrapped(rest, width: limit, indent: "    ") }
          rest = piece
        }
      }
      if !rest.isEmpty { lines += wrapped(rest, width: limit, indent: "    ") }
    }
    return lines
  }
}

/// Labelled values, one a line; a long value goes on below itself.
struct Fields {
  private var lines: [(label: String, value: String)] = []

  init() {}

  var isEmpty: Bool { lines.isEmpty }

  init(_ first: (label: String, value: String)) { add(first.label, first.value) }

  /// Adds a line; an absent value is left out.
  mutating func add(_ label: String, _ value: String?) {
    if let value { lines.append((label, Quoted.text(value, limit: 2000))) }
  }

  func print(indent: String = "") {
    let width = lines.map(\.label.count).max() ?? 0
    for line in lines {
      tell(
        line.value, behind: indent + line.label + String(repeating: " ", count: width - line.label.count + 2))
    }
  }
}

/// Prints sentences, in lines that fit; behind a label the further ones stand below the first.
func tell(_ text: String, behind label: String = "") {
  let lines = wrapped(text, width: Terminal.width, indent: String(repeating: " ", count: label.count))
  print(label + (lines.first?.dropFirst(label.count) ?? ""))
  for line in lines.dropFirst() { print(line) }
}

/// A text in lines of at most this width, broken between words; a word that is longer stays whole, to be copied, and so does a
/// command, to be pasted.
func wrapped(_ text: String, width: Int, indent: String) -> [String] {
  guard width < .max else { return [indent + text] }
  var lines: [String] = []
  var line = indent
  for word in pieces(of: text) {
    if line.count > indent.count, line.columns + 1 + word.columns > width {
      lines.append(line)
      line = indent
    }
    line += (line.count > indent.count ? " " : "") + word
  }
  return lines + [line]
}

/// The words of a text, those of a command together: it ends with a sign that ends a clause, or with its closing backtick.
private func pieces(of text: String) -> [String] {
  var pieces: [String] = []
  var isCommand = false
  for word in text.split(separator: " ", omittingEmptySubsequences: false) {
    if isCommand { pieces[pieces.endIndex - 1] += " " + word } else { pieces.append(String(word)) }
    isCommand =
      (isCommand || commands.contains(word.drop { $0 == "`" })) && !(word.last.map(".,:;`)".contains) ?? true)
  }
  return pieces
}

/// What begins a command that people are told to use.
private let commands: Set<Substring> = ["studypost", "sudo", "systemctl", "chgrp", "chmod", "setfacl"]

extension StringProtocol {
  /// How many columns of a terminal it takes: a Chinese sign takes two, an accent of its own none.
  var columns: Int {
    if utf8.allSatisfy({ $0 < 0x80 }) { return utf8.count }
    return unicodeScalars.reduce(0) { $0 + Swift.max(0, Int(cposix_columns($1.value))) }
  }
}

/// What people read on.
enum Terminal {
  /// In characters; without end where the output goes into a file or to a program.
  static let width = width(of: STDOUT_FILENO)
  /// The same of standard error.
  static let errorWidth = width(of: STDERR_FILENO)

  private static func width(of descriptor: Int32) -> Int {
    var size = winsize()
    guard isatty(descriptor) == 1 else { return .max }
    let told = ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 ? Int(size.ws_col) : 0
    // A serial line knows no width: what its user says stands in the environment (environ(7)).
    let width = told > 0 ? told : getenv("COLUMNS").flatMap { Int(String(cString: $0)) } ?? usual
    return max(width, narrowest)
  }

  /// Of a terminal that tells nothing.
  private static let usual = 80
  /// Below this, lines would break at every word.
  private static let narrowest = 40
}
