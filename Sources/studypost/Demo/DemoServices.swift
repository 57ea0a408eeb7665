import Foundation
import Logging
import Spool
import Synchronization
import SystemPackage

/// All services of the demo's sites, each on a thread of its own.
final class DemoServices: Sendable {
  private let stop = Stop()
  private let ended = DispatchGroup()
  private let failure = Mutex<(any Error)?>(nil)

  /// Starts them; what they say goes into a file.
  init(of sites: [DemoSite], log: FilePath) throws {
    let file = try FileDescriptor.open(
      log, .writeOnly, options: [.create, .append, .closeOnExec], permissions: [.ownerReadWrite, .groupRead])
    let logger = Logger(label: "demo") { _ in StandardErrorLog(output: { _ = try? file.writeAll($0.utf8) }) }
    for site in sites {
      var logger = logger
      logger[metadataKey: "site"] = "\(site.name)"
      let run = try ServiceRun(site.site.configuration, logger: logger)
      for kind in ServiceRun.Kind.allCases { start("\(site.name) \(kind.rawValue)") { try run.work(kind, $0) } }
    }
  }

  private func start(_ name: String, _ work: @escaping @Sendable (Stop) throws -> Void) {
    ended.enter()
    let thread = Thread { [self] in
      do { try work(stop) } catch { failure.withLock { $0 = $0 ?? error } }
      ended.leave()
    }
    thread.name = name
    thread.stackSize = 8 << 20
    thread.start()
  }

  /// - Throws: why a service ended by itself.
  func check() throws {
    if let failure = failure.withLock({ $0 }) { throw failure }
  }

  /// Asks them to stop, and waits until they have.
  func end() {
    stop.request()
    ended.wait()
  }
}
