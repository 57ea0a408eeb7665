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

  /// How often it is found so when both are one person whom no rule recognised (m), and when they are two (u): of 5000 studies
  /// about 60 000 people that `Tests/Benchmarks/matching --print evidence` makes (seed 20261128), the 809 that a person must
  /// decide, and some 19 000 pairs at random. What was not met counts as met once. The u of equal names is their own frequency
  /// in the index.
  private static let shares: [Evidence: (m: Double, u: Double)] = [
    .familyEqual: (0.913, 0.0021), .familySimilar: (0.006, 0.0007), .familyNear: (0.004, 0.0084),
    .familyDifferent: (0.077, 0.989),
    .givenEqual: (0.764, 0.0031), .givenSimilar: (0.135, 0.0094), .givenInitial: (0.022, 0.0016),
    .givenNear: (0.014, 0.0337), .givenDifferent: (0.066, 0.952),
    .dateEqual: (0.864, 0.00005), .dateExchanged: (0.049, 0.00005), .dateDigit: (0.040, 0.0009),
    .dateFirstOfJanuary: (0.039, 0.0005), .dateYear: (0.001, 0.0025), .dateDifferent: (0.006, 0.996),
    .sexEqual: (0.967, 0.503), .sexDifferent: (0.033, 0.497),
    .numberEqual: (0.440, 0.00006), .numberMistake: (0.085, 0.00006), .numberDifferent: (0.475, 1),
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
