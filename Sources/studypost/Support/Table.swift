import Spool

/// Rows of text for people, in aligned columns; whatever stands in a cell is made harmless.
struct Table {
  private let header: [String]
  private var rows: [[String?]] = []

  init(_ header: String...) { self.header = header }

  var isEmpty: Bool { rows.isEmpty }

  /// Adds a row; an absent cell shows as a dash, and a column that has nothing but such cells not at all.
  mutating func add(_ cells: String?...) {
    rows.append(cells.map { $0.map { Quoted.text($0, limit: 300) } })
  }

  /// Prints the table, or one sentence where it has no rows.
  func print(orSay sentence: String? = nil) {
    if rows.isEmpty {
      if let sentence { Swift.print(sentence) }
      return
    }
    let columns = header.indices.filter { column in rows.contains { $0[column] != nil } }
    let lines = ([header] + rows).map { row in columns.map { row[$0] ?? "-" } }
    let widths = columns.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
    for line in lines {
      var text = ""
      for (column, cell) in line.enumerated() {
        text += cell
        if column < line.count - 1 { text += String(repeating: " ", count: widths[column] - cell.count + 2) }
      }
      Swift.print(text)
    }
  }
}

/// Labelled values, one a line.
struct Fields {
  private var lines: [(label: String, value: String)] = []

  init() {}

  init(_ first: (label: String, value: String)) { add(first.label, first.value) }

  /// Adds a line; an absent value is left out.
  mutating func add(_ label: String, _ value: String?) {
    if let value { lines.append((label, Quoted.text(value, limit: 2000))) }
  }

  func print(indent: String = "") {
    let width = lines.map(\.label.count).max() ?? 0
    for line in lines {
      Swift.print("\(indent)\(line.label)\(String(repeating: " ", count: width - line.label.count))  \(line.value)")
    }
  }
}
