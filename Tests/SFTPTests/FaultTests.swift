import FaultProxy
import Foundation
import Glibc
import SFTP
import Synchronization
import SystemPackage
import Testing

@Suite struct FaultTests {
  static let impatient = SFTPTimeouts(
    connect: .seconds(20), answer: .seconds(1), stall: .seconds(1), sync: .seconds(1))
  static let impatientToConnect = SFTPTimeouts(connect: .seconds(1))

  @Test func `a server that ends in mid-upload is told as disconnected at once, and the upload resumes`() throws {
    let scene = try Scene()
    let source = try scene.file("source", bytes: 20_000_000)
    let session = try scene.session()
    var acknowledged: Int64 = 0
    let (error, time) = failure {
      try session.upload(from: source, to: "payload") {
        acknowledged = $0
        if $0 >= 6_000_000 { scene.server.stop() }
      }
    }
    #expect(error?.code == .disconnected)
    #expect(time < soon)
    try scene.server.restart()
    let again = try scene.session()
    let size = try #require(try again.status("payload")?.size)
    #expect(size >= acknowledged)
    try again.upload(from: source, offset: size, to: "payload")
    #expect(scene.content("payload") == FileManager.default.contents(atPath: source.string))
  }

  @Test func `a server that accepts and says nothing runs into our deadline`() throws {
    let scene = try Scene()
    let silent = try Listener { _ in sleep(60) }
    let (error, time) = failure { _ = try scene.session(port: silent.port, timeouts: Self.impatientToConnect) }
    #expect(error?.code == .timeout)
    #expect(time > .milliseconds(900) && time < soon)
  }

  @Test func `a server that falls silent in mid-upload runs into the stall deadline`() throws {
    let scene = try Scene()
    // Past the login and some of the upload, the bytes go nowhere while the connection stays.
    let proxy = try FaultProxy(to: scene.server.port, Faults(up: .init(stallAfter: 2_000_000)))
    let session = try scene.session(port: proxy.port, timeouts: Self.impatient)
    let source = try scene.file("source", bytes: 20_000_000)
    let (error, time) = failure { try session.upload(from: source, to: "payload") }
    #expect(error?.code == .timeout)
    #expect(time < soon)
  }

  @Test func `cancelling ends the wait for a silent server`() throws {
    let scene = try Scene()
    let silent = try Listener { _ in sleep(60) }
    let start = ContinuousClock.now
    let (error, time) = failure {
      _ = try scene.session(port: silent.port, isCancelled: { start.duration(to: .now) > .milliseconds(300) })
    }
    #expect(error?.code == .cancelled)
    #expect(time < soon)
  }

  @Test(arguments: ["HTTP/1.1 400 Bad Request\r\n\r\n", "SSH-2.0-x\r\n\u{0}\u{1}\u{2}\u{3}nonsense", "\u{0}\u{0}", ""])
  func `a server that speaks nonsense and hangs up is an error at once`(words: String) throws {
    let scene = try Scene()
    let listener = try Listener { client in
      _ = Array(words.utf8).withUnsafeBytes { send(client, $0.baseAddress, $0.count, 0) }
      usleep(100_000)
    }
    let (error, time) = failure { _ = try scene.session(port: listener.port) }
    #expect([.protocolError, .disconnected].contains(error?.code))
    #expect(time < soon)
  }

  @Test(arguments: ["talk\r\n", "SSH-2.0-x\r\n", "SSH-2.0-x\r\n\u{0}\u{0}\u{8}\u{0}"])
  func `a server that never stops talking is cut off`(words: String) throws {
    let scene = try Scene()
    let listener = try Listener { client in
      let noise = Array(words.utf8) + Scene.noise(65536)
      let flood = words == "talk\r\n" ? Array(repeating: Array(words.utf8), count: 9000).flatMap { $0 } : noise
      while flood.withUnsafeBytes({ send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }) > 0 {}
    }
    let (error, time) = failure { _ = try scene.session(port: listener.port, timeouts: Self.impatientToConnect) }
    #expect([.protocolError, .disconnected, .timeout].contains(error?.code))
    #expect(time < soon)
  }

  /// Cuts the connection at very many places, in either direction, from the greeting to the last acknowledgement.
  @Test func `a connection cut anywhere is an error and never a false success`() throws {
    let scene = try Scene()
    let source = try scene.file("source", bytes: 700_000)
    let whole = FileManager.default.contents(atPath: source.string)
    func attempt(_ proxy: FaultProxy, _ name: String) -> SFTPError? {
      let (error, time) = failure {
        let session = try scene.session(port: proxy.port)
        try session.upload(from: source, to: name)
        _ = try session.list(".", limit: 1000)
        try session.rename(name, to: name + ".done")
        session.close()
      }
      #expect(time < soon)
      return error
    }
    var cuts = 0
    for up in [
      0, 1, 20, 40, 500, 1000, 1500, 2000, 2500, 3000, 5000, 40_000, 100_000, 300_007, 650_000, 700_000, 703_000,
    ] {
      let name = "up\(up)"
      if let error = attempt(try FaultProxy(to: scene.server.port, Faults(up: .init(cutAfter: up))), name) {
        cuts += 1
        #expect([.disconnected, .protocolError].contains(error.code), "\(up): \(error)")
      } else {
        #expect(scene.content(name + ".done") == whole)
      }
    }
    #expect(cuts >= 15)
    for down in [0, 1, 21, 42, 600, 1100, 1300, 1500, 1700, 1900, 2100, 2300, 2700, 3000, 3500, 4000, 4500] {
      let name = "down\(down)"
      if let error = attempt(try FaultProxy(to: scene.server.port, Faults(down: .init(cutAfter: down))), name) {
        cuts += 1
        #expect([.disconnected, .protocolError].contains(error.code), "\(down): \(error)")
      } else {
        #expect(scene.content(name + ".done") == whole)
      }
    }
    #expect(cuts >= 27)
  }
}
