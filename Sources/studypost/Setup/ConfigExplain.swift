import ArgumentParser
import Site

// What `config explain` says of each key.

extension ConfigCommand {
  struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Tell what each key of the configuration is for, its type and its default.",
      discussion: "Without a key all of them are explained. No site is needed.")

    @Argument(help: "A key, such as quiet or source.quiet.") var keys: [String] = []
    @Option(name: .long, help: "Write a text, a manual page, or Markdown.") var format = PageFormat.text

    func run() throws {
      let reference = try chosen()
      switch format {
      case .text:
        for (table, rows) in reference {
          for key in rows {
            print(table.name.isEmpty ? key.name : "\(table.name).\(key.name)")
            for line in wrapped(key.facts.plain, width: Terminal.width, indent: "  ") { print(line) }
          }
        }
      case .markdown:
        if keys.isEmpty { print("\(Text.file)\n\n\(Text.forms)\n") }
        for (table, keys) in reference { print(Self.markdown(table.title, table.purpose, keys)) }
        if keys.isEmpty { print(Self.markdown(Text.partnerTitle, Text.partners, Configuration.partnerKeys)) }
      case .man: print(ManualPage.configuration(reference))
      }
    }

    private typealias Chapter = (table: Configuration.Table, keys: [Configuration.Key])

    private func chosen() throws -> [Chapter] {
      func isAsked(_ key: String, _ table: String) -> Bool {
        keys.isEmpty || keys.contains { $0 == key || $0 == "\(table).\(key)" }
      }
      let chosen = Configuration.reference.map { table in
        (table, table.keys.filter { isAsked($0.name, table.name) })
      }.filter { !$0.1.isEmpty }
      for asked in keys
      where !chosen.contains(where: { table, keys in
        keys.contains { asked == $0.name || asked == "\(table.name).\($0.name)" }
      }) {
        throw Failure(.no, "\(asked): there is no such key. All of them: studypost config explain")
      }
      return chosen
    }

    private static func markdown(_ title: String, _ introduction: String, _ keys: [Configuration.Key]) -> String {
      "## \(title)\n\n\(introduction)\n\n| key | what it does | value | default |\n|---|---|---|---|\n"
        + keys.map { key in
          "| `\(key.name)` | \(key.purpose) | \(key.type) | \(key.initialText.map { "`\($0)`" } ?? "–") |\n"
        }.joined()
    }
  }
}

private enum Text {
  static let file =
    "`\(Configuration.defaultFile)` is a TOML file. Every key but `site` has a default or may be left out; a key that is not "
    + "known is an error. Relative paths start at the file's folder. `studypost check` says all that is wrong with it, "
    + "`studypost config show` what is in force and where it is from. `systemctl reload studypost-collect studypost-ship "
    + "studypost-receive` takes a change up."
  static let forms =
    "A duration is a whole number and `ms`, `s`, `m`, `h` or `d`, such as `\"90m\"`. A size is a whole number and `B`, `KiB`, "
    + "`MiB`, `GiB` or `TiB`, such as `\"256GiB\"`."
  static let partnerTitle = "The file of a partner"
  static let partners =
    "`partners/SITE.toml` holds the card of a partner, as `studypost partner add` wrote it, and what is set for it here:"
}

extension Configuration.Table {
  /// Its heading.
  fileprivate var title: String { header ?? "Before the first table" }
}

extension Configuration.Key {
  /// All that is to be said of it.
  fileprivate var facts: String {
    "\(purpose) It is \(type)\(initialText.map { ", by default `\($0)`" } ?? "")."
  }
}

extension ManualPage {
  /// studypost.toml(5).
  fileprivate static func configuration(
    _ chapters: [(table: Configuration.Table, keys: [Configuration.Key])]
  ) -> String {
    var page = ManualPage("studypost.toml", section: 5, "the configuration of a Studypost site")
    page.lines.append(ManualPage.text(Text.file))
    page.add(Text.forms)
    for (table, keys) in chapters {
      page.add(chapter: table.title, table.purpose)
      for key in keys { page.add(key.name, key.facts) }
    }
    page.add(chapter: Text.partnerTitle, Text.partners)
    for key in Configuration.partnerKeys { page.add(key.name, key.facts) }
    return page.text(seeAlso: "studypost(1)", "studypost-config(1)", "studypost-reasons(7)")
  }
}
