import DICOM
import Foundation
import NationalID
import Patients
import Reconciliation
import Testing

/// A story from a text file: what a study says, who is known here, and what must become of it.
///
///     = the twin's number
///     from  PEETERS^LUCA | M | 2015-03-04 | ids=item 20150304-035
///     local Peeters^Lucas | M | 2015-03-04 | numbers=20150304-035
///     local Peeters^Luca | M | 2015-03-04 | numbers=20150304-033
///     -> person: neighbour
///
/// Each `from` is an image, each `local` a patient here, called L1, L2 and so on. After the name stand sex, birth date and
/// further fields; what is left out is that of an unremarkable man who was born on 1985-07-30. `-` is nothing, `␣` a blank.
/// A national number of the form `20150304-035` gets its check digits; any other stands as it is. In `ids`, `item`, `id` and
/// `retired` say where the number stands, or a further element; `@X` says who issued it, instead of the scheme's OID.
struct Scenario: CustomTestStringConvertible {
  enum Outcome: Equatable {
    case automatic(String)
    case person(Set<String>)
  }

  let testDescription: String
  var trusted: [String] = []
  var unqualified = false
  var places: [TagPath] = []
  var identities: [StudyIdentity] = []
  var changes: [PatientChange] = []
  var outcome: Outcome?
  private var patients = 0

  private struct Mistake: Error, CustomStringConvertible { let description: String }

  /// All stories of the folder.
  static let all: [Scenario] =
    Result {
      try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".txt") }.sorted().flatMap {
        try read(String(contentsOfFile: "\(folder)/\($0)", encoding: .utf8), $0)
      }
    }.mapError { error in
      Issue.record("\(error)")
      return error
    }.value ?? []

  private static let folder = "\(#filePath)".replacing("/Scenario.swift", with: "/Scenarios")

  private static func read(_ text: String, _ file: String) throws -> [Scenario] {
    var scenarios: [Scenario] = []
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      guard let space = line.firstIndex(of: " "), !line.hasPrefix("#") else { continue }
      let rest = line[space...].trimmingCharacters(in: .whitespaces)
      do {
        switch line[..<space] {
        case "=": scenarios.append(Scenario(testDescription: "\(file):\(number + 1): \(rest)"))
        case "trust": try scenarios[scenarios.count - 1].takeTrust(rest)
        case "from": try scenarios[scenarios.count - 1].takeImage(Person(rest))
        case "local": try scenarios[scenarios.count - 1].takePatient(Person(rest))
        case "->": try scenarios[scenarios.count - 1].takeOutcome(rest)
        default: throw Mistake(description: "what is this?")
        }
      } catch {
        throw Mistake(description: "\(file):\(number + 1): \(error)")
      }
    }
    return scenarios
  }

  private init(testDescription: String) { self.testDescription = testDescription }

  /// `trust CH1` trusts an issuer, `trust unqualified` a Patient ID without one, `trust (0010,4000)` a further element.
  private mutating func takeTrust(_ text: String) throws {
    if text == "unqualified" {
      unqualified = true
    } else if text.hasPrefix("(") {
      places.append(try TagPath(text))
    } else {
      trusted.append(text)
    }
  }

  /// How the site of the story decides.
  var policy: MatchingPolicy {
    MatchingPolicy(schemes: [.belgium], trustedIssuers: trusted, unqualified: unqualified, places: places)
  }

  private mutating func takeOutcome(_ text: String) throws {
    guard outcome == nil else { throw Mistake(description: "a second outcome") }
    guard text.hasPrefix("person:") else { return outcome = .automatic(text) }
    outcome = .person(
      Set(text.dropFirst("person:".count).split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }))
  }

  private mutating func takeImage(_ person: Person) throws {
    let ids = person.values["ids"]?.first ?? "item \(person.number)"
    identities.append(
      StudyIdentity(
        identifiers: try ids == "-" ? [] : ids.components(separatedBy: ", ").map(Self.identifier), name: person.name,
        birthName: person.values["birthname"]?.first, otherNames: person.values["othername"] ?? [],
        birthDate: person.birthDate, sex: person.sex, isDeidentified: person.flags.contains("deidentified"),
        studyInstanceUID: "1.2.3", studyDate: Person.date(person.values["study"]?.first ?? "2026-01-02")))
  }

  private static func identifier(_ text: String) throws -> SenderIdentifier {
    let words = text.split(separator: " ", maxSplits: 1).map(String.init)
    guard words.count == 2 else { throw Mistake(description: "no place and number: \(text)") }
    let place = words[0].replacing("␣", with: " ").split(separator: "@").map(String.init)
    let source: SenderIdentifier.Source? =
      ["item": .otherPatientIDsSequence, "id": .patientID, "retired": .otherPatientIDs][place[0]]
      ?? (place[0].hasPrefix("(") ? .init(rawValue: place[0]) : nil)
    guard let source else { throw Mistake(description: "no place: \(place[0])") }
    let usual = [.otherPatientIDsSequence, .patientID].contains(source) ? People.issuer : "-"
    let issuer = place.count > 1 ? place[1] : usual
    let isOID = issuer.contains(".")
    return SenderIdentifier(
      source: source, value: Person.number(words[1].replacing("␣", with: " ")),
      issuer: issuer == "-" || isOID ? nil : issuer, issuerUID: isOID ? issuer : nil)
  }

  private mutating func takePatient(_ person: Person) throws {
    patients += 1
    let id = LocalIdentifier("L\(patients)", authority: person.values["authority"]?.first ?? "")
    var update = PatientUpdate(id: id)
    let name = Person.components(person.name ?? "")
    update.names = .set(
      [PatientName(.legal, family: name.family, given: name.given)]
        + (person.values["birthname"] ?? []).map { PatientName(.birth, family: $0, given: "") }
        + (person.values["alias"] ?? []).map {
          let alias = Person.components($0)
          return PatientName(.alias, family: alias.family, given: alias.given)
        })
    update.birthDate = person.birthDate.map(Field.set) ?? .leave
    update.sex = person.sex.map(Field.set) ?? .leave
    let numbers = (person.values["numbers"] ?? [person.number]).filter { $0 != "-" }
    update.nationalNumbers = .set(
      numbers.map { NationalNumber(Person.number($0)) }
        + (person.values["former"] ?? []).map { NationalNumber(Person.number($0), isCurrent: false) })
    if let day = person.values["dead"]?.first {
      update.deceasedOn = .set(Person.date(day) ?? "")
      update.isDeceased = .set(true)
    } else if person.flags.contains("dead") {
      update.isDeceased = .set(true)
    }
    if person.flags.contains("inactive") { update.active = .set(false) }
    add(.update(update), at: 0)
    if let survivor = person.values["merged"]?.first {
      add(.merge(from: id, into: LocalIdentifier(survivor)), at: 1)
      if person.flags.contains("unmerged") { add(.unmerge(id), at: 2) }
    }
    if let number = person.values["renumbered"]?.first {
      add(.changeIdentifier(from: id, to: LocalIdentifier(number)), at: 1)
    }
  }

  private mutating func add(_ action: PatientChange.Action, at hour: Double) {
    changes.append(PatientChange(action, at: Date(timeIntervalSince1970: hour * 3600)))
    changes.sort { $0.at < $1.at }
  }
}

extension Result {
  fileprivate var value: Success? { try? get() }
}

/// What a line says of somebody.
struct Person {
  var name: String?
  var sex: String? = "M"
  var birthDate: String? = "19850730"
  var flags: Set<String> = []
  var values: [String: [String]] = [:]

  init(_ text: String) {
    let fields = text.components(separatedBy: " | ").map { $0.trimmingCharacters(in: .whitespaces) }
    name = Self.value(fields[0])
    var plain: [String] = []
    for field in fields.dropFirst() {
      let parts = field.split(separator: "=", maxSplits: 1).map(String.init)
      if parts.count == 2 {
        values[parts[0], default: []].append(parts[1])
      } else if ["inactive", "dead", "deidentified", "unmerged"].contains(field) {
        flags.insert(field)
      } else {
        plain.append(field)
      }
    }
    if plain.count > 0 { sex = Self.value(plain[0]) }
    if plain.count > 1 { birthDate = Self.date(plain[1]) }
  }

  /// The number of somebody of this birth date and sex.
  var number: String {
    let day = birthDate.flatMap { $0.count == 8 && $0.allSatisfy(\.isNumber) ? $0 : nil } ?? "19850730"
    return Self.number("\(day)-\(sex?.uppercased() == "F" ? "034" : "033")")
  }

  static func value(_ text: String) -> String? { text == "-" ? nil : text }

  static func date(_ text: String) -> String? {
    value(text).map { $0.wholeMatch(of: /\d{4}-\d\d-\d\d/) == nil ? $0 : $0.replacing("-", with: "") }
  }

  static func components(_ name: String) -> (family: String, given: String) {
    let parts = name.split(separator: "^", omittingEmptySubsequences: false).map(String.init)
    return (parts[0], parts.count > 1 ? parts[1] : "")
  }

  /// `20150304-035` with its check digits: a Belgian register number.
  static func number(_ text: String) -> String {
    guard let parts = text.wholeMatch(of: /(\d{8})-(\d{3})/), let year = Int(parts.1.prefix(4)) else { return text }
    let digits = parts.1.dropFirst(2) + parts.2
    let check = 97 - ((Int(digits) ?? 0) + (year >= 2000 ? 2_000_000_000 : 0)) % 97
    return digits + (check < 10 ? "0\(check)" : "\(check)")
  }
}
