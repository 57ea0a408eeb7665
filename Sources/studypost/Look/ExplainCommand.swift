import ArgumentParser
import Desk

/// `explain`: what the fixed words mean that stand beside studies, parcels, files and alerts.
struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Tell what a reason or a state means and what to do about it.",
    discussion: """
      Lists, WHY.txt, the log and receipts give each reason as a fixed word, such as no-recipient or birth-date, and each \
      state, such as sealed. Without a word all of them are explained. No site is needed.
      """)

  @Argument(help: "A word, such as no-recipient.") var words: [String] = []
  @Option(name: .long, help: "Write a text, a manual page, or Markdown.") var format = PageFormat.text
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

extension ManualPage {
  fileprivate static func reasons(_ chapters: [(Explanation.Kind, [Explanation])]) -> String {
    var page = ManualPage(
      "studypost-reasons", section: 7, "what the reasons mean that Studypost gives, and what to do")
    page.lines += [
      "Lists,", ".IR WHY.txt ,", "the log and receipts give each reason as a fixed word.", ".B studypost explain",
      ".I WORD", "explains one of them.",
    ]
    for (kind, explanations) in chapters {
      page.add(chapter: kind.title, kind.introduction)
      for explanation in explanations { page.add(explanation.code, explanation.meaning, explanation.remedy) }
    }
    return page.text(seeAlso: "studypost(1)", "studypost.toml(5)")
  }
}
