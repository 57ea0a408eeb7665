import ArgumentParser

/// How what the program knows of itself is written.
enum PageFormat: String, CaseIterable, ExpressibleByArgument {
  case text, man, markdown
}

/// A manual page as man(7) reads it, of texts in which what stands between backticks is to be typed.
struct ManualPage {
  /// Its lines so far, after the heading of its description.
  var lines: [String]

  /// Begins a page.
  init(_ name: String, section: Int, _ purpose: String) {
    let version = Studypost.configuration.version
    lines = [
      ".TH \(Self.text(name.uppercased())) \(section) \"\" \"studypost \(version)\" \"Studypost\"", ".SH NAME",
      "\(Self.text(name)) \\- \(Self.text(purpose))", ".SH DESCRIPTION",
    ]
  }

  /// Adds a chapter and its first paragraph.
  mutating func add(chapter title: String, _ text: String) {  // The name of a table stays as it is typed.
    lines += [".SH " + (title.hasPrefix("[") ? title : title.uppercased()), Self.text(text)]
  }

  /// Adds a paragraph.
  mutating func add(_ text: String) { lines += [".PP", Self.text(text)] }

  /// Adds a word with what it means, in paragraphs.
  mutating func add(_ word: String, _ texts: String...) {
    lines += [".TP", ".B " + Self.text(word)] + texts.map { [Self.text($0)] }.joined(separator: [".br"])
  }

  /// The page, with other pages to look at, such as `studypost(1)`.
  func text(seeAlso others: String...) -> String {
    let references = others.enumerated().map { index, page in
      let parts = page.split(separator: "(")
      return ".BR \(Self.text(String(parts[0]))) (\(parts[1])" + (index + 1 < others.count ? " ," : "")
    }
    return (lines + [".SH SEE ALSO"] + references).joined(separator: "\n")
  }

  /// A paragraph as man(7) has it.
  static func text(_ markdown: String) -> String {
    let parts = markdown.split(separator: "`", omittingEmptySubsequences: false).map {
      $0.replacing("\\", with: "\\e").replacing("-", with: "\\-")
    }
    let line = parts.enumerated().map { $0.offset.isMultiple(of: 2) ? $0.element : "\\fB\($0.element)\\fR" }.joined()
    // A line that began so would be a request.
    return line.hasPrefix(".") || line.hasPrefix("'") ? "\\&" + line : line
  }
}

extension String {
  /// Without the marks of what is to be typed.
  var plain: String { replacing("`", with: "") }
}
