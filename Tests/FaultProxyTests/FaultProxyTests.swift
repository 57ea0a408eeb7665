import FaultProxy
import Foundation
import Glibc
import LoopbackSSHD
import SystemPackage
import Testing

@Suite struct FaultProxyTests {
  @Test func `without faults every byte passes, both ways, and so does the end`() throws {
    let proxy = try FaultProxy(to: Echo().port)
    let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 * 31) }
    let client = try Client(proxy.port)
    #expect(client.exchange(bytes) == bytes)
  }

  @Test func `a connection is cut after exactly so many bytes, up or down, and the next one can be made`() throws {
    let echo = try Echo()
    let proxy = try FaultProxy(to: echo.port, Faults(up: .init(cutAfter: 1000)))
    #expect(try Client(proxy.port).exchange([UInt8](repeating: 1, count: 5000)).count <= 1000)
    #expect(echo.last == 1000)
    proxy.faults = Faults(down: .init(cutAfter: 1000))
    #expect(try Client(proxy.port).exchange([UInt8](repeating: 1, count: 5000)).count == 1000)
    proxy.faults = Faults(up: .init(cutAfter: 0))
    #expect(try Client(proxy.port).exchange([1]).isEmpty)
    proxy.faults = Faults()
    #expect(try Client(proxy.port).exchange([1, 2]) == [1, 2])
  }

  @Test func `a stalled connection passes nothing more and stays, until the stall is lifted`() throws {
    let proxy = try FaultProxy(to: Echo().port, Faults(down: .init(stallAfter: 3)))
    let client = try Client(proxy.port)
    client.send([1, 2, 3, 4, 5])
    #expect(client.receive(3) == [1, 2, 3])
    #expect(client.isSilent(for: 200))
    proxy.faults = Faults()
    #expect(client.receive(2) == [4, 5])
  }

  @Test func `one bit of one byte is flipped`() throws {
    let proxy = try FaultProxy(to: Echo().port, Faults(up: .init(garbleAfter: 2)))
    #expect(try Client(proxy.port).exchange([0, 0, 0, 0]) == [0, 0, 1, 0])
  }

  @Test func `refused connections are refused as by nobody, and the port stays ours`() throws {
    let proxy = try FaultProxy(to: Echo().port)
    #expect(try Client(proxy.port).exchange([7]) == [7])
    proxy.faults = Faults(refuses: true)
    #expect(eventually { (try? Client(proxy.port)) == nil })
    #expect(throws: Errno.connectionRefused) { try Client(proxy.port) }
    proxy.faults = Faults()
    #expect(eventually { (try? Client(proxy.port))?.exchange([7]) == [7] })
  }

  @Test func `a delay and a rate make it take at least so long`() throws {
    let proxy = try FaultProxy(to: Echo().port, Faults(roundTrip: .milliseconds(300)))
    let bytes = [UInt8](repeating: 1, count: 50_000)
    func time(_ bytes: [UInt8]) throws -> Duration {
      let start = ContinuousClock.now
      #expect(try Client(proxy.port).exchange(bytes) == bytes)
      return start.duration(to: .now)
    }
    #expect(try time([1]) >= .milliseconds(300))
    proxy.faults = Faults(rate: 100_000)
    #expect(try time(bytes) >= .milliseconds(400))
  }

  @Test func `cut ends what stands, and stop closes the port`() throws {
    let proxy = try FaultProxy(to: Echo().port)
    let client = try Client(proxy.port)
    client.send([1])
    #expect(client.receive(1) == [1])
    proxy.cut()
    #expect(client.receive(1) == [])
    proxy.stop()
    #expect(throws: Errno.connectionRefused) { try Client(proxy.port) }
  }

  @Test func `the program prints its port and does what its options say`() throws {
    let echo = try Echo()
    let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let program = FilePath(tests).removingLastComponent().appending("fault-proxy").string
    let output = FilePath(FileManager.default.temporaryDirectory.path).appending("fault-proxy-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(atPath: output.string) }
    let child = try Child(program, ["--to", "\(echo.port)", "--cut-after-down", "10"], output: output)
    var port: Int?
    #expect(
      eventually {
        let said = FileManager.default.contents(atPath: output.string).map { String(decoding: $0, as: UTF8.self) }
        port = said.flatMap { $0.hasSuffix("\n") ? Int($0.dropLast()) : nil }
        return port != nil
      })
    #expect(try Client(#require(port)).exchange([UInt8](repeating: 1, count: 50)).count == 10)
    #expect(child.stop() == 128 + SIGTERM)
  }

  /// Far longer than it takes.
  private func eventually(_ condition: () -> Bool) -> Bool {
    for _ in 0..<1000 {
      if condition() { return true }
      usleep(10_000)
    }
    return false
  }
}
