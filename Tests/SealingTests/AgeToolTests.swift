import Sealing
import Testing

@Suite("age files against age", .enabled(if: isInstalled("age"), "age is not installed"))
struct AgeToolTests {
  static let sizes = [0, 1, 65_535, 65_536, 65_537, 131_071, 131_072, 131_073, 500_000]

  @Test("age opens ours, in whatever pieces we wrote", arguments: sizes)
  func ours(size: Int) throws {
    let scratch = try Scratch()
    let identity = AgeIdentity()
    let message = sample(size)
    try scratch.write(identity.text.utf8, to: "key")
    for pieces in [.max, 65_536, 65_537, 10_007, 1_000_000] {
      let file = try encrypt(message, to: [AgeIdentity().recipient, identity.recipient], pieces: pieces)
      let opened = try scratch.run("age", "-d", "-i", scratch.path("key"), input: file)
      #expect(opened.status == 0)
      #expect(opened.bytes == message)
    }
  }

  @Test("we open age's, in whatever pieces we read", arguments: sizes)
  func theirs(size: Int) throws {
    let scratch = try Scratch()
    let identity = AgeIdentity()
    let message = sample(size)
    let file = try scratch.run(
      "age", "-r", AgeIdentity().recipient.text, "-r", identity.recipient.text, input: message
    ).bytes
    for pieces in [1 << 20, 65_536, 7919] {
      #expect(try decrypt(file, with: [AgeIdentity(), identity], pieces: pieces) == message)
    }
    expect(.noMatch) { try decrypt(file, with: [AgeIdentity()]) }
    expect(.noMatch) { try decrypt(file, with: []) }
  }

  @Test(
    "stanzas of other types are passed over", .enabled(if: isInstalled("ssh-keygen"), "ssh-keygen is not installed"))
  func otherTypes() throws {
    let scratch = try Scratch()
    let identity = AgeIdentity()
    try scratch.write(SigningKey().publicKey.line.utf8, to: "ssh.pub")
    let file = try scratch.run(
      "age", "-R", scratch.path("ssh.pub"), "-r", identity.recipient.text, input: [1, 2, 3]
    ).bytes
    #expect(String(decoding: file, as: UTF8.self).contains("-> ssh-ed25519 "))
    #expect(try decrypt(file, with: [identity]) == [1, 2, 3])
  }

  @Test("an armoured file is not an age file here")
  func armoured() throws {
    let scratch = try Scratch()
    let identity = AgeIdentity()
    let file = try scratch.run("age", "-a", "-r", identity.recipient.text, input: [1]).bytes
    expect(.header) { try decrypt(file, with: [identity]) }
  }

  @Test("age opens our armour, and we open age's", arguments: [0, 1, 47, 48, 4096])
  func text(size: Int) throws {
    let scratch = try Scratch()
    let identity = AgeIdentity()
    try scratch.write(identity.text.utf8, to: "key")
    let ours = try AgeText.seal(sample(size), to: identity.recipient)
    let opened = try scratch.run("age", "-d", "-i", scratch.path("key"), input: Array(ours.utf8))
    #expect(opened.status == 0 && opened.bytes == sample(size))
    let theirs = try scratch.run("age", "-a", "-r", identity.recipient.text, input: sample(size)).bytes
    let text = String(decoding: theirs, as: UTF8.self)
    #expect(try AgeText.open(text, with: identity) == sample(size))
    #expect(try AgeText.open(text.replacing("\n", with: "\r\n"), with: identity) == sample(size))
    expect(.noMatch) { try AgeText.open(text, with: AgeIdentity()) }
  }

  @Test("a text that is not exactly one armour is refused")
  func notArmour() throws {
    let identity = AgeIdentity()
    let text = try AgeText.seal(sample(500), to: identity.recipient)
    var joined = text.split(separator: "\n").map(String.init)
    joined[1] += joined.remove(at: 2)
    for wrong in [
      "", " " + text, text + "\n", text + text, text + "x", text.replacing("-----BEGIN AGE", with: "-----BEGIN SSH"),
      joined.joined(separator: "\n"), text.replacing("\n", with: "\n\n"), text.replacing("=", with: ""),
    ] where wrong != text {
      expect(.header) { try AgeText.open(wrong, with: identity) }
    }
    expect(.payload) { _ = try AgeText.seal(sample(20_000), to: identity.recipient) }
  }
}
