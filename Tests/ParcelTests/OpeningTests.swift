import Foundation
import Parcel
import Sealing
import SystemPackage
import Testing

/// What is refused although signature and digest hold: the sender itself is hostile, or its software is broken.
@Suite struct OpeningTests {
  @Test func aPayloadForSomeoneElseIsRefused() throws {
    let scene = try Scene { $0.ageRecipient = AgeIdentity().recipient }
    try scene.expectRefusedInside(.recipient, instances: 0...0)
    #expect(!exists(scene.target))
  }

  @Test(arguments: [
    "../x", "dicom/../../x", "/tmp/x", "dicom/00000001.dcm/", "./dicom/00000001.dcm", "dicom//00000001.dcm",
    "DICOM/00000001.DCM", "dicom/1.dcm", "dicom/00000001.dcm\n", "dicom/\u{202E}00000001.dcm", "", "contents.json",
    "dicom\\00000001.dcm",
  ])
  func anotherNameIsRefused(name: String) throws {
    try Scene {
      $0.tar = { tar, contents, files in
        tar.file("contents.json", contents)
        tar.file(name, files[0])
        for index in 1..<files.count { tar.file(Forgery.name(index), files[index]) }
        tar.end()
      }
    }.expectRefusedInside(instances: 0...0)
  }

  @Test(arguments: ["1", "2", "3", "4", "5", "6", "7", "g", "x", "L", "K", "V", "M"] as [Character])
  func anotherKindOfMemberIsRefused(type: Character) throws {
    for link in ["/etc/passwd", "../../x", "contents.json", "dicom/00000001.dcm"] {
      try Scene {
        $0.tar = { tar, contents, files in
          tar.file("contents.json", contents)
          tar.file(Forgery.name(0), files[0])
          tar.file(Forgery.name(1), "1267".contains(type) ? [] : files[1], type: type, link: link)
          tar.file(Forgery.name(2), files[2])
          tar.end()
        }
      }.expectRefusedInside(instances: 0...1)
    }
  }

  /// The members are numbered by their place in `files`; -1 stands for a member that is not announced.
  @Test(arguments: [
    [0, 1], [0, 1, 2, -1], [-1, 0, 1, 2], [0, -1, 1, 2], [1, 0, 2], [0, 0, 1, 2], [0, 1, 2, 2], [0, 2], [],
  ])
  func otherMembersThanAnnouncedAreRefused(order: [Int]) throws {
    try Scene {
      $0.tar = { tar, contents, files in
        tar.file("contents.json", contents)
        for index in order {
          tar.file(index < 0 ? "dicom/00000004.dcm" : Forgery.name(index), index < 0 ? [1, 2, 3] : files[index])
        }
        tar.end()
      }
    }.expectRefusedInside(instances: 0...3)
  }

  @Test func aMemberOfAnotherSizeIsRefused() throws {
    for delta in [-1, 1] {
      try Scene {
        $0.tar = { tar, contents, files in
          tar.file("contents.json", contents)
          tar.file(Forgery.name(0), delta < 0 ? files[0].dropLast() : files[0] + [0])
          tar.file(Forgery.name(1), delta < 0 ? files[1] + [0] : files[1].dropLast())
          tar.file(Forgery.name(2), files[2])
          tar.end()
        }
      }.expectRefusedInside(instances: 0...0)
    }
  }

  @Test func aMemberOfAnotherDigestIsRefusedAndTheOnesBehindItNotHandedOn() throws {
    let scene = try Scene {
      $0.tar = { tar, contents, files in
        tar.file("contents.json", contents)
        tar.file(Forgery.name(0), files[0])
        tar.file(Forgery.name(1), files[1].map { $0 ^ 1 })
        tar.file(Forgery.name(2), files[2])
        tar.end()
      }
    }
    try scene.expectRefusedInside(instances: 1...1)
  }

  @Test func aMemberThatIsLargerThanItsHeaderSaysIsRefused() throws {
    try Scene {
      $0.tar = { tar, contents, files in
        tar.file("contents.json", contents)
        tar.file(Forgery.name(0), files[0] + image(5000), size: Int64(files[0].count))
        tar.file(Forgery.name(1), files[1])
        tar.file(Forgery.name(2), files[2])
        tar.end()
      }
    }.expectRefusedInside(instances: 0...1)
  }

  @Test func moreBytesThanExpandedAreRefused() throws {
    for delta in [-1, 1, -1000, 1000] {
      try Scene { $0.manifest = { $0["expanded"] = ($0["expanded"] as? Int ?? 0) + delta } }
        .expectRefusedInside(instances: 0...0)
    }
    for count in [2, 4] {
      try Scene { $0.manifest = { $0["instances"] = count } }.expectRefusedInside(instances: 0...0)
    }
  }

  @Test func aBombAnnouncedSmallIsRefused() throws {
    let huge = 64 << 30
    // A member that is huge; a member that goes on behind its end; zeros behind the archive.
    try Scene {
      $0.files = [image(1000)]
      $0.tar = { tar, contents, _ in
        tar.file("contents.json", contents)
        tar.file(Forgery.name(0), [], size: Int64(1) << 32)
      }
      $0.compress = { zstdFrame($0, thenZeros: 1 << 32) }
    }.expectRefusedInside(instances: 0...0)
    try Scene {
      $0.files = [image(1000)]
      $0.compress = { zstdFrame($0, thenZeros: huge) }
    }.expectRefusedInside(instances: 0...1)
    // contents.json itself is the bomb, and the manifest announces it.
    let scene = try Scene {
      $0.files = [image(1000)]
      $0.tar = { tar, _, _ in tar.file("contents.json", [], size: Int64(1) << 32) }
      $0.compress = { zstdFrame($0, thenZeros: 1 << 32) }
      $0.manifest = { $0["expanded"] = Int64(1) << 33 }
    }
    try scene.expectRefusedInside(instances: 0...0)
    #expect(!exists(scene.target))
  }

  @Test(arguments: ["", "{", "[]", "null", "{}"])
  func contentsThatAreNoneAreRefused(text: String) throws {
    try Scene { $0.contentsBytes = Array(text.utf8) }.expectRefusedInside(instances: 0...0)
  }

  @Test func contentsThatOnlyWearTheParserOutAreRefused() throws {
    try Scene { $0.contentsBytes = Array(String(repeating: "[", count: 60_000).utf8) }
      .expectRefusedInside(instances: 0...0)
    try Scene { $0.contentsBytes = [UInt8](repeating: 0xC3, count: 1000) }.expectRefusedInside(instances: 0...0)
  }

  @Test func contentsElsewhereThanFirstAreRefused() throws {
    try Scene {
      $0.tar = { tar, contents, files in
        for (index, file) in files.enumerated() { tar.file(Forgery.name(index), file) }
        tar.file("contents.json", contents)
        tar.end()
      }
    }.expectRefusedInside(instances: 0...0)
    try Scene {
      $0.tar = { tar, _, files in
        for (index, file) in files.enumerated() { tar.file(Forgery.name(index), file) }
        tar.end()
      }
    }.expectRefusedInside(instances: 0...0)
    try Scene { $0.tar = { tar, _, _ in tar.end() } }.expectRefusedInside(instances: 0...0)
  }

  @Test func hugeContentsAreNotRead() throws {
    let scene = try Scene { forgery in
      let object = (try? Forgery.json(announcement(of: forgery.files).object())) ?? []
      forgery.contentsBytes = [UInt8](repeating: 0x20, count: 80_000) + object
    }
    try scene.expectRefusedInside(instances: 0...0)
    #expect(!exists(scene.target))
  }

  @Test func contentsThatDifferFromTheManifestOrTheFormatAreRefused() throws {
    let changes: [(String, (inout [String: Any]) -> Void)] = [
      ("format", { $0["format"] = "studypost-contents/2" }), ("study", { $0["study"] = "../..\\x" }),
      ("study", { $0["study"] = "" }), ("part", { $0["part"] = "half" }), ("part", { $0["part"] = nil }),
      ("closedBy", { $0["closedBy"] = nil }), ("route", { $0["route"] = "CH2" }),
      ("instances", { $0["instances"] = [Any]() }), ("instances", { $0["instances"] = nil }),
      ("instances", { $0["instances"] = ($0["instances"] as? [Any] ?? []) + [[String: Any]()] }),
    ]
    for (what, change) in changes {
      let scene = try Scene { $0.contents = change }
      try scene.expectRefusedInside(instances: 0...0)
      #expect(!exists(scene.target.appending("dicom").appending("00000001.dcm")), "\(what)")
    }
  }

  @Test func anInstanceThatIsAnnouncedBadlyIsRefused() throws {
    let changes: [(String, Any?)] = [
      ("filter", "delta/1"), ("filter", ""), ("bytes", -3000), ("bytes", 0), ("bytes", Int64.max), ("bytes", "3000"),
      ("bytes", 1.5), ("file", "dicom/00000002.dcm"), ("file", "../x"), ("file", "/x"), ("file", nil),
      ("sopInstanceUID", ""), ("sopInstanceUID", "1.2.3.1.2"), ("sopInstanceUID", "1.2\\..\\3"),
      ("sopInstanceUID", String(repeating: "1", count: 257)), ("sopInstanceUID", "\"x\""), ("sopInstanceUID", nil),
      ("sopClassUID", "\u{1b}[2J"), ("seriesInstanceUID", "1.é"), ("transferSyntaxUID", "1.2\n"),
      ("transferSyntaxUID", nil),
      ("sha256", ""), ("sha256", String(repeating: "f", count: 64)), ("sha256", String(repeating: "F", count: 64)),
    ]
    for (key, value) in changes {
      let scene = try Scene {
        $0.contents = { contents in
          var instances = contents["instances"] as? [[String: Any]] ?? []
          instances[0][key] = value
          contents["instances"] = instances
        }
      }
      try scene.expectRefusedInside(instances: 0...0)
    }
  }

  /// They are carried as devices write them; files are named by their numbers alone.
  @Test func whatStandsForAUIDIsCarriedAndNamesNothing() throws {
    let texts = ["1.2/../3", "../../x", "<script>", "1..2", " 1.2", "x", String(repeating: "1", count: 256)]
    for text in texts {
      let scene = try Scene {
        $0.contents = { contents in
          contents["study"] = text
          var instances = contents["instances"] as? [[String: Any]] ?? []
          for key in ["sopInstanceUID", "sopClassUID", "seriesInstanceUID", "transferSyntaxUID"] {
            instances[0][key] = text
          }
          contents["instances"] = instances
        }
      }
      let before = try scene.scratch.tree()
      let opened = try scene.verify().open(with: Forgery.identity, into: scene.target)
      #expect(opened.header.study == text && opened.count == 3)
      let made = try Set(scene.scratch.tree().keys).subtracting(before.keys)
      let files = (1...3).map { "study/dicom/0000000\($0).dcm" }
      #expect(made == Set(["study", "study/contents.json", "study/dicom"] + files))
    }
  }

  @Test func sizesWhoseSumOverflowsAreRefused() throws {
    try Scene {
      $0.contents = { contents in
        var instances = contents["instances"] as? [[String: Any]] ?? []
        for index in instances.indices { instances[index]["bytes"] = Int64.max - 5 }
        contents["instances"] = instances
      }
    }.expectRefusedInside(instances: 0...0)
  }

  @Test func aSecondInstanceOfTheSameUIDIsRefused() throws {
    try Scene {
      $0.contents = { contents in
        var instances = contents["instances"] as? [[String: Any]] ?? []
        instances[2]["sopInstanceUID"] = instances[0]["sopInstanceUID"]
        contents["instances"] = instances
      }
    }.expectRefusedInside(instances: 0...0)
  }

  @Test func aPayloadThatEndsEarlyIsRefused() throws {
    let right = try Scene()
    let whole = try bytes(of: right.folder.appending("payload.tar.zst.age")).count
    for lost in [1, 16, 17, 1000, whole / 2, whole - 200, whole - 10, whole - 1] {
      try Scene { $0.payload = { $0.removeLast(lost) } }.expectRefusedInside(instances: 0...3)
    }
    // The inner layers, each complete for the one around it.
    for lost in [1, 3, 512, 1024, 40_000] {
      try Scene { $0.compress = { Array(zstdFrame($0).dropLast(lost)) } }.expectRefusedInside(instances: 0...3)
    }
    for lost in [1, 512, 1024, 1025, 40_000] {
      try Scene { $0.compress = { zstdFrame(Array($0.dropLast(lost))) } }.expectRefusedInside(instances: 0...3)
    }
  }

  @Test func whatFollowsAnyLayerIsRefused() throws {
    let more: [UInt8] = Array("more".utf8)
    try Scene { $0.payload = { $0 += more } }.expectRefusedInside(instances: 0...3)
    try Scene { $0.payload = { $0 += [0] } }.expectRefusedInside(instances: 0...3)
    try Scene { $0.payload = { $0 += $0 } }.expectRefusedInside(instances: 0...3)
    try Scene { $0.compress = { zstdFrame($0) + more } }.expectRefusedInside(instances: 0...3)
    try Scene { $0.compress = { zstdFrame($0) + zstdFrame(more) } }.expectRefusedInside(instances: 0...3)
    try Scene { $0.compress = { zstdFrame($0) + [0x50, 0x2A, 0x4D, 0x18, 0, 0, 0, 0] } }
      .expectRefusedInside(instances: 0...3)
    try Scene { $0.compress = { zstdFrame($0 + more) } }.expectRefusedInside(instances: 0...3)
    try Scene { $0.compress = { zstdFrame($0 + $0) } }.expectRefusedInside(instances: 0...3)
  }

  @Test func anotherLayerThanTheFormatsIsRefused() throws {
    try Scene { $0.compress = { $0 } }.expectRefusedInside(instances: 0...0)
    try Scene { $0.compress = { zstdFrame(zstdFrame($0)) } }.expectRefusedInside(instances: 0...0)
    try Scene { $0.payload = { $0 = image(1000) } }.expectRefusedInside(instances: 0...0)
    try Scene { $0.payload = { $0 = [] + Array("age-encryption.org/v1\n".utf8) } }
      .expectRefusedInside(instances: 0...0)
  }

  @Test func chunksOfThePayloadThatWereMovedAreRefused() throws {
    let chunk = 65_536 + 16
    func payload(_ change: @escaping (inout [UInt8], Int) -> Void) throws {
      try Scene {
        $0.files = [image(300_000)]
        $0.payload = { payload in
          // The first chunk begins 16 bytes behind the header's last line.
          let mac = payload.indices.first { payload[$0...].starts(with: "\n--- ".utf8) } ?? 0
          let line = payload[(mac + 1)...].firstIndex(of: 0x0A) ?? 0
          change(&payload, line + 1 + 16)
        }
      }.expectRefusedInside(instances: 0...1)
    }
    try payload { bytes, start in
      let second = Array(bytes[start + chunk..<start + 2 * chunk])
      bytes.replaceSubrange(start + chunk..<start + 2 * chunk, with: bytes[start + 2 * chunk..<start + 3 * chunk])
      bytes.replaceSubrange(start + 2 * chunk..<start + 3 * chunk, with: second)
    }
    try payload { bytes, start in bytes.removeSubrange(start + chunk..<start + 2 * chunk) }
    try payload { bytes, start in bytes.insert(contentsOf: bytes[start..<start + chunk], at: start) }
    try payload { bytes, start in bytes.removeSubrange((start + 2 * chunk)...) }
  }

  @Test func aFlippedBitThatTheSenderSignedIsRefused() throws {
    let right = try Scene { $0.files = [image(900)] }
    let whole = try bytes(of: right.folder.appending("payload.tar.zst.age")).count
    for offset in stride(from: 0, to: whole, by: 23) {
      let scene = try Scene {
        $0.files = [image(900)]
        $0.payload = { $0[offset] ^= 1 << UInt8(offset % 8) }
      }
      let verified = try scene.verify()
      // In the header's stanza it may look like one for somebody else.
      expectRefusal(.contents, .recipient) { _ = try verified.open(with: Forgery.identity, into: scene.target) }
    }
  }

  @Test func aPayloadExchangedAfterItWasVerifiedIsRefused() throws {
    let scene = try Scene()
    let verified = try scene.verify()
    // As good a payload as the first one, for this recipient, with the same contents: only its bytes differ.
    let other = try Scene()
    try Data(bytes(of: other.folder.appending("payload.tar.zst.age")))
      .write(to: URL(filePath: scene.folder.appending("payload.tar.zst.age").string))
    expectRefusal(.digest) { _ = try verified.open(with: Forgery.identity, into: scene.target) }
  }

  @Test func aPayloadExchangedForALinkOrAFifoIsNotFollowed() throws {
    for isFifo in [true, false] {
      let scene = try Scene()
      let verified = try scene.verify()
      let path = scene.folder.appending("payload.tar.zst.age")
      let moved = scene.scratch.path("moved")
      try FileManager.default.moveItem(atPath: path.string, toPath: moved.string)
      try scene.scratch.shell(isFifo ? "mkfifo \(path)" : "ln -s \(moved) \(path)")
      #expect(throws: (any Error).self) { try verified.open(with: Forgery.identity, into: scene.target) }
      #expect(!exists(scene.target))
    }
  }

  @Test func nothingThatExistsIsWrittenOver() throws {
    let scene = try Scene()
    let verified = try scene.verify()
    let file = try scene.scratch.write("mine".utf8, to: "study/dicom/00000002.dcm")
    #expect(throws: (any Error).self) { try verified.open(with: Forgery.identity, into: scene.target) }
    #expect(try bytes(of: file) == Array("mine".utf8))
  }

  @Test func openingStopsWhenAskedOrWhenTheCallerFails() throws {
    struct Enough: Error {}
    let scene = try Scene()
    let verified = try scene.verify()
    #expect(throws: CancellationError.self) {
      try verified.open(with: Forgery.identity, into: scene.scratch.path("a"), isCancelled: { true })
    }
    var opened = 0
    #expect(throws: Enough.self) {
      try verified.open(with: Forgery.identity, into: scene.scratch.path("b"), isCancelled: { false }) { _, _ in
        opened += 1
        throw Enough()
      }
    }
    #expect(opened == 1)
  }
}
