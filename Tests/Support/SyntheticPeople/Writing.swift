internal import Foundation
internal import NationalID
internal import Randomness
internal import Reconciliation

/// How a sender writes what it knows: each manner as often as it is met, and none of them a mistake.
struct Writing {
  private var random: SplitMix64

  init(seed: UInt64) { random = SplitMix64(seed: seed) }

  mutating func chance(_ probability: Double) -> Bool { random.chance(probability) }
  mutating func below(_ count: Int) -> Int { random.below(count) }

  // MARK: The whole

  mutating func identity(_ said: Statement) -> StudyIdentity {
    let names = said.name ?? name(said)
    var identifiers = identifiers(said)
    if said.hasHospitalNumberAsNational {
      identifiers.append(
        SenderIdentifier(
          source: .otherPatientIDsSequence, value: "\(100_000 + random.below(900_000))", issuerUID: Self.issuers[0]))
    }
    var birthName: String?
    if let name = said.birthName, random.chance(0.3) { birthName = write(name, letters()) }
    var birthDate = said.birthDate
    if let date = birthDate { birthDate = written(date: date) }
    return StudyIdentity(
      identifiers: identifiers, name: names, birthName: birthName, birthDate: birthDate, sex: said.sex,
      isDeidentified: said.isDeidentified, studyInstanceUID: "1.2.826.0.1.\(random.below(1 << 40))",
      studyDate: said.studyDate)
  }

  private mutating func written(date: String) -> String {
    random.chance(0.02) ? "\(date.prefix(4)).\(date.dropFirst(4).prefix(2)).\(date.suffix(2))" : date
  }

  // MARK: The name

  private enum Letters {
    case asTheyAre
    case capitals
    case capitalsWithoutMarks
    case umlautsSpeltOut
  }

  private mutating func name(_ said: Statement) -> String {
    let letters = letters()
    let family = write(said.family, letters)
    let given = said.given.map { write($0, letters) }
    let isParted = given.count > 1 && random.chance(0.5)
    var components = [family, isParted ? given[0] : given.joined(separator: " "), "", said.prefix, ""]
    if isParted { components[2] = given.dropFirst().joined(separator: " ") }
    if let suffix = said.suffix, random.chance(0.8) {
      if random.chance(0.5) { components[4] = suffix } else { components[1] += " " + suffix }
    }
    while components.last?.isEmpty == true, components.count > 1 { components.removeLast() }
    return components.joined(separator: "^")
  }

  private mutating func letters() -> Letters {
    switch random.below(100) {
    case 0..<30: .asTheyAre
    case 30..<50: .capitals
    case 50..<90: .capitalsWithoutMarks
    default: .umlautsSpeltOut
    }
  }

  /// Particles are run together, parted or hyphenated now and then.
  private mutating func write(_ name: String, _ letters: Letters) -> String {
    var name = name
    switch random.below(40) {
    case 0: name = name.replacing(" ", with: "")
    case 1: name = name.replacing(" ", with: "-")
    case 2: name = name.replacing("-", with: " ")
    case 3: name = name.replacing("'", with: " ")
    default: break
    }
    switch letters {
    case .asTheyAre: return name
    case .capitals: return name.uppercased()
    case .capitalsWithoutMarks: return Self.plain(name).uppercased()
    case .umlautsSpeltOut:
      return Self.plain(
        name.replacing("ä", with: "ae").replacing("ö", with: "oe").replacing("ü", with: "ue")
          .replacing("Ö", with: "Oe").replacing("Ü", with: "Ue").replacing("Ä", with: "Ae")
      ).uppercased()
    }
  }

  private static func plain(_ name: String) -> String {
    name.replacing("ł", with: "l").replacing("Ł", with: "L").replacing("ı", with: "i").replacing("đ", with: "d")
      .replacing("Đ", with: "D").replacing("ß", with: "ss")
      .folding(options: .diacriticInsensitive, locale: nil)
  }

  // MARK: The number

  private static let issuers = ["2.16.840.1.113883.3.6777.5.1", "1.3.6.1.4.1.21297.100.1.1"]

  private mutating func identifiers(_ said: Statement) -> [SenderIdentifier] {
    let own = SenderIdentifier(source: .patientID, value: "CH\(random.below(10_000_000))", issuer: "CH1")
    guard let number = said.number else { return [own] }
    let value = said.isBare ? number : spelt(number)
    var identifiers: [SenderIdentifier]
    switch random.below(100) {
    case 0..<30:
      identifiers = [SenderIdentifier(source: .otherPatientIDsSequence, value: value, issuerUID: Self.issuers[0]), own]
    case 30..<35:
      identifiers = [
        SenderIdentifier(
          source: .otherPatientIDsSequence, value: value, issuer: "RRN", issuerUID: "urn:oid:" + Self.issuers[1]), own,
      ]
    case 35..<50:
      let names = ["NISS", "INSZ", "SSIN", "RRN", "niss"]
      identifiers = [
        SenderIdentifier(source: .otherPatientIDsSequence, value: value, issuer: names[random.below(names.count)]), own,
      ]
    case 50..<60:
      identifiers = [SenderIdentifier(source: .patientID, value: value, issuerUID: Self.issuers[0])]
    case 60..<67:
      identifiers = [SenderIdentifier(source: .patientID, value: value, issuer: "NISS")]
    case 67..<72:
      let text = random.chance(0.5) ? "\(number)^^^NISS" : "\(number)^^^NISS&\(Self.issuers[0])&ISO"
      identifiers = [SenderIdentifier(source: .patientID, value: text)]
    case 72..<77:
      identifiers = [own, SenderIdentifier(source: .otherPatientIDs, value: value)]
    case 77..<95:
      identifiers = [SenderIdentifier(source: .patientID, value: value)]
    default:
      identifiers = [SenderIdentifier(source: .otherPatientIDsSequence, value: value), own]
    }
    if let second = said.secondNumber {
      identifiers.append(
        SenderIdentifier(source: .otherPatientIDsSequence, value: second, issuerUID: Self.issuers[0]))
    }
    return identifiers
  }

  private mutating func spelt(_ number: String) -> String {
    guard number.count == 11 else { return number }
    let parts = [
      number.prefix(2), number.dropFirst(2).prefix(2), number.dropFirst(4).prefix(2), number.dropFirst(6).prefix(3),
      number.suffix(2),
    ]
    switch random.below(100) {
    case 0..<60: return number
    case 60..<75: return "\(parts[0]).\(parts[1]).\(parts[2])-\(parts[3]).\(parts[4])"
    case 75..<85: return "\(parts[0])\(parts[1])\(parts[2])-\(parts[3])-\(parts[4])"
    case 85..<90: return "\(parts[0])\(parts[1])\(parts[2]) \(parts[3]) \(parts[4])"
    case 90..<94: return "NISS:\(number)"
    case 94..<97: return "BE\(number)"
    default: return "\(parts[0])/\(parts[1])/\(parts[2])-\(parts[3])/\(parts[4])"
    }
  }

  /// With one mistake in it.
  mutating func withMistake(_ number: String, _ circumstance: Circumstance) -> String {
    var characters = Array(number)
    let place = random.below(characters.count - 1)
    switch circumstance {
    case .digitWrong:
      let right = characters[place]
      repeat { characters[place] = Array("0123456789")[random.below(10)] } while characters[place] == right
    case .digitsExchanged:
      let differing = (0..<characters.count - 1).filter { characters[$0] != characters[$0 + 1] }
      let other = differing.first { $0 >= place } ?? differing.first ?? 0
      characters.swapAt(other, other + 1)
    default: characters.remove(at: place)
    }
    return String(characters)
  }
}
