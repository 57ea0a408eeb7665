import Foundation
import SFTP
import Testing

@Suite struct LoginTests {
  @Test(arguments: ["127.0.0.1", "localhost"])
  func `a host is found by address and by name`(host: String) throws {
    let scene = try Scene()
    let session = try SFTPSession(
      connecting: scene.endpoint(host: host), privateKey: scene.privateKey, publicKeyLine: scene.publicKey)
    #expect(try session.status(".")?.isDirectory == true)
  }

  @Test func `a pinned ECDSA host key is accepted`() throws {
    let scene = try Scene(hostKeyType: .ecdsa)
    #expect(scene.server.hostKey.hasPrefix("ecdsa-sha2-nistp256 "))
    #expect(try scene.session().status(".")?.isDirectory == true)
  }

  @Test func `another host key is refused before anything of ours is shown`() throws {
    let scene = try Scene()
    let other = try Scene.makeKey(scene.folder.appending("other")).publicKey
    let error = failure {
      _ = try SFTPSession(
        connecting: scene.endpoint(hostKey: other), privateKey: scene.privateKey, publicKeyLine: scene.publicKey)
    }.error
    #expect(error?.code == .hostKey)
    let fingerprint = try run("/usr/bin/ssh-keygen", "-lf", scene.folder.appending("sshd/host_ed25519").string)
      .split(separator: " ")[1]
    #expect(error?.message.contains(fingerprint) == true)
    Thread.sleep(forTimeInterval: 0.3)
    #expect(scene.log.contains("Connection from"))
    for word in ["publickey", "authenticating", "Accepted", "Failed", "Postponed", "user \(scene.server.user)"] {
      #expect(!scene.log.contains(word))
    }
  }

  @Test func `a pinned RSA host key is refused by name, without a connection`() throws {
    let scene = try Scene(hostKeyType: .rsa)
    let error = failure { _ = try scene.session() }.error
    #expect(error?.code == .hostKey)
    #expect(error?.message.contains("ssh-rsa") == true)
    #expect(!scene.log.contains("Connection from"))
  }

  @Test func `a server that has only an RSA host key is refused by the name of what it offers`() throws {
    let scene = try Scene(hostKeyType: .rsa)
    let pinned = try Scene.makeKey(scene.folder.appending("other")).publicKey
    let error = failure {
      _ = try SFTPSession(
        connecting: scene.endpoint(hostKey: pinned), privateKey: scene.privateKey, publicKeyLine: scene.publicKey)
    }.error
    #expect(error?.code == .hostKey)
    #expect(error?.message.contains("rsa-sha2-512, rsa-sha2-256") == true)
    #expect(error?.message.contains("ssh-ed25519") == true)
  }

  @Test(arguments: [
    "", "ssh-ed25519", "ssh-ed25519 AAAA", "ssh-ed25519 !!!", "ssh-dss AAAAB3NzaC1kc3M=",
    "ecdsa-sha2-nistp256 AAAAC3NzaC1lZDI1NTE5AAAAIJ9Wq0Yv9M1fS6sTQO9lH7w1e0T6mYy0n2o3J4k5L6m7",
  ])
  func `a damaged pin is refused`(pin: String) throws {
    let endpoint = SFTPEndpoint(host: "127.0.0.1", port: 1, user: "x", hostKey: pin)
    let error = failure { _ = try SFTPSession(connecting: endpoint, privateKey: "", publicKeyLine: "") }.error
    #expect(error?.code == .hostKey)
  }

  @Test func `a key that the server does not know is told as authentication`() throws {
    let scene = try Scene()
    let other = try Scene.makeKey(scene.folder.appending("other"))
    let error = failure {
      _ = try SFTPSession(
        connecting: scene.endpoint(), privateKey: other.privateKey, publicKeyLine: other.publicKey)
    }.error
    #expect(error?.code == .authentication)
  }

  @Test(arguments: ["", "nonsense", "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n"])
  func `a damaged private key is told as authentication`(key: String) throws {
    let scene = try Scene()
    let error = failure {
      _ = try SFTPSession(connecting: scene.endpoint(), privateKey: key, publicKeyLine: scene.publicKey)
    }.error
    #expect(error?.code == .authentication)
  }

  @Test func `a host without a server, or without a name, is unreachable`() throws {
    let scene = try Scene()
    scene.server.stop()
    #expect(failure { _ = try scene.session() }.error?.code == .unreachable)
    var endpoint = scene.endpoint(host: "no-such-host.invalid")
    let key = (scene.privateKey, scene.publicKey)
    #expect(
      failure { _ = try SFTPSession(connecting: endpoint, privateKey: key.0, publicKeyLine: key.1) }.error?.code
        == .unreachable)
    endpoint = scene.endpoint(port: 70_000)
    #expect(
      failure { _ = try SFTPSession(connecting: endpoint, privateKey: key.0, publicKeyLine: key.1) }.error?.code
        == .unreachable)
  }

  @Test func `whether a login is forwarded is found out by trying, and the session goes on`() throws {
    let locked = try Scene()
    let session = try locked.session()
    defer { session.close() }
    #expect(try !session.allowsForwarding())
    #expect(try session.status(locked.home.string)?.isDirectory == true)

    // The last line wins: without "restrict" this login may forward.
    let open = try Scene(settings: ["AllowTcpForwarding yes"])
    let keys = open.folder.appending("sshd/authorized_keys")
    let line = try String(contentsOfFile: keys.string, encoding: .utf8).replacing("restrict,", with: "")
    try line.write(toFile: keys.string, atomically: true, encoding: .utf8)
    let forwarded = try open.session()
    defer { forwarded.close() }
    #expect(try forwarded.allowsForwarding())
    #expect(try forwarded.status(open.home.string)?.isDirectory == true)
  }
}
