import Custody

extension Table {
  /// The states and changes for `dot -Tsvg`.
  var dot: String {
    var text = """
      digraph "\(name)" {
        rankdir=TB; bgcolor=transparent; ranksep=0.45; nodesep=0.35;
        node [shape=box, style="rounded,filled", fillcolor="#eef3f8", color="#5b7690", fontname="Helvetica", fontsize=12];
        edge [color="#5b7690", fontname="Helvetica", fontsize=10];
        new [shape=point, width=0.12, fillcolor="#5b7690"];

      """
    for state in final.sorted() { text += "  \(state) [peripheries=2];\n" }
    for (edge, changes) in edges {
      text += "  \(edge.from) -> \(edge.to) [label=\"\(changes.joined(separator: "\\n"))\"];\n"
    }
    return text + "}\n"
  }

  /// What leads from one state to another, in the order of the table.
  var edges: [(edge: (from: String, to: String), changes: [String])] {
    var edges: [(edge: (from: String, to: String), changes: [String])] = []
    for line in lines {
      let from = line.from ?? "new"
      if let known = edges.firstIndex(where: { $0.edge == (from, line.to) }) {
        edges[known].changes.append(line.change)
      } else {
        edges.append(((from, line.to), [line.change]))
      }
    }
    return edges
  }

  /// The table as the page has it: states that go the same way share a line.
  var markdown: String {
    var rows: [(from: [String], change: String, to: String, owed: String)] = []
    for line in lines {
      let from = line.from.map { "`\($0)`" } ?? "–"
      let owed = line.owed.map(words).joined(separator: "; ")
      if let last = rows.indices.last, rows[last].change == line.change, rows[last].to == line.to,
        rows[last].owed == owed
      {
        rows[last].from.append(from)
      } else {
        rows.append(([from], line.change, line.to, owed))
      }
    }
    let head = "| from | change | to | owes, in this order |\n|---|---|---|---|\n"
    return head
      + rows.map { "| \($0.from.joined(separator: ", ")) | `\($0.change)` | `\($0.to)` | \($0.owed) |\n" }.joined()
  }
}
