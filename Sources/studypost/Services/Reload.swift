import Custody
import Executor
import Journal
import Logging
import Site
import Spool
import Synchronization

/// What SIGHUP asks for: the configuration is read again and, where it and the partners' files are in order, the services go on by
/// it. One that is not in order changes nothing, and people are told.
final class Reload: Sendable {
  private let site: SiteOptions
  private let service: Service
  private let rounds: [Rounds]
  private let logger: Logger
  private let present: Mutex<Configuration>

  private static let alertKey = "configuration"
  /// The services, and the commands that people use meanwhile, must agree about these.
  private static let lasting: Set = ["site", "spool", "run", "journal", "keys"]

  init(_ site: SiteOptions, for service: Service, of configuration: Configuration, rounds: [Rounds], logger: Logger) {
    self.site = site
    self.service = service
    self.rounds = rounds
    self.logger = logger
    present = Mutex(configuration)
  }

  func run() {
    ServiceManager.reloading()
    defer { ServiceManager.ready() }
    do {
      let configuration = try site.configuration()
      let changed = present.withLock { $0.keysThatDiffer(from: configuration) }
      let lasting = changed.filter(Self.lasting.contains)
      guard lasting.isEmpty else {
        return refuse("\(lasting.joined(separator: ", ")) can only change with a restart of all services")
      }
      // The services keep what they know of a partner as long as they go on.
      _ = try PartnerBook.load(configuration.partners, owner: configuration.site)
      for rounds in rounds { rounds.begin(configuration) }
      present.withLock { $0 = configuration }
      logger.notice(
        "the configuration is read again",
        metadata: ["changed": "\(changed.isEmpty ? "partners' files at most" : changed.joined(separator: ","))"])
      settle()
    } catch let error as ConfigurationError {
      refuse(error.problems.map(\.description).joined(separator: " "))
    } catch {
      refuse("\(error)")
    }
  }

  /// The configuration in force is in order.
  func settle() { tell { try $0.settle(alert: Self.alertKey) } }

  private func refuse(_ why: String) {
    logger.error("the changed configuration is refused, the old one stays in force: \(Quoted.text(why, limit: 2000))")
    tell { [service] journal in
      try journal.raise(
        Alert(
          key: Self.alertKey, code: "configuration", severity: .critical,
          message: Quoted.text(
            "The changed configuration is refused, and the services go on by the old one: \(why)", limit: 1000),
          remedy: "Correct the file, see studypost check, then reload the services once more."), by: service)
    }
  }

  private func tell(_ body: (Journal) throws -> Void) {
    do {
      try body(Journal(at: present.withLock { $0.journal }))
    } catch {
      logger.error("the journal cannot be told of the configuration: \(Quoted.text("\(error)", limit: 500))")
    }
  }
}

extension Configuration {
  /// The keys whose values are not the same in both.
  fileprivate func keysThatDiffer(from other: Configuration) -> [String] {
    let (mine, others) = (settings, other.settings)
    let changed = others.filter { !mine.contains($0) }.map(\.key)
    return changed + mine.map(\.key).filter { key in !others.contains { $0.key == key } }
  }
}
