import CPOSIX
import Executor
import Logging
import ServiceLifecycle
import Spool
import Threads

/// Blocking work on a thread of its own, ended by the group's graceful shutdown.
struct Worker: Service, CustomStringConvertible {
  let description: String
  private let end: @Sendable () -> Void
  private let work: @Sendable () throws -> Void

  init(_ name: String, _ work: @escaping @Sendable (Stop) throws -> Void) {
    let stop = Stop()
    self.init(name, end: stop.request) { try work(stop) }
  }

  /// Work that another object knows how to end.
  init(_ name: String, end: @escaping @Sendable () -> Void, _ work: @escaping @Sendable () throws -> Void) {
    description = name
    self.end = end
    self.work = work
  }

  func run() async throws {
    // The group handles signals by now.
    cposix_repeat_signals()
    try await withTaskCancellationHandler {
      try await withGracefulShutdownHandler {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
          do {
            _ = try Threads.Worker(description) { [work] in continuation.resume(with: Result { try work() }) }
          } catch {
            continuation.resume(throwing: error)
          }
        }
      } onGracefulShutdown: {
        ServiceManager.stopping()
        end()
      }
    } onCancel: {
      end()
    }
  }

  /// Runs workers until SIGTERM or SIGINT, or until the first of them fails; then the others are asked to stop. Work
  /// that is finishing ends by itself.
  static func run(_ workers: [Worker], finishing: Bool, logger: Logger) async throws {
    let group = ServiceGroup(
      configuration: .init(
        services: workers.map {
          .init(
            service: $0, successTerminationBehavior: finishing ? .ignore : .gracefullyShutdownGroup,
            failureTerminationBehavior: .gracefullyShutdownGroup)
        },
        gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
    try await group.run()
  }
}

/// Does one piece of blocking work, which SIGTERM and SIGINT ask to stop.
func untilSignal(_ work: @escaping @Sendable (Stop) throws -> Void) async throws {
  do {
    try await Worker.run([Worker("studypost", work)], finishing: true, logger: .silent)
  } catch is CancellationError {
    throw Failure(.no, "It was stopped; nothing is left of it.")
  }
}

extension Logger {
  /// For what tells people nothing.
  static var silent: Logger { Logger(label: "silent") { _ in SwiftLogNoOpLogHandler() } }
}
