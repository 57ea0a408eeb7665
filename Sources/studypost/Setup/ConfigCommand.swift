import ArgumentParser
import Site
import SystemPackage

/// `config`: the configuration as it is in force.
struct ConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "Look at the configuration.", subcommands: [Show.self, Explain.self])

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print every value that is in force, and where it is from.",
      discussion: """
        What is printed is a configuration itself, with each value's line in the file, or "default", behind it. It is what \
        the file says now; services that run take a changed file up with `systemctl reload`.
        """)

    @OptionGroup var site: SiteOptions
    @OptionGroup var output: JSONOption

    func run() throws {
      try Rights.requireAccess(to: FilePath(site.config), writing: false)
      let inForce = try Configuration.inForce(FilePath(site.config))
      guard output.json else { return print(inForce.toml(), terminator: "") }
      try printJSON([
        "file": JSON(inForce.configuration.file.string),
        "settings": .array(
          inForce.settings.map { setting, origin in
            [
              "key": JSON(setting.key), "value": JSON(setting.value), "from": JSON(origin.word),
              "line": JSON(origin.line),
            ]
          }),
      ])
    }
  }
}

extension JSON {
  fileprivate init(_ value: Configuration.Setting.Value?) {
    self =
      switch value {
      case .text(let text): .string(text)
      case .integer(let integer): JSON(integer)
      case .number(let number): .number(number)
      case .truth(let truth): .bool(truth)
      case .texts(let texts): JSON(texts)
      case nil: .null
      }
  }
}

extension Configuration.Origin {
  fileprivate var word: String { self == .byDefault ? "default" : "file" }

  fileprivate var line: Int? {
    guard case .file(let line) = self else { return nil }
    return line
  }
}
