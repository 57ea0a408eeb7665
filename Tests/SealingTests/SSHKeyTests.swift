import Testing

@testable import Sealing

@Suite("OpenSSH keys", .enabled(if: isInstalled("ssh-keygen"), "ssh-keygen is not installed"))
struct SSHKeyTests {
  @Test("ssh-keygen reads our private key and finds the same public key and fingerprint")
  func ours() throws {
    let scratch = try Scratch()
    // Each length of comment needs another padding.
    for comment in ["", "a", "ab", "abc", "ch1", "site ch1", "ch1 signing", "école"] {
      let key = SigningKey()
      let path = try scratch.write(key.openSSHPrivateKey(comment: comment).utf8, to: "key")
      let derived = try scratch.run("ssh-keygen", "-y", "-f", path)
      #expect(derived.status == 0)
      #expect(derived.text == key.publicKey.line + (comment.isEmpty ? "" : " \(comment)") + "\n")
      try scratch.write(derived.bytes, to: "key.pub")
      let listed = try scratch.run("ssh-keygen", "-l", "-f", path + ".pub")
      #expect(listed.text.hasPrefix("256 \(key.publicKey.fingerprint) "))
      let again = try SigningKey(openSSHPrivateKey: scratch.text("key"))
      #expect(again.publicKey == key.publicKey)
      #expect("\(again)" == key.publicKey.fingerprint)
    }
  }

  @Test("we read ssh-keygen's private key and public key")
  func theirs() throws {
    let scratch = try Scratch()
    for index in 0..<4 {
      let comment = String(repeating: "c", count: index)
      #expect(
        try scratch.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", scratch.path("k\(index)"))
          .status == 0)
      let key = try SigningKey(openSSHPrivateKey: scratch.text("k\(index)"))
      let line = try scratch.text("k\(index).pub")
      #expect(try SSHPublicKey(line) == key.publicKey)
      #expect(line.hasPrefix(key.publicKey.line))
    }
  }

  @Test("a private key with a passphrase or of another type is refused with the remedy")
  func unusable() throws {
    let scratch = try Scratch()
    #expect(
      try scratch.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "secret", "-f", scratch.path("locked")).status == 0)
    let text = try scratch.text("locked")
    expect(.key) { try SigningKey(openSSHPrivateKey: text) }
    #expect(throws: (any Error).self) {
      do { _ = try SigningKey(openSSHPrivateKey: text) } catch {
        #expect("\(error)".contains("passphrase"))
        throw error
      }
    }
    for type in ["ecdsa", "rsa"] {
      #expect(try scratch.run("ssh-keygen", "-q", "-t", type, "-N", "", "-f", scratch.path(type)).status == 0)
      let text = try scratch.text(type)
      expect(.key) { try SigningKey(openSSHPrivateKey: text) }
    }
    #expect(
      try scratch.run("ssh-keygen", "-q", "-t", "ed25519", "-m", "PEM", "-N", "", "-f", scratch.path("pem")).status == 0
    )
    expect(.key) { try SSHPublicKey(scratch.text("rsa.pub")) }
  }

  @Test("ECDSA host keys are read, with ssh-keygen's fingerprint", arguments: ["256", "384", "521"])
  func hostKeys(bits: String) throws {
    let scratch = try Scratch()
    #expect(
      try scratch.run("ssh-keygen", "-q", "-t", "ecdsa", "-b", bits, "-N", "", "-f", scratch.path("host")).status == 0)
    let key = try SSHPublicKey(scratch.text("host.pub"))
    #expect(key.type == "ecdsa-sha2-nistp\(bits)")
    #expect(try scratch.run("ssh-keygen", "-l", "-f", scratch.path("host.pub")).text.contains(" \(key.fingerprint) "))
    expect(.key) { try SSHSignature.verify("", of: [], namespace: "n", by: key) }
    // A point beside the curve.
    var blob = key.blob
    blob[blob.count - 1] ^= 1
    let line = "\(key.type) \(Base64.encode(blob, padding: .required))"
    expect(.key) { try SSHPublicKey(line) }
  }

  @Test("a public key line may have a comment and white space, and nothing else")
  func lines() throws {
    let key = SigningKey().publicKey
    for line in [key.line, key.line + "\n", key.line + "\r\n", key.line + " who@where and why \n", " \(key.line)"] {
      #expect(try SSHPublicKey(line) == key)
    }
    let base64 = String(key.line.dropFirst("ssh-ed25519 ".count))
    for line in [
      "", " ", "\n", "ssh-ed25519", "ssh-ed25519 ", base64, "ssh-ed25519 \(base64.dropLast(4))",
      "ssh-ed25519 \(base64)AAAA", "ecdsa-sha2-nistp256 \(base64)", "ssh-rsa \(base64)",
      "restrict ssh-ed25519 \(base64)", key.line + "\n" + key.line, "ssh-ed25519 \(base64) a\0b",
      "ssh-ed25519 AAAA", "ssh-ed25519 /////////w==", String(repeating: "A", count: 1 << 20),
    ] {
      expect(.key) { try SSHPublicKey(line) }
    }
  }
}

@Suite("Ed25519 against RFC 8032")
struct Ed25519Tests {
  @Test("test 2 of section 7.1: key file, public key and signature")
  func vector() throws {
    let seed = bytes(hex: "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
    let point = bytes(hex: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
    let key = try SigningKey(openSSHPrivateKey: keyFile(seed: seed, point: point))
    #expect(Array(key.publicKey.blob.suffix(32)) == point)
    #expect(
      try key.signature(for: [0x72])
        == bytes(
          hex: """
            92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da
            085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00
            """))
  }

  @Test("a private key file whose public key is not its own is refused")
  func mismatch() {
    let seed = [UInt8](repeating: 7, count: 32)
    expect(.key) { try SigningKey(openSSHPrivateKey: keyFile(seed: seed, point: seed)) }
  }

  @Test("a private key file whose inner fields contradict each other is refused")
  func contradictions() {
    let seed = bytes(hex: "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
    let point = bytes(hex: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
    expect(.key) { try SigningKey(openSSHPrivateKey: keyFile(seed: seed, point: point, inner: seed)) }
    expect(.key) { try SigningKey(openSSHPrivateKey: keyFile(seed: seed, point: point, check: 2)) }
    expect(.key) { try SigningKey(openSSHPrivateKey: keyFile(seed: seed, point: point, padding: 2)) }
  }

  private func keyFile(
    seed: [UInt8], point: [UInt8], inner: [UInt8]? = nil, check: UInt8 = 1, padding: UInt8 = 1
  ) -> String {
    var blob = SSHWriter()
    blob.append(string: "ssh-ed25519")
    blob.append(string: point)
    var secret = SSHWriter([0, 0, 0, 1, 0, 0, 0, check])
    secret.append(string: "ssh-ed25519")
    secret.append(string: inner ?? point)
    secret.append(string: seed + (inner ?? point))
    secret.append(string: "")
    secret.append(raw: (padding..<(padding + 8)).prefix((8 - secret.bytes.count % 8) % 8))
    var file = SSHWriter(Array("openssh-key-v1\0".utf8))
    for text in ["none", "none", ""] { file.append(string: text) }
    file.append(1)
    file.append(string: blob.bytes)
    file.append(string: secret.bytes)
    return Armor.encode(file.bytes, label: "OPENSSH PRIVATE KEY")
  }
}
