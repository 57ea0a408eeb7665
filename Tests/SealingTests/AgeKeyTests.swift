import Testing

@testable import Sealing

@Suite("age keys")
struct AgeKeyTests {
  @Test(
    "age-keygen finds the recipient of our identity, and we that of age-keygen's file",
    .enabled(if: isInstalled("age-keygen"), "age-keygen is not installed"))
  func keygen() throws {
    let scratch = try Scratch()
    let ours = AgeIdentity()
    try scratch.write("# site ch1\n\(ours.text)\n".utf8, to: "ours")
    #expect(try scratch.run("age-keygen", "-y", scratch.path("ours")).text == ours.recipient.text + "\n")
    #expect("\(ours)" == ours.recipient.text)

    #expect(try scratch.run("age-keygen", "-o", scratch.path("theirs")).status == 0)
    let theirs = try AgeIdentity(scratch.text("theirs"))
    #expect(try scratch.run("age-keygen", "-y", scratch.path("theirs")).text == theirs.recipient.text + "\n")
    #expect(try scratch.text("theirs").contains(theirs.text))
  }

  @Test("section 6.1 of RFC 7748: an identity and its recipient")
  func rfc7748() throws {
    let secret = bytes(hex: "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a")
    let point = bytes(hex: "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a")
    let identity = try AgeIdentity(Bech32.encode(secret, prefix: "age-secret-key-").uppercased())
    #expect(identity.recipient.text == Bech32.encode(point, prefix: "age"))
  }

  @Test("texts of identities and recipients read back; white space and CRLF around them do not matter")
  func texts() throws {
    for _ in 0..<32 {
      let identity = AgeIdentity()
      #expect(identity.text.hasPrefix("AGE-SECRET-KEY-1") && identity.text.count == 74)
      #expect(identity.recipient.text.hasPrefix("age1") && identity.recipient.text.count == 62)
      #expect(try AgeIdentity(identity.text).text == identity.text)
      #expect(try AgeIdentity("# made by hand\r\n\r\n  \(identity.text)\r\n").text == identity.text)
      #expect(try AgeRecipient(identity.recipient.text) == identity.recipient)
      #expect(try AgeRecipient(" \(identity.recipient.text)\n") == identity.recipient)
    }
  }

  @Test("a text in the wrong case, with a wrong character or of another kind is refused")
  func refused() {
    let identity = AgeIdentity()
    let secret = identity.text
    let recipient = identity.recipient.text
    for text in [
      "", "\n", "# only a comment\n", secret.lowercased(), secret + secret, "\(secret)\n\(AgeIdentity().text)\n",
      String(secret.dropLast()), secret + "Q", secret.replacing("AGE-SECRET-KEY-1", with: "AGE-SECRET-KEY-PQ-1"),
      recipient, "AGE-SECRET-KEY-1" + String(secret.dropFirst(16)).lowercased(), String(repeating: "A", count: 1 << 20),
      Bech32.encode([1, 2, 3], prefix: "age-secret-key-").uppercased(),
      Bech32.encode([], prefix: "age-secret-key-").uppercased(), "AGE-SECRET-KEY-1", "\0", "\u{0130}GE-SECRET-KEY-1",
    ] {
      expect(.key) { try AgeIdentity(text) }
    }
    for text in [
      "", recipient.uppercased(), recipient + "q", String(recipient.dropLast()), secret, "age1", "age1pq1",
      "age2" + recipient.dropFirst(4), recipient + " " + recipient,
      Bech32.encode([UInt8](repeating: 0, count: 31), prefix: "age"),
      Bech32.encode([UInt8](repeating: 0, count: 33), prefix: "age"), String(repeating: "a", count: 1 << 20),
    ] {
      expect(.key) { try AgeRecipient(text) }
    }
    // Every single wrong character shows (BIP 173 promises it for up to four).
    for index in recipient.indices.dropFirst(4) {
      var wrong = recipient
      wrong.replaceSubrange(index...index, with: recipient[index] == "q" ? "p" : "q")
      expect(.key) { try AgeRecipient(wrong) }
    }
  }

  @Test("points of low order are refused as recipients (RFC 7748 section 6.1)")
  func lowOrder() throws {
    for hex in [
      "0000000000000000000000000000000000000000000000000000000000000000",
      "0100000000000000000000000000000000000000000000000000000000000000",
      "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
      "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
      "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ] {
      let recipient = try AgeRecipient(Bech32.encode(bytes(hex: hex), prefix: "age"))
      expect(.key) { try AgeEncryptor(to: [recipient]) { _ in } }
    }
    expect(.key) { try AgeEncryptor(to: []) { _ in } }
  }

  @Test("valid and invalid texts of BIP 173")
  func bip173() {
    #expect(Bech32.decode("abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw".utf8, prefix: "abcdef")?.count == 20)
    #expect(Bech32.decode("a12uel5l".utf8, prefix: "a") == [])
    #expect(Bech32.encode([], prefix: "a") == "a12uel5l")
    let split = "split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w"
    #expect(Bech32.decode(split.utf8, prefix: "split").map { Bech32.encode($0, prefix: "split") } == split)
    for text in ["a12uel5m", "A12UEL5L", "a1", "a", "", "a1b1", "a12uel5", "a12uel5ll", "1pzry9x0s0muk"] {
      #expect(Bech32.decode(text.utf8, prefix: "a") == nil)
    }
    // Left-over bits must be zero, and less than a group, also under a right checksum.
    #expect(Bech32.decode("age1ryla47ky".utf8, prefix: "age") == [25])
    #expect(Bech32.decode("age1r9ztpttk".utf8, prefix: "age") == nil)
    #expect(Bech32.decode("age1ryqhe9j02".utf8, prefix: "age") == nil)
  }
}
