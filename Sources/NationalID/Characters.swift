/// The letters and digits of an identifier, its separators taken out: ASCII alone, upper case.
struct Characters: Sendable {
  let bytes: [UInt8]

  /// No identifier is longer, however it is spelt (bytes of UTF-8).
  static let longestText = 64

  var text: String { String(decoding: bytes, as: UTF8.self) }

  var areAllTheSame: Bool { bytes.count > 1 && Set(bytes).count == 1 }

  /// The digits' values, or nil when there is a letter.
  var digits: [Int]? {
    let values = bytes.map { Int($0) - 0x30 }
    return values.allSatisfy { (0...9).contains($0) } ? values : nil
  }

  /// Takes out the separators and folds case.
  ///
  /// Only ASCII digits count: a number in full-width or Arabic-Indic digits would look equal to the clerk and differ
  /// to every program, so it is refused rather than converted.
  static func read(_ text: String) -> Result<Characters, NationalIDProblem> {
    guard text.utf8.count <= longestText else {
      return .failure(.init(.length, "this is too long to be an identifier"))
    }
    var bytes: [UInt8] = []
    for scalar in text.unicodeScalars {
      switch scalar {
      case "0"..."9", "A"..."Z": bytes.append(UInt8(truncatingIfNeeded: scalar.value))
      case "a"..."z": bytes.append(UInt8(truncatingIfNeeded: scalar.value &- 0x20))
      case " ", ".", "-", "/": continue
      default: return .failure(scalar.properties.numericType == nil ? .foreign(scalar) : .lookAlike(scalar))
      }
    }
    guard !bytes.isEmpty else { return .failure(.init(.empty, "there is no identifier")) }
    return .success(Characters(bytes: bytes))
  }
}

extension NationalIDProblem {
  static func foreign(_ scalar: Unicode.Scalar) -> NationalIDProblem {
    .init(.characters, "the character \(name(of: scalar)) has no place in an identifier")
  }

  static func lookAlike(_ scalar: Unicode.Scalar) -> NationalIDProblem {
    .init(
      .lookAlike,
      "the character \(name(of: scalar)) only looks like a digit: type the identifier with the plain digits 0–9")
  }

  private static func name(of scalar: Unicode.Scalar) -> String {
    let hex = String(scalar.value, radix: 16, uppercase: true)
    return "U+" + String(repeating: "0", count: max(0, 4 - hex.count)) + hex
  }
}

extension Sequence where Element == Int {
  /// The number that these digits spell; of at most 18 digits, so it fits.
  var number: Int { reduce(0) { $0 &* 10 &+ $1 } }
}
