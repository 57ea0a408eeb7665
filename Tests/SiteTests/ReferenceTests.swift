import Spool
import SystemPackage
import Testing

@testable import Site

/// What is said of each key is true of the reader.
@Suite struct ReferenceTests {
  private typealias Table = Configuration.Table

  /// The keys that the reader knows in a table, as it tells them of a key that it does not know.
  private func known(in table: Table) throws -> [String] {
    let text = "site = \"ch1\"\n\(table.header ?? "")\nqqqqqqqqqqqq = 1"
    return try keys(toldBy: problems { _ = try configuration(text) })
  }

  private func keys(toldBy problems: [String]) throws -> [String] {
    let told = try #require(problems.first { $0.contains("qqqqqqqqqqqq: ") }, "\(problems)")
    let list = try #require(told.split(separator: "Choose from ").last)
    return list.dropLast().split(separator: ", ").map(String.init)
  }

  @Test func theReaderAndTheReferenceKnowTheSameKeys() throws {
    for table in Configuration.reference {
      let prefix = table.name.isEmpty ? "" : "\(table.name)."
      let inner = Configuration.reference.map(\.name).filter { $0 != table.name && $0.hasPrefix(prefix) }
        .map { $0.dropFirst(prefix.count) }.filter { !$0.contains(".") }.map(String.init)
      #expect(try Set(known(in: table)) == Set(table.keys.map(\.name) + inner), "\(table.name)")
      #expect(Set(table.keys.map(\.name)).count == table.keys.count)
    }
    let names = Configuration.reference.map(\.name)
    #expect(Set(names).count == names.count)
  }

  @Test func theFileOfAPartnerHasTheKeysThatAreSaid() throws {
    let card = try sampleCard()
    let known = problems {
      _ = try Partner(parsing: "qqqqqqqqqqqq = 1\n" + card.toml(), file: FilePath("\(card.site).toml"))
    }
    let cardKeys = ["site", "name", "contact", "signing_key", "transport_key", "encryption_key", "sftp", "former"]
    #expect(try Set(keys(toldBy: known)) == Set(cardKeys + Configuration.partnerKeys.map(\.name)))
    // Each default is what a partner without the key has.
    let keys = Configuration.partnerKeys.filter { $0.initial != nil }
    let set = keys.map { "\($0.name) = \($0.initialText ?? "")\n" }.joined()
    let file = FilePath("\(card.site).toml")
    #expect(try Partner(parsing: set + card.toml(), file: file) == Partner(parsing: card.toml(), file: file))
  }

  @Test func eachDefaultIsWhatASiteThatDoesNotSetItHas() throws {
    let settings = try configuration("site = \"ch1\"").settings
    for table in Configuration.reference where !["route", "trust"].contains(table.name) {
      for key in table.keys where !["site", "name"].contains(key.name) {
        let name = table.name.isEmpty ? key.name : "\(table.name)\(table.isList ? "[1]" : "").\(key.name)"
        let setting = try #require(settings.first { $0.key == name }, "\(name)")
        guard let initial = key.initialText else {
          #expect(setting.value == nil, "\(name)")
          continue
        }
        let set = "site = \"ch1\"\n\(table.header ?? "")\n\(key.name) = \(initial)"
        #expect(try configuration(set).settings == settings, "\(name)")
      }
    }
    let trusting = try configuration("site = \"ch1\"\n[[trust]]\npartner = \"ch2\"").settings
    let shown = Set(trusting.map { $0.key.replacing("[1]", with: "").replacing(/\[\d+\]/, with: "") })
    let said = Configuration.reference.flatMap { table in
      table.keys.map { table.name.isEmpty ? $0.name : "\(table.name).\($0.name)" }
    }
    // Only a rule that has one has a pattern.
    #expect(Set(said).subtracting(shown) == ["route.pattern"] && shown.subtracting(said).isEmpty)
  }

  @Test func aValueOfAnotherTypeIsToldInTheWordsOfTheReference() throws {
    for table in Configuration.reference {
      for key in table.keys {
        let name = "\(table.name).\(key.name)"
        // Nothing that any form takes; where a number stands, one beyond every range; of a list, no list.
        let isNumber = key.type.contains("number")
        let wrong = isNumber ? "1000000000" : key.type.contains("list") ? "1" : "\"\\u0001\""
        let header = table.header.map { "\n\($0)\n" } ?? "\n"
        let site = name == ".site" ? "" : "site = \"ch1\""
        let told = problems { _ = try configuration("\(site)\(header)\(key.name) = \(wrong)") }
        let mine = try #require(
          told.first { $0.hasPrefix(key.name) || $0.contains(".\(key.name): ") }, "\(name): \(told)")
        if isNumber {
          let range = key.type.split(separator: " from ")[1]
          #expect(mine.contains("Choose from \(range)"), "\(name): \(mine)")
        } else if key.type.hasPrefix("\"") {
          for word in key.type.replacing(" or ", with: ", ").split(separator: ", ") {
            #expect(mine.contains(word.filter { $0 != "\"" }), "\(name): \(mine)")
          }
        } else if key.type == "true or false" {
          #expect(mine.contains("not true or false"), "\(name): \(mine)")
        } else if key.type.contains("list") {
          #expect(mine.contains("not a list"), "\(name): \(mine)")
        } else {
          #expect(mine.contains("is not \(key.type)"), "\(name): \(mine)")
        }
      }
    }
  }
}
