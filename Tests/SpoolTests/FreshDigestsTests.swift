import Foundation
import Spool
import SystemPackage
import Testing

@Suite struct FreshDigestsTests {
  private func stamp(_ number: Int64) throws -> FileStamp {
    let status = try #require(try Disk().status(of: "/"))
    return FileStatus(
      kind: .file, size: number, device: status.device, inode: 1, modified: number, links: 1, owner: 0, mode: 0
    ).stamp
  }

  @Test func whatIsOldIsForgotten() throws {
    let digests = FreshDigests<Int>(lifetime: .seconds(10))
    let now = ContinuousClock.now
    digests.note(1, try stamp(1), now: now)
    #expect(digests.stamp(of: 1, now: now + .seconds(9)) == (try stamp(1)))
    #expect(digests.stamp(of: 1, now: now + .seconds(11)) == nil)
    #expect(digests.stamp(of: 2, now: now) == nil)
  }

  @Test func notMoreThanSoManyAreKnown() throws {
    let digests = FreshDigests<Int>(most: 2, lifetime: .seconds(10))
    let now = ContinuousClock.now
    for number in 1...3 { digests.note(number, try stamp(1), now: now) }
    #expect((1...3).map { digests.stamp(of: $0, now: now) != nil } == [true, true, false])
    digests.note(3, try stamp(1), now: now + .seconds(11))
    #expect(digests.stamp(of: 3, now: now + .seconds(11)) != nil)
  }

  @Test func aFileHasRestedWhenItsLastChangeIsNotAMomentAgo() throws {
    let now = Int64(Date().timeIntervalSince1970 * 1e9)
    #expect(try stamp((now - 1_000_000_000) | 1).hasRested)
    #expect(try !stamp(now + 1_000_000_000).hasRested)
    // Where whole seconds are all that is known.
    let second = now / 1_000_000_000 * 1_000_000_000
    #expect(try !stamp(second).hasRested && stamp(second - 4_000_000_000).hasRested)
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
