import Foundation
import Glibc
import Parcel
import Sealing
import Spool
import SystemPackage
import Testing

/// What is refused before a byte of the payload is decrypted.
@Suite struct VerificationTests {
  @Test func aRightParcelIsVerifiedAndOpened() throws {
    let scene = try Scene()
    let verified = try scene.verify()
    #expect(verified.manifest.sequence == 42)
    #expect(verified.manifestDigest == sha256(try bytes(of: scene.folder.appending("manifest.json"))))
    var seen: [String] = []
    let contents = try verified.open(with: Forgery.identity, into: scene.target, isCancelled: { false }) {
      instance, path in
      seen.append(instance.file)
      let digest = try sha256(of: path)
      #expect(digest == instance.sha256)
    }
    #expect(try seen == Announcement(contents).instances.map(\.file) && seen.count == 3)
  }

  @Test func aWrongSignerIsRefused() throws {
    try Scene { $0.signer = SigningKey() }.expectUnopened(.signature)
  }

  @Test func aReceiptsSignatureIsRefused() throws {
    try Scene { $0.namespace = "receipt@studypost" }.expectUnopened(.signature)
    try Scene { $0.namespace = "file" }.expectUnopened(.signature)
  }

  @Test func aSignatureOfAnotherManifestIsRefused() throws {
    let (scene, other) = (try Scene(), try Scene())
    try Data(bytes(of: other.folder.appending("manifest.json.sig")))
      .write(to: URL(filePath: scene.folder.appending("manifest.json.sig").string))
    try scene.expectUnopened(.signature)
  }

  @Test(arguments: [
    ("manifest.json", ParcelError.Code.signature), ("manifest.json.sig", .signature), ("payload.tar.zst.age", .digest),
  ])
  func oneFlippedBitAnywhereIsRefused(name: String, code: ParcelError.Code) throws {
    let scene = try Scene { $0.files = [image(900)] }
    let path = scene.folder.appending(name)
    let whole = try bytes(of: path)
    for offset in stride(from: 0, to: whole.count, by: name.hasPrefix("manifest") ? 1 : 7) {
      var flipped = whole
      flipped[offset] ^= 1 << UInt8(offset % 8)
      try Data(flipped).write(to: URL(filePath: path.string))
      let error = #expect(throws: ParcelError.self, "offset \(offset)") { try scene.verify() }
      #expect(error?.code == code, "offset \(offset)")
    }
    try Data(whole).write(to: URL(filePath: path.string))
    _ = try scene.verify()
  }

  @Test func aParcelForSomeoneElseIsRefused() throws {
    try Scene { $0.manifest = { $0["recipient"] = "ch3" } }.expectUnopened(.recipient)
  }

  @Test func aParcelOfAnotherSenderIsRefused() throws {
    try Scene { $0.manifest = { $0["sender"] = "ch3" } }.expectUnopened(.sender)
  }

  @Test func aParcelUnderAnothersNameIsRefused() throws {
    try Scene { $0.manifest = { $0["parcel"] = ParcelID().text } }.expectUnopened(.manifest)
  }

  @Test func limitsAreHeldBeforeOpening() throws {
    let scene = try Scene()
    try scene.expectUnopened(.limit, limits: ParcelLimits(maxInstances: 2))
    try scene.expectUnopened(.limit, limits: ParcelLimits(maxExpanded: 74_000))
    _ = try scene.verify(ParcelLimits(maxExpanded: 100_000, maxInstances: 3))
    try Scene { $0.manifest = { $0["expanded"] = Int64.max } }.expectUnopened(.limit)
    try Scene { $0.manifest = { $0["instances"] = 200_001 } }.expectUnopened(.limit)
  }

  @Test func noNumberOverflowsWhateverTheLimits() throws {
    let none = ParcelLimits(maxExpanded: .max, maxInstances: .max)
    try Scene { $0.manifest = { $0["instances"] = Int.max } }.expectUnopened(.manifest, limits: none)
    try Scene { $0.manifest = { $0["instances"] = 100_000_000 } }.expectUnopened(.manifest, limits: none)
    let scene = try Scene {
      $0.manifest = {
        $0["instances"] = 99_999_999
        $0["expanded"] = Int64.max
        $0["sequence"] = Int.max
      }
    }
    let verified = try scene.verify(none)
    expectRefusal(.contents) { _ = try verified.open(with: Forgery.identity, into: scene.target) }
  }

  @Test(arguments: [
    ("format", "studypost-parcel/2"), ("format", ""), ("parcel", "../../etc/passwd"), ("parcel", ""),
    ("sender", ""), ("sender", "../ch1"), ("sender", "CH1"), ("sender", "ch1\n"), ("sender", "ch1\u{1B}[2J"),
    ("recipient", "-ch2"), ("recipient", String(repeating: "c", count: 33)), ("created", ""), ("created", "today"),
    ("created", "2026-11-23T22:30:00+01:00"), ("created", "2026-11-23T22:30:00\u{1B}[31mZ"),
    ("created", "2026-11-23T22:30:00.Z"), ("created", "٢٠٢٦-11-23T22:30:00Z"),
  ])
  func aTextOfAnotherFormIsRefused(key: String, value: String) throws {
    try Scene { $0.manifest = { $0[key] = value } }.expectUnopened(.manifest)
  }

  @Test(arguments: ["sequence", "instances", "expanded"])
  func aNumberThatIsNoneIsRefused(key: String) throws {
    let values: [Any] = [0, -1, Int.min, 1.5, "3", NSNull(), [1], 1e300, true]
    // Only what is inside may say that there is none.
    for value in values where key != "instances" || value as? Int != 0 {
      try Scene { $0.manifest = { $0[key] = value } }.expectUnopened(.manifest)
    }
    try Scene { $0.manifest = { $0[key] = nil } }.expectUnopened(.manifest)
  }

  @Test func aPayloadThatIsAnnouncedOtherwiseIsRefused() throws {
    func payload(_ key: String, _ value: Any, _ code: ParcelError.Code) throws {
      let scene = try Scene {
        $0.manifest = { manifest in
          var payload = manifest["payload"] as? [String: Any] ?? [:]
          payload[key] = value
          manifest["payload"] = payload
        }
      }
      try scene.expectUnopened(code)
    }
    try payload("name", "manifest.json", .manifest)
    try payload("name", "../payload.tar.zst.age", .manifest)
    try payload("sha256", String(repeating: "0", count: 63), .manifest)
    try payload("sha256", String(repeating: "A", count: 64), .manifest)
    try payload("sha256", String(repeating: "0", count: 64), .digest)
    try payload("bytes", 0, .manifest)
    try payload("bytes", -5, .manifest)
    try payload("bytes", 5, .digest)
    try payload("bytes", Int64.max, .digest)
    try Scene { $0.manifest = { $0["payload"] = "payload.tar.zst.age" } }.expectUnopened(.manifest)
  }

  @Test(arguments: ["", "{", "[]", "null", "\u{FEFF}", "{\"format\":\"studypost-parcel/1\"}"])
  func aManifestThatIsNoneIsRefused(text: String) throws {
    try Scene { $0.manifestBytes = Array(text.utf8) }.expectUnopened(.manifest)
  }

  @Test func aManifestThatOnlyWearsTheParserOutIsRefused() throws {
    try Scene { $0.manifestBytes = Array(String(repeating: "[", count: 60_000).utf8) }.expectUnopened(.manifest)
    try Scene { $0.manifestBytes = [UInt8](repeating: 0xFF, count: 1000) }.expectUnopened(.manifest)
    try Scene { $0.manifestBytes = Array("{\"sequence\":\(String(repeating: "9", count: 60_000))}".utf8) }
      .expectUnopened(.manifest)
  }

  @Test func aHugeManifestOrSignatureIsNotRead() throws {
    try Scene { $0.manifestBytes = [UInt8](repeating: 0x20, count: 10 << 20) }.expectUnopened(.manifest)
    let scene = try Scene()
    try Data(repeating: 0x20, count: 10 << 20)
      .write(to: URL(filePath: scene.folder.appending("manifest.json.sig").string))
    try scene.expectUnopened(.signature)
  }

  @Test(arguments: ["manifest.json", "manifest.json.sig", "payload.tar.zst.age"])
  func aMissingOrEmptyFileIsRefused(name: String) throws {
    let scene = try Scene()
    let path = scene.folder.appending(name).string
    truncate(path, 0)
    try scene.expectUnopened(name.hasPrefix("manifest") ? .signature : .digest)
    unlink(path)
    try scene.expectUnopened(.folder)
  }

  @Test func anExtraFileIsRefusedWhateverItsName() throws {
    for name in ["extra", ".hidden", "manifest.json~", "Manifest.json", "a\nb", "\u{202E}gpj"] {
      let scene = try Scene()
      try Data().write(to: URL(filePath: scene.folder.appending(name).string))
      try scene.expectUnopened(.folder)
    }
    // A name that is no UTF-8, which a listing as texts would not show.
    let scene = try Scene()
    let name: [UInt8] = [0x2F, 0xFF, 0xFE, 0]
    let descriptor = creat(scene.folder.string.utf8CString.dropLast() + name.map(CChar.init(bitPattern:)), 0o600)
    try #require(descriptor >= 0)
    close(descriptor)
    expectRefusal(.folder) { _ = try scene.verify() }
  }

  @Test(arguments: ["manifest.json", "manifest.json.sig", "payload.tar.zst.age"])
  func aLinkOrAFifoInAFilesPlaceIsRefused(name: String) throws {
    let replacements: [(String, (String, String) -> Int32)] = [
      ("a symbolic link", { symlink($0, $1) }), ("a hard link", { link($0, $1) }),
      ("a folder", { _, path in mkdir(path, 0o700) }),
      // Opening one of these would wait for ever.
      ("a FIFO", { _, path in mkfifo(path, 0o600) }),
      ("a link to nothing", { _, path in symlink("/nonexistent", path) }),
    ]
    for (what, replace) in replacements {
      let scene = try Scene()
      let path = scene.folder.appending(name).string
      let moved = scene.scratch.path("moved").string
      rename(path, moved)
      try #require(replace(moved, path) == 0)
      let error = #expect(throws: ParcelError.self, "\(what)") { try scene.verify() }
      #expect(error?.code == .folder, "\(what)")
      #expect(!exists(scene.target))
    }
  }

  @Test func aParcelThatIsNoFolderIsRefused() throws {
    let scratch = try Scratch()
    let scene = try Scene()
    func verify(_ path: FilePath) {
      expectRefusal(.folder) {
        _ = try VerifiedParcel(
          verifying: path, signer: Forgery.sender.publicKey, sender: "ch1", recipient: "ch2")
      }
    }
    verify(scratch.path("nothing"))
    verify(try scratch.write([1], to: "file"))
    symlink(scene.folder.string, scratch.path("link").string)
    verify(scratch.path("link"))
  }

  @Test func aFolderOfManyFilesIsRefusedAtOnce() throws {
    let scene = try Scene()
    for index in 0..<5000 { close(creat(scene.folder.appending("\(index)").string, 0o600)) }
    try scene.expectUnopened(.folder)
  }

  /// One parcel's folder is gone: it is lost. That of all of them is gone: that is this machine's trouble.
  @Test func whatIsGoneIsLostAndAMissingDiskIsNot() throws {
    let scene = try Scene()
    let digest = try scene.verify().manifestDigest
    func reopen() throws { _ = try VerifiedParcel(reopening: scene.folder, manifestDigest: digest) }
    try reopen()
    try FileManager.default.removeItem(atPath: scene.folder.string)
    expectRefusal(.lost) { try reopen() }
    try FileManager.default.removeItem(atPath: scene.folder.removingLastComponent().string)
    let error = #expect(throws: SpoolError.self) { try reopen() }
    #expect(error?.code == .missing)
  }

  /// What was verified a moment ago is not read before it is opened, but while it is.
  @Test func whatWasExchangedWithTheSameTimeIsRefusedWhenItIsOpened() throws {
    let scene = try Scene()
    usleep(50_000)
    let verified = try scene.verify()
    let payload = scene.folder.appending("payload.tar.zst.age")
    func reopen(_ stamp: FileStamp?) throws -> VerifiedParcel {
      try VerifiedParcel(reopening: scene.folder, manifestDigest: verified.manifestDigest, payload: stamp)
    }
    func overwrite() throws {
      let file = try FileHandle(forUpdating: URL(filePath: payload.string))
      try file.seek(toOffset: UInt64(verified.manifest.payload.bytes - 1))
      let last = try #require(try file.readToEnd()?.first)
      try file.seek(toOffset: UInt64(verified.manifest.payload.bytes - 1))
      try file.write(contentsOf: [last ^ 1])
      try file.close()
    }
    let stamp = try #require(verified.payloadStamp)
    var before = stat()
    try #require(stat(payload.string, &before) == 0)
    try overwrite()
    var times = [before.st_atim, before.st_mtim]
    try #require(utimensat(AT_FDCWD, payload.string, &times, 0) == 0)
    expectRefusal(.digest) { _ = try reopen(nil) }
    let reopened = try reopen(stamp)
    expectRefusal(.digest) { _ = try reopened.open(with: Forgery.identity, into: scene.target) }
    try overwrite()
    _ = try reopen(stamp)
    try overwrite()
    expectRefusal(.digest) { _ = try reopen(stamp) }
  }

  @Test func aPayloadThatWasWrittenAMomentAgoIsReadAgain() throws {
    let scene = try Scene()
    let payload = scene.folder.appending("payload.tar.zst.age")
    for _ in 0..<20 {
      try #require(utimensat(AT_FDCWD, payload.string, nil, 0) == 0)
      if try scene.verify().payloadStamp == nil { return }
    }
    Issue.record("never")
  }

  @Test func verifyingStopsWhenAsked() throws {
    let scene = try Scene()
    #expect(throws: CancellationError.self) {
      try VerifiedParcel(
        verifying: scene.folder, signer: Forgery.sender.publicKey, sender: nil, recipient: nil, isCancelled: { true })
    }
  }
}
