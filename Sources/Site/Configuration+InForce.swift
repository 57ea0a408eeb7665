public import Spool
public import SystemPackage

extension Configuration {
  /// A configuration with where each of its values is from.
  public struct InForce: Sendable {
    /// The configuration.
    public let configuration: Configuration
    /// Every value, in the order of the configuration's template.
    public let settings: [(setting: Setting, origin: Origin)]
  }

  /// Where a value is from.
  public enum Origin: Sendable, Equatable {
    /// The file does not set it.
    case byDefault
    /// The file sets it, in that line; nil where the line cannot be told.
    case file(line: Int?)
  }

  /// Reads a configuration file, and finds out where each value is from.
  ///
  /// - Throws: ``ConfigurationError`` with everything that is wrong.
  public static func inForce(_ file: FilePath, disk: Disk = Disk()) throws -> InForce {
    let (text, file) = try read(file, disk: disk)
    return try InForce(parsing: text, file: file)
  }
}

extension Configuration.InForce {
  init(parsing text: String, file: FilePath) throws {
    let problems = ProblemList(of: file)
    configuration = try Configuration(parsing: text, problems)
    let lines = linesOfKeys(in: text)
    settings = configuration.settings.map { setting in
      (setting, problems.keysSet.contains(setting.key) ? .file(line: lines[setting.key]) : .byDefault)
    }
  }

  /// All of it as a configuration file that sets every key, each with its origin.
  public func toml() -> String {
    let name = configuration.file.lastComponent?.string ?? "the file"
    var text = "# In force by \(configuration.file)\n"
    var section = ""
    for (setting, origin) in settings {
      let (table, key) = setting.place
      if table != section { text += "\n\(setting.header)\n" }
      section = table
      let origin =
        switch origin {
        case .byDefault: setting.value == nil ? "not set" : "default"
        case .file(let line): line.map { "\(name):\($0)" } ?? name
        }
      text += setting.value.map { "\(key) = \($0.toml)  # \(origin)\n" } ?? "#\(key)  # \(origin)\n"
    }
    return text
  }
}

extension Configuration.Setting {
  /// The table's name, with its number in a list of tables, and the key in it.
  fileprivate var place: (table: String, key: String) {
    guard let dot = key.lastIndex(of: ".") else { return ("", key) }
    return (String(key[..<dot]), String(key[key.index(after: dot)...]))
  }

  fileprivate var header: String {
    let table = place.table
    return table.firstIndex(of: "[").map { "[[\(table[..<$0])]]" } ?? "[\(table)]"
  }
}

/// The line of each key that stands at the beginning of a line, by its full name.
private func linesOfKeys(in text: String) -> [String: Int] {
  var lines: [String: Int] = [:]
  var counts: [Substring: Int] = [:]
  var prefix = ""
  for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
    if let list = line.prefixMatch(of: #/\s*\[\[\s*([A-Za-z0-9_-]+)\s*\]\]/#) {
      counts[list.output.1, default: 0] += 1
      prefix = "\(list.output.1)[\(counts[list.output.1] ?? 0)]."
    } else if let table = line.prefixMatch(of: #/\s*\[\s*([A-Za-z0-9_-]+)\s*\]/#) {
      prefix = "\(table.output.1)."
    } else if let key = line.prefixMatch(of: #/\s*"?([A-Za-z0-9_-]+)"?\s*=/#) {
      let name = prefix + key.output.1
      if lines[name] == nil { lines[name] = index + 1 }
    }
  }
  return lines
}
