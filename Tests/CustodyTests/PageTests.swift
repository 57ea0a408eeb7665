import Custody
import Foundation
import Testing

/// The page and its pictures say what the tables say.
@Suite struct PageTests {
  private static let catalogue = URL(filePath: #filePath)
    .deletingLastPathComponent().appending(path: "../../Sources/Custody/Custody.docc").standardized

  @Test(arguments: Table.all) func thePageHasTheTable(_ table: Table) throws {
    let page = try String(contentsOf: Self.catalogue.appending(path: "Custody.md"), encoding: .utf8)
    #expect(page.contains(table.markdown), "Put this into Custody.md for \(table.name):\n\(table.markdown)")
  }

  /// Graphviz names each edge in a title, and writes each change as a text.
  @Test(arguments: [Table.outboundStudy, .outboundParcel, .inboundParcel, .recordMessage, .quarantinedFile])
  func thePictureHasTheTable(_ table: Table) throws {
    let file = Self.catalogue.appending(path: "Resources/\(table.name).svg")
    let picture = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    var drawn: [String: [String]] = [:]
    for part in picture.components(separatedBy: "<!-- ").dropFirst() {
      guard let title = part.between("<title>", "</title>"), title.contains("&#45;&gt;") else { continue }
      let edge = title.replacing("&#45;&gt;", with: " ")
      drawn[edge] = part.components(separatedBy: "<text ").dropFirst().compactMap { $0.between(">", "</text>") }
    }
    let wanted = Dictionary(uniqueKeysWithValues: table.edges.map { ("\($0.edge.from) \($0.edge.to)", $0.changes) })
    guard drawn != wanted else { return }
    let dot = FileManager.default.temporaryDirectory.appending(path: "\(table.name).dot")
    try table.dot.write(to: dot, atomically: true, encoding: .utf8)
    Issue.record("Lay it out again: dot -Tsvg \(dot.path) > \(file.path)")
  }
}

extension String {
  fileprivate func between(_ start: String, _ end: String) -> String? {
    guard let begin = range(of: start)?.upperBound, let stop = self[begin...].range(of: end)?.lowerBound else {
      return nil
    }
    return String(self[begin..<stop])
  }
}
