import Foundation

/// People whom nobody is: names made of syllables, as skewed as real ones, of several manners of writing; families share
/// their names, and some people theirs with a stranger. The same seed makes the same people.
struct Population {
  private var random: SplitMix
  private let families: [String]
  private let givens: [String]

  init(seed: UInt64) {
    random = SplitMix(state: seed)
    var names = SplitMix(state: seed ^ 0x5EED)
    families = (0..<60_000).map { _ in Self.family(&names) }
    givens = (0..<6_000).map { _ in Self.word(&names, 1...2) }
  }

  struct Person {
    var number: Int
    var nationalID: String
    var family, given, birthName, birthDate, sex: String

    /// As the list has it.
    var row: String { "P\(10_000_000 + number),\(nationalID),\(family),\(given),\(birthName),\(birthDate),\(sex),1\n" }
    static let header = "local_id,national_id,family,given,birth_name,birth_date,sex,active\n"

    /// As the index's table has it.
    var tableRow: String {
      "\(number + 1),P\(10_000_000 + number),,\(nationalID),BE,\(family),\(given),\(birthName),\(birthDate),\(sex),1,,,1,\n"
    }
  }

  mutating func next(_ number: Int) -> Person {
    let (year, month, day) = (random.below(96) + 1930, random.below(12) + 1, random.below(28) + 1)
    let sex = random.below(2)
    // A serial number is used up by chance now and then: so many have the number of another.
    let serial = random.below(499) * 2 + 1 + (1 - sex)
    let nine = year % 100 * 10_000_000 + month * 100_000 + day * 1000 + serial
    let check = 97 - (year >= 2000 ? 2_000_000_000 + nine : nine) % 97
    let given = givens[skewed(givens.count)]
    return Person(
      number: number, nationalID: random.below(20) == 0 ? "" : digits(nine, 9) + digits(check, 2),
      family: families[skewed(families.count)],
      given: random.below(8) == 0 ? "\(given) \(givens[skewed(givens.count)])" : given,
      birthName: random.below(5) == 0 ? families[skewed(families.count)] : "",
      birthDate: digits(year * 10000 + month * 100 + day, 8), sex: sex == 1 ? "M" : "F")
  }

  /// The first are the most frequent: about as 1, 1/2, 1/3 …
  private mutating func skewed(_ count: Int) -> Int {
    let unit = Double(random.below(1 << 30)) / Double(1 << 30)
    return min(count - 1, Int(exp(unit * log(Double(count)))) - 1)
  }

  private static func family(_ random: inout SplitMix) -> String {
    let name = word(&random, 2...3)
    return switch random.below(20) {
    case 0: "Van \(name)"
    case 1: "De \(name)"
    case 2: "El \(name)"
    case 3: "\(name)-\(word(&random, 1...2))"
    case 4: "\(name) \(word(&random, 2...2))"
    default: name
    }
  }

  private static func word(_ random: inout SplitMix, _ length: ClosedRange<Int>) -> String {
    let onsets = [
      "b", "d", "f", "g", "h", "j", "k", "l", "m", "n", "p", "r", "s", "t", "v", "w", "br", "st", "sch", "ç", "ł",
    ]
    let vowels = ["a", "e", "i", "o", "u", "aa", "ie", "ü", "é", "ö"]
    let codas = ["", "", "n", "s", "rt", "ck", "lm", "ß"]
    let count = length.lowerBound + random.below(length.count)
    let text =
      (0..<count).map { _ in
        onsets[random.below(onsets.count)] + vowels[min(random.below(14), vowels.count - 1) % vowels.count]
      }.joined() + codas[random.below(codas.count)]
    return text.prefix(1).uppercased() + text.dropFirst()
  }
}

/// Steele, Lea and Flood's generator.
struct SplitMix {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func below(_ count: Int) -> Int { Int(next() % UInt64(count)) }
}

func digits(_ number: Int, _ width: Int) -> String {
  let text = String(number)
  return String(repeating: "0", count: max(0, width - text.count)) + text
}
