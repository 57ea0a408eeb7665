import Foundation
import IntakeRecipes
import Spool
import SystemPackage

/// Where a case puts its files, and whose they are: each case has a study of its own.
struct Put: Sendable {
  let number: Int
  let folder: FilePath

  /// Below the source; `*` becomes a folder of the case's own, and `%FC` the one byte of that value.
  init(_ number: Int, _ place: String, in source: FilePath) throws {
    self.number = number
    let text = "\(source)/" + place.replacingOccurrences(of: "*", with: "c\(number)")
    var bytes = Array(text.utf8)
    if let range = text.range(of: "%FC") {
      let start = text.utf8.distance(from: text.startIndex, to: range.lowerBound)
      bytes.replaceSubrange(start..<(start + 3), with: [0xFC])
    }
    folder = FilePath(platformString: bytes.map { CChar(bitPattern: $0) } + [0])
    try Disk().makeDirectory(folder, mode: 0o770)
  }

  var subject: Subject { subject() }

  func subject(instance: Int = 1, study: Int = 1) -> Subject {
    var subject = Subject()
    subject.study = "1.2.826.0.1.3680043.10.999.\(1000 + number).\(study)"
    subject.series = "\(subject.study).1"
    subject.instance = "\(subject.study).1.\(instance)"
    return subject
  }

  /// A plain image.
  var image: [UInt8] { Image(.explicit, subject).file }

  /// A plain image that names its recipient.
  func image(to recipient: String?) -> [UInt8] {
    guard let recipient else { return image }
    let image = Image(.explicit, subject)
    return image.head + image.beginning + image.otherIDs + image.middle
      + image.writer.element(0x0040_1010, "PN", recipient) + image.pixels
  }

  func path(_ name: String) -> FilePath { path(Array(name.utf8)) }

  private func path(_ name: [UInt8]) -> FilePath {
    FilePath(
      platformString: folder.withPlatformString { Array(UnsafeBufferPointer(start: $0, count: folder.length)) }
        + [0x2F] + name.map { CChar(bitPattern: $0) } + [0])
  }

  func file(_ name: String, _ bytes: [UInt8]) throws { try file(Array(name.utf8), bytes) }

  func file(_ name: [UInt8], _ bytes: [UInt8]) throws {
    let file = try FileDescriptor.open(
      path(name), .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
      permissions: [.ownerReadWrite, .groupReadWrite])
    defer { try? file.close() }
    if !bytes.isEmpty { _ = try file.writeAll(bytes) }
  }
}
