internal import FoundationEssentials
internal import Sealing
internal import Spool
internal import SystemPackage

/// `age.key`: the identity in use, and after it the next one or those of before. Before one that was changed stands, as a comment,
/// until when partners that have the new card may still use it.
struct AgeRing {
  private struct Entry {
    var identity: AgeIdentity
    var until: String?
  }

  /// The first is in use.
  private var entries: [Entry] = []

  /// Every identity, the one in use first.
  var identities: [AgeIdentity] { entries.map(\.identity) }

  private static let mark = "# former until: "

  /// Reads the file in a folder of keys.
  static func read(_ folder: FilePath, disk: Disk) throws -> AgeRing {
    let identities = try KeyFolder(folder, credentials: nil, disk: disk).ages()
    let file = folder.appending(Keys.ageName)
    let text = try disk.readText(file, limit: KeyFolder.sizeLimit, remedy: "Restore it from its backup.")
    var until: [String: String] = [:]
    var next: String?
    for line in text.split(whereSeparator: \.isNewline) {
      if line.hasPrefix(mark) {
        next = String(line.dropFirst(mark.count))
      } else if !line.hasPrefix("#"), let time = next {
        until[String(line)] = time
        next = nil
      }
    }
    return AgeRing(entries: identities.map { Entry(identity: $0, until: until[$0.text]) })
  }

  /// Adds the next identity, which opens from now on.
  ///
  /// - Returns: false where it is there.
  mutating func add(next identity: AgeIdentity) -> Bool {
    guard !entries.contains(where: { $0.identity.text == identity.text }) else { return false }
    entries.append(Entry(identity: identity))
    return true
  }

  /// Puts an identity in use; the one that was is a former one until that time.
  mutating func use(_ identity: AgeIdentity, formerUntil until: String?) {
    remove(identity)
    for index in entries.indices where entries[index].until == nil { entries[index].until = until }
    entries.insert(Entry(identity: identity), at: 0)
  }

  mutating func remove(_ identity: AgeIdentity) { entries.removeAll { $0.identity.text == identity.text } }

  /// Former ones that have been kept for as long as they must.
  func overdue(at time: Date) -> [AgeIdentity] {
    entries.dropFirst().filter { entry in
      guard let until = entry.until.flatMap({ try? Date($0, strategy: .iso8601) }) else { return false }
      return until.addingTimeInterval(Double(KeyRotation.keptDays) * 86400) <= time
    }.map(\.identity)
  }

  /// The file.
  var text: String {
    guard let first = entries.first else { return "" }
    return entries.dropFirst().reduce(into: Keys.ageText(first.identity)) { text, entry in
      text += (entry.until.map { Self.mark + $0 } ?? "# next") + "\n\(entry.identity.text)\n"
    }
  }
}
