import DICOM
import NationalID
package import Patients

extension MatchingPolicy {
  /// No more are kept: who is not among them is looked up by name.
  private static let mostRanked = 5
  /// Names are compared of so many, who fit best in all else: that takes a tenth of a millisecond and more.
  private static let mostCompared = 20
  /// Less evidence than against a stranger is none.
  private static let leastWeight = 0.0

  /// Other local patients who may be the one of whom a study tells, the likeliest first.
  ///
  /// - Parameter known: those whom the number found.
  func rank(
    _ identities: [StudyIdentity], besides known: [Patient], among patients: some LocalPatients
  ) throws -> [RankedCandidate] {
    guard let identity = identities.first, identities.count == 1, !identity.isDeidentified else { return [] }
    let sought = Sought(identity, schemes)
    var found = try patients.patients(like: sought.traces)
    for number in sought.meant.sorted() { found += try patients.patients(nationalID: number) }
    var frequencies: [String: Double] = [:]
    func frequency(of name: String) throws -> Double {
      if let frequency = frequencies[name] { return frequency }
      let frequency = try patients.frequency(ofName: name)
      frequencies[name] = frequency
      return frequency
    }
    var seen = Set(known.map(\.id))
    let compared = found.filter { $0.mergedInto == nil && seen.insert($0.id).inserted }
      .map { (patient: $0, rest: evidenceBesidesNames(sought, $0)) }
      .map { (patient: $0.patient, rest: $0.rest, weight: $0.rest.reduce(0) { $0 + $1.weight() }) }
      .sorted { ($1.weight, $0.patient.localID) < ($0.weight, $1.patient.localID) }
    var ranked: [RankedCandidate] = []
    for (patient, rest, _) in compared.prefix(Self.mostCompared) {
      let parts = try (evidenceOfNames(sought, patient) + rest).map { evidence in
        let name = evidence == .familyEqual ? patient.family : patient.given
        return RankedCandidate.Part(
          field: evidence.field, agreement: evidence.inWords,
          weight: evidence.weight(frequency: evidence.takesFrequency ? try frequency(of: name) : nil))
      }
      let weight = parts.reduce(0) { $0 + $1.weight }
      if weight > Self.leastWeight { ranked.append(RankedCandidate(patient: patient, weight: weight, parts: parts)) }
    }
    return Array(
      ranked.sorted { ($1.weight, $0.patient.localID) < ($0.weight, $1.patient.localID) }.prefix(Self.mostRanked))
  }

  private func evidenceOfNames(_ sought: Sought, _ patient: Patient) -> [Evidence] {
    let names = sought.names.agreement(with: patient)
    var evidence: [Evidence] = []
    if !sought.traces.families.isEmpty {
      evidence.append(
        names.family == 1
          ? .familyEqual
          : names.family >= thresholds.family
            ? .familySimilar
            : names.family >= 0.75 ? .familyNear : .familyDifferent)
    }
    if names.given > 0 || !sought.traces.givens.isEmpty {
      evidence.append(
        names.given == 1
          ? .givenEqual
          : names.given >= thresholds.given
            ? .givenSimilar
            : sought.hasInitial(of: patient.given) ? .givenInitial : names.given >= 0.7 ? .givenNear : .givenDifferent)
    }
    return evidence
  }

  private func evidenceBesidesNames(_ sought: Sought, _ patient: Patient) -> [Evidence] {
    var evidence: [Evidence] = []
    if let one = sought.birthDate, let other = patient.birthDate.flatMap(CalendarDate.init) {
      evidence.append(Self.evidence(one, other))
    }
    if let one = sought.sex, let other = patient.sex.flatMap(Sex.init) {
      evidence.append(one == other ? .sexEqual : .sexDifferent)
    }
    let numbers = patient.nationalNumbers.map(\.value)
    if !numbers.isEmpty, !sought.numbers.isEmpty {
      evidence.append(
        !sought.numbers.isDisjoint(with: numbers)
          ? .numberEqual
          : !sought.meant.isDisjoint(with: numbers) ? .numberMistake : .numberDifferent)
    }
    return evidence
  }

  /// How each field of a study and of a patient is found, to estimate ``Evidence``.
  package func evidence(_ identity: StudyIdentity, _ patient: Patient) -> [Evidence] {
    let sought = Sought(identity, schemes)
    return evidenceOfNames(sought, patient) + evidenceBesidesNames(sought, patient)
  }

  private static func evidence(_ one: CalendarDate, _ other: CalendarDate) -> Evidence {
    if one == other { return .dateEqual }
    if one.year == other.year, one.month == other.day, one.day == other.month { return .dateExchanged }
    if one.year == other.year, one.month == 1, one.day == 1 { return .dateFirstOfJanuary }
    if zip(one.text, other.text).count(where: { $0 != $1 }) == 1 { return .dateDigit }
    return one.month == other.month && one.day == other.day ? .dateYear : .dateDifferent
  }
}

/// What a study tells of its patient, as candidates are held against it.
struct Sought {
  let names: SenderNames
  let traces: PatientTraces
  let birthDate: CalendarDate?
  let sex: Sex?
  /// Its national numbers, or what was to be one, without separators.
  let numbers: Set<String>
  /// Valid numbers of which one of them is a misspelling.
  let meant: Set<String>
  private let initials: Set<Unicode.Scalar>

  private static let mostNumbers = 4
  private static let fewestDigits = 8

  init(_ identity: StudyIdentity, _ schemes: [NationalIDScheme]) {
    names = SenderNames(identity)
    birthDate = identity.birthDate.flatMap(CalendarDate.init)
    sex = identity.sex.flatMap { Sex(rawValue: $0.uppercased()) }
    var days = [birthDate?.text].compactMap(\.self)
    if let date = birthDate, date.day <= 12 {
      days += [CalendarDate(String(date.text.prefix(4) + date.text.suffix(2) + date.text.dropFirst(4).prefix(2)))]
        .compactMap { $0?.text }
    }
    let texts = identity.identifiers.map { (try? IdentifierText($0.value))?.number ?? $0.value }
    let valid = texts.compactMap { try? schemes.validate($0).get() }
    // Check digits tell one mistake: a valid number is not another one with a mistake in it.
    let written = texts.filter { (try? schemes.validate($0).get()) == nil }.map(Self.tight)
      .filter { $0.count <= 16 && $0.count(where: \.isNumber) >= Self.fewestDigits }.prefix(Self.mostNumbers)
    numbers = Set(valid.map(\.value) + written.map { String($0) })
    let alike = Set(written.flatMap { Self.misspellings(of: $0) })
    let meant = alike.compactMap { try? schemes.validate($0).get() }
    self.meant = Set(meant.map(\.value)).subtracting(numbers)
    // The day inside the number, where the sender tells none.
    days += (valid + meant).compactMap(\.birthDate).filter(\.isFull).map(\.text).filter { !days.contains($0) }
    let groups = names.families
    traces = PatientTraces(birthDates: days, families: groups, givens: names.givens)
    initials = Set(
      names.givens.flatMap { NameWords($0).words }.filter(\.isInitial).compactMap(\.letters.first))
  }

  /// Whether the sender has an initial that begins this name.
  func hasInitial(of given: String) -> Bool {
    NameWords(given).words.first?.letters.first.map(initials.contains) ?? false
  }

  private static func tight(_ text: String) -> [Character] {
    text.uppercased().filter { $0.isASCII && ($0.isNumber || $0.isLetter) }.drop { $0.isLetter && text.count > 12 }
      .map(\.self)
  }

  /// With another digit in one place, two neighbours exchanged, one digit more or one less.
  private static func misspellings(of number: [Character]) -> [String] {
    let digits = Array("0123456789")
    var all: [String] = []
    for place in number.indices {
      var other = number
      for digit in digits where digit != number[place] {
        other[place] = digit
        all.append(String(other))
      }
      other = number
      other.remove(at: place)
      all.append(String(other))
      if place > 0, number[place] != number[place - 1] {
        other = number
        other.swapAt(place, place - 1)
        all.append(String(other))
      }
    }
    for place in 0...number.count {
      for digit in digits {
        var other = number
        other.insert(digit, at: place)
        all.append(String(other))
      }
    }
    return all
  }
}

extension PartialDate {
  /// `YYYYMMDD`, of a full date.
  fileprivate var text: String {
    func padded(_ number: Int?, _ width: Int) -> String {
      let text = String(number ?? 0)
      return String(repeating: "0", count: max(0, width - text.count)) + text
    }
    return padded(year, 4) + padded(month, 2) + padded(day, 2)
  }
}
