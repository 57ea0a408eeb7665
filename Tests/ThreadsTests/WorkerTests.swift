import Foundation
import Synchronization
import Testing
import Threads

@Suite struct WorkerTests {
  private final class Held: Sendable {
    private let isLetGo: Flag
    init(_ isLetGo: Flag) { self.isLetGo = isLetGo }
    deinit {
      usleep(1000)
      isLetGo.value.store(true, ordering: .sequentiallyConsistent)
    }
  }
  private final class Flag: Sendable { let value = Atomic(false) }

  @Test func whatTheWorkHeldIsLetGoWhenItIsJoined() throws {
    for _ in 0..<100 {
      let isLetGo = Flag()
      let worker = try { [held = Held(isLetGo)] in try Worker("test") { withExtendedLifetime(held) {} } }()
      worker.join()
      let value = isLetGo.value.load(ordering: .sequentiallyConsistent)
      #expect(value)
    }
  }
}
