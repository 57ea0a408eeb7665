import TOMLKit

/// Parses a TOML document; reports a syntax error with its line and column and returns nil.
func parseTOML(_ text: String, _ problems: ProblemList) -> TOMLTable? {
  // The parser hands strings over as C strings, which end at a NUL: what follows would be lost unseen.
  guard !text.utf8.contains(0), !text.contains("\\u0000"), !text.contains("\\U00000000") else {
    problems.report("", "it holds a NUL character", "Remove it.")
    return nil
  }
  do {
    return try TOMLTable(string: text)
  } catch let error as TOMLParseError {
    let place = error.source.begin
    problems.report(
      "line \(place.line), column \(place.column)", "this is no TOML: \(printable(error.description, limit: 300))",
      "Correct this line.")
  } catch {
    problems.report("", "this is no TOML: \(error)", "Correct the file.")
  }
  return nil
}

/// A TOML basic string with its quotation marks (TOML 1.0.0, String).
func tomlString(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    case _ where isInvisible(scalar):
      let digits = String(scalar.value, radix: 16, uppercase: true)
      result += "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}

/// A text of the file as it may be shown: quoted, cut, and without anything that steers a terminal.
func quoted(_ text: String) -> String {
  text.unicodeScalars.count <= 60 ? tomlString(text) : tomlString(String(text.prefix(59))) + "…"
}

/// As it is, but for what steers a terminal.
func printable(_ text: String, limit: Int) -> String {
  var result = ""
  for scalar in text.unicodeScalars.prefix(limit) {
    result.unicodeScalars.append(isInvisible(scalar) ? "\u{FFFD}" : scalar)
  }
  return result
}

/// Control and format characters (direction marks among them), line breaks, and what is not assigned: no text that
/// people read needs them, and they can make one text look like another.
func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.properties.generalCategory {
  case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: true
  default: false
  }
}
