import Foundation
import Glibc
import Parcel
import Sealing
import SystemPackage
import Testing

/// What the sender does with a parcel that it sealed before: looks whether it is still whole, and sends it once more.
@Suite struct AgainTests {
  let scratch: Scratch
  let site = LoneSite()
  let folder: FilePath
  let sealed: ParcelSealer.Sealed

  init() throws {
    let scratch = try Scratch()
    self.scratch = scratch
    folder = scratch.path("earlier")
    let files = [image(3000), image(200_000, seed: 2)]
    let paths = try files.enumerated().map { try scratch.write($1, to: "claimed/\($0)") }
    sealed = try site.seal(announcement(of: files), paths, into: folder)
  }

  private func check(fully: Bool = true, signer: SSHPublicKey? = nil) throws {
    try SealedParcel.check(
      folder: folder, manifestDigest: sealed.manifestDigest, payloadBytes: sealed.manifest.payload.bytes,
      signer: signer, fully: fully)
  }

  private func resend(_ name: String = "again") throws -> ParcelSealer.Sealed {
    try ParcelSealer(sender: "ch1", signingKey: site.key).resend(
      folder: folder, as: ParcelID(), sequence: 9, created: "2026-12-01T08:00:00Z", into: scratch.path(name))
  }

  private func expectDamaged(_ name: String, from body: () throws -> Void) {
    let error = #expect(throws: ParcelError.self, "\(name)", performing: body)
    #expect(error?.code == .damaged && error?.path == folder.appending(name), "\(name): \(error.map { "\($0)" } ?? "")")
  }

  private func flip(_ name: String, at offset: Int) throws {
    var bytes = try scratch.read("earlier/\(name)")
    bytes[offset] ^= 1
    try scratch.write(bytes, to: "earlier/\(name)")
  }

  @Test func aParcelSentAgainIsANewOneWithTheSamePayload() throws {
    let again = try resend()
    #expect(again.manifest.again == sealed.manifest.parcel && again.manifest.sequence == 9)
    #expect(again.manifest.parcel != sealed.manifest.parcel && again.manifest.payload == sealed.manifest.payload)
    #expect(again.manifestDigest == sha256(try scratch.read("again/manifest.json")))
    let first = try FileManager.default.attributesOfItem(atPath: folder.appending("payload.tar.zst.age").string)
    let second = try FileManager.default.attributesOfItem(atPath: scratch.path("again/payload.tar.zst.age").string)
    #expect(first[.systemFileNumber] as? Int == second[.systemFileNumber] as? Int)

    #expect(try !site.verify(folder, mayShareFiles: true).isAgain)
    // In a partner's mailbox a file with two names would be one that the partner can still change.
    expectRefusal(.folder) { _ = try site.verify(scratch.path("again")) }
    let verified = try site.verify(scratch.path("again"), mayShareFiles: true)
    #expect(verified.isAgain)
    let contents = try verified.open(with: site.identity, into: scratch.path("study"))
    #expect(contents.count == 2 && verified.isAgain(contents.header))
    // It does not need the earlier one any more, and can be sent again itself.
    try FileManager.default.removeItem(atPath: folder.string)
    _ = try site.verify(scratch.path("again"))
  }

  @Test func contentsMaySayAgainToo() throws {
    let file = try scratch.write(image(100), to: "file")
    try site.seal(announcement(of: [image(100)], part: .again), [file], into: scratch.path("new"))
    let verified = try site.verify(scratch.path("new"))
    let contents = try verified.open(with: site.identity, into: scratch.path("study"))
    #expect(!verified.isAgain && contents.header.part == .again && verified.isAgain(contents.header))
  }

  @Test func aManifestWhoseAgainIsNoEarlierParcelIsRefused() throws {
    for value in ["", "x", "../x", 5] as [Any] {
      try Scene { $0.manifest = { $0["again"] = value } }.expectUnopened(.manifest)
    }
    try Scene { $0.manifest = { $0["again"] = $0["parcel"] } }.expectUnopened(.manifest)
    let scene = try Scene { $0.manifest = { $0["again"] = ParcelID().text } }
    #expect(try scene.verify().isAgain)
  }

  @Test func aParcelOfAnotherSiteIsNotSentAgain() throws {
    expectRefusal(.sender) {
      _ = try ParcelSealer(sender: "ch3", signingKey: site.key).resend(
        folder: folder, as: ParcelID(), sequence: 1, created: "2026-12-01T08:00:00Z", into: scratch.path("again"))
    }
    #expect(!exists(scratch.path("again")))
  }

  @Test func aDamagedParcelIsNamedAndNotSentAgain() throws {
    try check(signer: site.key.publicKey)
    let whole = try Dictionary(uniqueKeysWithValues: ParcelFolder.files.map { ($0, try scratch.read("earlier/\($0)")) })
    for name in ParcelFolder.files {
      let path = folder.appending(name).string
      let offset = (whole[name]?.count ?? 0) / 2
      try flip(name, at: offset)
      expectDamaged(name) { try check(signer: site.key.publicKey) }
      // A flipped manifest shows by its signature where its digest is not at hand.
      #expect(throws: ParcelError.self) { try resend() }
      truncate(path, off_t(offset))
      expectDamaged(name) { try check(fully: name == "manifest.json.sig", signer: site.key.publicKey) }
      truncate(path, 0)
      expectDamaged(name) { try check(fully: false) }
      unlink(path)
      expectDamaged(name) { try check(fully: false) }
      #expect(throws: ParcelError.self) { try resend() }
      mkdir(path, 0o700)
      expectDamaged(name) { try check(fully: false) }
      rmdir(path)
      try scratch.write(whole[name] ?? [], to: "earlier/\(name)")
      try check(signer: site.key.publicKey)
    }
    #expect(!exists(scratch.path("again")))
    // Only who reads the payload sees a flipped bit in it.
    try flip("payload.tar.zst.age", at: 1000)
    try check(fully: false)
    expectDamaged("payload.tar.zst.age") { try check(fully: true) }
    try FileManager.default.removeItem(atPath: folder.string)
    expectDamaged("manifest.json") { try check(fully: false) }
  }

  @Test func checkingStopsWhenAsked() throws {
    #expect(throws: CancellationError.self) {
      try SealedParcel.check(
        folder: folder, manifestDigest: sealed.manifestDigest, payloadBytes: sealed.manifest.payload.bytes, fully: true,
        isCancelled: { true })
    }
  }
}
