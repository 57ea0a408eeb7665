import Foundation
import Sealing
import Testing

/// A folder that is gone when the test is over.
final class Scratch {
  let url = FileManager.default.temporaryDirectory.appending(path: "sealing-\(UUID().uuidString)")

  init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }
  deinit { try? FileManager.default.removeItem(at: url) }

  func path(_ name: String) -> String { url.appending(path: name).path }

  @discardableResult
  func write(_ bytes: some Sequence<UInt8>, to name: String) throws -> String {
    try Data(bytes).write(to: url.appending(path: name))
    // ssh-keygen refuses private keys that others can read.
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path(name))
    return path(name)
  }

  func read(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: url.appending(path: name))) }
  func text(_ name: String) throws -> String { String(decoding: try read(name), as: UTF8.self) }

  struct Output {
    let status: Int32
    let bytes: [UInt8]
    var text: String { String(decoding: bytes, as: UTF8.self) }
  }

  /// Runs a program of PATH to its end, through files so that no pipe can fill up.
  func run(_ command: String..., input: [UInt8] = []) throws -> Output {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = command
    let name = UUID().uuidString
    process.standardInput = try FileHandle(forReadingFrom: URL(filePath: write(input, to: name + ".in")))
    process.standardOutput = try FileHandle(forWritingTo: URL(filePath: write([], to: name + ".out")))
    process.standardError = try FileHandle(forWritingTo: URL(filePath: write([], to: name + ".err")))
    try process.run()
    process.waitUntilExit()
    return Output(status: process.terminationStatus, bytes: try read(name + ".out"))
  }
}

func isInstalled(_ program: String) -> Bool {
  (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    .contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(program)") }
}

/// Expects a SealingError with one of these codes and a sentence for people.
func expect<T>(
  _ codes: SealingError.Code..., sourceLocation: SourceLocation = #_sourceLocation, from body: () throws -> T
) {
  let error = #expect(throws: SealingError.self, sourceLocation: sourceLocation) { _ = try body() }
  guard let error else { return }
  #expect(codes.contains(error.code), "\(error.code): \(error)", sourceLocation: sourceLocation)
  #expect(error.message.hasSuffix("."), sourceLocation: sourceLocation)
}

/// Encrypts in pieces of the given size.
func encrypt(_ bytes: [UInt8], to recipients: [AgeRecipient], pieces: Int = .max) throws -> [UInt8] {
  var file: [UInt8] = []
  let encryptor = try AgeEncryptor(to: recipients) { file += $0 }
  for start in stride(from: 0, to: bytes.count, by: min(pieces, max(bytes.count, 1))) {
    try bytes[start..<min(start + min(pieces, bytes.count), bytes.count)].withUnsafeBytes(encryptor.write)
  }
  try encryptor.finish()
  return file
}

/// Decrypts in pieces of the given size; what was released before a failure is kept.
func decrypt(
  _ file: [UInt8], with identities: [AgeIdentity], pieces: Int = 8192, into released: inout [UInt8]
) throws {
  var rest = file[...]
  let decryptor = try AgeDecryptor(identities: identities) { buffer in
    let part = rest.prefix(min(buffer.count, pieces))
    buffer.copyBytes(from: part)
    rest = rest.dropFirst(part.count)
    return part.count
  }
  var buffer = [UInt8](repeating: 0, count: pieces)
  while true {
    let count = try buffer.withUnsafeMutableBytes(decryptor.read)
    if count == 0 { return }
    released += buffer.prefix(count)
  }
}

func decrypt(_ file: [UInt8], with identities: [AgeIdentity], pieces: Int = 8192) throws -> [UInt8] {
  var released: [UInt8] = []
  try decrypt(file, with: identities, pieces: pieces, into: &released)
  return released
}

/// Bytes that do not repeat with the chunk.
func sample(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 11) } }

func bytes(hex: String) -> [UInt8] {
  let digits = Array(hex.filter { !$0.isWhitespace })
  return stride(from: 0, to: digits.count, by: 2).compactMap { UInt8(String(digits[$0...$0 + 1]), radix: 16) }
}
