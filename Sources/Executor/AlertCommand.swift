internal import FoundationEssentials
internal import Journal
internal import Subprocess
internal import Synchronization
internal import SystemPackage

/// The site's own command for alerts: each new alert comes as JSON on its standard input.
///
/// It runs beside the service's work and never holds it up; one at a time, and after a burst only one in ten seconds.
final class AlertCommand: Sendable {
  /// How often the command may be begun, and how long it may take.
  struct Limits {
    var burst = 10
    var pause = Duration.seconds(10)
    var longest = Duration.seconds(30)
  }

  /// One telling of an alert: raised again, or become worse, it is another one.
  private struct Telling: Hashable {
    let key, since, severity: String
  }

  private struct State {
    var isRunning = false
    /// What was told or failed and was not asked for yet.
    var ended: [(telling: Telling, failure: String?)] = []
    /// How often the command may be begun at once, as of `counted`.
    var left: Double
    var counted = ContinuousClock.now
  }

  private let arguments: [String]
  private let site: String
  private let limits: Limits
  private let state: Mutex<State>

  /// So many results are kept: of an alert that is settled meanwhile nobody asks.
  private static let mostResults = 64

  /// - Parameter arguments: the program and its arguments; empty: there is none.
  init(_ arguments: [String], site: String, limits: Limits = Limits()) {
    self.arguments = arguments
    self.site = site
    self.limits = limits
    state = Mutex(State(left: Double(limits.burst)))
  }

  /// Tells of an alert, or finds out whether it was told.
  ///
  /// - Returns: whether it was told; false: not yet.
  /// - Throws: ``ExecutorError`` `alertCommand` where the command failed.
  func tell(_ alert: StandingAlert) throws -> Bool {
    guard let program = arguments.first else { return true }
    let telling = Telling(key: alert.key, since: alert.since, severity: alert.severity.rawValue)
    return try state.withLock { state in
      if let index = state.ended.firstIndex(where: { $0.telling == telling }) {
        if let failure = state.ended.remove(at: index).failure {
          throw ExecutorError(.alertCommand, FilePath(program), failure)
        }
        return true
      }
      guard !state.isRunning, mayBegin(&state) else { return false }
      state.isRunning = true
      start(alert, telling)
      return false
    }
  }

  private func mayBegin(_ state: inout State) -> Bool {
    let now = ContinuousClock.now
    state.left = min(Double(limits.burst), state.left + (now - state.counted) / limits.pause)
    state.counted = now
    guard state.left >= 1 else { return false }
    state.left -= 1
    return true
  }

  private func start(_ alert: StandingAlert, _ telling: Telling) {
    Task.detached { [self] in
      let failure = await run(alert)
      state.withLock { state in
        state.isRunning = false
        state.ended.append((telling, failure))
        if state.ended.count > Self.mostResults { state.ended.removeFirst() }
      }
    }
  }

  /// - Returns: what went wrong.
  private func run(_ alert: StandingAlert) async -> String? {
    do {
      let document = try document(alert)
      let ended = try await within(limits.longest) { [arguments] in
        try await Subprocess.run(
          .path(FilePath(arguments[0])), arguments: Arguments(Array(arguments.dropFirst())),
          input: .fileDescriptor(try Self.pipe(holding: document), closeAfterSpawningProcess: true),
          output: .discarded, error: .discarded
        ).terminationStatus
      }
      switch ended {
      case .some(let status) where status.isSuccess: return nil
      case .some(let status): return "the command for alerts failed: \(status)."
      case nil: return "the command for alerts did not end within \(limits.longest) and was ended."
      }
    } catch {
      return "the command for alerts cannot be run: \(error)"
    }
  }

  /// The end of a pipe that holds the whole text. It is written before the command is begun: where a command ends without
  /// reading, writing to it would raise SIGPIPE here, and Subprocess ends the process where its own writing fails.
  private static func pipe(holding bytes: [UInt8]) throws -> FileDescriptor {
    let ends = try FileDescriptor.pipe(options: .closeOnExec)
    defer { try? ends.writeEnd.close() }
    do {
      // A pipe holds 64 KiB (pipe(7)); more would wait for a reader that is not there yet.
      try ends.writeEnd.writeAll(bytes.prefix(60 << 10))
      return ends.readEnd
    } catch {
      try? ends.readEnd.close()
      throw error
    }
  }

  private func document(_ alert: StandingAlert) throws -> [UInt8] {
    struct Document: Encodable {
      var site, code, severity, message, remedy, since, service: String
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let document = Document(
      site: site, code: alert.code, severity: alert.severity.rawValue, message: alert.message, remedy: alert.remedy,
      since: alert.since, service: alert.service)
    return Array(try encoder.encode(document)) + [UInt8(ascii: "\n")]
  }
}
