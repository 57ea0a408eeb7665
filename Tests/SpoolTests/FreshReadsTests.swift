import Foundation
import Spool
import SystemPackage
import Testing

@Suite struct FreshReadsTests {
  private func stamp(_ modified: Int64) -> FileStamp { FileStamp(inode: 1, size: 1, modified: modified) }

  @Test func whatIsOldIsForgotten() throws {
    let reads = FreshReads<Int, String>(lifetime: .seconds(10))
    let now = ContinuousClock.now
    reads.note(1, stamp(1), "found", now: now)
    let read = try #require(reads[1, now: now + .seconds(9)])
    #expect(read.stamp == stamp(1) && read.finding == "found")
    #expect(reads[1, now: now + .seconds(11)] == nil)
    #expect(reads[2, now: now] == nil)
  }

  @Test func notMoreThanSoManyAreKnown() {
    let reads = FreshReads<Int, String>(most: 2, lifetime: .seconds(10))
    let now = ContinuousClock.now
    for number in 1...3 { reads.note(number, stamp(1), "found", now: now) }
    #expect((1...3).map { reads[$0, now: now] != nil } == [true, true, false])
    reads.note(3, stamp(1), "found", now: now + .seconds(11))
    #expect(reads[3, now: now + .seconds(11)] != nil)
  }

  @Test func aFileHasRestedWhenItsLastChangeIsNotAMomentAgo() {
    let now = Int64(Date().timeIntervalSince1970 * 1e9)
    #expect(stamp((now - 1_000_000_000) | 1).hasRested)
    #expect(!stamp(now + 1_000_000_000).hasRested)
    // Where whole seconds are all that is known.
    let second = now / 1_000_000_000 * 1_000_000_000
    #expect(!stamp(second).hasRested && stamp(second - 4_000_000_000).hasRested)
  }

  @Test func aRenamedFileIsAsItWasAndAWrittenOneIsNot() throws {
    let scratch = try Scratch()
    let (first, second) = (scratch.root.appending("1"), scratch.root.appending("2"))
    let disk = Disk()
    try disk.write([1], to: first)
    let before = try #require(try disk.status(of: first)).stamp
    try disk.rename(first, to: second)
    #expect(try disk.status(of: second)?.stamp == before)
    usleep(50_000)
    try disk.removeFile(second)
    try disk.write([2], to: second)
    #expect(try disk.status(of: second)?.stamp != before)
  }
}
