internal import FoundationEssentials

/// Escaping of what other sites and devices wrote, before people or terminals see it.
public enum Quoted {
  /// The text with every control, format and direction character, and all beyond a length, made harmless and visible.
  ///
  /// Terminal escapes, line breaks and bidirectional overrides could otherwise forge lines of a log, a list or a
  /// reason.
  public static func text(_ text: some StringProtocol, limit: Int = 512) -> String {
    var quoted = ""
    var count = 0
    for scalar in text.unicodeScalars {
      if count >= limit {
        quoted += "…"
        break
      }
      count += 1
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
        quoted += "\\u{\(String(scalar.value, radix: 16))}"
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted
  }
}
