internal import FHIR
internal import FoundationEssentials

/// Changes out of FHIR R4 Patients: each says all of its patient, so what it leaves out is not there.
///
/// A `replaced-by` link is a merge. It names a patient of the file, which may stand anywhere in it; so merges come last,
/// when the file was looked through once more for the few that are named.
struct FHIRFeed: FeedReader {
  private let source: FeedSource
  private var resources: ResourceReader
  private let numbers: FeedNumbers
  private let now = Date()
  private var links: [Link] = []
  private var waiting: ArraySlice<FeedItem> = []
  private var isResolved = false

  /// A record that another replaces.
  private struct Link {
    var from: LocalIdentifier
    var reference: String
    var at: Date
    var line: Int
  }

  init(_ source: FeedSource, _ settings: PatientSettings) {
    self.source = source
    resources = ResourceReader(read: source.portions)
    numbers = FeedNumbers(settings: settings)
  }

  mutating func next() throws -> FeedItem? {
    while waiting.isEmpty {
      do {
        if let element = try resources.next() {
          waiting = items(element)[...]
        } else if isResolved {
          return nil
        } else {
          waiting = try merges()[...]
        }
      } catch let error as FHIRError {
        throw PatientsError(.list, "\(source.name): \(error)")
      }
    }
    return waiting.popFirst()
  }

  private mutating func items(_ element: ResourceReader.Element) -> [FeedItem] {
    do {
      guard let entry = try PatientEntry(element.json.get()) else { return [] }
      return try items(entry.patient, line: element.number)
    } catch {
      return [.bad(error as? BadEntry ?? BadEntry(line: element.number, reason: "\(error)"))]
    }
  }

  private mutating func items(_ patient: PatientResource, line: Int) throws -> [FeedItem] {
    let at = patient.meta?.lastUpdated.flatMap(FeedTime.instant(fhir:)) ?? now
    let sorted = numbers.sort(patient.numbers(at: at), line: line)
    guard let id = sorted.local else { throw BadEntry(line: line, reason: "the Patient has no local identifier") }
    var update = PatientUpdate(id: id)
    update.otherIDs = .set(sorted.others)
    // One that is wrong is no reason to forget the right one.
    update.nationalNumbers =
      !sorted.national.isEmpty ? .set(sorted.national) : sorted.problems.isEmpty ? .delete : .leave
    let names = patient.names(at: at)
    update.names = names.isEmpty ? .delete : .set(names)
    update.birthDate = try Self.day(patient.birthDate, "birthDate", line)
    update.sex = ["male": "M", "female": "F", "other": "O"][patient.gender ?? ""].map { .set($0) } ?? .delete
    update.isDeceased = .set(patient.deceasedDateTime != nil || patient.deceasedBoolean == true)
    update.deceasedOn = try Self.day(patient.deceasedDateTime, "deceasedDateTime", line)
    update.active = .set(patient.active ?? true)
    if let problem = FeedNames.problem(in: names, and: [id] + sorted.others) {
      throw BadEntry(line: line, reason: problem.reason, value: problem.value)
    }
    var items = sorted.problems.map(FeedItem.bad)
    let replacing = (patient.link ?? []).filter { $0.type == "replaced-by" }
    guard let other = replacing.first?.other else {
      update.standsAlone = true
      return items + [.change(PatientChange(.update(update), at: at))]
    }
    // What replaces it says all that is to be known; of a record merged before nothing may be changed.
    if let identifier = other.identifier, let number = PatientResource.number(identifier, at: at),
      let into = numbers.sort([number], line: line).local
    {
      items.append(.change(PatientChange(.merge(from: id, into: into), at: at)))
    } else if let reference = other.reference {
      links.append(Link(from: id, reference: reference, at: at, line: line))
    } else {
      throw BadEntry(line: line, reason: "a link replaced-by names no patient")
    }
    return items
  }

  /// The merges of all links, after a second look through the file for what they name.
  private mutating func merges() throws -> [FeedItem] {
    isResolved = true
    guard !links.isEmpty else { return [] }
    let wanted = Set(links.map { PatientEntry.key(of: $0.reference) })
    var found: [String: LocalIdentifier] = [:]
    var again = ResourceReader(read: source.portions)
    while let element = try again.next() {
      guard let json = try? element.json.get(), let entry = try? PatientEntry(json) else { continue }
      for key in entry.keys where wanted.contains(key) {
        found[key] = numbers.sort(entry.patient.numbers(at: now), line: element.number).local
      }
    }
    return links.map { link in
      guard let into = found[PatientEntry.key(of: link.reference)] else {
        return .bad(
          BadEntry(line: link.line, reason: "a link replaced-by names no patient of this file", value: link.reference))
      }
      return .change(PatientChange(.merge(from: link.from, into: into), at: link.at))
    }
  }

  private static func day(_ text: String?, _ what: String, _ line: Int) throws -> Field<String> {
    guard let text else { return .delete }
    guard let day = FeedTime.day(text) else {
      throw BadEntry(line: line, reason: "\(what) does not exist", value: text)
    }
    // A part of a date is not what the index can keep.
    return day == .leave ? .delete : day
  }
}

extension PatientResource {
  fileprivate func numbers(at: Date) -> [FeedNumbers.Number] {
    (identifier ?? []).compactMap { Self.number($0, at: at) }
  }

  fileprivate static func number(_ identifier: Identifier, at: Date) -> FeedNumbers.Number? {
    guard let value = identifier.value, !value.isEmpty else { return nil }
    let type = identifier.type?.coding?.compactMap(\.code).first ?? ""
    return FeedNumbers.Number(
      value: value, authorities: [identifier.system].compactMap(\.self), type: type,
      isCurrent: identifier.use != "old" && !isOver(identifier.period, at: at))
  }

  /// Names in use first; those that were in use before are aliases.
  fileprivate func names(at: Date) -> [PatientName] {
    var all = FeedNames()
    let ranked = (name ?? []).enumerated().sorted { one, two in
      (one.element.use == "official" ? 0 : 1, one.offset) < (two.element.use == "official" ? 0 : 1, two.offset)
    }
    for (_, name) in ranked {
      let given = (name.given ?? []).joined(separator: " ")
      guard let family = name.family ?? (given.isEmpty ? name.text : nil) else { continue }
      let kind: PatientName.Kind =
        switch name.use {
        case "maiden": .birth
        case "nickname", "anonymous", "old": .alias
        case "temp": .other
        default: Self.isOver(name.period, at: at) ? .alias : .legal
        }
      all.add(
        kind,
        .init(
          family: family, given: given, prefix: (name.prefix ?? []).joined(separator: " "),
          suffix: (name.suffix ?? []).joined(separator: " ")))
    }
    return all.ordered
  }

  private static func isOver(_ period: Period?, at: Date) -> Bool {
    guard let end = period?.end else { return false }
    let digits = end.prefix { $0 != "T" }.replacing("-", with: "")
    return FeedTime.instant(hl7: digits + "+0000").map { $0 <= at } ?? false
  }
}
