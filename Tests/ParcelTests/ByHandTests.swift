import Foundation
import Parcel
import PixelFilter
import Sealing
import SystemPackage
import Testing

/// Parcels without this program: opened and made with ssh-keygen, age, zstd, tar and sha256sum alone, and the
/// script that puts filtered pixels back, by the very
/// commands that the format's documentation gives.
@Suite(.enabled(if: hasTools, "needs age, zstd, tar, ssh-keygen and sha256sum")) struct ByHandTests {
  let scratch: Scratch
  let files = [image(3000, seed: 1), slice(), image(300_000, seed: 3)]
  let id = ParcelID().text

  init() throws { scratch = try Scratch() }

  /// As the package installs it.
  private static let script = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../Packaging/debian/installed/unfilter.py").standardized.path

  /// The commands of a section of `Format.md`.
  private static func commands(_ section: String) throws -> String {
    let page = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Sources/Parcel/Parcel.docc/Format.md")
    let text = try String(contentsOf: page, encoding: .utf8)
    let part = try #require(text.components(separatedBy: "\n### \(section)\n").dropFirst().first)
    let block = try #require(part.components(separatedBy: "```sh\n").dropFirst().first)
    return try #require(block.components(separatedBy: "```").first)
  }

  private func sealed(_ key: SigningKey, _ identity: AgeIdentity) throws {
    let paths = try files.enumerated().map { try scratch.write($1, to: "claimed/\($0)") }
    var announced = announcement(of: files)
    announced.instances[1].filter = ImageLayout(rows: 128, columns: 128, bitsAllocated: 16).filter(
      offset: 200, length: 32_770)
    _ = try ParcelSealer(sender: "ch1", signingKey: key).seal(
      announced, files: paths, as: #require(ParcelID(id)), key: identity.recipient, into: scratch.path(id)
    )
    try scratch.write(identity.text.utf8, to: "age.key")
    try scratch.write("ch1 \(key.publicKey.line)\n".utf8, to: "allowed_signers")
  }

  @Test func aParcelIsOpenedByHand() throws {
    try sealed(SigningKey(), AgeIdentity())
    let commands = try Self.commands("Opening")
    let result = try scratch.shell(commands, ["PARCEL": id, "UNFILTER": Self.script])
    #expect(result.status == 0, "\(result.text)")
    #expect(result.text.contains("Good \"parcel@studypost\" signature for ch1"))
    #expect(result.text.contains("payload.tar.zst.age: OK"))
    for (index, file) in files.enumerated() {
      #expect(result.text.contains("\(Forgery.name(index)): OK"))
      #expect(try scratch.read("study/\(Forgery.name(index))") == file)
    }
    #expect(try FileManager.default.subpathsOfDirectory(atPath: scratch.path("study").string).count == 5)
  }

  @Test func theCommandsFindWhatIsWrong() throws {
    let commands = try Self.commands("Opening")
    try sealed(SigningKey(), AgeIdentity())
    for name in ParcelFolder.files {
      let whole = try scratch.read("\(id)/\(name)")
      var flipped = whole
      flipped[whole.count / 2] ^= 1
      try scratch.write(flipped, to: "\(id)/\(name)")
      #expect(try scratch.shell(commands, ["PARCEL": id, "UNFILTER": Self.script]).status != 0, "\(name)")
      #expect(!exists(scratch.path("study")), "\(name)")
      try scratch.write(whole, to: "\(id)/\(name)")
    }
    #expect(try scratch.shell(commands, ["PARCEL": id, "UNFILTER": Self.script]).status == 0)
  }

  @Test(arguments: ["ustar", "gnu", "pax --pax-option=delete=atime,delete=ctime"])
  func aParcelMadeByHandIsVerifiedAndOpened(format: String) throws {
    for (index, file) in files.enumerated() { try scratch.write(file, to: "study/\(Forgery.name(index))") }
    let announced = try JSONSerialization.data(
      withJSONObject: announcement(of: files).object(), options: .prettyPrinted)
    try scratch.write(announced, to: "study/contents.json")
    let made = try scratch.shell(
      """
      ssh-keygen -q -t ed25519 -N '' -C 'by hand' -f signing_ed25519
      age-keygen -o age.key
      """)
    #expect(made.status == 0, "\(made.text)")
    let identity = try AgeIdentity(String(decoding: scratch.read("age.key"), as: UTF8.self))
    let commands = try Self.commands("Making").replacing("--format=ustar", with: "--format=\(format)")
    let result = try scratch.shell(
      commands, ["PARCEL": id, "SENDER": "ch1", "RECIPIENT": "ch2", "RECIPIENT_KEY": identity.recipient.text])
    #expect(result.status == 0, "\(result.text)")

    let key = try SSHPublicKey(String(decoding: scratch.read("signing_ed25519.pub"), as: UTF8.self).trimmed)
    let verified = try VerifiedParcel(verifying: scratch.path(id), signer: key, sender: "ch1", recipient: "ch2")
    let contents = try verified.open(with: identity, into: scratch.path("opened"))
    #expect(try Announcement(contents) == announcement(of: files))
    for (index, file) in files.enumerated() {
      #expect(try scratch.read("opened/\(Forgery.name(index))") == file)
    }
  }

  @Test func aReceiptIsCheckedByHandAndOneMadeByHandIsRead() throws {
    let key = SigningKey()
    try scratch.write(key.openSSHPrivateKey(comment: "ch2").utf8, to: "signing_ed25519")
    try scratch.write("ch2 \(key.publicKey.line)\n".utf8, to: "allowed_signers")
    let receipt = Receipt(
      parcel: id, manifest: sha256([1]), recipient: "ch2", status: .imported, at: "2026-11-23T22:31:00Z", instances: 3)
    try receipt.write(into: scratch.root, signedBy: key)
    let name = receipt.name
    let verify = """
      ssh-keygen -Y verify -f allowed_signers -I ch2 -n receipt@studypost -s \(name).sig < \(name)
      """
    #expect(try scratch.shell(verify).status == 0)
    #expect(try scratch.shell(verify.replacing("-n receipt", with: "-n parcel")).status != 0)

    let made = try scratch.shell("rm \(name).sig; ssh-keygen -Y sign -f signing_ed25519 -n receipt@studypost \(name)")
    #expect(made.status == 0, "\(made.text)")
    let read = try Receipt(
      verifying: scratch.read(name), signature: scratch.read("\(name).sig"), signer: key.publicKey,
      file: scratch.path(name))
    #expect(read == receipt)
  }
}

extension String {
  fileprivate var trimmed: String { trimmingCharacters(in: .whitespacesAndNewlines) }
}
