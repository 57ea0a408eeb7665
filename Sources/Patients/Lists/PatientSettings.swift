public import NationalID

/// How a site's lists and feeds are read.
public struct PatientSettings: Sendable {
  /// In which order a date such as `03/04/1985` has its day and month.
  public enum DateOrder: String, CaseIterable, Sendable {
    /// 3 April.
    case dayFirst = "day-first"
    /// 4 March.
    case monthFirst = "month-first"
  }

  /// The site's national identifiers, the one that patients mostly have first.
  public var schemes: [NationalIDScheme]
  /// What a list or a message calls this hospital as an assigning authority.
  public var ownAuthorities: [String]
  /// The order of a date's day and month; nil: a date that can be both is refused.
  public var dateOrder: DateOrder?
  /// The character set of lists.
  public var encoding: ListEncoding
  /// The columns' names in the lists of this site, by the names that they have here.
  public var columns: [String: String]
  /// A list of which a greater share (0 to 1) of rows is bad is refused.
  public var mostBad: Double

  /// How lists are read where a site says nothing else.
  public init(
    schemes: [NationalIDScheme], ownAuthorities: [String] = [], dateOrder: DateOrder? = nil,
    encoding: ListEncoding = .automatic, columns: [String: String] = [:], mostBad: Double = 0.01
  ) {
    self.schemes = schemes
    self.ownAuthorities = ownAuthorities
    self.dateOrder = dateOrder
    self.encoding = encoding
    self.columns = columns
    self.mostBad = mostBad
  }

  /// What of it decides how a row is read, for its digest.
  var fingerprint: String {
    "1 \(schemes.map(\.code).joined(separator: " ")) \(dateOrder?.rawValue ?? "") \(ownAuthorities.sorted().joined(separator: "\u{1F}"))"
  }
}
