import Testing

@testable import Sealing

@Suite("SSH signatures")
struct SSHSignatureTests {
  static let namespace = "parcel@studypost"
  static let keygen = isInstalled("ssh-keygen")

  @Test(
    "ssh-keygen verifies ours, and only for its namespace, key and message",
    .enabled(if: keygen, "ssh-keygen is not installed"), arguments: [0, 1, 500, 100_000])
  func ours(size: Int) throws {
    let scratch = try Scratch()
    let key = SigningKey()
    let message = sample(size)
    let signature = try SSHSignature.sign(message, namespace: Self.namespace, with: key)
    try scratch.write(signature.utf8, to: "m.sig")
    try scratch.write("ch1 \(key.publicKey.line)\n".utf8, to: "allowed")
    try scratch.write("ch1 \(SigningKey().publicKey.line)\n".utf8, to: "others")

    func verify(_ allowed: String, _ namespace: String, _ message: [UInt8]) throws -> Int32 {
      try scratch.run(
        "ssh-keygen", "-Y", "verify", "-f", scratch.path(allowed), "-I", "ch1", "-n", namespace,
        "-s", scratch.path("m.sig"), input: message
      ).status
    }
    #expect(try verify("allowed", Self.namespace, message) == 0)
    #expect(try verify("allowed", "receipt@studypost", message) != 0)
    #expect(try verify("others", Self.namespace, message) != 0)
    #expect(try verify("allowed", Self.namespace, message + [0]) != 0)
    #expect(
      try scratch.run(
        "ssh-keygen", "-Y", "check-novalidate", "-n", Self.namespace, "-s", scratch.path("m.sig"), input: message
      ).status == 0)
    try SSHSignature.verify(signature, of: message, namespace: Self.namespace, by: key.publicKey)
  }

  @Test(
    "we verify ssh-keygen's, with either digest, and only for its namespace, key and message",
    .enabled(if: keygen, "ssh-keygen is not installed"), arguments: ["sha256", "sha512"])
  func theirs(digest: String) throws {
    let scratch = try Scratch()
    #expect(try scratch.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", scratch.path("key")).status == 0)
    let key = try SSHPublicKey(scratch.text("key.pub"))
    let message = sample(777)
    try scratch.write(message, to: "m")
    #expect(
      try scratch.run(
        "ssh-keygen", "-Y", "sign", "-O", "hashalg=\(digest)", "-f", scratch.path("key"), "-n", Self.namespace,
        scratch.path("m")
      ).status == 0)
    let signature = try scratch.text("m.sig")
    try SSHSignature.verify(signature, of: message, namespace: Self.namespace, by: key)
    expect(.namespace) { try SSHSignature.verify(signature, of: message, namespace: "receipt@studypost", by: key) }
    expect(.namespace) { try SSHSignature.verify(signature, of: message, namespace: "", by: key) }
    expect(.signature) {
      try SSHSignature.verify(signature, of: message.dropLast(), namespace: Self.namespace, by: key)
    }
    let other = SigningKey().publicKey
    expect(.signature) { try SSHSignature.verify(signature, of: message, namespace: Self.namespace, by: other) }
  }

  @Test(
    "a signature by an ECDSA key is refused", .enabled(if: keygen, "ssh-keygen is not installed"))
  func ecdsa() throws {
    let scratch = try Scratch()
    #expect(try scratch.run("ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-f", scratch.path("key")).status == 0)
    try scratch.write([1], to: "m")
    #expect(
      try scratch.run("ssh-keygen", "-Y", "sign", "-f", scratch.path("key"), "-n", "n", scratch.path("m")).status == 0)
    let signature = try scratch.text("m.sig")
    expect(.signature) { try SSHSignature.verify(signature, of: [1], namespace: "n", by: SigningKey().publicKey) }
    expect(.key) {
      try SSHSignature.verify(signature, of: [1], namespace: "n", by: SSHPublicKey(scratch.text("key.pub")))
    }
  }

  @Test("a signature that reads the same but is written otherwise is refused, but for its line ends")
  func writing() throws {
    let key = SigningKey()
    let text = try SSHSignature.sign([1, 2, 3], namespace: "nn", with: key)
    try #require(text.contains("="))
    func verify(_ text: String) throws {
      try SSHSignature.verify(text, of: [1, 2, 3], namespace: "nn", by: key.publicKey)
    }
    try verify(text)
    try verify(text.replacing("\n", with: "\r\n"))
    try verify(String(text.dropLast()))
    let bytes = try #require(Armor.decode(text, label: "SSH SIGNATURE"))
    for other in [
      "", "x" + text, text + text, text + "x", text.replacing("SSH SIG", with: "PGP SIG"),
      text.replacing("=", with: ""), Armor.encode(bytes + [0], label: "SSH SIGNATURE"),
      String(repeating: "A", count: 1 << 20),
    ] {
      expect(.signature) { try verify(other) }
    }
    expect(.namespace) { try SSHSignature.sign([], namespace: "", with: key) }
  }

  @Test("reserved bytes, which no signature covers, are refused")
  func reserved() throws {
    let key = SigningKey()
    let text = try SSHSignature.sign([1], namespace: "n", with: key)
    var bytes = try #require(Armor.decode(text, label: "SSH SIGNATURE"))
    // Magic, version, public key, namespace: then the reserved string's length.
    let place = 6 + 4 + 4 + key.publicKey.blob.count + 4 + 1
    bytes.replaceSubrange(place..<(place + 4), with: [0, 0, 0, 1, 0x58])
    let forged = Armor.encode(bytes, label: "SSH SIGNATURE")
    expect(.signature) { try SSHSignature.verify(forged, of: [1], namespace: "n", by: key.publicKey) }
  }
}
