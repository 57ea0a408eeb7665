import ArgumentParser
import Desk
import Site
import Spool
import SystemPackage

/// Which site a command is for.
struct SiteOptions: ParsableArguments {
  @Option(name: .long, help: "The site's configuration.", completion: .file(extensions: ["toml"]))
  var config: String = Configuration.defaultFile.string

  func configuration() throws -> Configuration {
    let file = FilePath(config)
    try Rights.requireAccess(to: file, writing: false)
    return try Configuration.load(file)
  }

  /// The partners whose files are in order, and what is wrong with the others.
  func partners(
    of configuration: Configuration
  ) throws -> (book: PartnerBook, problems: [ConfigurationError.Problem]) {
    try Rights.requireAccess(to: configuration.partners, writing: false)
    return try PartnerBook.read(configuration.partners, owner: configuration.site)
  }

  /// The site's desk, with the person at the keyboard.
  func desk() throws -> Desk {
    let configuration = try configuration()
    try Rights.requireAccess(to: configuration.journal, writing: true)
    return Desk(try LocalSite(configuration), actor: Person.actor)
  }

  /// How the option is written in a command that people are told to use.
  var inCommands: String { config == Configuration.defaultFile.string ? "" : " --config \(config)" }
}

/// Whether to print for a program.
struct JSONOption: ParsableArguments {
  @Flag(name: .long, help: "Print one JSON document.")
  var json = false
}

/// How much of a list to print.
struct ListOptions: ParsableArguments {
  @Option(name: .long, help: "At most so many.") var limit = 500
  @Flag(name: .long, help: "The whole list.") var all = false

  func validate() throws {
    if limit < 1 { throw ValidationError("--limit must be 1 or more.") }
  }

  /// A long list is read and printed in portions of this many.
  private static let portion = 5000

  /// Reads the list in portions.
  ///
  /// - Returns: how many were left out.
  private func read<Item>(
    _ list: (Page) throws -> Portion<Item>, _ body: ([Item], _ isFirst: Bool) throws -> Void
  ) throws -> Int {
    let wanted = all ? Int.max : limit
    var seen = 0
    while true {
      let portion = try list(Page(limit: min(wanted - seen, Self.portion), offset: seen))
      if seen == 0 || !portion.items.isEmpty { try body(portion.items, seen == 0) }
      seen += portion.items.count
      if portion.items.isEmpty || seen >= wanted || seen >= portion.total { return max(0, portion.total - seen) }
    }
  }

  /// Prints a list as a table, or as one JSON array.
  func print<Item>(
    json isJSON: Bool, _ list: (Page) throws -> Portion<Item>, header: [String], orSay sentence: String,
    row: (Item) -> [String?], object: (Item) -> JSON
  ) throws {
    if isJSON {
      var array = JSONArrayPrinter()
      _ = try read(list) { items, _ in for item in items { try array.add(object(item)) } }
      return array.finish()
    }
    let rest = try read(list) { items, isFirst in
      var table = Table(header)
      for item in items { table.add(row(item)) }
      table.print(withHeader: isFirst, orSay: sentence)
    }
    if rest > 0 { Swift.print("… and \(grouped(rest)) more: --all") }
  }
}
