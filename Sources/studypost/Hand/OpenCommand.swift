import ArgumentParser
import Desk
import Glibc
import Parcel
import Sealing
import Site
import Spool
import SystemPackage

/// `open`: unpacks a parcel by hand.
struct OpenCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "open", abstract: "Verify a parcel and unpack it into a new folder.")

  @Argument(help: "The parcel's folder.", completion: .directory) var parcel: String
  @Option(name: .long, help: "The folder to unpack into: a new or an empty one.", completion: .directory)
  var to: String
  @Option(name: .long, help: "The age identity that opens it. Default: the site's.", completion: .file())
  var identity: String?
  @OptionGroup var keys: ParcelKeys

  func run() async throws {
    try await untilSignal { stop in try open(isCancelled: { stop.isRequested }) }
  }

  private func open(isCancelled: () -> Bool) throws {
    let target = try absolute(FilePath(to))
    try requireEmpty(target)
    let identities = try loadIdentities()
    let verified = try keys.verify(FilePath(parcel), isCancelled: isCancelled)
    guard let name = target.lastComponent else { throw Failure(.usage, "--to must name a folder.") }
    let parent = target.removingLastComponent()
    // Beside the target, so that one rename makes it appear whole.
    let temporary = parent.appending(".\(name).\(getpid()).opening")
    try Disk().makeDirectory(parent)
    let point = try Disk().syncPoint(parent)
    do {
      let line = ProgressLine("unpacking", of: verified.manifest.expanded)
      var bytes: Int64 = 0
      let contents = try verified.open(with: identities, into: temporary, isCancelled: isCancelled) { instance, _ in
        bytes += instance.bytes
        line.advance(to: bytes)
      }
      try point.sync()
      try Disk().removeEmptyDirectory(target)
      try Disk().move(temporary, to: target)
      verified.print()
      print(
        "Unpacked \(counted(contents.count, "instance")) of study \(contents.header.study) into \(target)/dicom.")
    } catch {
      try? Disk().removeTree(temporary)
      throw error
    }
  }

  private func loadIdentities() throws -> [AgeIdentity] {
    if let identity {
      let text = String(decoding: try readFile(FilePath(identity), limit: 1 << 16), as: UTF8.self)
      return try AgeIdentity.all(in: text)
    }
    let configuration: Configuration
    do {
      configuration = try keys.site.configuration()
    } catch let error as Failure {
      throw Failure(.no, "\(error.description) Or name the age identity with --identity.")
    } catch {
      throw Failure(.usage, "There is no site here whose key could open it: name the age identity with --identity.")
    }
    return try Keys.load(configuration.keys).ages
  }
}
