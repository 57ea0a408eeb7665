import ArgumentParser
import NationalID
import Spool

/// `id`: national identifiers, looked at by hand.
struct IDCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "id", abstract: "Check national identifiers.",
    discussion: "No site is needed, and nothing is looked up: a valid number is well formed, whoever may bear it.",
    subcommands: [IDCheckCommand.self, IDSchemesCommand.self])
}

/// `id check`: whether a number is one.
struct IDCheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Tell whether a number is a valid national identifier, and what it says.",
    discussion: """
      Any spelling that occurs is read: with dots, spaces, hyphens or slashes, with the number's name before it \
      (NISS:…), as HL7 and FHIR write it (…^^^NISS&2.16…&ISO, urn:oid:2.16…|…), and without the zeros at the front that a \
      spreadsheet loses. Exit status 0: it is valid; 1: it is not.
      """)

  @Argument(help: "A country's code, or a number's name, as 'studypost id schemes' lists them.") var scheme: String
  @Argument(help: "The number. Several words are one number.") var number: [String]
  @OptionGroup var output: JSONOption

  func run() throws {
    guard let scheme = NationalIDScheme.named(scheme) else {
      throw ValidationError("'\(scheme)' is not a scheme known here. All of them: studypost id schemes")
    }
    let text = number.joined(separator: " ")
    let result = scheme.validate(text)
    if output.json {
      try printJSON(json(result, scheme, text))
    } else {
      switch result {
      case .success(let identifier): show(identifier, scheme)
      case .failure(let problem): print("Not a valid \(scheme.name) (\(scheme.code)): \(Quoted.text(problem.message)).")
      }
    }
    if case .failure = result { throw ExitCode(Failure.Status.no.rawValue) }
  }

  private func show(_ identifier: NationalIdentifier, _ scheme: NationalIDScheme) {
    print("A valid \(scheme.name) (\(scheme.code)): \(identifier.value)")
    let sex = identifier.sex.map { $0 == .male ? "male" : "female" }
    print("  birth date  \(identifier.birthDate.map(\.description) ?? "it tells none")")
    print("  sex         \(sex ?? "it tells none")")
    print("  issuer      \(identifier.issuer ?? "no OID is known")")
  }

  private func json(
    _ result: Result<NationalIdentifier, NationalIDProblem>, _ scheme: NationalIDScheme, _ text: String
  ) -> JSON {
    switch result {
    case .success(let it):
      [
        "valid": .bool(true), "scheme": .string(scheme.code), "name": .string(scheme.name), "text": .string(text),
        "value": .string(it.value), "birth_date": JSON(it.birthDate?.description), "sex": JSON(it.sex?.rawValue),
        "issuer": JSON(it.issuer),
      ]
    case .failure(let problem):
      [
        "valid": .bool(false), "scheme": .string(scheme.code), "name": .string(scheme.name), "text": .string(text),
        "problem": .string(problem.code.rawValue), "message": .string(problem.message),
      ]
    }
  }
}

/// `id schemes`: all that `id check` and the configuration can name.
struct IDSchemesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schemes", abstract: "List the national identifiers that are known.",
    discussion: "CODE is what the configuration names: national_id = \"BE\", or [\"BE\", \"NL\"].")

  @OptionGroup var output: JSONOption

  func run() throws {
    let schemes = NationalIDScheme.all.sorted { $0.code < $1.code }
    if output.json {
      return try printJSON(
        .array(
          schemes.map {
            [
              "code": .string($0.code), "name": .string($0.name), "aliases": JSON($0.aliases),
              "issuers": JSON($0.issuers),
            ]
          }))
    }
    var table = Table("CODE", "NAME", "ISSUER", "ALSO")
    for scheme in schemes {
      let names = scheme.aliases.filter { !$0.contains("/") }.joined(separator: ", ")
      table.add(scheme.code, scheme.name, scheme.issuers.first, names.isEmpty ? nil : names)
    }
    table.print()
  }
}
