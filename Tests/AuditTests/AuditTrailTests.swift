import Foundation
import Glibc
import Journal
import Logging
import Site
import Spool
import SystemPackage
import Testing
import Threads

@testable import Audit

/// The history gets to another system: all of it, once a line, in order.
@Suite struct AuditTrailTests {
  private final class Scene {
    let root = FilePath(FileManager.default.temporaryDirectory.path).appending("audit-\(UUID().uuidString)")
    let journal: Journal
    let configuration: Configuration

    init() throws {
      journal = try Journal(inMemory: nil)
      configuration = try Configuration.load(Site.create(named: #require(SiteName("ch1")), root: root))
    }

    deinit { try? Disk().removeTree(root) }

    func trail(to address: SyslogAddress) -> AuditTrail {
      AuditTrail(
        of: configuration, to: address, journal: journal, disk: Disk(),
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    func happen(_ numbers: ClosedRange<Int>) throws {
      for number in numbers {
        try journal.record(Event("opened", "a step"))
        try journal.record(Event("shipped", site: "ch2", study: "1.2.\(number)", parcel: "p", "Sent."))
      }
    }
  }

  /// A socket of this machine that takes messages.
  ///
  /// Its address is its own: a client of another test, which asks again at a port that was free once, comes to no socket of
  /// this one.
  private final class Listener: @unchecked Sendable {
    static let host = "127.85.0.1"
    private var socket: Int32
    private(set) var port = 0
    private var seen: Set<String> = []

    init(_ kind: __socket_type, port wanted: Int = 0) throws {
      socket = Glibc.socket(AF_INET, Int32(kind.rawValue), 0)
      var yes: Int32 = 1
      setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
      var time = timeval(tv_sec: 120, tv_usec: 0)
      setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
      var name = sockaddr_in()
      name.sin_family = sa_family_t(AF_INET)
      name.sin_port = in_port_t(wanted).bigEndian
      name.sin_addr.s_addr = inet_addr(Self.host)
      var size = socklen_t(MemoryLayout<sockaddr_in>.size)
      let bound = withUnsafeMutablePointer(to: &name) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(socket, $0, size) == 0 && getsockname(socket, $0, &size) == 0
        }
      }
      try #require(bound)
      port = Int(in_port_t(bigEndian: name.sin_port))
      if kind == SOCK_STREAM { try #require(listen(socket, 4) == 0) }
    }

    deinit { close() }

    /// Listens no more.
    func close() {
      if socket >= 0 { Glibc.close(socket) }
      socket = -1
    }

    /// The next datagram.
    func datagram() throws -> String {
      var bytes = [UInt8](repeating: 0, count: 65_536)
      let count = try received { recv(socket, &bytes, bytes.count, 0) }
      return String(decoding: bytes.prefix(count), as: UTF8.self)
    }

    /// What a call gives that may be interrupted: with a time-out, signal(7), no such call is begun again by itself.
    private func received(_ call: () -> Int) throws -> Int {
      while true {
        let result = call()
        if result < 0, errno == EINTR { continue }
        guard result >= 0 else { throw Errno(rawValue: errno) }
        return result
      }
    }

    /// So many messages with their octets counted, each once: what comes again after a connection broke is left out.
    func frames(_ wanted: Int) throws -> [String] {
      var frames: [String] = []
      while frames.count < wanted {
        let connection = Int32(try received { Int(accept(socket, nil, nil)) })
        defer { Glibc.close(connection) }
        var bytes: [UInt8] = []
        var portion = [UInt8](repeating: 0, count: 65_536)
        while frames.count < wanted {
          let count = try received { recv(connection, &portion, portion.count, 0) }
          if count == 0 { break }
          bytes += portion.prefix(count)
          while let space = bytes.firstIndex(of: UInt8(ascii: " ")),
            let length = Int(String(decoding: bytes[..<space], as: UTF8.self)), bytes.count > space + length
          {
            let frame = String(decoding: bytes[(space + 1)...(space + length)], as: UTF8.self)
            if seen.insert(frame).inserted { frames.append(frame) }
            bytes.removeFirst(space + 1 + length)
          }
        }
      }
      return frames
    }
  }

  private func numbers(_ messages: some Sequence<String>) -> [Int] {
    messages.compactMap { $0.firstMatch(of: #/ParticipantObjectID="1\.2\.(\d+)"/#).flatMap { Int($0.1) } }
  }

  @Test func whatHappenedWhileTheServerWasAwayIsToldInOrder() throws {
    let scene = try Scene()
    let listener = try Listener(SOCK_DGRAM)
    let trail = scene.trail(to: .udp(host: Listener.host, port: listener.port))
    try scene.happen(1...2)
    try trail.catchUp()
    try scene.happen(3...4)
    try trail.catchUp()
    #expect(try numbers([listener.datagram(), listener.datagram()]) == [3, 4], "it begins where it is set up")
    // Another one, at a port where nobody listens.
    let nobody = try Listener(SOCK_DGRAM)
    let other = nobody.port
    nobody.close()
    try scene.happen(5...6)
    let lost = scene.trail(to: .udp(host: Listener.host, port: other))
    #expect(throws: (any Error).self) { try lost.catchUp() }
    let alert = try #require(try scene.journal.alert("audit"))
    #expect(alert.message.contains("udp://\(Listener.host):\(other)") && alert.code == "audit")
    try scene.happen(7...7)
    try trail.catchUp()
    #expect(try numbers((0..<3).map { _ in try listener.datagram() }) == [5, 6, 7])
    #expect(try scene.journal.alert("audit") == nil)
  }

  @Test func overTCPOctetsAreCountedAndABrokenConnectionLosesNothing() throws {
    let scene = try Scene()
    let listener = try Listener(SOCK_STREAM)
    let trail = scene.trail(to: .tcp(host: Listener.host, port: listener.port))
    try trail.catchUp()
    var all: [Int] = []
    for round in 0..<3 {
      try scene.happen(round * 150 + 1...round * 150 + 150)
      let taken = Box<Result<[String], any Error>>(.success([]))
      let worker = try Worker("listener") { taken.value = Result { try listener.frames(150) } }
      // The connection of the round before was closed by the server: found out, and made anew.
      for _ in 0..<3 { if (try? trail.catchUp()) != nil { break } }
      worker.join()
      let frames = try taken.value.get()
      all += numbers(frames)
      #expect(frames.allSatisfy { $0.hasPrefix("<85>1 ") && $0.hasSuffix("</AuditMessage>") })
    }
    #expect(all == Array(1...450))
  }

  @Test func aSocketOfThisMachineAndAFile() throws {
    let scene = try Scene()
    let path = scene.root.appending("log")
    let receiver = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    defer { Glibc.close(receiver) }
    var name = sockaddr_un()
    name.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: Array(path.string.utf8)) }
    let bound = withUnsafePointer(to: &name) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(receiver, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    try #require(bound == 0)
    let trail = scene.trail(to: .unix(path))
    try trail.catchUp()
    try scene.happen(1...1)
    try trail.catchUp()
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let count = recv(receiver, &bytes, bytes.count, Int32(MSG_DONTWAIT))
    #expect(numbers([String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)]) == [1])

    let file = scene.root.appending("audit.log")
    try Disk().write("half a li".utf8, to: file)
    let filed = scene.trail(to: .file(file))
    try scene.happen(2...3)
    try filed.catchUp()
    try scene.happen(4...4)
    try filed.catchUp()
    let lines = try String(decoding: Disk().readSmall(file, limit: 1 << 20), as: UTF8.self).split(separator: "\n")
    #expect(lines.first == "half a li" && numbers(lines.map(String.init)) == [2, 3, 4])
  }

  @Test func theFollowerTellsOfItsBeginningAndItsEnd() throws {
    let scene = try Scene()
    let file = scene.root.appending("audit.log")
    let trail = scene.trail(to: .file(file))
    try trail.start()
    trail.end()
    let text = try String(decoding: Disk().readSmall(file, limit: 1 << 20), as: UTF8.self)
    #expect(text.contains("csd-code=\"110120\"") && text.contains("csd-code=\"110121\""))
  }
}

/// A value that one thread writes and another reads after it.
private final class Box<Value>: @unchecked Sendable {
  var value: Value
  init(_ value: Value) { self.value = value }
}
