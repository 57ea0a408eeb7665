import Synchronization
import Testing
import Threads

@Suite struct CrewTests {
  private struct Failure: Error, Equatable { var number: Int }

  @Test(arguments: [0, 1, 3]) func whatComesOfJobsComesInTheirOrder(threads: Int) throws {
    let crew = Crew<Int>("test", threads: threads)
    var results: [Int] = []
    for number in 0..<2000 {
      while crew.isFull() { results.append(try #require(try crew.next())) }
      crew.submit {
        var sum = 0
        for value in 0..<number * 7 % 911 { sum &+= value }
        return sum >= 0 ? number : -1
      }
    }
    while let result = try crew.next() { results.append(result) }
    #expect(results == Array(0..<2000))
    #expect(crew.isIdle)
  }

  @Test(arguments: [0, 2]) func anErrorComesWhereItsResultWould(threads: Int) throws {
    let crew = Crew<Int>("test", threads: threads)
    crew.submit { 1 }
    while crew.isFull() { #expect(try crew.next() == 1) }
    crew.submit { throw Failure(number: 2) }
    var results: [Result<Int?, any Error>] = []
    while !crew.isIdle { results.append(Result { try crew.next() }) }
    #expect(throws: Failure(number: 2)) { try results.last?.get() }
    #expect(try crew.next() == nil)
  }

  @Test func jobsRunAtTheSameTime() throws {
    let crew = Crew<Int>("test", threads: 2)
    let met = Atomic<Int>(0)
    // Each waits for the other: one thread alone would never end it.
    for number in 0..<2 {
      crew.submit {
        met.add(1, ordering: .sequentiallyConsistent)
        while met.load(ordering: .sequentiallyConsistent) < 2 {}
        return number
      }
    }
    #expect(try crew.next() == 0)
    #expect(try crew.next() == 1)
  }

  @Test func whatIsUnderWayIsBounded() {
    let crew = Crew<Void>("test", threads: 2, budget: 100)
    #expect(!crew.isFull(for: 1000), "a single job may cost more")
    crew.submit(cost: 60) {}
    #expect(!crew.isFull(for: 40))
    #expect(crew.isFull(for: 41))
    for _ in 0..<2 { crew.submit {} }
    #expect(crew.isFull(), "not more than the threads are busy with, and one")
  }

  @Test func aCrewThatIsLetGoWaitsForWhatIsUnderWay() {
    let ended = Atomic<Int>(0)
    let began = Atomic<Int>(0)
    do {
      let crew = Crew<Void>("test", threads: 1)
      crew.submit {
        began.store(1, ordering: .sequentiallyConsistent)
        for _ in 0..<200_000 where began.load(ordering: .sequentiallyConsistent) == 0 {}
        ended.store(1, ordering: .sequentiallyConsistent)
      }
      while began.load(ordering: .sequentiallyConsistent) == 0 {}
    }
    #expect(ended.load(ordering: .sequentiallyConsistent) == 1)
  }

  @Test func whatIsGivenBackIsLentAgain() throws {
    final class Tool {}
    let made = Atomic<Int>(0)
    let reserve = Reserve {
      made.add(1, ordering: .sequentiallyConsistent)
      return Tool()
    }
    for _ in 0..<3 { try reserve.lend { _ in } }
    #expect(made.load(ordering: .sequentiallyConsistent) == 1)
    #expect(throws: Failure.self) { try reserve.lend { _ in throw Failure(number: 1) } }
    try reserve.lend { _ in }
    #expect(made.load(ordering: .sequentiallyConsistent) == 2, "after an error it is not used again")
  }
}
