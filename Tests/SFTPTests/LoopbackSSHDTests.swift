import Foundation
import Glibc
import LoopbackSSHD
import SFTP
import Testing

@Suite struct LoopbackSSHDTests {
  @Test func `OpenSSH's own client logs in and lands in the account's folder`() throws {
    let scene = try Scene()
    try Data("hello".utf8).write(to: URL(fileURLWithPath: scene.home.appending("greeting").string))
    let batch = scene.folder.appending("batch")
    try "ls\n".write(toFile: batch.string, atomically: false, encoding: .utf8)
    let known = scene.folder.appending("known_hosts")
    try "[127.0.0.1]:\(scene.server.port) \(scene.server.hostKey)\n"
      .write(toFile: known.string, atomically: false, encoding: .utf8)
    let output = try run(
      "/usr/bin/sftp", "-q", "-b", batch.string, "-i", scene.folder.appending("client").string, "-P",
      "\(scene.server.port)", "-o", "UserKnownHostsFile=\(known)", "-o", "StrictHostKeyChecking=yes",
      "\(scene.server.user)@127.0.0.1")
    #expect(output.contains("greeting"))
  }

  @Test func `stopping ends the sessions too, and a restart keeps port and host key`() throws {
    let scene = try Scene()
    let session = try scene.session()
    scene.server.stop()
    scene.server.stop()
    #expect(failure { _ = try session.status(".") }.error?.code == .disconnected)
    #expect(failure { _ = try scene.session() }.error?.code == .unreachable)
    try scene.server.restart()
    #expect(try scene.session().status(".")?.isDirectory == true)
  }

  @Test func `a folder that internal-sftp cannot be told is refused`() throws {
    let scene = try Scene()
    #expect(throws: LoopbackSSHDError.self) {
      try LoopbackSSHD(directory: scene.folder.appending("sshd"), accounts: [("/tmp/my demo", scene.publicKey)])
    }
  }
}
