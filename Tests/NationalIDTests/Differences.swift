import NationalID
import Testing

/// Where this module decides otherwise than python-stdnum 2.2, and why. No other disagreement is allowed.
struct Difference: CustomTestStringConvertible {
  let scheme: String
  let why: String
  /// A number that the two judge differently.
  let example: String
  /// Whether this module takes it, and python-stdnum does not.
  let isAccepted: Bool
  /// Whether a number is a case of it.
  let covers: @Sendable (String) -> Bool

  var testDescription: String { "\(scheme): \(why)" }

  private static func refused(
    _ scheme: String, _ example: String, _ why: String, _ covers: @escaping @Sendable (String) -> Bool
  ) -> Difference {
    Difference(scheme: scheme, why: why, example: example, isAccepted: false, covers: covers)
  }

  private static func accepted(
    _ scheme: String, _ example: String, _ why: String, _ covers: @escaping @Sendable (String) -> Bool
  ) -> Difference {
    Difference(scheme: scheme, why: why, example: example, isAccepted: true, covers: covers)
  }

  static let all: [Difference] =
    ["GB": "0000000000", "BR": "11111111111"].map {
      refused($0.key, $0.value, "one digit repeated is a placeholder") { Set($0).count == 1 }
    } + [
      refused("NL", "1234511", "at most one zero was lost at the front") { $0.count < 8 },
      refused("BE", Synthetic.niss(1985, 7, 30, serial: 0), "the serial number is never issued") {
        ["000", "999"].contains($0.dropFirst(6).prefix(3))
      },
      refused("FR", Synthetic.nir("5951099126111"), "no number begins so") { "0569".contains($0.first ?? "0") },
      refused("IT", "00743110157", "eleven digits are a company's") { $0.count == 11 },
      refused("IT", "RCCMNL83S98D969P", "the day does not exist: python-stdnum takes any day modulo 40") {
        !$0.dropFirst(9).prefix(1).contains { "0123LMNP4567QRST".contains($0) }
          || ["32", "72", "73", "74", "75", "76", "77", "78", "79"].contains(digits($0.dropFirst(9).prefix(2)))
      },
      accepted("SE", "701063-2391", "samordningsnummer are given to people, too") { number in
        let day = number.filter(\.isNumber).suffix(6).prefix(2)
        return ("60"..."91").contains(String(day))
      },
      refused("SE", "020712101237", "no one born before 1800 is meant") { $0.count >= 12 && $0 < "18" },
      accepted("NO", "80123410037", "FH numbers are a hospital region's patients") { "89".contains($0.first ?? "0") },
      refused("PT", "1234567ZZ8", "python-stdnum takes numbers of any length") { $0.count != 12 },
      refused("CZ", "7145190019", "python-stdnum takes any month modulo 50 and 20") { isLaxMonth($0) },
      refused("SK", "7145190019", "python-stdnum takes any month modulo 50 and 20") { isLaxMonth($0) },
      refused("LV", "40003521600", "it is a company's") { ("4"..."9").contains($0.first ?? "0") },
      accepted("RO", "7000229123457", "29 February 2000 was a day, and foreigners' numbers tell no century") {
        ("7"..."9").contains($0.first ?? "0") && $0.dropFirst().hasPrefix("000229")
      },
      refused("IS", "4504013150", "it is a company's") { ("4"..."7").contains($0.first ?? "0") },
      accepted("IS", "1201743389", "the check digit was given up in 2026") { ("0"..."3").contains($0.first ?? "4") },
    ]

  /// Digits of a codice fiscale, where letters stand for some.
  private static func digits(_ text: Substring) -> String {
    String(text.map { Array("LMNPQRSTUV").firstIndex(of: $0).map { Character("\($0)") } ?? $0 })
  }

  private static func isLaxMonth(_ number: String) -> Bool {
    let month = Int(number.dropFirst(2).prefix(2)) ?? 0
    return (41...49).contains(month) || (91...99).contains(month)
  }
}
