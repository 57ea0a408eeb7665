import SystemPackage

extension Configuration {
  /// Reports folders that lie in one another where what comes out of one would go into the other again, or where a
  /// stranger's files would be taken for ours. Only names are compared: symbolic links are not followed.
  static func reportFoldersInOneAnother(
    spool: FilePath, sources: [Source], importing: Import, keys: FilePath, partners: FilePath, _ problems: ProblemList
  ) {
    let spool = Folder("spool", spool)
    let sources = sources.enumerated().map { Folder("source[\($0 + 1)].path", $1.path) }
    let importing = Folder("import.path", importing.path)
    // What the spool has besides `export` and `import`, which are meant to be these.
    let ours = ["collect", "outbound", "mailbox", "unpack", "hold", "patients", "records", "quarantine"]
      .map { Folder("the spool's \($0)/", in: spool, $0) }

    for (index, source) in sources.enumerated() {
      for other in sources[..<index] {
        if let relation = source.relation(to: other) {
          problems.report(source.name, relation, "Give each source a folder outside the others.")
        }
      }
      if let relation = source.relation(to: importing) {
        problems.report(
          source.name, "\(relation), so that what is imported would be sent", "Choose a folder outside it.")
      }
    }
    for folder in sources + [importing] {
      let inSpool = ours.lazy.compactMap { folder.relation(to: $0) }.first
      if let relation = folder.contains(spool) ? folder.relation(to: spool) : inSpool {
        problems.report(folder.name, relation, "Choose a folder of its own, such as its default.")
      }
    }
    for folder in [Folder("keys", keys), Folder("partners", partners)] {
      if let relation = folder.relation(to: spool) {
        problems.report(folder.name, "\(relation), where partners write", "Choose a folder outside the spool.")
      }
    }
  }
}

/// A folder, by what it is called here.
private struct Folder {
  let name: String
  /// Its path with a slash at the end, so that a folder's path begins with those of all folders above it.
  private let path: String

  init(_ name: String, _ path: FilePath) {
    self.name = name
    let normal = path.lexicallyNormalized().string
    self.path = normal.hasSuffix("/") ? normal : normal + "/"
  }

  init(_ name: String, in folder: Folder, _ last: String) {
    self.name = name
    path = "\(folder.path)\(last)/"
  }

  func contains(_ other: Folder) -> Bool { other.path.hasPrefix(path) }

  /// How the two overlap; nil where they do not.
  func relation(to other: Folder) -> String? {
    if path == other.path { return "it is the same folder as \(other.name)" }
    if other.contains(self) { return "it lies in \(other.name)" }
    return contains(other) ? "it contains \(other.name)" : nil
  }
}
