internal import FoundationEssentials
internal import HL7

/// Changes out of HL7 version 2 messages of patient administration.
///
/// Of other messages, and of events that say nothing of who a patient is (A11, the cancelled admission, among them), there
/// are none.
struct ADTFeed: FeedReader {
  private var messages: MessageReader
  private let numbers: FeedNumbers
  private var waiting: ArraySlice<FeedItem> = []

  init(_ source: FeedSource, _ settings: PatientSettings) {
    messages = MessageReader(read: source.portions)
    numbers = FeedNumbers(settings: settings)
  }

  mutating func next() throws -> FeedItem? {
    while waiting.isEmpty {
      guard let entry = try messages.next() else { return nil }
      waiting = items(entry)[...]
    }
    return waiting.popFirst()
  }

  private func items(_ entry: MessageReader.Entry) -> [FeedItem] {
    do {
      guard let message = try PatientMessage(entry.message.get()) else { return [] }
      return try items(message, line: entry.line)
    } catch {
      return [.bad(error as? BadEntry ?? BadEntry(line: entry.line, reason: "\(error)"))]
    }
  }

  private func items(_ message: PatientMessage, line: Int) throws -> [FeedItem] {
    guard Self.events.contains(message.event) else { return [] }
    guard let at = FeedTime.instant(hl7: message.time) else {
      throw BadEntry(
        line: line, reason: "neither EVN-2 nor MSH-7 tells when it happened, so nobody can tell what is newer",
        value: message.time)
    }
    let subjects = try message.patients.map { try Subject($0, numbers, at: at, line: line) }
    var items = subjects.flatMap(\.problems).map(FeedItem.bad)
    func add(_ action: PatientChange.Action) { items.append(.change(PatientChange(action, at: at))) }
    switch message.event {
    case "A24":
      guard subjects.count == 2 else {
        throw BadEntry(line: line, reason: "A24 links two patients, this has \(subjects.count)")
      }
      add(.merge(from: subjects[1].update.id, into: subjects[0].update.id))
    case "A37":
      for subject in subjects { add(.unmerge(subject.update.id)) }
    case "A29":
      for subject in subjects {
        var update = PatientUpdate(id: subject.update.id)
        update.active = .set(false)
        add(.update(update))
      }
    case _ where Self.merges.contains(message.event), "A46", "A47":
      for subject in subjects {
        guard !subject.prior.isEmpty else { throw BadEntry(line: line, reason: "MRG-1 names no record") }
        for prior in subject.prior {
          add(
            Self.merges.contains(message.event)
              ? .merge(from: prior, into: subject.update.id) : .changeIdentifier(from: prior, to: subject.update.id))
        }
        if subject.isDescribed { add(.update(subject.update)) }
      }
    default:
      for var subject in subjects.prefix(1) {
        // What is registered or admitted anew is in use.
        if message.event != "A08", message.event != "A31" { subject.update.active = .set(true) }
        add(.update(subject.update))
      }
    }
    return items
  }

  /// A40 and its forerunners of versions 2.1 to 2.3.
  private static let merges: Set<String> = ["A18", "A30", "A34", "A39", "A40"]
  private static let events = merges.union([
    "A01", "A04", "A05", "A08", "A24", "A28", "A29", "A31", "A37", "A46", "A47",
  ])

  /// A patient of a message with the records that it merges.
  private struct Subject {
    var update: PatientUpdate
    var prior: [LocalIdentifier]
    var problems: [BadEntry]
    /// Whether the message tells more than numbers.
    var isDescribed: Bool

    init(_ subject: PatientMessage.Subject, _ numbers: FeedNumbers, at: Date, line: Int) throws {
      let patient = subject.patient
      let sorted = numbers.sort(patient.identifiers.map { FeedNumbers.Number($0, at: at) }, line: line)
      guard let id = sorted.local else {
        throw BadEntry(line: line, reason: "PID-3 has no local number of the patient")
      }
      prior = subject.prior.compactMap { numbers.sort([FeedNumbers.Number($0, at: at)], line: line).local }
      problems = sorted.problems
      isDescribed = patient.names.value != nil
      update = PatientUpdate(id: id)
      if !sorted.others.isEmpty { update.otherIDs = .set(sorted.others) }
      if !sorted.national.isEmpty {
        update.nationalNumbers = .set(sorted.national)
      } else if problems.isEmpty {
        take(patient.socialSecurityNumber, numbers, line)
      }
      if let names = patient.names.value { update.names = .set(Self.names(names)) }
      try update.birthDate = Self.day(patient.birthDate, "the birth date", line)
      try update.deceasedOn = Self.day(patient.deathTime, "the date of death", line)
      update.isDeceased = Field(patient.isDead)
      switch patient.sex {
      case .nothing: break
      case .value("M"): update.sex = .set("M")
      case .value("F"): update.sex = .set("F")
      case .value("U"), .deleted: update.sex = .delete
      case .value: update.sex = .set("O")
      }
      if let problem = FeedNames.problem(in: update.names.value ?? [], and: [id] + sorted.others + prior) {
        throw BadEntry(line: line, reason: problem.reason, value: problem.value)
      }
    }

    /// The number that older systems keep beside the identifiers.
    private mutating func take(_ number: Told<String>, _ numbers: FeedNumbers, _ line: Int) {
      switch number {
      case .nothing: break
      case .deleted: update.nationalNumbers = .delete
      case .value(let text):
        let sorted = numbers.sort([.init(value: text, authorities: [], type: "NI", isCurrent: true)], line: line)
        problems += sorted.problems
        if !sorted.national.isEmpty { update.nationalNumbers = .set(sorted.national) }
      }
    }

    private static func day(_ told: Told<String>, _ what: String, _ line: Int) throws -> Field<String> {
      switch told {
      case .nothing: return .leave
      case .deleted: return .delete
      case .value(let text):
        guard let day = FeedTime.day(text) else {
          throw BadEntry(line: line, reason: "\(what) does not exist", value: text)
        }
        return day
      }
    }

    private static func names(_ names: [ExtendedName]) -> [PatientName] {
      var all = FeedNames()
      for name in names {
        let kind: PatientName.Kind =
          switch name.type {
          case "", "L", "C": .legal
          case "B", "M": .birth
          case "A", "N", "S": .alias
          case "D": .display
          default: .other
          }
        all.add(
          kind, .init(family: name.family, given: name.given, prefix: name.prefix, suffix: name.suffix),
          representation: name.representation)
      }
      return all.ordered
    }
  }
}

extension FeedNumbers.Number {
  fileprivate init(_ id: ExtendedID, at: Date) {
    let expired = FeedTime.instant(hl7: id.expires).map { $0 <= at } ?? false
    self.init(
      value: id.value, authorities: [id.authority, id.authorityID].filter { !$0.isEmpty }, type: id.type,
      isCurrent: !expired)
  }
}

extension Field {
  /// What HL7 says of a field is what a change says of it.
  fileprivate init(_ told: Told<Value>) where Value: Hashable {
    self =
      switch told {
      case .nothing: .leave
      case .deleted: .delete
      case .value(let value): .set(value)
      }
  }

  var value: Value? {
    if case .set(let value) = self { value } else { nil }
  }
}
