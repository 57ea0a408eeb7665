import Foundation
import NationalID
import Randomness

/// python-stdnum 2.2, the independent reading of the same published rules, as `Packaging/oracles` brings it.
enum Stdnum {
  /// What it says of one number.
  struct Verdict: Equatable {
    /// The number in its own spelling; nil when it is not valid.
    var value: String?
    /// `YYYY-MM-DD`; nil where it tells none.
    var birthDate: String?
    var sex: String?
  }

  private static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  static let packages = root.appending(path: ".build/oracles")
  static let isThere = FileManager.default.fileExists(atPath: packages.appending(path: "stdnum").path)

  /// The verdict for each number, by one process for all of them.
  static func verdicts(_ scheme: String, _ numbers: [String]) throws -> [Verdict] {
    let file = FileManager.default.temporaryDirectory.appending(path: "stdnum-\(UUID().uuidString)")
    try Data(numbers.map { "\(scheme)\t\($0)\n" }.joined().utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let python = Process()
    python.executableURL = URL(filePath: "/usr/bin/python3")
    python.arguments = [root.appending(path: "Tests/Support/oracles/ask_stdnum.py").path]
    python.environment = ["PYTHONPATH": packages.path, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONIOENCODING": "utf-8"]
    python.standardInput = try FileHandle(forReadingFrom: file)
    let output = Pipe()
    python.standardOutput = output
    try python.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    python.waitUntilExit()
    guard python.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
    return text.split(separator: "\n").map { line in
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      guard fields.count == 3 else { return Verdict() }
      return Verdict(
        value: fields[0], birthDate: fields[1].isEmpty ? nil : fields[1], sex: fields[2].isEmpty ? nil : fields[2])
    }
  }
}

/// Numbers of a scheme to compare, of which a good part is valid.
struct Sample {
  /// How numbers look: `d`, `m` and `y` are a date's digits, `9` any digit, `A` any letter, `X` either, `c` is chosen so
  /// that the number is valid, if it can be; all else stands for itself.
  static let templates: [String: [String]] = [
    "NL": ["99999999c"], "GB": ["999999999c"], "GB-SCT": ["ddmmyy999c"], "ES": ["99999999c", "X9999999c", "Y9999999c"],
    "IT": ["AAAAAAyyldd<999c", "AAAAAAyyldd<9X9c"], "SE": ["yyyymmdd999c", "yymmdd-999c", "yymmdd+999c", "yymmdd999c"],
    "NO": ["ddmmyy999cc", "99mmyy999cc"], "DK": ["ddmmyy9999"],
    "FI": ["ddmmyy-999c", "ddmmyyA999c", "ddmmyy+999c", "ddmmyyX999c"], "PL": ["yymmdd9999c"], "CH": ["756999999999c"],
    "AT": ["999cddmmyy"], "LU": ["yyyymmdd999cc"], "IE": ["9999999c", "9999999cA", "9999999cW"],
    "PT": ["999999999AAc", "999999999XXc"], "GR": ["ddmmyy9999c"], "CZ": ["yymmdd999c", "yymmdd999"],
    "SK": ["yymmdd999c", "yymmdd999"], "EE": ["9yymmdd999c"], "LV": ["ddmmyy1999c", "ddmmyy9999c", "32999999999c"],
    "LT": ["9yymmdd999c"], "HR": ["9999999999c"], "RO": ["9yymmdd12999c", "9yymmdd99999c"], "BG": ["yymmdd999c"],
    "SI": ["ddmm0yy50999c", "ddmm9yy50999c"], "IS": ["ddmmyy9999", "ddmmyy9990"], "TR": ["999999999cc"],
    "BR": ["999999999cc"], "AU": ["800360999999999c"], "CA-BC": ["999999999c", "999999999c"],
  ]

  private var random: SplitMix64
  let scheme: NationalIDScheme

  init(_ scheme: NationalIDScheme, seed: UInt64) {
    self.scheme = scheme
    random = SplitMix64(seed: seed)
  }

  /// A number as the scheme makes them, or one that an error was made in.
  mutating func next() -> String {
    let number = whole()
    return random.next() % 3 == 0 ? mutated(number) : number
  }

  private mutating func whole() -> String {
    switch scheme.code {
    case "BE":
      let month = int(0...12) + [0, 0, 0, 20, 40][int(0...4)]
      return Synthetic.niss(int(1900...2026), month, int(0...31), serial: int(1...998))
    case "FR":
      let place = ["75", "2A", "2B", "99"][int(0...3)]
      return Synthetic.nir("\(int(1...2))\(digits(2))\(two(int(1...12)))\(place)\(digits(6))")
    default:
      let templates = Self.templates[scheme.code] ?? []
      return sealed(filled(templates[int(0...templates.count - 1)]))
    }
  }

  /// A template with everything but its check characters.
  private mutating func filled(_ template: String) -> String {
    let month = int(1...12) + [0, 0, 0, 0, 0, 20, 40, 50, 60, 70, 80][int(0...10)]
    let day = int(1...31) + [0, 0, 0, 0, 0, 0, 40, 60][int(0...7)]
    var parts = ["d": two(day)[...], "m": two(month)[...], "y": "\(int(1880...2026))"[...]]
    if !template.contains("yyyy") { parts["y"] = digits(2)[...] }
    return String(
      template.map { place in
        switch place {
        case "9": return digit()
        case "A": return letter()
        case "X": return Bool.random(using: &random) ? digit() : letter()
        case "l": return Array("ABCDEHLMPRST")[int(0...11)]
        case "<": return letter()
        case "d", "m", "y": return parts[String(place)]?.popFirst() ?? "0"
        default: return place
        }
      })
  }

  /// With check characters: each is tried, and the first that fit are taken; half of the numbers keep random ones.
  private mutating func sealed(_ text: String) -> String {
    let places = text.indices.filter { text[$0] == "c" }
    guard !places.isEmpty else { return text }
    let letters = scheme.code == "IT" || scheme.code == "ES" || scheme.code == "IE" || scheme.code == "FI"
    let alphabet = Array(letters ? "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ" : "0123456789")
    func fill(_ choice: Int) -> String {
      var choice = choice
      return String(
        text.map { place in
          guard place == "c" else { return place }
          defer { choice /= alphabet.count }
          return alphabet[choice % alphabet.count]
        })
    }
    let choices = places.count == 1 ? alphabet.count : alphabet.count * alphabet.count
    guard random.next() % 2 == 0 else { return fill(int(0...choices - 1)) }
    return (0..<choices).lazy.map(fill).first { (try? scheme.validate($0).get()) != nil } ?? fill(0)
  }

  /// With one mistake of somebody who types.
  private mutating func mutated(_ number: String) -> String {
    var characters = Array(number)
    let place = int(0...characters.count - 1)
    switch int(0...4) {
    case 0: characters[place] = digit()
    case 1: characters[place] = letter()
    case 2 where place > 0: characters.swapAt(place, place - 1)
    case 3: characters.insert(digit(), at: place)
    default: characters.remove(at: place)
    }
    return String(characters)
  }

  private mutating func int(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
  private mutating func digit() -> Character { Array("0123456789")[int(0...9)] }
  private mutating func letter() -> Character { Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ")[int(0...25)] }
  private mutating func digits(_ count: Int) -> String { String((0..<count).map { _ in digit() }) }
  private func two(_ number: Int) -> String { Synthetic.padded(number % 100, 2) }
}
