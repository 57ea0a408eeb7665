import Foundation
import Glibc
import LoopbackSSHD
import SFTP
import SystemPackage
import Testing

/// A real sshd with one account whose folder is `home`, a key for it, and a folder for all of it, removed at the end.
final class Scene: Sendable {
  let folder: FilePath
  let home: FilePath
  let server: LoopbackSSHD
  let privateKey: String
  let publicKey: String

  /// With a `script`, that Python program is what answers after the login, instead of OpenSSH's SFTP server.
  init(
    hostKeyType: LoopbackSSHD.HostKeyType = .ed25519, settings: [String] = [], script: String? = nil, mode: String = ""
  ) throws {
    let name = "sftp-tests-\(UUID().uuidString)"
    folder = FilePath(FileManager.default.temporaryDirectory.appendingPathComponent(name).path)
    home = folder.appending("home")
    for directory in [home, folder.appending("sshd")] {
      try FileManager.default.createDirectory(atPath: directory.string, withIntermediateDirectories: true)
    }
    (privateKey, publicKey) = try Self.makeKey(folder.appending("client"))
    var settings = settings
    if let script {
      let path = folder.appending("script.py")
      try script.write(toFile: path.string, atomically: false, encoding: .utf8)
      settings.append("ForceCommand /usr/bin/python3 \(path) \(mode)")
    }
    server = try LoopbackSSHD(
      directory: folder.appending("sshd"), accounts: [(home, publicKey)], hostKeyType: hostKeyType, settings: settings)
  }

  deinit {
    server.stop()
    try? FileManager.default.removeItem(atPath: folder.string)
  }

  static func makeKey(_ path: FilePath, type: String = "ed25519") throws -> (privateKey: String, publicKey: String) {
    try run("/usr/bin/ssh-keygen", "-q", "-t", type, "-N", "", "-C", "", "-f", path.string)
    let publicKey = try String(contentsOfFile: path.string + ".pub", encoding: .utf8)
    return (
      try String(contentsOfFile: path.string, encoding: .utf8),
      publicKey.trimmingCharacters(in: .whitespacesAndNewlines)
    )
  }

  func endpoint(port: Int? = nil, hostKey: String? = nil, host: String = "127.0.0.1") -> SFTPEndpoint {
    SFTPEndpoint(host: host, port: port ?? server.port, user: server.user, hostKey: hostKey ?? server.hostKey)
  }

  func session(
    port: Int? = nil, timeouts: SFTPTimeouts = quick, isCancelled: @escaping () -> Bool = { false }
  ) throws -> SFTPSession {
    try SFTPSession(
      connecting: endpoint(port: port), privateKey: privateKey, publicKeyLine: publicKey, timeouts: timeouts,
      isCancelled: isCancelled)
  }

  /// A file of so many bytes that nothing compresses, in `folder`.
  func file(_ name: String, bytes: Int) throws -> FilePath {
    let path = folder.appending(name)
    try Self.noise(bytes).write(to: URL(fileURLWithPath: path.string))
    return path
  }

  static func noise(_ bytes: Int) -> Data {
    var data = Data(count: bytes)
    data.withUnsafeMutableBytes { buffer in
      for start in stride(from: 0, to: bytes, by: 256) {
        getentropy(UnsafeMutableRawBufferPointer(rebasing: buffer[start...]).baseAddress, min(256, bytes - start))
      }
    }
    return data
  }

  func content(_ name: String) -> Data? { FileManager.default.contents(atPath: home.appending(name).string) }

  var log: String { (try? String(contentsOfFile: server.log.string, encoding: .utf8)) ?? "" }
}

/// Long before a wait would end by itself: servers of the tests stay silent for 60 s, and so long libssh2 waits. Not
/// shorter, since the machine may be busy with other tests.
let soon = Duration.seconds(30)

/// Time-outs that let tests end soon.
let quick = SFTPTimeouts(connect: .seconds(20), answer: .seconds(20), stall: .seconds(20), sync: .seconds(60))

/// Runs a program to its end and returns its output; throws unless it succeeds.
@discardableResult
func run(_ program: String, _ arguments: String...) throws -> String {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: program)
  process.arguments = arguments
  process.standardInput = FileHandle.nullDevice
  let output = Pipe()
  process.standardOutput = output
  try process.run()
  let data = try output.fileHandleForReading.readToEnd() ?? Data()
  process.waitUntilExit()
  try #require(process.terminationStatus == 0, "\(program) \(arguments) ended with \(process.terminationStatus)")
  return String(decoding: data, as: UTF8.self)
}

/// The code that a call fails with, and how long that took.
func failure(_ body: () throws -> Void) -> (error: SFTPError?, time: Duration) {
  var error: SFTPError?
  let time = ContinuousClock().measure {
    do { try body() } catch let thrown { error = thrown as? SFTPError }
  }
  return (error, time)
}
