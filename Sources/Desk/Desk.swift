public import Journal
public import Patients
internal import Reconciliation
public import Site
public import Spool
internal import Synchronization

/// The person who decides: a value that is handed in, by a command line, a console or a test.
public struct Actor: Sendable, Equatable {
  /// As it stands in the history.
  public let name: String

  /// Names a person; what could steer a terminal is made harmless.
  public init(_ name: String) { self.name = Quoted.text(name, limit: 64) }
}

/// A site on this machine, with what people look at and decide about.
public struct LocalSite: Sendable {
  /// What `studypost.toml` sets.
  public let configuration: Configuration
  /// Where everything lies.
  public let spool: Spool
  /// The state of everything in custody.
  public let journal: Journal
  private let openIndex = Once<PatientIndex>()

  /// Opens the journal of a site.
  ///
  /// - Throws: `JournalError` where there is none, or where it cannot be used.
  public init(_ configuration: Configuration, disk: Disk = Disk()) throws {
    self.init(configuration, journal: try Journal(at: configuration.journal), disk: disk)
  }

  /// A site with a journal that is open already.
  public init(_ configuration: Configuration, journal: Journal, disk: Disk = Disk()) {
    self.configuration = configuration
    spool = Spool(configuration.spool, run: configuration.run, disk: disk)
    self.journal = journal
  }

  /// The patient index, opened when it is asked for.
  public func patients() throws -> PatientIndex {
    try openIndex.value { try PatientIndex.open(configuration, journal: journal) }
  }

  /// The partners, each file of which must be in order.
  public func partners() throws -> PartnerBook {
    try PartnerBook.load(configuration.partners, owner: configuration.site)
  }
}

/// A value that is made when it is first asked for.
private final class Once<Value: Sendable>: Sendable {
  private let made = Mutex<Value?>(nil)

  func value(_ make: () throws -> Value) throws -> Value {
    try made.withLock { made in
      if let value = made { return value }
      let value = try make()
      made = value
      return value
    }
  }
}

/// What people see and decide at a site.
///
/// A decision is one transaction of the journal. Nothing is moved, written or removed here: the services do what is then
/// owed. Every list is read in portions.
public struct Desk: Sendable {
  /// Where.
  public let site: LocalSite
  /// Who.
  public let actor: Actor

  var journal: Journal { site.journal }
  var spool: Spool { site.spool }
  var configuration: Configuration { site.configuration }

  /// Sits a person down at a site.
  public init(_ site: LocalSite, actor: Actor) {
    self.site = site
    self.actor = actor
  }
}

/// Part of a list.
public struct Portion<Item: Sendable>: Sendable {
  /// The items, in the list's order.
  public let items: [Item]
  /// How many the whole list has.
  public let total: Int

  /// A part of a list of so many.
  public init(_ items: [Item], of total: Int) {
    self.items = items
    self.total = max(total, items.count)
  }
}

/// Which part of a list is wanted.
public struct Page: Sendable, Equatable {
  /// At most so many items.
  public var limit: Int
  /// After so many.
  public var offset: Int

  /// Asks for a part of a list.
  public init(limit: Int = 500, offset: Int = 0) {
    self.limit = limit
    self.offset = offset
  }
}
