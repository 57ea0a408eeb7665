internal import Foundation
internal import Synchronization

/// Does jobs on threads of its own, and hands on what comes of each in the order in which the jobs were given.
///
/// Who gives the jobs also takes the results, on one thread, and so bounds how many are under way: ``isFull`` says when to take
/// one first. A crew that is let go forgets the jobs that were not begun, and waits for the others. A crash in a job is marked
/// where one of the thread that gave it would be.
public final class Crew<Output: Sendable>: Sendable {
  /// What a job comes to.
  private final class Place: Sendable {
    let isDone = DispatchSemaphore(value: 0)
    let result = Mutex<Result<Output, any Error>?>(nil)
  }

  private typealias Job = (place: Place, crash: CrashPlace, work: @Sendable () throws -> Output)

  private struct State {
    var waiting: [Job] = []
    var hasEnded = false
  }

  /// What the threads know of: it outlives the crew for a moment.
  private final class Shop: Sendable {
    let state = Mutex(State())
    let isSomeWaiting = DispatchSemaphore(value: 0)

    func run() {
      while true {
        isSomeWaiting.wait()
        let job = state.withLock { state -> Job? in
          state.hasEnded || state.waiting.isEmpty ? nil : state.waiting.removeFirst()
        }
        guard let job else { return }
        let result = job.crash.cover { Result { try job.work() } }
        job.place.result.withLock { $0 = result }
        job.place.isDone.signal()
      }
    }
  }

  private struct UnderWay {
    var places: [(place: Place, cost: Int)] = []
    var cost = 0
  }

  private let shop = Shop()
  private let workers: [Worker]
  private let underWay = Mutex(UnderWay())
  private let most: Int
  private let budget: Int

  /// Starts the threads.
  ///
  /// - Parameters:
  ///   - name: what the threads are called.
  ///   - threads: how many, if the system has them; with none each job is done when it is given, by who gives it.
  ///   - budget: what the jobs under way may cost together, in whatever unit; a single job may cost more.
  public init(_ name: String, threads: Int, budget: Int = .max) {
    self.budget = budget
    workers = (0..<threads).compactMap { [shop] _ in try? Worker(name) { shop.run() } }
    most = workers.count + 1
  }

  deinit {
    shop.state.withLock { $0.hasEnded = true }
    for _ in workers { shop.isSomeWaiting.signal() }
    for worker in workers { worker.join() }
  }

  /// Whether a result must be taken before a job of this cost is given.
  public func isFull(for cost: Int = 0) -> Bool {
    underWay.withLock { $0.places.count >= most || (!$0.places.isEmpty && $0.cost > budget - cost) }
  }

  /// Whether no result is to come.
  public var isIdle: Bool { underWay.withLock { $0.places.isEmpty } }

  /// Gives a job.
  public func submit(cost: Int = 0, _ work: @escaping @Sendable () throws -> Output) {
    let place = Place()
    underWay.withLock {
      $0.places.append((place, cost))
      $0.cost += cost
    }
    guard !workers.isEmpty else {
      let result = Result { try work() }
      place.result.withLock { $0 = result }
      place.isDone.signal()
      return
    }
    shop.state.withLock { $0.waiting.append((place, CrashPlace(), work)) }
    shop.isSomeWaiting.signal()
  }

  /// Waits for the job that was given first among those whose results were not taken.
  ///
  /// - Returns: nil where there is none.
  /// - Throws: what it threw.
  public func next() throws -> Output? {
    let first = underWay.withLock { state -> Place? in
      guard !state.places.isEmpty else { return nil }
      let (place, cost) = state.places.removeFirst()
      state.cost -= cost
      return place
    }
    guard let first else { return nil }
    first.isDone.wait()
    return try first.result.withLock { $0.take() }?.get()
  }
}
