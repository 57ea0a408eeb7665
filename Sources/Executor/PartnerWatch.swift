public import Custody
public import Journal
public import Site
public import Spool
internal import SystemPackage

/// The partners as their folder has them at present. A file that is not in order raises an alert, and concerns its partner
/// alone.
public struct PartnerWatch {
  /// The partners whose files are in order, and those that were when they were read last.
  public private(set) var book: PartnerBook
  private let service: Service
  private let journal: Journal
  private let disk: Disk
  private var state: [String: FileStatus?]?

  private static let alertKey = "partners"
  private static let mostFiles = 10_000

  /// Reads the partners.
  ///
  /// - Throws: `ConfigurationError` where the folder cannot be read.
  public init(_ configuration: Configuration, for service: Service, journal: Journal, disk: Disk) throws {
    self.service = service
    self.journal = journal
    self.disk = disk
    // Looked at first: what changes while they are read is read again.
    state = Self.look(at: configuration.partners, disk)
    let (book, problems) = try PartnerBook.read(configuration.partners, owner: configuration.site, disk: disk)
    self.book = book
    try tell(of: problems)
  }

  /// Reads the partners again if a file changed.
  ///
  /// - Returns: whether anything changed.
  /// - Throws: `JournalError` where an alert cannot be raised.
  @discardableResult
  public mutating func reload() throws -> Bool {
    let present = Self.look(at: book.directory, disk)
    guard present != state else { return false }
    do {
      let (changed, problems) = try PartnerBook.read(book.directory, owner: book.owner, keeping: book, disk: disk)
      book = changed
      state = present
      try tell(of: problems)
    } catch let error as ConfigurationError {
      try tell(of: error.problems)
    }
    return true
  }

  private func tell(of problems: [ConfigurationError.Problem]) throws {
    guard let first = problems.first else { return try journal.settle(alert: Self.alertKey) }
    let more = problems.count > 1 ? " (and \(problems.count - 1) more)" : ""
    try journal.raise(
      Alert(
        key: Self.alertKey, code: "partners", severity: .critical,
        message: Quoted.text("The file of a partner is not in order\(more): \(first)", limit: 1000),
        remedy: "studypost check says all that is wrong. The other partners go on."), by: service)
  }

  private static func look(at directory: FilePath, _ disk: Disk) -> [String: FileStatus?]? {
    guard let names = try? disk.names(of: directory, limit: mostFiles) else { return nil }
    return names.reduce(into: [:]) { state, name in
      state[name] = .some((try? disk.status(of: directory.appending(name))) ?? nil)
    }
  }
}
