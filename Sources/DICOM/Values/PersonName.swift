/// A person's name: up to three groups of five components (PS3.5 6.2.1.1).
public struct PersonName: Hashable, Sendable, CustomStringConvertible {
  /// The components of one group; an absent one is empty.
  public struct Components: Hashable, Sendable {
    /// The family name complex.
    public var family: String
    /// The given name complex.
    public var given: String
    /// The middle name.
    public var middle: String
    /// What stands before the name.
    public var prefix: String
    /// What stands after the name.
    public var suffix: String

    /// A group of these components.
    public init(family: String = "", given: String = "", middle: String = "", prefix: String = "", suffix: String = "")
    {
      self.family = family
      self.given = given
      self.middle = middle
      self.prefix = prefix
      self.suffix = suffix
    }

    init(_ value: String) {
      let parts = value.fields("^", atMost: 5).map { $0.trimmingPadding() }
      func part(_ index: Int) -> String { index < parts.count ? parts[index] : "" }
      self.init(family: part(0), given: part(1), middle: part(2), prefix: part(3), suffix: part(4))
    }

    /// Whether no component is there.
    public var isEmpty: Bool { self == Components() }

    var formatted: String {
      [family, given, middle, prefix, suffix].joined(separator: "^").trimmingLast(UInt8(ascii: "^"))
    }
  }

  /// The name in letters of the Latin alphabet, as a rule.
  public var alphabetic: Components
  /// The name in ideograms.
  public var ideographic: Components
  /// The name as it is spoken.
  public var phonetic: Components

  /// A name of these groups.
  public init(
    alphabetic: Components, ideographic: Components = Components(), phonetic: Components = Components()
  ) {
    self.alphabetic = alphabetic
    self.ideographic = ideographic
    self.phonetic = phonetic
  }

  /// Reads one PN value, already decoded: `Yamada^Tarou=山田^太郎=やまだ^たろう`.
  public init(_ value: String) {
    let groups = value.fields("=", atMost: 3)
    func group(_ index: Int) -> Components { index < groups.count ? Components(groups[index]) : Components() }
    self.init(alphabetic: group(0), ideographic: group(1), phonetic: group(2))
  }

  /// The name as a PN value, without trailing delimiters.
  public var formatted: String {
    [alphabetic, ideographic, phonetic].map { $0.formatted }.joined(separator: "=").trimmingLast(UInt8(ascii: "="))
  }

  /// The name as a PN value.
  public var description: String { formatted }
}

extension String {
  /// What stands between delimiters. A delimiter is one whatever mark follows it, though Swift takes both for a single
  /// character.
  func fields(_ delimiter: Unicode.Scalar, atMost count: Int) -> [String] {
    unicodeScalars.split(separator: delimiter, maxSplits: count - 1, omittingEmptySubsequences: false).map {
      String(Substring($0))
    }
  }

  /// Without the spaces and NULs that pad a value, at both ends.
  func trimmingPadding() -> String {
    guard let first = utf8.first, let last = utf8.last, first.isPadding || last.isPadding else { return self }
    guard let start = utf8.firstIndex(where: { !$0.isPadding }), let end = utf8.lastIndex(where: { !$0.isPadding })
    else { return "" }
    return String(self[start...end])
  }

  fileprivate func trimmingLast(_ delimiter: UInt8) -> String {
    if utf8.last != delimiter { return self }
    guard let last = utf8.lastIndex(where: { $0 != delimiter }) else { return "" }
    return String(self[...last])
  }

  /// Without the padding at the end.
  func trimmingTrailingPadding() -> String {
    guard utf8.last?.isPadding == true else { return self }
    guard let end = utf8.lastIndex(where: { !$0.isPadding }) else { return "" }
    return String(self[...end])
  }
}

extension UInt8 {
  /// A space, or the NUL of UIDs and of those who take it for a space (PS3.5 6.2).
  fileprivate var isPadding: Bool { self == 0x20 || self == 0 }
}
