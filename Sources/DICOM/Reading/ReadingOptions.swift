/// How files are read.
public struct ReadingOptions: Sendable, Hashable {
  /// How much a file may cost to read.
  public var limits: Limits
  /// What text is taken for whose character set is not declared.
  public var undeclaredText: UndeclaredText

  /// Options to read with.
  public init(limits: Limits = .default, undeclaredText: UndeclaredText = .default) {
    self.limits = limits
    self.undeclaredText = undeclaredText
  }

  /// The options used where none are given.
  public static let `default` = ReadingOptions()
}
