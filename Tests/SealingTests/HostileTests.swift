import Testing

@testable import Sealing

/// Everything from another site may have been cut or altered anywhere: it must end in an error, never in a trap.
@Suite("Hostile input")
struct HostileTests {
  private let identity = AgeIdentity()
  private let key = SigningKey()

  private func flips(of bytes: [UInt8]) -> [[UInt8]] {
    bytes.indices.flatMap { index in
      [UInt8(1), 4, 0x20, 0x80].map { bit in
        var altered = bytes
        altered[index] ^= bit
        return altered
      }
    }
  }

  @Test("an age file that is cut anywhere is refused")
  func cutAge() throws {
    let file = try encrypt(sample(100), to: [identity.recipient])
    for count in file.indices { expect(.header, .payload) { try decrypt(Array(file.prefix(count)), with: [identity]) } }
    #expect(try decrypt(file, with: [identity]).count == 100)
  }

  @Test("an age file with any bit altered is refused")
  func alteredAge() throws {
    let file = try encrypt(sample(40), to: [identity.recipient])
    let header = try #require(file.firstRange(of: "\n--- ".utf8)).lowerBound + 49
    for (index, altered) in flips(of: file).enumerated() {
      if index / 4 < header {
        expect(.header, .noMatch, .hmac) { try decrypt(altered, with: [identity]) }
      } else {
        expect(.payload) { try decrypt(altered, with: [identity]) }
      }
    }
  }

  @Test("an age file with a byte more anywhere is refused")
  func longerAge() throws {
    let file = try encrypt(sample(40), to: [identity.recipient])
    for index in 0...file.count {
      for byte in [0, 0x0a, 0x20, 0x41] as [UInt8] {
        var altered = file
        altered.insert(byte, at: index)
        expect(.header, .noMatch, .hmac, .payload) { try decrypt(altered, with: [identity]) }
      }
    }
  }

  @Test("a header without end is given up")
  func endlessHeader() throws {
    for part in ["age-encryption.org/v1\n-> X", "x", "\n", "age-encryption.org/v1\n", "-> a\n\n"] {
      var isFirst = true
      var taken = 0
      expect(.header) {
        try AgeDecryptor(identities: [identity]) { buffer in
          taken += buffer.count
          for index in buffer.indices { buffer[index] = 0x78 }
          if isFirst { buffer.copyBytes(from: part.utf8) }
          isFirst = false
          return buffer.count
        }
      }
      #expect(taken <= AgeHeader.limit + 4096)
    }
    let grease = String(repeating: "-> a\n\n", count: 100_000)
    let file = Array("age-encryption.org/v1\n\(grease)--- ".utf8)
    expect(.header) { try decrypt(file, with: [identity]) }
  }

  @Test("a scrypt stanza that is not alone, and a header without stanzas, are malformed")
  func stanzas() throws {
    let mac = "--- " + String(repeating: "A", count: 43) + "\n"
    let scrypt = "-> scrypt AAAAAAAAAAAAAAAAAAAAAA 10\n\n"
    for stanzas in ["", scrypt + scrypt, scrypt + "-> a b\n\n", "-> a b\n\n" + scrypt] {
      expect(.header) { try decrypt(Array("age-encryption.org/v1\n\(stanzas)\(mac)".utf8), with: [identity]) }
    }
    expect(.noMatch) { try decrypt(Array("age-encryption.org/v1\n\(scrypt)\(mac)".utf8), with: [identity]) }
  }

  @Test("a signature that is cut or altered anywhere is refused")
  func signatures() throws {
    let message = sample(10)
    let text = [UInt8](try SSHSignature.sign(message, namespace: "n", with: key).utf8)
    func verify(_ bytes: some Collection<UInt8>) throws {
      try SSHSignature.verify(
        String(decoding: bytes, as: UTF8.self), of: message, namespace: "n", by: key.publicKey)
    }
    for count in 0..<(text.count - 1) { expect(.signature) { try verify(text.prefix(count)) } }
    for altered in flips(of: text) { expect(.signature, .namespace) { try verify(altered) } }

    let bytes = try #require(Armor.decode(String(decoding: text, as: UTF8.self), label: "SSH SIGNATURE"))
    for count in bytes.indices {
      expect(.signature) { try verify(Armor.encode(Array(bytes.prefix(count)), label: "SSH SIGNATURE").utf8) }
    }
    for altered in flips(of: bytes) {
      expect(.signature, .namespace) { try verify(Armor.encode(altered, label: "SSH SIGNATURE").utf8) }
    }
  }

  @Test("a private key that is cut or altered anywhere is refused, or is the same key")
  func privateKeys() throws {
    let label = "OPENSSH PRIVATE KEY"
    let text = key.openSSHPrivateKey(comment: "ch1")
    let bytes = try #require(Armor.decode(text, label: label))
    for count in bytes.indices {
      expect(.key) { try SigningKey(openSSHPrivateKey: Armor.encode(Array(bytes.prefix(count)), label: label)) }
    }
    for altered in flips(of: bytes) {
      // The comment is not protected.
      if let read = try? SigningKey(openSSHPrivateKey: Armor.encode(altered, label: label)) {
        #expect(read.publicKey == key.publicKey)
      }
    }
    for count in text.utf8.indices.dropLast() {
      expect(.key) { try SigningKey(openSSHPrivateKey: String(text[..<count])) }
    }
    for altered in flips(of: Array(text.utf8)) {
      _ = try? SigningKey(openSSHPrivateKey: String(decoding: altered, as: UTF8.self))
    }
  }

  @Test("a public key line that is cut or altered anywhere does no harm")
  func publicKeys() throws {
    let line = Array(key.publicKey.line.utf8)
    for count in line.indices { expect(.key) { try SSHPublicKey(String(decoding: line.prefix(count), as: UTF8.self)) } }
    for altered in flips(of: line) {
      if let read = try? SSHPublicKey(String(decoding: altered, as: UTF8.self)) { #expect(read != key.publicKey) }
    }
  }

  @Test("lengths that lie are refused before anything is read")
  func lengths() {
    for length in [0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 100] as [UInt32] {
      var writer = SSHWriter()
      writer.append(length)
      writer.append(raw: [1, 2, 3])
      let line = "ssh-ed25519 \(Base64.encode(writer.bytes, padding: .required))"
      expect(.key) { try SSHPublicKey(line) }
    }
  }
}
