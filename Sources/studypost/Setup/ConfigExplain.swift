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
      let chapters = try chosen()
      switch format {
      case .text:
        for chapter in chapters {
          for key in chapter.keys {
            print(chapter.prefix + key.name)
            for line in wrapped(key.facts.plain, width: Terminal.width, indent: "  ") { print(line) }
          }
        }
      case .markdown:
        if keys.isEmpty { print("\(Text.file)\n\n\(Text.forms)\n") }
        for chapter in chapters { print(Self.markdown(chapter.title, chapter.purpose, chapter.keys)) }
      case .man: print(ManualPage.configuration(chapters))
      }
    }

    private func chosen() throws -> [Chapter] {
      for asked in keys where Chapter.all.allSatisfy({ $0.keys(asked: [asked]).isEmpty }) {
        throw Failure(.no, "\(asked): there is no such key. All of them: studypost config explain")
      }
      return keys.isEmpty
        ? Chapter.all
        : Chapter.all.map { chapter in
          var chosen = chapter
          chosen.keys = chapter.keys(asked: keys)
          return chosen
        }.filter { !$0.keys.isEmpty }
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

/// Keys that stand together: a table of the configuration, or the file of a partner.
private struct Chapter {
  let title: String
  let purpose: String
  /// What stands before a key that is named alone.
  let prefix: String
  var keys: [Configuration.Key]

  /// Those that are named, alone or with what stands before them.
  func keys(asked: [String]) -> [Configuration.Key] {
    keys.filter { asked.contains($0.name) || asked.contains(prefix + $0.name) }
  }

  static let all =
    Configuration.reference.map { table in
      Chapter(
        title: table.header ?? "Before the first table", purpose: table.purpose,
        prefix: table.name.isEmpty ? "" : "\(table.name).", keys: table.keys)
    } + [
      Chapter(
        title: Text.partnerTitle, purpose: Text.partners, prefix: "partners/SITE.toml: ",
        keys: Configuration.partnerKeys)
    ]
}

extension Configuration.Key {
  /// All that is to be said of it.
  fileprivate var facts: String {
    "\(purpose) It is \(type)\(initialText.map { ", by default `\($0)`" } ?? "")."
  }
}

extension ManualPage {
  /// studypost.toml(5).
  fileprivate static func configuration(_ chapters: [Chapter]) -> String {
    var page = ManualPage("studypost.toml", section: 5, "the configuration of a Studypost site")
    page.lines.append(ManualPage.text(Text.file))
    page.add(Text.forms)
    for chapter in chapters {
      page.add(chapter: chapter.title, chapter.purpose)
      for key in chapter.keys { page.add(key.name, key.facts) }
    }
    return page.text(seeAlso: "studypost(1)", "studypost-config(1)", "studypost-reasons(7)")
  }
}
