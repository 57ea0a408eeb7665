import Foundation
import Glibc
import SFTP
import Synchronization
import SystemPackage
import Testing

@Suite struct UploadTests {
  @Test func `50 MB arrive with the same SHA-256, and progress only rises`() throws {
    let scene = try Scene()
    let source = try scene.file("source", bytes: 50_000_000)
    var seen: [Int64] = [0]
    try scene.session().upload(from: source, to: "payload") { seen.append($0) }
    let sums = try [source, scene.home.appending("payload")].map {
      try run("/usr/bin/sha256sum", $0.string).split(separator: " ")[0]
    }
    #expect(sums[0] == sums[1])
    #expect(seen.last == 50_000_000)
    #expect(zip(seen, seen.dropFirst()).allSatisfy { $0 < $1 })
  }

  @Test(arguments: [0, 1, 29_999, 30_000, 30_001, 60_000, 299_999, 300_001, 1_000_003])
  func `files around the sizes of requests and windows arrive whole`(bytes: Int) throws {
    let scene = try Scene()
    let session = try scene.session()
    let source = try scene.file("source", bytes: bytes)
    for window in [1, 60_000, 330_000, 3 << 20] {
      try session.upload(from: source, to: "payload", window: window)
      #expect(scene.content("payload") == FileManager.default.contents(atPath: source.string))
    }
  }

  @Test func `an upload goes on where it was interrupted`() throws {
    let scene = try Scene()
    let source = try scene.file("source", bytes: 5_000_000)
    let whole = try #require(FileManager.default.contents(atPath: source.string))
    let session = try scene.session()
    for offset in [1, 30_000, 4_999_999, 5_000_000] {
      try whole.prefix(offset).write(to: URL(fileURLWithPath: scene.home.appending("payload").string))
      var first: Int64?
      try session.upload(from: source, offset: Int64(offset), to: "payload") { if first == nil { first = $0 } }
      #expect(scene.content("payload") == whole)
      #expect(first ?? Int64(offset) >= offset)
    }
  }

  @Test func `an upload does not go on where it would leave a hole, or not at all`() throws {
    let scene = try Scene()
    let source = try scene.file("source", bytes: 1_000_000)
    let session = try scene.session()
    func code(_ offset: Int64) -> SFTPError.Code? {
      failure { try session.upload(from: source, offset: offset, to: "payload") }.error?.code
    }
    #expect(code(10) == .notFound)
    try session.write([UInt8](repeating: 1, count: 9), to: "payload")
    #expect(code(10) == .refused)
    #expect(code(8) == .refused)
    #expect(code(-1) == .source)
    #expect(code(1_000_001) == .source)
    #expect(failure { try session.upload(from: "/no/such/file", to: "payload") }.error?.code == .source)
    #expect(failure { try session.upload(from: scene.folder, to: "payload") }.error?.code == .source)
    #expect(failure { try session.upload(from: source, to: "no/payload") }.error?.code == .notFound)
    try session.upload(from: source, to: "payload")
  }

  @Test func `a source that shrinks while it is sent is told as source`() throws {
    let scene = try Scene()
    let source = try scene.file("source", bytes: 20_000_000)
    let session = try scene.session()
    let error = failure {
      try session.upload(from: source, to: "payload", window: 300_000) { _ in truncate(source.string, 1_000_000) }
    }.error
    #expect(error?.code == .source)
  }

  @Test func `a full disk is told as noSpace`() throws {
    let scene = try Scene()
    let session = try scene.session()
    symlink("/dev/full", scene.home.appending("payload").string)
    let source = try scene.file("source", bytes: 5_000_000)
    #expect(failure { try session.upload(from: source, to: "payload") }.error?.code == .noSpace)
    let another = try scene.session()
    #expect(failure { try another.write([1], to: "payload") }.error?.code == .noSpace)
  }

  @Test func `parts in any order, over two sessions, make the same file`() throws {
    let scene = try Scene()
    let source = try scene.file("source", bytes: 5_000_000)
    // The middle comes first, and from the session that did not make the file.
    let parts: [[Range<Int64>]] = [
      [3_000_000..<4_000_001, 0..<1, 1..<1_000_000], [4_000_001..<5_000_000, 1_000_000..<3_000_000],
    ]
    for own in parts {
      var parts = own[...]
      var ends: [Int64] = []
      try scene.session().upload(
        from: source, parts: { parts.popFirst() }, to: "payload", window: 300_000, progress: { ends.append($0) })
      #expect(own.allSatisfy { ends.contains($0.upperBound) })
    }
    #expect(scene.content("payload") == FileManager.default.contents(atPath: source.string))
  }

  @Test func `no further part is asked for when it does not go on, and one beyond the file is an error`() throws {
    let scene = try Scene()
    let session = try scene.session()
    let source = try scene.file("source", bytes: 2_000_000)
    var asked: Int64 = 0
    var isOn = true
    try session.upload(
      from: source,
      parts: {
        asked += 1
        return (asked - 1) * 1_000_000..<asked * 1_000_000
      }, to: "payload", window: 300_000, progress: { _ in isOn = false }, goesOn: { isOn })
    #expect(asked == 1)
    let beyond = failure {
      try session.upload(
        from: source, parts: { 1_000_000..<2_000_001 }, to: "payload", window: 300_000, progress: { _ in })
    }
    #expect(beyond.error?.code == .source)
    #expect(try session.status("payload") != nil, "the session can be used further")
  }

  @Test func `keys are exchanged anew in mid-upload`() throws {
    let scene = try Scene(settings: ["RekeyLimit 4M"])
    let source = try scene.file("source", bytes: 30_000_000)
    let session = try scene.session()
    try session.upload(from: source, to: "payload")
    #expect(scene.content("payload") == FileManager.default.contents(atPath: source.string))
    #expect(try session.status("payload")?.size == 30_000_000)
  }

  @Test func `cancelling ends an upload soon`() throws {
    let scene = try Scene()
    let source = try scene.file("source", bytes: 30_000_000)
    let cancelled = Mutex(false)
    let session = try scene.session(isCancelled: { cancelled.withLock { $0 } })
    var acknowledged: Int64 = 0
    let (error, time) = failure {
      try session.upload(from: source, to: "payload") {
        acknowledged = $0
        if acknowledged > 3_000_000 { cancelled.withLock { $0 = true } }
      }
    }
    #expect(error?.code == .cancelled)
    #expect(acknowledged < 30_000_000)
    #expect(time < soon)
    #expect(failure { _ = try session.status(".") }.error?.code == .disconnected)
  }
}
