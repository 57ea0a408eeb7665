import Foundation
import Parcel
import Sealing
import SystemPackage
import Testing

/// A folder that is gone when the test is over.
final class Scratch: Sendable {
  let root: FilePath

  init() throws {
    root = FilePath(FileManager.default.temporaryDirectory.appendingPathComponent("parcel-\(UUID().uuidString)").path)
    try FileManager.default.createDirectory(atPath: root.string, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: root.string) }

  func path(_ name: String) -> FilePath { root.pushing(FilePath(name)) }

  /// Writes a file, with the folders above it. Only its owner may read it: ssh-keygen refuses other private keys.
  @discardableResult
  func write(_ bytes: some Sequence<UInt8>, to name: String) throws -> FilePath {
    let path = path(name)
    try FileManager.default.createDirectory(
      atPath: path.removingLastComponent().string, withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(filePath: path.string))
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path.string)
    return path
  }

  func read(_ name: String) throws -> [UInt8] { try bytes(of: path(name)) }

  /// Everything below the folder: relative path, and its size or kind.
  func tree() throws -> [String: String] {
    var tree: [String: String] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: root.string) {
      let attributes = try FileManager.default.attributesOfItem(atPath: path(name).string)
      let type = attributes[.type] as? FileAttributeType
      tree[name] = type == .typeRegular ? "\(attributes[.size] ?? "")" : type?.rawValue
    }
    return tree
  }

  struct Output {
    let status: Int32
    let text: String
  }

  /// Runs bash with these commands in the folder, to its end; all that it says goes to one file.
  @discardableResult
  func shell(_ commands: String, _ environment: [String: String] = [:]) throws -> Output {
    let output = path("output-\(UUID().uuidString)")
    try Data().write(to: URL(filePath: output.string))
    defer { try? FileManager.default.removeItem(atPath: output.string) }
    let file = try FileHandle(forWritingTo: URL(filePath: output.string))
    let process = Process()
    process.executableURL = URL(filePath: "/bin/bash")
    process.arguments = ["-e", "-o", "pipefail", "-c", commands]
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.currentDirectoryURL = URL(filePath: root.string)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = file
    process.standardError = file
    try process.run()
    process.waitUntilExit()
    return Output(status: process.terminationStatus, text: String(decoding: try bytes(of: output), as: UTF8.self))
  }
}

func bytes(of path: FilePath) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(filePath: path.string))) }

func exists(_ path: FilePath) -> Bool { (try? FileManager.default.attributesOfItem(atPath: path.string)) != nil }

/// Whether the tools are here with which a parcel is opened by hand.
let hasTools = ["age", "zstd", "tar", "ssh-keygen", "sha256sum"].allSatisfy { tool in
  (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    .contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(tool)") }
}

/// Bytes like those of images: they compress, and no two stretches are alike.
func image(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
  var state = seed &* 0x9E37_79B9_7F4A_7C15
  return (0..<count).map { index in
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return UInt8(truncatingIfNeeded: state >> (index % 2 == 0 ? 33 : 61))
  }
}

/// All that `contents.json` says.
struct Announcement: Equatable {
  var contents: Contents
  var instances: [Contents.Instance]

  init(_ contents: Contents, _ instances: [Contents.Instance]) {
    self.contents = contents
    self.instances = instances
  }

  /// What a file on the disk says.
  init(_ file: ContentsFile) throws {
    contents = file.header
    instances = []
    let source = try file.instances()
    while let instance = try source.next() { instances.append(instance) }
  }

  /// As JSON knows it.
  func object() throws -> [String: Any] {
    var object = try Forgery.object(contents)
    object["instances"] = instances.map { instance in
      [
        "file": instance.file, "sopInstanceUID": instance.sopInstanceUID, "sopClassUID": instance.sopClassUID,
        "seriesInstanceUID": instance.seriesInstanceUID, "transferSyntaxUID": instance.transferSyntaxUID,
        "bytes": instance.bytes, "sha256": instance.sha256,
      ] as [String: Any]
    }
    return object
  }
}

/// The announcement of files whose UIDs are made of their numbers.
func announcement(of files: [[UInt8]], part: Contents.Part = .complete) -> Announcement {
  Announcement(
    Contents(
      study: "1.2.3", part: part, closedBy: .init(rule: "quiet", seconds: 60, expected: files.count),
      route: .init(rule: "(0040,1010)", value: "CH2")),
    files.enumerated().map { index, file in
      .init(
        number: index + 1, sopInstanceUID: "1.2.3.1.\(index + 1)", sopClassUID: "1.2.840.10008.5.1.4.1.1.2",
        seriesInstanceUID: "1.2.3.1", transferSyntaxUID: "1.2.840.10008.1.2.1", bytes: Int64(file.count),
        sha256: sha256(file))
    })
}

extension ParcelSealer {
  /// Seals what is announced, from one file for each instance.
  @discardableResult
  func seal(
    _ announcement: Announcement, files: [FilePath], as parcel: ParcelID, key: AgeRecipient, sequence: Int = 1,
    into folder: FilePath, isCancelled: () -> Bool = { false }
  ) throws -> Sealed {
    try seal(
      announcement, files: files.map { InstanceFile($0) }, as: parcel, key: key, sequence: sequence, into: folder,
      isCancelled: isCancelled)
  }

  /// Seals what is announced, from files of which it may be known how they were.
  @discardableResult
  func seal(
    _ announcement: Announcement, files: [InstanceFile], as parcel: ParcelID, key: AgeRecipient, sequence: Int = 1,
    into folder: FilePath, isCancelled: () -> Bool = { false }
  ) throws -> Sealed {
    try seal(
      announcement.contents, count: announcement.instances.count, as: parcel, to: "ch2", key: key, sequence: sequence,
      created: "2026-11-23T22:30:00Z", into: folder, isCancelled: isCancelled
    ) {
      var rest = zip(announcement.instances, files).makeIterator()
      return { rest.next() }
    }
  }
}

/// Expects a refusal of this kind, with a sentence for people.
func expectRefusal(
  _ codes: ParcelError.Code..., sourceLocation: SourceLocation = #_sourceLocation, from body: () throws -> Void
) {
  let error = #expect(throws: ParcelError.self, sourceLocation: sourceLocation) { try body() }
  guard let error else { return }
  #expect(codes.contains(error.code), "\(error.code): \(error)", sourceLocation: sourceLocation)
  #expect(error.message.hasSuffix("."), "\(error)", sourceLocation: sourceLocation)
}

/// One site that sends to itself.
struct LoneSite {
  let key = SigningKey()
  let identity = AgeIdentity()

  @discardableResult
  func seal(_ announcement: Announcement, _ files: [FilePath], into folder: FilePath) throws -> ParcelSealer.Sealed {
    try ParcelSealer(sender: "ch1", signingKey: key).seal(
      announcement, files: files, as: ParcelID(), key: identity.recipient, into: folder)
  }

  func seal(
    _ contents: Contents, count: Int, into folder: FilePath, instances: () throws -> NextInstance
  ) throws {
    _ = try ParcelSealer(sender: "ch1", signingKey: key).seal(
      contents, count: count, as: ParcelID(), to: "ch2", key: identity.recipient, sequence: 1,
      created: "2026-11-23T22:30:00Z", into: folder, instances: instances)
  }

  func verify(_ folder: FilePath, mayShareFiles: Bool = false) throws -> VerifiedParcel {
    try VerifiedParcel(
      verifying: folder, signer: key.publicKey, sender: "ch1", recipient: "ch2", mayShareFiles: mayShareFiles)
  }

  func open(_ folder: FilePath, into target: FilePath) throws -> ContentsFile {
    try verify(folder).open(with: identity, into: target)
  }
}

/// The most memory that this process ever had, and has now, in bytes.
func memory() throws -> (most: Int, now: Int) {
  let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
  func value(_ key: String) -> Int {
    let line = status.split(separator: "\n").first { $0.hasPrefix(key + ":") }
    return (line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0) << 10
  }
  return (value("VmHWM"), value("VmRSS"))
}
