public import SystemPackage

extension Configuration {
  /// The text of a configuration with a further rule of trust: at its end, or in the table that the partner has already. All
  /// else stays byte for byte, comments above all.
  ///
  /// What comes out is read again, and must say what was wanted and nothing else: a file that a person wrote in a way that
  /// this does not understand is left to that person.
  ///
  /// - Parameters:
  ///   - text: a configuration that is in order.
  ///   - rule: what is trusted from now on, beside what is trusted already.
  ///   - note: a line about it, where a table is added.
  ///   - file: where it lies.
  /// - Returns: the text and the partner's whole rule; nil where all of it is trusted already.
  /// - Throws: ``ConfigurationError`` with what to write by hand.
  public static func text(
    _ text: String, trusting rule: Trust, note: String, as file: FilePath
  ) throws -> (text: String, rule: Trust)? {
    let before = try check(text, as: file)
    let place = before.trust.firstIndex { $0.partner == rule.partner }
    let present = place.map { before.trust[$0] } ?? Trust(partner: rule.partner)
    let wanted = present.adding(rule)
    if wanted == present { return nil }
    var expected = before.trust
    let changed: String?
    if let place {
      expected[place] = wanted
      let values = wanted.values.filter { value in !present.values.contains { $0 == value } }
      changed = self.text(text, setting: values, inTable: place)
    } else {
      expected.append(wanted)
      let end = text.isEmpty || text.hasSuffix("\n") ? "" : "\n"
      changed = text + end + "\n# \(printable(note, limit: 200))\n\(wanted.toml)\n"
    }
    guard let changed, let after = try? check(changed, as: file), after.trust == expected,
      after.settings.filter({ !$0.isTrust }) == before.settings.filter({ !$0.isTrust })
    else {
      let remedy =
        place == nil ? "Write at its end:" : "Write this in place of the table of \(rule.partner):"
      throw ConfigurationError([
        .init(
          file: file, key: "trust", what: "it is written in a way in which only a person can change it safely",
          remedy: "\(remedy)\n\(wanted.toml)")
      ])
    }
    return (changed, wanted)
  }

  /// Sets keys of the table of trust with this number; nil where its lines are not as simple as they should be.
  private static func text(
    _ text: String, setting values: [(key: String, value: Setting.Value)], inTable number: Int
  ) -> String? {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let headers = lines.indices.filter { lines[$0].prefixMatch(of: #/[ \t]*\[\[[ \t]*trust[ \t]*\]\]/#) != nil }
    guard headers.indices.contains(number) else { return nil }
    let begin = headers[number] + 1
    for (key, value) in values {
      let end = lines[begin...].firstIndex { $0.prefixMatch(of: #/[ \t]*\[/#) != nil } ?? lines.endIndex
      let line = "\(key) = \(value.toml)"
      guard let place = lines[begin..<end].firstIndex(where: { sets($0, key) }) else {
        lines.insert(line, at: begin)
        continue
      }
      // What is said beside a value is a person's, and may not hold of another value.
      if lines[place].contains("#") { return nil }
      lines[place] = line
    }
    return lines.joined(separator: "\n")
  }
}

extension Configuration.Setting {
  fileprivate var isTrust: Bool { key.hasPrefix("trust[") }
}
