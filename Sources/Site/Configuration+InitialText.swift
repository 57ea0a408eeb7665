public import SystemPackage

extension Configuration {
  /// The text of a new site's configuration: what must be set, and every default as a comment with what it is for.
  ///
  /// - Parameters:
  ///   - site: the site's name.
  ///   - root: the folder that holds all of the site, so that paths are relative to it; nil: as installed.
  /// - Returns: a TOML document.
  public static func initialText(site: SiteName, root: FilePath?) -> String {
    let lines = [
      """
      # The configuration of a Studypost site. A line that begins with '#' and a key shows its default: take the '#' away
      # and change the value. Relative paths start at this file's folder. All of it: man studypost.toml
      # Durations: 500ms 60s 30m 4h 5d. Sizes: B KiB MiB GiB TiB.
      # After a change: studypost check, then: systemctl reload studypost-collect studypost-ship studypost-receive
      # What is in force: studypost config show
      """
    ]
    let template = Template(site: site, root: root)
    return (lines + reference.map(template.text)).joined(separator: "\n\n") + "\n"
  }
}

/// How the reference becomes a new site's file.
private struct Template {
  let site: SiteName
  let root: FilePath?

  /// Set in a new site's file, each to its default.
  private var active: Set<String> {
    root == nil ? ["site", "sftp.host_key"] : ["site", "spool", "journal", "keys", "partners"]
  }

  func text(of table: Configuration.Table) -> String {
    var lines = comment(table.purpose) + (table.header.map { [$0] } ?? [])
    if table.name == "route" {
      lines = comment(table.purpose) + table.keys.flatMap { comment("\($0.name): \($0.purpose)") }
      for rule in RouteRule.defaults {
        lines += [
          "[[route]]", "tag = \(tomlString("\(rule.tag)"))", "match = \(tomlString(rule.match.word))",
          "#urgent = \(rule.isUrgent)",
        ]
      }
      return lines.joined(separator: "\n")
    }
    if table.name == "trust" {
      // What one partner's studies mean is nobody's default: an example that stays a comment as a whole.
      lines = comment(table.purpose) + table.keys.flatMap { comment("\($0.name): \($0.purpose)") }
      lines += [
        "# [[trust]]", "# partner = \"ch2\"", "# issuers = [\"NISS\"]", "# unqualified = true", "# places = []",
      ]
      return lines.joined(separator: "\n")
    }
    for key in table.keys {
      let name = table.name.isEmpty ? key.name : "\(table.name).\(key.name)"
      lines += comment(key.purpose) + ["\(active.contains(name) ? "" : "#")\(key.name) = \(value(of: key, name))"]
    }
    return lines.joined(separator: "\n")
  }

  /// The default, or an example where there is none.
  private func value(of key: Configuration.Key, _ name: String) -> String {
    switch name {
    case "site", "name": return tomlString(site.text)
    case "sftp.host": return tomlString("dicom.\(site).example")
    case "sftp.host_key": return tomlString("/etc/ssh/ssh_host_ed25519_key.pub")
    case "patients.dates": return tomlString(Configuration.Patients.DateOrder.allCases.first?.rawValue ?? "")
    case "audit.syslog": return tomlString("udp://127.0.0.1:514")
    case "patients.max_age": return tomlString("36h")
    default: break
    }
    guard root != nil, case .text(let path)? = key.initial else { return key.initialText ?? "\"\"" }
    return tomlString(inRoot(path))
  }

  /// Where something of an installed site lies in a folder that holds all of one.
  private func inRoot(_ path: String) -> String {
    if path == "/run/studypost" { return "spool" }
    for (installed, folder) in [
      ("/var/spool/studypost", "spool"), ("/var/lib/studypost/", ""), ("/etc/studypost/", ""),
    ]
    where path.hasPrefix(installed) { return folder + path.dropFirst(installed.count) }
    return path
  }

  private func comment(_ text: String) -> [String] {
    var lines: [String] = []
    for word in text.replacing("`", with: "").split(separator: " ") {
      if let last = lines.last, last.count + word.count < 118 {
        lines[lines.count - 1] += " \(word)"
      } else {
        lines.append("# \(word)")
      }
    }
    return lines
  }
}

extension RouteRule.Match {
  /// As the file has it.
  var word: String {
    switch self {
    case .alias: "alias"
    case .token: "token"
    case .regex: "regex"
    }
  }
}
