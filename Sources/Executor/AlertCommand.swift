internal import FoundationEssentials
internal import Journal
internal import Subprocess
internal import Synchronization
internal import SystemPackage

/// The site's own command for alerts: each new alert comes as JSON on its standard input.
///
/// It runs beside the service's work and never holds it up; one at a time, and after a burst only one in ten seconds.
final class AlertCommand: Sendable {
  private enum State {
    case idle
    case running(key: String)
    case ended(key: String, failure: String?)
  }

  private let arguments: [String]
  private let site: String
  private let state = Mutex(State.idle)
  private let begun = Mutex<[ContinuousClock.Instant]>([])

  private static let burst = 10
  private static let pause = Duration.seconds(10)
  private static let longest = Duration.seconds(30)

  /// - Parameter arguments: the program and its arguments; empty: there is none.
  init(_ arguments: [String], site: String) {
    self.arguments = arguments
    self.site = site
  }

  /// Tells of an alert, or finds out whether it was told.
  ///
  /// - Returns: whether it was told; false: not yet.
  /// - Throws: ``ExecutorError`` `alertCommand` where the command failed.
  func tell(_ alert: StandingAlert) throws -> Bool {
    guard let program = arguments.first else { return true }
    return try state.withLock { state in
      switch state {
      case .ended(alert.key, let failure):
        state = .idle
        if let failure { throw ExecutorError(.alertCommand, FilePath(program), failure) }
        return true
      case .running: return false
      case .idle, .ended:
        guard mayBegin() else { return false }
        state = .running(key: alert.key)
        start(alert)
        return false
      }
    }
  }

  private func mayBegin() -> Bool {
    begun.withLock { begun in
      begun.removeAll { $0.advanced(by: Self.pause * Self.burst) < .now }
      guard begun.count < Self.burst else { return false }
      begun.append(.now)
      return true
    }
  }

  private func start(_ alert: StandingAlert) {
    Task.detached { [self] in
      let failure = await run(alert)
      state.withLock { $0 = .ended(key: alert.key, failure: failure) }
    }
  }

  /// - Returns: what went wrong.
  private func run(_ alert: StandingAlert) async -> String? {
    do {
      let text = try document(alert)
      let ended = try await withThrowingTaskGroup(of: TerminationStatus?.self) { [arguments] group in
        group.addTask {
          try await Subprocess.run(
            .path(FilePath(arguments[0])), arguments: Arguments(Array(arguments.dropFirst())),
            input: .string(text), output: .discarded, error: .discarded
          ).terminationStatus
        }
        group.addTask {
          try await Task.sleep(for: Self.longest)
          return nil
        }
        defer { group.cancelAll() }
        return try await group.next() ?? nil
      }
      switch ended {
      case .some(let status) where status.isSuccess: return nil
      case .some(let status): return "the command for alerts failed: \(status)."
      case nil: return "the command for alerts did not end within \(Self.longest) and was ended."
      }
    } catch {
      return "the command for alerts cannot be run: \(error)"
    }
  }

  private func document(_ alert: StandingAlert) throws -> String {
    struct Document: Encodable {
      var site, code, severity, message, remedy, since, service: String
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(
      decoding: try encoder.encode(
        Document(
          site: site, code: alert.code, severity: alert.severity.rawValue, message: alert.message,
          remedy: alert.remedy, since: alert.since, service: alert.service)), as: UTF8.self) + "\n"
  }
}
