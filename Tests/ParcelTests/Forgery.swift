import Foundation
import Parcel
import Sealing
import SystemPackage
import Testing

/// A tar archive written byte by byte, so that it can be wrong in one chosen place (POSIX.1-2017, pax, "ustar").
struct Tar {
  var bytes: [UInt8] = []

  mutating func file(_ name: String, _ contents: [UInt8], type: Character = "0", link: String = "", size: Int64? = nil)
  {
    var header = [UInt8](repeating: 0, count: 512)
    func put(_ value: some Collection<UInt8>, at offset: Int) {
      header.replaceSubrange(offset..<offset + value.count, with: value)
    }
    let octal = String(size ?? Int64(contents.count), radix: 8)
    put(Array(name.utf8).prefix(100), at: 0)
    put("0000640\0".utf8, at: 100)
    put("0000000\0".utf8, at: 108)
    put("0000000\0".utf8, at: 116)
    put((String(repeating: "0", count: 11 - octal.count) + octal).utf8, at: 124)
    put("00000000000".utf8, at: 136)
    put(String(type).utf8, at: 156)
    put(link.utf8, at: 157)
    put("ustar\u{0}00".utf8, at: 257)
    put([UInt8](repeating: 0x20, count: 8), at: 148)
    let sum = String(header.reduce(0) { $0 + Int($1) }, radix: 8)
    put((String(repeating: "0", count: 6 - sum.count) + sum + "\0 ").utf8, at: 148)
    bytes += header + contents + [UInt8](repeating: 0, count: -contents.count & 511)
  }

  mutating func end() { bytes += [UInt8](repeating: 0, count: 1024) }
}

/// A zstd frame of raw blocks and then of blocks that repeat zeros (RFC 8878, 3.1.1).
func zstdFrame(_ contents: [UInt8], thenZeros zeros: Int = 0) -> [UInt8] {
  // No single segment, window of 2 MiB.
  var frame: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x58]
  func header(_ size: Int, type: Int, last: Bool) -> [UInt8] {
    let value = size << 3 | type << 1 | (last ? 1 : 0)
    return [UInt8(value & 0xFF), UInt8(value >> 8 & 0xFF), UInt8(value >> 16 & 0xFF)]
  }
  for start in stride(from: 0, to: contents.count, by: 128 << 10) {
    let block = contents[start..<min(start + (128 << 10), contents.count)]
    frame += header(block.count, type: 0, last: false) + block
  }
  for _ in 0..<(zeros >> 17) { frame += header(128 << 10, type: 1, last: false) + [0] }
  return frame + header(0, type: 0, last: true)
}

/// A parcel made without `ParcelSealer`, right in everything that a test does not change.
struct Forgery {
  var files = [image(3000, seed: 1), image(700, seed: 2), image(70_000, seed: 3)]
  /// Changes `contents.json`'s object.
  var contents: (inout [String: Any]) -> Void = { _ in }
  /// Takes the place of `contents.json`'s bytes.
  var contentsBytes: [UInt8]?
  /// Writes the tar, from the bytes of `contents.json` and the files.
  var tar: (inout Tar, [UInt8], [[UInt8]]) -> Void = { tar, contents, files in
    tar.file("contents.json", contents)
    for (index, file) in files.enumerated() { tar.file(Forgery.name(index), file) }
    tar.end()
  }
  var compress: ([UInt8]) -> [UInt8] = { zstdFrame($0) }
  /// Changes the encrypted payload before it is announced.
  var payload: (inout [UInt8]) -> Void = { _ in }
  /// Changes `manifest.json`'s object.
  var manifest: (inout [String: Any]) -> Void = { _ in }
  /// Takes the place of `manifest.json`'s bytes.
  var manifestBytes: [UInt8]?
  var namespace = "parcel@studypost"
  var signer = Forgery.sender
  var ageRecipient = Forgery.identity.recipient

  static let sender = SigningKey()
  static let identity = AgeIdentity()

  static func name(_ index: Int) -> String { String(format: "dicom/%08d.dcm", index + 1) }

  static func object(_ value: some Encodable) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: JSONEncoder().encode(value)) as? [String: Any])
  }

  static func json(_ object: [String: Any]) throws -> [UInt8] {
    [UInt8](try JSONSerialization.data(withJSONObject: object, options: [.withoutEscapingSlashes]))
  }

  /// Writes the parcel's folder.
  func write(into folder: FilePath) throws {
    var object = try announcement(of: files).object()
    contents(&object)
    let announced = try contentsBytes ?? Self.json(object)
    var archive = Tar()
    tar(&archive, announced, files)
    var encrypted: [UInt8] = []
    let encryptor = try AgeEncryptor(to: [ageRecipient]) { encrypted += $0 }
    try compress(archive.bytes).withUnsafeBytes { try encryptor.write($0) }
    try encryptor.finish()
    payload(&encrypted)

    var manifestObject: [String: Any] = [
      "format": "studypost-parcel/1", "parcel": folder.lastComponent?.string ?? "", "sender": "ch1",
      "recipient": "ch2", "sequence": 42, "created": "2026-11-23T22:30:00Z", "instances": files.count,
      "expanded": announced.count + files.map(\.count).reduce(0, +),
      "payload": [
        "name": "payload.tar.zst.age", "bytes": encrypted.count, "sha256": sha256(encrypted),
      ] as [String: Any],
    ]
    manifest(&manifestObject)
    let manifest = try manifestBytes ?? Self.json(manifestObject)
    let signature = try SSHSignature.sign(manifest, namespace: namespace, with: signer)
    try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
    for (name, bytes) in [
      ("payload.tar.zst.age", encrypted), ("manifest.json", manifest), ("manifest.json.sig", Array(signature.utf8)),
    ] {
      try Data(bytes).write(to: URL(filePath: folder.appending(name).string))
    }
  }
}

/// A forged parcel in a folder of its own, and what becomes of it.
final class Scene {
  let scratch: Scratch
  let folder: FilePath
  var target: FilePath { scratch.path("study") }

  init(_ change: (inout Forgery) -> Void = { _ in }) throws {
    scratch = try Scratch()
    folder = scratch.path(ParcelID().text)
    var forgery = Forgery()
    change(&forgery)
    try forgery.write(into: folder)
  }

  func verify(_ limits: ParcelLimits = ParcelLimits()) throws -> VerifiedParcel {
    try VerifiedParcel(
      verifying: folder, signer: Forgery.sender.publicKey, sender: "ch1", recipient: "ch2", limits: limits)
  }

  /// Expects that the parcel is refused before anything of its payload is opened.
  func expectUnopened(
    _ code: ParcelError.Code, limits: ParcelLimits = ParcelLimits(),
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let before = try scratch.tree()
    expectRefusal(code, sourceLocation: sourceLocation) {
      _ = try verify(limits).open(with: Forgery.identity, into: target)
    }
    #expect(try scratch.tree() == before, "something was written", sourceLocation: sourceLocation)
  }

  /// Expects that the parcel is verified, and refused while it is opened, with nothing written but plain files of the
  /// names that the format has.
  func expectRefusedInside(
    _ code: ParcelError.Code = .contents, instances: ClosedRange<Int>, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let verified = try verify()
    let before = try scratch.tree()
    var opened = 0
    expectRefusal(code, sourceLocation: sourceLocation) {
      _ = try verified.open(with: Forgery.identity, into: target, isCancelled: { false }) { _, _ in opened += 1 }
    }
    #expect(instances.contains(opened), "\(opened) instances were handed on", sourceLocation: sourceLocation)
    var after = try scratch.tree()
    for (name, kind) in after where before[name] == nil {
      let isFolder = ["study", "study/dicom"].contains(name) && kind == FileAttributeType.typeDirectory.rawValue
      let isFile = name == "study/contents.json" || name.wholeMatch(of: /study\/dicom\/\d{8}\.dcm/) != nil
      #expect(isFolder || isFile && Int(kind) != nil, "\(name) is \(kind)", sourceLocation: sourceLocation)
      after[name] = nil
    }
    #expect(after == before, "something outside was changed", sourceLocation: sourceLocation)
  }
}
