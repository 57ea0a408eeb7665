import Testing

@testable import DICOM

/// A place where this module and another reader see different things.
struct Difference {
  /// Below the corpora's folder.
  let file: String
  let path: String
  /// Nil where the reader does not see the element at all.
  let ours: Line?
  let theirs: Line?
  /// The element as this module has it, and those around it, from the outermost.
  let element: Element?
  let around: [Element]
  /// Whether it is an encapsulated value, or comes after one in the file.
  let isPastFragments: Bool

  /// Every difference between two readings of a file.
  static func all(_ file: String, _ ours: [Line], _ theirs: [Line], in dataSets: [DataSet]) -> [Difference] {
    func byPath(_ lines: [Line]) -> [String: Line] { Dictionary(lines.map { ($0.path, $0) }) { first, _ in first } }
    let (left, right) = (byPath(ours), byPath(theirs))
    let elements = Dictionary(dataSets.flatMap { $0.elementsByPath("", []) }) { first, _ in first }
    let fragments = elements.values.compactMap(\.last).filter(\.isEncapsulated).map(\.offset).min()
    return Set(left.keys).union(right.keys).sorted().compactMap { path in
      let (ours, theirs) = (left[path], right[path])
      if let ours, let theirs, ours.agrees(with: theirs) { return nil }
      let chain = elements[path] ?? []
      return Difference(
        file: file, path: path, ours: ours, theirs: theirs, element: chain.last, around: chain.dropLast(),
        isPastFragments: chain.last.map { $0.offset >= fragments ?? .max } ?? false)
    }
  }

  var description: String { "\(file) \(path): \(ours?.brief ?? "nothing") here, \(theirs?.brief ?? "nothing") there" }
}

/// One disagreement that stays, or one kind of them, and why this module is right.
struct Disagreement: Sendable {
  let place: String
  let reason: String
  /// Whether it is this one.
  let covers: @Sendable (Difference) -> Bool

  /// What one reader says of one element of one file, and what this module says; a part of `Line.brief`.
  static func at(_ file: String, _ path: String, theirs: String, ours: String, because reason: String) -> Disagreement {
    Disagreement(place: "\(file) \(path)", reason: reason) { difference in
      difference.file == file && difference.path == path && (difference.theirs?.brief ?? "nothing").hasPrefix(theirs)
        && (difference.ours?.brief ?? "nothing").hasPrefix(ours)
    }
  }

  /// A kind of disagreement that occurs in many places.
  static func wherever(because reason: String, _ covers: @escaping @Sendable (Difference) -> Bool) -> Disagreement {
    Disagreement(place: "in many places", reason: reason, covers: covers)
  }

  /// Every difference has to be one of those in the table, and every one in the table has to occur.
  static func check(_ differences: [Difference], against table: [Disagreement]) {
    var occurred = table.map { _ in false }
    var others: [Difference] = []
    for difference in differences {
      if let index = table.firstIndex(where: { $0.covers(difference) }) {
        occurred[index] = true
      } else {
        others.append(difference)
      }
    }
    if !others.isEmpty {
      Issue.record("\(others.count) differences:\n\(others.prefix(40).map(\.description).joined(separator: "\n"))")
    }
    for (disagreement, occurred) in zip(table, occurred) where !occurred {
      Issue.record("there is no such disagreement any more: \(disagreement.place), \(disagreement.reason)")
    }
  }
}

extension DataSet {
  /// Each element at every depth with those around it, by the path to it.
  fileprivate func elementsByPath(_ prefix: String, _ around: [Element]) -> [(String, [Element])] {
    elements.flatMap { element -> [(String, [Element])] in
      let path = "\(prefix)\(element.tag)"
      let chain = around + [element]
      guard case .items(let items) = element.content else { return [(path, chain)] }
      return [(path, chain)] + items.enumerated().flatMap { $0.element.elementsByPath("\(path)[\($0.offset)].", chain) }
    }
  }
}

extension Element {
  fileprivate var isEncapsulated: Bool {
    if case .fragments = content { true } else { false }
  }
}
