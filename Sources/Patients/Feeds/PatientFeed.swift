/// Reads changes out of a file, one after the other.
public protocol FeedReader {
  /// The next change, or what could not be read; nil: the end.
  mutating func next() throws -> FeedItem?
}

/// What a feed has next.
public enum FeedItem: Sendable, Equatable {
  /// A change.
  case change(PatientChange)
  /// A message that cannot be taken.
  case bad(BadEntry)
}

/// The readers of changes, by what a file is.
public enum PatientFeed {
  /// - Throws: ``PatientsError`` `list` where there is no reader.
  public static func reader(
    for source: FeedSource, _ format: FeedFormat, _ settings: PatientSettings
  ) throws -> any FeedReader {
    switch format {
    case .csv: throw PatientsError(.list, "\(source.name) is a list: it replaces the index, and tells of no changes.")
    case .hl7: ADTFeed(source, settings)
    case .fhir: FHIRFeed(source, settings)
    }
  }
}
