import Spool
import Testing

@testable import Parcel

struct ConveyorTests {
  @Test func everyBlockArrivesOnceInOrderWithItsLabel() throws {
    let conveyor = Conveyor<[Int]>(blocks: 3, of: 8)
    let count = 500_000
    let sender = Worker("send") {
      for number in 0..<count {
        try? conveyor.send([number]) {
          $0.storeBytes(of: number, as: Int.self)
          return 8
        }
      }
    }
    var wrong = 0
    for number in 0..<count {
      conveyor.take { label, bytes in
        if label != [number] || bytes.count != 8 || bytes.load(as: Int.self) != number { wrong += 1 }
      }
    }
    sender.join()
    #expect(wrong == 0)
  }

  @Test func whoSendsIsToldWhenNobodyTakesAnyMore() throws {
    let conveyor = Conveyor<Int>(blocks: 2, of: 8)
    try conveyor.send(1)
    try conveyor.send(2)
    conveyor.abandon()
    #expect(throws: CancellationError.self) { try conveyor.send(3) }
  }

  @Test func whatCannotBeFilledIsNotSent() throws {
    struct Failure: Error {}
    let conveyor = Conveyor<Int>(blocks: 1, of: 8)
    #expect(throws: Failure.self) { try conveyor.send(1) { _ in throw Failure() } }
    try conveyor.send(2)
    #expect(conveyor.take { label, _ in label } == 2)
  }
}
