import Foundation
import Sealing
import SystemPackage
import Testing

@testable import Site

@Suite struct KeysTests {
  private let scratch: Scratch
  private let directory: FilePath

  init() throws {
    scratch = try Scratch()
    directory = scratch.path.appending("a/keys")
  }

  private func create() throws -> Keys { try Keys.create(directory, for: try #require(SiteName("ch1"))) }

  @Test func keysAreThereWhenReadAgainAndNobodyElseMayReadThem() throws {
    let made = try create()
    let read = try Keys.load(directory)
    #expect(read.signing.publicKey == made.signing.publicKey && read.transport.publicKey == made.transport.publicKey)
    #expect(read.age.text == made.age.text)
    #expect(made.signing.publicKey != made.transport.publicKey)
    #expect(try mode(of: directory) == 0o700)
    for name in ["signing_ed25519", "transport_ed25519", "age.key"] {
      #expect(try mode(of: directory.appending(name)) == 0o600)
    }
    let names = try FileManager.default.contentsOfDirectory(atPath: directory.string)
    #expect(
      Set(names) == ["signing_ed25519", "signing_ed25519.pub", "transport_ed25519", "transport_ed25519.pub", "age.key"])
  }

  @Test(.enabled(if: isInstalled("ssh-keygen"), "ssh-keygen is not installed"))
  func sshKeygenReadsThem() throws {
    let keys = try create()
    for (name, key) in [("signing", keys.signing), ("transport", keys.transport)] {
      let file = directory.appending("\(name)_ed25519").string
      let line = try #require(try run("ssh-keygen", "-y", "-f", file))
      #expect(line == "\(key.publicKey.line) studypost-\(name)@ch1\n")
      #expect(try text(of: FilePath(file + ".pub")) == line)
      #expect(try #require(try run("ssh-keygen", "-l", "-f", file + ".pub")).contains(key.publicKey.fingerprint))
    }
  }

  @Test(.enabled(if: isInstalled("ssh-keygen"), "ssh-keygen is not installed"))
  func keysOfSshKeygenAreRead() throws {
    _ = try create()
    let file = directory.appending("signing_ed25519").string
    try FileManager.default.removeItem(atPath: file)
    try FileManager.default.removeItem(atPath: file + ".pub")
    #expect(try run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", file) != nil)
    let line = try text(of: FilePath(file + ".pub"))
    #expect(try Keys.load(directory).signing.publicKey == SSHPublicKey(line))
  }

  @Test(.enabled(if: isInstalled("age-keygen"), "age-keygen is not installed"))
  func ageKeygenReadsTheIdentity() throws {
    let keys = try create()
    let file = directory.appending("age.key").string
    #expect(try run("age-keygen", "-y", file) == keys.age.recipient.text + "\n")
    try FileManager.default.removeItem(atPath: file)
    #expect(try run("age-keygen", "-o", file) != nil)
    #expect(try run("age-keygen", "-y", file) == (try Keys.load(directory)).age.recipient.text + "\n")
  }

  @Test func keysAreNeverOverwritten() throws {
    _ = try create()
    let before = try text(of: directory.appending("age.key"))
    let all = #expect(throws: ConfigurationError.self) { _ = try create() }
    #expect(all?.problems.count == 5)
    try FileManager.default.removeItem(atPath: directory.appending("signing_ed25519").string)
    let some = #expect(throws: ConfigurationError.self) { _ = try create() }
    #expect(some?.problems.count == 4)
    #expect(try text(of: directory.appending("age.key")) == before)
    #expect(!FileManager.default.fileExists(atPath: directory.appending("signing_ed25519").string))
  }

  @Test func everythingWrongWithKeysIsToldAtOnce() throws {
    _ = try create()
    let signing = directory.appending("signing_ed25519")
    try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: signing.string)
    try Data("ssh-ed25519".utf8).write(to: URL(fileURLWithPath: directory.appending("transport_ed25519").string))
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o600], ofItemAtPath: directory.appending("transport_ed25519").string)
    try FileManager.default.removeItem(atPath: directory.appending("age.key").string)
    let error = #expect(throws: ConfigurationError.self) { _ = try Keys.load(directory) }
    let found = error?.problems ?? []
    #expect(found.map { $0.file.lastComponent?.string } == ["signing_ed25519", "transport_ed25519", "age.key"])
    #expect(found.first?.what == "others than its owner may use this private key")
    #expect(found.first?.remedy == "Run `chmod 600 \(signing)`.")
    #expect(found.last?.what == "it cannot be read: No such file or directory")
    #expect(found.allSatisfy { !$0.what.hasSuffix(".") && $0.remedy.hasSuffix(".") })
  }

  @Test func aPublicHalfThatIsAnothersIsRefused() throws {
    _ = try create()
    let other = SigningKey().publicKey.line
    try Data(other.utf8).write(to: URL(fileURLWithPath: directory.appending("transport_ed25519.pub").string))
    let error = #expect(throws: ConfigurationError.self) { _ = try Keys.load(directory) }
    #expect(error?.problems.map(\.what) == ["it is not the public half of transport_ed25519"])
  }

  // MARK: Credentials

  /// What systemd hands to a service: readable by an access list, which shows as a right of the group.
  @Test func aCredentialComesBeforeTheFolderAndOnlyWhatAServiceAsksForIsRead() throws {
    let other = SigningKey()
    let credentials = scratch.path.appending("credentials")
    try FileManager.default.createDirectory(atPath: credentials.string, withIntermediateDirectories: true)
    let file = credentials.appending("signing_ed25519").string
    try Data(other.openSSHPrivateKey(comment: "").utf8).write(to: URL(fileURLWithPath: file))
    try FileManager.default.setAttributes([.posixPermissions: 0o440], ofItemAtPath: file)

    let folder = KeyFolder(directory, credentials: credentials)
    #expect(try folder.signing().publicKey == other.publicKey)
    #expect(throws: ConfigurationError.self) { try folder.transport() }
    #expect(throws: ConfigurationError.self) { try folder.signer() }
    let made = try create()
    #expect(try folder.signing().publicKey == other.publicKey)
    #expect(try folder.transport().publicKey == made.transport.publicKey)
    #expect(try folder.age().text == made.age.text)
    #expect(try folder.signer() == made.signing.publicKey)
    #expect(try KeyFolder(directory, credentials: nil).signing().publicKey == made.signing.publicKey)
  }

  @Test func whoOnlyLooksAtSignaturesNeedsNoPrivateKey() throws {
    let made = try create()
    for name in ["signing_ed25519", "transport_ed25519", "age.key"] {
      try FileManager.default.removeItem(atPath: directory.appending(name).string)
    }
    #expect(try KeyFolder(directory, credentials: nil).signer() == made.signing.publicKey)
  }
}
