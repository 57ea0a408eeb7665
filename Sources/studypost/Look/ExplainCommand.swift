import ArgumentParser
import Desk

/// `explain`: what the fixed words mean that stand beside studies, parcels, files and alerts.
struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Tell what a reason means and what to do about it.",
    discussion: """
      Lists, WHY.txt, the log and receipts give each reason as a fixed word, such as no-recipient or birth-date. Without a \
      word all of them are explained. No site is needed.
      """)

  /// How the explanations are written.
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case text, man, markdown
  }

  @Argument(help: "A word, such as no-recipient.") var words: [String] = []
  @Option(name: .long, help: "Write a text, a manual page, or Markdown.") var format = Format.text
  @OptionGroup var output: JSONOption

  func run() throws {
    let unknown = words.filter { Explanation.of($0).isEmpty }
    guard unknown.isEmpty else {
      throw Failure(
        .no, "\(unknown.joined(separator: ", ")): there is no such word. All of them: studypost explain")
    }
    let chosen = words.isEmpty ? Explanation.all : Explanation.all.filter { words.contains($0.code) }
    if output.json { return try printJSON(.array(chosen.map(\.json))) }
    let chapters = Explanation.Kind.allCases.map { kind in (kind, chosen.filter { $0.kind == kind }) }
      .filter { !$0.1.isEmpty }
    switch format {
    case .text:
      for (kind, explanations) in chapters {
        print(kind.title.uppercased())
        for explanation in explanations {
          print("\n  \(explanation.code)")
          for text in [explanation.meaning, explanation.remedy] {
            for line in wrapped(text.plain, width: Terminal.width, indent: "    ") { print(line) }
          }
        }
        print("")
      }
    case .markdown:
      for (kind, explanations) in chapters {
        print("## \(kind.title)\n\n\(kind.introduction)\n\n| word | what happened | what to do |\n|---|---|---|")
        for explanation in explanations {
          print("| `\(explanation.code)` | \(explanation.meaning) | \(explanation.remedy) |")
        }
        print("")
      }
    case .man:
      print(ManualPage.reasons(chapters))
    }
  }
}

extension Explanation {
  fileprivate var json: JSON {
    .object([
      "kind": .string(kind.rawValue), "code": .string(code), "meaning": .string(meaning.plain),
      "remedy": .string(remedy.plain),
    ])
  }
}

extension String {
  /// Without the marks of what is to be typed.
  fileprivate var plain: String { replacing("`", with: "") }
}

/// A manual page as man(7) reads it.
private enum ManualPage {
  static func reasons(_ chapters: [(Explanation.Kind, [Explanation])]) -> String {
    var lines = [
      ".TH STUDYPOST\\-REASONS 7 \"\" \"studypost \(Studypost.configuration.version)\" \"Studypost\"", ".SH NAME",
      "studypost\\-reasons \\- what the reasons mean that Studypost gives, and what to do", ".SH DESCRIPTION",
      "Lists,", ".IR WHY.txt ,", "the log and receipts give each reason as a fixed word.", ".B studypost explain",
      ".I WORD", "explains one of them.",
    ]
    for (kind, explanations) in chapters {
      lines += [".SH " + kind.title.uppercased(), text(kind.introduction)]
      for explanation in explanations {
        lines += [
          ".TP", ".B " + text(explanation.code), text(explanation.meaning), ".br", text(explanation.remedy),
        ]
      }
    }
    lines += [".SH SEE ALSO", ".BR studypost (1)"]
    return lines.joined(separator: "\n")
  }

  /// A paragraph: what stands between backticks is bold.
  private static func text(_ markdown: String) -> String {
    let parts = markdown.split(separator: "`", omittingEmptySubsequences: false).map {
      $0.replacing("\\", with: "\\e").replacing("-", with: "\\-")
    }
    let line = parts.enumerated().map { $0.offset.isMultiple(of: 2) ? $0.element : "\\fB\($0.element)\\fR" }.joined()
    // A line that began so would be a request.
    return line.hasPrefix(".") || line.hasPrefix("'") ? "\\&" + line : line
  }
}
