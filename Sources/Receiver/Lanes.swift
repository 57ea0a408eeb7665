internal import Spool
internal import Synchronization
internal import Threads

/// The threads on which parcels are verified and opened: one for parcels of any size and one for small ones, so that a
/// parcel of a hundred gigabytes delays no other.
final class Lanes: Sendable {
  /// A parcel above this size goes to the first lane only.
  private static let small: Int64 = 256 << 20
  /// So many wait for a lane, at most; the journal knows the others.
  private static let mostWaiting = 64

  private struct Job {
    var subject: String
    var size: Int64
    var work: @Sendable () throws -> Void
  }

  private struct State {
    var waiting: [Job] = []
    /// Subjects that wait or are worked on.
    var busy: Set<String> = []
    /// Subjects that failed, and when they may be tried again.
    var resting: [String: (until: ContinuousClock.Instant, failures: Int)] = [:]
  }

  /// Rung when work on a subject has ended.
  let progress: Bell
  private let state = Mutex(State())
  private let stop: Stop
  private let bells: [Bell]
  private let workers = Mutex<[Worker]>([])

  init(stop: Stop, count: Int = 2, progress: Bell = Bell()) {
    self.stop = stop
    self.progress = progress
    bells = (0..<count).map { _ in Bell() }
  }

  /// When the next subject that failed may be tried again.
  var nextAttempt: ContinuousClock.Instant? { state.withLock { $0.resting.values.map(\.until).min() } }

  /// Lets a subject be worked on, unless it is already, or rests.
  ///
  /// - Returns: whether it was taken.
  func submit(_ subject: String, size: Int64, _ work: @escaping @Sendable () throws -> Void) -> Bool {
    let isTaken = state.withLock { state in
      guard isReady(subject, state), state.waiting.count < Self.mostWaiting else { return false }
      state.busy.insert(subject)
      // Small before large; among equals the first come.
      let place = state.waiting.firstIndex { $0.size > size && size <= Self.small } ?? state.waiting.endIndex
      state.waiting.insert(Job(subject: subject, size: size, work: work), at: place)
      return true
    }
    if isTaken { for bell in bells { bell.ring() } }
    return isTaken
  }

  /// Works on a subject on the caller's thread, unless it rests.
  func workHere(_ subject: String, _ work: () throws -> Void) throws -> Bool {
    guard state.withLock({ isReady(subject, $0) }) else { return false }
    do {
      try work()
      state.withLock { $0.resting[subject] = nil }
      return true
    } catch is CancellationError {
      return false
    } catch {
      state.withLock { rest(subject, &$0) }
      return false
    }
  }

  private func isReady(_ subject: String, _ state: State) -> Bool {
    !state.busy.contains(subject) && state.resting[subject].map { $0.until <= .now } ?? true
  }

  private func rest(_ subject: String, _ state: inout State) {
    let failures = (state.resting[subject]?.failures ?? 0) + 1
    let pause = min(Duration.seconds(5) * (1 << min(failures - 1, 6)), .seconds(300))
    state.resting[subject] = (.now + pause, failures)
  }

  /// Starts the threads.
  func start() throws(WorkerError) {
    let started = try bells.indices.map { lane throws(WorkerError) in
      try Worker("receive-\(lane + 1)") { self.run(lane: lane) }
    }
    workers.withLock { $0 = started }
  }

  /// Waits until the threads have ended; the stop was requested before.
  func join() {
    for bell in bells { bell.ring() }
    for worker in workers.withLock({ $0 }) { worker.join() }
  }

  private func run(lane: Int) {
    while !stop.isRequested {
      let job = state.withLock { state -> Job? in
        guard let index = state.waiting.firstIndex(where: { lane == 0 || $0.size <= Self.small }) else { return nil }
        return state.waiting.remove(at: index)
      }
      guard let job else {
        _ = bells[lane].wait(.seconds(60), stop: stop)
        continue
      }
      let outcome = Result { try job.work() }
      state.withLock { state in
        state.busy.remove(job.subject)
        switch outcome {
        case .success: state.resting[job.subject] = nil
        case .failure(is CancellationError): break
        case .failure: rest(job.subject, &state)
        }
      }
      progress.ring()
    }
  }
}
