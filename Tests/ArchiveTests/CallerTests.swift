import Archive
import Testing

@Suite struct CallerTests {
  struct Own: Error, Equatable {
    let number: Int
  }

  @Test(arguments: [0, 2])
  func `what output throws comes out again, then and ever after`(threads: Int) throws {
    let contents = noise(20 << 20)
    for call in 1...5 {
      var calls = 0
      let writer = try ArchiveWriter(level: 1, threads: threads) { _ in
        calls += 1
        if calls == call { throw Own(number: call) }
      }
      #expect(throws: Own(number: call)) {
        try writer.begin(name: "a", size: Int64(contents.count))
        try contents.withUnsafeBytes { try writer.write($0) }
        try writer.finish()
      }
      #expect(throws: Own(number: call)) { try writer.begin(name: "b", size: 0) }
      #expect(throws: Own(number: call)) { try writer.finish() }
      #expect(calls == call)
    }
  }

  @Test func `what input throws comes out again, then and ever after`() throws {
    let archive = try pack([("a", noise(200_000)), ("b", noise(200_000))])
    for call in 1...6 {
      var calls = 0
      var rest = archive[...]
      let reader = try ArchiveReader(limits: ArchiveLimits(maxEntries: 9, maxExpanded: 1 << 20)) { memory in
        calls += 1
        if calls == call { throw Own(number: call) }
        let count = min(memory.count, rest.count, 20_000)
        memory.copyBytes(from: rest.prefix(count))
        rest = rest.dropFirst(count)
        return count
      }
      #expect(throws: Own(number: call)) {
        while try reader.next() != nil {
          var memory = [UInt8](repeating: 0, count: 10_000)
          while try memory.withUnsafeMutableBytes({ try reader.read(into: $0) }) > 0 {}
        }
      }
      #expect(throws: Own(number: call)) { try reader.next() }
      #expect(calls == call)
    }
  }

  @Test func `input that claims more bytes than there is room for is refused`() throws {
    for count in [-1, 1 << 40] {
      let reader = try ArchiveReader(limits: ArchiveLimits(maxEntries: 1, maxExpanded: 1)) { _ in count }
      let error = #expect(throws: ArchiveError.self) { try reader.next() }
      #expect(error?.code == .usage)
    }
  }

  @Test func `a writer that is let go writes no end`() throws {
    var archive: [UInt8] = []
    var writer: ArchiveWriter? = try ArchiveWriter(level: 3, threads: 2) { archive += $0 }
    try writer?.begin(name: "a", size: 300_000)
    try noise(300_000).withUnsafeBytes { try writer?.write($0) }
    let written = archive.count
    writer = nil
    #expect(archive.count == written)
    let error = #expect(throws: ArchiveError.self) { try unpack(archive) }
    #expect(error?.code == .truncated)
  }

  private func refusal(_ body: (ArchiveWriter) throws -> Void) -> ArchiveError.Code? {
    let error = #expect(throws: ArchiveError.self) {
      try body(ArchiveWriter(level: 3, threads: 0) { _ in })
    }
    return error?.code
  }

  @Test func `a member with more or fewer bytes than announced is no member`() {
    let bytes: [UInt8] = [1, 2, 3]
    #expect(
      refusal {
        try $0.begin(name: "a", size: 2); try bytes.withUnsafeBytes($0.write)
      } == .size)
    #expect(
      refusal {
        try $0.begin(name: "a", size: 4); try bytes.withUnsafeBytes($0.write); try $0.finish()
      } == .size)
    #expect(
      refusal {
        try $0.begin(name: "a", size: 1); try $0.begin(name: "b", size: 1)
      } == .size)
    #expect(refusal { try bytes.withUnsafeBytes($0.write) } == .usage)
    #expect(refusal { try $0.begin(name: "a", size: -1) } == .usage)
    #expect(
      refusal {
        try $0.finish(); try $0.finish()
      } == .usage)
  }

  @Test(arguments: ["", "/a", "a/../b", "a//b", "é", "a\\b", "a\nb", String(repeating: "a", count: 101)])
  func `a name that a reader would refuse is not written`(name: String) {
    #expect(refusal { try $0.begin(name: name, size: 0) } == .name)
  }

  @Test(arguments: [(0, 0), (20, 0), (3, -1), (3, 1000)])
  func `a level that there is not, or an absurd number of threads, is refused`(level: Int, threads: Int) {
    let error = #expect(throws: ArchiveError.self) { try ArchiveWriter(level: level, threads: threads) { _ in } }
    #expect(error?.code == .usage)
  }
}
