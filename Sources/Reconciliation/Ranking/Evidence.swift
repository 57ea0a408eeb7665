import Foundation

/// How a field of the sender's and of a local patient's is found.
package enum Evidence: String, CaseIterable, Sendable {
  case familyEqual, familySimilar, familyNear, familyDifferent
  case givenEqual, givenSimilar, givenInitial, givenNear, givenDifferent
  case dateEqual, dateExchanged, dateDigit, dateFirstOfJanuary, dateYear, dateDifferent
  case sexEqual, sexDifferent
  case numberEqual, numberMistake, numberDifferent

  /// The field, as reasons name it.
  var field: String {
    switch self {
    case .familyEqual, .familySimilar, .familyNear, .familyDifferent: "family"
    case .givenEqual, .givenSimilar, .givenInitial, .givenNear, .givenDifferent: "given"
    case .dateEqual, .dateExchanged, .dateDigit, .dateFirstOfJanuary, .dateYear, .dateDifferent: "birth-date"
    case .sexEqual, .sexDifferent: "sex"
    case .numberEqual, .numberMistake, .numberDifferent: "number"
    }
  }

  var inWords: String {
    switch self {
    case .familyEqual, .givenEqual, .dateEqual, .sexEqual, .numberEqual: "equal"
    case .familySimilar, .givenSimilar: "similar"
    case .familyNear, .givenNear: "remotely similar"
    case .givenInitial: "initial"
    case .dateExchanged: "day and month exchanged"
    case .dateDigit: "one digit"
    case .dateFirstOfJanuary: "1 January of the year"
    case .dateYear: "year off"
    case .numberMistake: "one mistake"
    case .familyDifferent, .givenDifferent, .dateDifferent, .sexDifferent, .numberDifferent: "different"
    }
  }

  /// How often it is found so when both are one person whom no rule recognised (m), and when they are two (u): of 100 000
  /// studies and 1 000 000 people that `Tests/Benchmarks/matching` makes (seed 20261128), those that a person must decide.
  /// What was not met counts as met once. The u of equal names is their own frequency in the index.
  private static let shares: [Evidence: (m: Double, u: Double)] = [
    .familyEqual: (0.85, 0.002), .familySimilar: (0.07, 0.006), .familyNear: (0.01, 0.03),
    .familyDifferent: (0.07, 0.96),
    .givenEqual: (0.72, 0.004), .givenSimilar: (0.12, 0.008), .givenInitial: (0.02, 0.06), .givenNear: (0.01, 0.03),
    .givenDifferent: (0.13, 0.9),
    .dateEqual: (0.86, 0.00003), .dateExchanged: (0.03, 0.00001), .dateDigit: (0.04, 0.0006),
    .dateFirstOfJanuary: (0.03, 0.00003), .dateYear: (0.01, 0.00008), .dateDifferent: (0.03, 0.999),
    .sexEqual: (0.96, 0.5), .sexDifferent: (0.04, 0.5),
    .numberEqual: (0.2, 0.000001), .numberMistake: (0.3, 0.000001), .numberDifferent: (0.5, 1),
  ]

  /// log2(m/u).
  ///
  /// - Parameter frequency: of the name, where it is equal.
  func weight(frequency: Double? = nil) -> Double {
    guard let share = Self.shares[self] else { return 0 }
    return log2(share.m / (frequency.map { max($0, 1e-7) } ?? share.u))
  }

  /// A name that is like the sender's is met as often as those that are equal, and some more.
  var takesFrequency: Bool { self == .familyEqual || self == .givenEqual }
}
