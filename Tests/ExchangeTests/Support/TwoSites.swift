import Foundation
import Glibc
import LoopbackSSHD
import SystemPackage
import Testing

/// Two sites in a temporary folder that exchange through a real OpenSSH server, set up by the commands alone.
///
/// Each one's account on the server lands in its mailbox at the other; since nobody is locked in there, the cards name
/// the mailboxes by their absolute paths.
final class TwoSites {
  let scratch: Scratch
  let ch1: Hospital
  let ch2: Hospital
  let server: LoopbackSSHD
  private var services: [Child] = []

  /// - Parameter settings: further settings of both sites.
  init(_ settings: [String: String] = [:]) throws {
    scratch = try Scratch()
    let root = scratch.path
    ch1 = try Hospital("ch1", in: root.appending("ch1"))
    ch2 = try Hospital("ch2", in: root.appending("ch2"))
    let sshd = root.appending("sshd")
    try FileManager.default.createDirectory(atPath: sshd.string, withIntermediateDirectories: true)
    server = try LoopbackSSHD(
      directory: sshd,
      accounts: [
        (ch2.folder("mailbox/ch1"), try Self.key(of: ch1)), (ch1.folder("mailbox/ch2"), try Self.key(of: ch2)),
      ])
    let hostKey = root.appending("host.pub")
    try server.hostKey.write(toFile: hostKey.string, atomically: true, encoding: .utf8)
    let base = [
      "sftp.host": "\"127.0.0.1\"", "sftp.port": "\(server.port)", "sftp.host_key": "\"\(hostKey)\"",
      "source.quiet": "\"1s\"", "source.settle": "\"500ms\"", "source.partial_after": "\"2s\"",
      "ship.retry_first": "\"200ms\"",
      "ship.retry_max": "\"1s\"",
    ]
    for site in [ch1, ch2] { try site.set(base.merging(settings) { $1 }) }
    try introduce(ch1, to: ch2)
    try introduce(ch2, to: ch1)
  }

  deinit {
    services.forEach { $0.stop(SIGKILL) }
    server.stop()
  }

  private static func key(of site: Hospital) throws -> String {
    let line = try text(site.root.appending("keys/transport_ed25519.pub"))
    return line.split(whereSeparator: \.isWhitespace).prefix(2).joined(separator: " ")
  }

  /// Gives one site's card to the other, with the account that was made for it on the server.
  private func introduce(_ site: Hospital, to other: Hospital) throws {
    let card = try site.succeed("card")
      .replacing("directory = \"/\"", with: "directory = \"\(site.folder("mailbox/\(other.name)"))\"")
      .replacing("\n[sftp]\n", with: "\n[sftp]\nuser = \"\(server.user)\"\n")
    let file = scratch.path.appending("\(site.name).toml")
    try card.write(toFile: file.string, atomically: true, encoding: .utf8)
    let name = "Centre hospitalier \(site.name.suffix(1))"
    try other.succeed("partner", "add", "--yes", "--alias", name, file.string)
  }

  /// Starts all services of both sites.
  func start() throws { for site in [ch1, ch2] { services.append(try site.start()) } }

  /// Asks all services to stop, and expects that they do so in good order.
  func stop(_ location: SourceLocation = #_sourceLocation) {
    for service in services { #expect(service.stop() == 0, ch1.lastWords, sourceLocation: location) }
    services = []
  }

  /// One run of each site after the other, until both have nothing left to do: collected and shipped, received, and the
  /// receipts fetched.
  func exchangeOnce() throws {
    for site in [ch1, ch2, ch1, ch2] { try site.succeed("run", "--once") }
  }

  /// A new folder on the sites' file system, for files that are then dropped by a rename.
  func workFolder() throws -> FilePath {
    let folder = scratch.path.appending("work-\(UUID().uuidString)")
    try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
    return folder
  }

  /// Makes studies and drops each as a folder into a site's export folder, at one stroke.
  ///
  /// - Parameter folder: below `export/`; empty: the plain one.
  @discardableResult
  func drop(
    _ studies: [SyntheticStudy], at site: Hospital, in folder: String = "",
    _ location: SourceLocation = #_sourceLocation
  ) throws -> [MadeFile] {
    let work = try workFolder()
    let made = try SyntheticStudy.make(studies, in: work, location)
    for name in names(in: work) {
      let target = site.folder("export").pushing(FilePath(folder)).appending("\(name)-\(UUID().uuidString)")
      try #require(rename(work.appending(name).string, target.string) == 0, sourceLocation: location)
    }
    return made
  }

  /// Waits until something holds, and shows what the services said last if it never does, or one of them has ended.
  func eventually(
    within seconds: Double = 60, _ what: Comment, _ location: SourceLocation = #_sourceLocation,
    _ condition: () throws -> Bool
  ) throws {
    let start = ContinuousClock.now
    while try !condition() {
      let ended = services.compactMap(\.exitStatus)
      guard start.duration(to: .now) < .seconds(seconds), ended.isEmpty else {
        Issue.record(
          "\(what); services that ended: \(ended)\n\(ch1.lastWords)\n\(ch2.lastWords)", sourceLocation: location)
        throw TimedOut()
      }
      usleep(200_000)
    }
  }

  struct TimedOut: Error {}

  /// That every instance is accounted for on both sides, and nothing half done lies about.
  func expectInOrder(_ location: SourceLocation = #_sourceLocation) throws {
    for site in [ch1, ch2] {
      try site.expectBalanced(location)
      #expect(names(in: site.folder("unpack")) == [], sourceLocation: location)
      #expect(names(in: site.folder("collect")) == [], sourceLocation: location)
    }
  }
}
