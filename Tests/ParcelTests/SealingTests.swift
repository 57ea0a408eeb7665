import Foundation
import Parcel
import Sealing
import Spool
import SystemPackage
import Testing

@Suite struct SealingTests {
  let scratch: Scratch
  let files = [image(3000, seed: 1), image(700, seed: 2), image(300_000, seed: 3)]
  let key = SigningKey()
  let identity = AgeIdentity()
  let id = ParcelID()

  init() throws { scratch = try Scratch() }

  private func paths() throws -> [FilePath] {
    try files.enumerated().map { try scratch.write($1, to: "claimed/\($0)") }
  }

  private func seal(
    _ announcement: Announcement, _ paths: [FilePath], into name: String? = nil, isCancelled: () -> Bool = { false }
  ) throws -> ParcelSealer.Sealed {
    try ParcelSealer(sender: "ch1", signingKey: key).seal(
      announcement, files: paths, as: id, key: identity.recipient, sequence: 7, into: scratch.path(name ?? id.text),
      isCancelled: isCancelled)
  }

  @Test func theManifestSaysExactlyWhatIsThere() throws {
    let contents = announcement(of: files)
    let sealed = try seal(contents, paths())
    let folder = scratch.path(id.text)
    let manifest = try bytes(of: folder.appending("manifest.json"))
    let payload = try bytes(of: folder.appending("payload.tar.zst.age"))
    #expect(sealed.manifestDigest == sha256(manifest))
    #expect(try sha256(of: folder.appending("manifest.json")) == sealed.manifestDigest)
    let verified = try VerifiedParcel(verifying: folder, signer: key.publicKey, sender: "ch1", recipient: "ch2")
    #expect(verified.manifest == sealed.manifest)
    #expect(try Announcement(verified.open(with: identity, into: scratch.path("study"))) == contents)
    let announced = try scratch.read("study/contents.json").count

    // The keys are sorted and there is no white space: the same parcel has the same manifest whoever writes it.
    let expected = """
      {"created":"2026-11-23T22:30:00Z","expanded":\(announced + 303_700),"format":"studypost-parcel/1","instances":3,\
      "parcel":"\(id)","payload":{"bytes":\(payload.count),"name":"payload.tar.zst.age","sha256":"\(sha256(payload))"},\
      "recipient":"ch2","sender":"ch1","sequence":7}
      """
    #expect(String(decoding: manifest, as: UTF8.self) == expected)
    for (index, file) in files.enumerated() {
      #expect(try scratch.read("study/\(Forgery.name(index))") == file)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.string).sorted() == ParcelFolder.files.sorted())
  }

  @Test func theManifestNamesNoPatientAndNoStudy() throws {
    _ = try seal(announcement(of: files), paths())
    let manifest = String(decoding: try scratch.read("\(id)/manifest.json"), as: UTF8.self)
    #expect(!manifest.contains("1.2.3") && !manifest.contains("CH2"))
  }

  @Test func aFileThatChangedSinceItWasClaimedIsNotSealed() throws {
    let changes: [(String, (String) throws -> Void)] = [
      ("longer", { try append(1, to: $0) }), ("shorter", { truncate($0, 2999) }), ("empty", { truncate($0, 0) }),
      ("other bytes", { try overwrite($0) }),
    ]
    for (what, change) in changes {
      let paths = try paths()
      try change(paths[0].string)
      let error = #expect(throws: ParcelError.self, "\(what)") {
        try seal(announcement(of: files), paths, into: "parcel-\(what)")
      }
      #expect(error?.code == .changed && error?.path == paths[0], "\(what)")
      #expect(!exists(scratch.path("parcel-\(what)").appending("manifest.json")), "\(what)")
    }
  }

  /// Of a file that nobody has written to since, the digest is not taken again: here what was announced is another one.
  @Test func whatIsAsItWasWhenItsDigestWasTakenIsTrustedUntilSomebodyWrites() throws {
    let paths = try paths()
    let known = try paths.map { InstanceFile($0, stamp: try #require(try Disk().status(of: $0)).stamp) }
    var announced = announcement(of: files)
    announced.instances[2].sha256 = sha256([1])
    func seal(_ name: String, isCancelled: () -> Bool = { false }) throws {
      try ParcelSealer(sender: "ch1", signingKey: key).seal(
        announced, files: known, as: id, key: identity.recipient, into: scratch.path(name), isCancelled: isCancelled)
    }
    try seal("trusted")
    // Asked before each block: the third file has more than one.
    var blocks = 0
    expectRefusal(.changed) {
      try seal("while") {
        blocks += 1
        if blocks == 3 { try? overwrite(paths[2].string) }
        return false
      }
    }
    expectRefusal(.changed) { try seal("after") }
  }

  @Test func aLinkInAFilesPlaceIsNotFollowed() throws {
    var paths = try paths()
    try FileManager.default.createSymbolicLink(
      atPath: scratch.path("link").string, withDestinationPath: paths[0].string)
    paths[0] = scratch.path("link")
    #expect(throws: (any Error).self) { try seal(announcement(of: files), paths) }
  }

  @Test func fewerOrMoreFilesThanAnnouncedAreNotSealed() throws {
    let paths = try paths()
    #expect(throws: ParcelError.self) { try seal(announcement(of: files), Array(paths.dropLast()), into: "fewer") }
    expectRefusal(.contents) { _ = try seal(announcement(of: []), [], into: "none") }
    var fewer = announcement(of: files)
    fewer.instances.removeLast()
    expectRefusal(.contents) {
      _ = try ParcelSealer(sender: "ch1", signingKey: key).seal(
        fewer.contents, count: 2, as: id, to: "ch2", key: identity.recipient, sequence: 7,
        created: "2026-11-23T22:30:00Z", into: scratch.path("more")
      ) {
        var rest = zip(announcement(of: files).instances, paths.map { InstanceFile($0) }).makeIterator()
        return { rest.next() }
      }
    }
    #expect(try scratch.tree().keys.filter { !$0.hasPrefix("claimed") }.isEmpty)
  }

  @Test func aFolderThatHoldsAParcelIsNotWrittenOver() throws {
    let paths = try paths()
    _ = try seal(announcement(of: files), paths)
    let before = try scratch.read("\(id)/payload.tar.zst.age")
    #expect(throws: (any Error).self) { try seal(announcement(of: files), paths) }
    #expect(try scratch.read("\(id)/payload.tar.zst.age") == before)
  }

  @Test func sealingStopsWhenAsked() throws {
    let paths = try paths()
    #expect(throws: CancellationError.self) { try seal(announcement(of: files), paths, isCancelled: { true }) }
  }

  @Test func aSupplementSaysSo() throws {
    _ = try seal(announcement(of: files, part: .supplement), paths())
    let verified = try VerifiedParcel(
      verifying: scratch.path(id.text), signer: key.publicKey, sender: nil, recipient: nil)
    #expect(try verified.open(with: identity, into: scratch.path("study")).header.part == .supplement)
  }
}

private func append(_ byte: UInt8, to path: String) throws {
  let file = try FileHandle(forWritingTo: URL(filePath: path))
  try file.seekToEnd()
  try file.write(contentsOf: [byte])
}

private func overwrite(_ path: String) throws {
  let file = try FileHandle(forWritingTo: URL(filePath: path))
  try file.write(contentsOf: [1, 2, 3, 4, 5])
}
