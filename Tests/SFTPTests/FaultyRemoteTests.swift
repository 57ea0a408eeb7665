import FaultyRemote
import Foundation
import SFTP
import Testing

/// What the tests of others rely on.
@Suite struct FaultyRemoteTests {
  @Test func `the planned request fails, the others go on, and all are remembered`() throws {
    let scene = try Scene()
    let faults = RemoteFaults(at: 1, .fail(.noSpace))
    let files = FaultyRemote(try scene.session(), faults)
    try files.makeDirectory("a")
    #expect(failure { try files.write([1], to: "a/x") }.error?.code == .noSpace)
    #expect(scene.content("a/x") == nil)
    try files.write([1], to: "a/x")
    #expect(try files.list("a", limit: 1).map(\.name) == ["x"])
    #expect(faults.requests == ["makeDirectory a", "write a/x", "write a/x", "openDirectory a", "next a"])
  }

  @Test func `a cut ends the session before the request, a lost answer after it`() throws {
    let scene = try Scene()
    for (fault, isDone) in [(RemoteFaults.Fault.cut, false), (.loseAnswer, true)] {
      let files = FaultyRemote(try scene.session(), RemoteFaults(at: 0, fault))
      #expect(failure { try files.write([1], to: "x") }.error?.code == .disconnected)
      #expect((scene.content("x") != nil) == isDone)
      #expect(failure { _ = try files.status("x") }.error?.code == .disconnected)
    }
  }
}
