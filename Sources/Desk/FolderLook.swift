internal import FoundationEssentials
internal import Journal
internal import Site
internal import Spool
internal import SystemPackage

/// One look at the folders in which people and other systems meet this site: what nobody takes is seen, whatever the journal
/// says. Of each folder a portion only is looked at.
struct FolderLook {
  let site: LocalSite
  let partners: PartnerBook

  private var spool: Spool { site.spool }

  /// So many names of one folder, or files below one source, are looked at.
  private static let portion = 1000
  /// A parcel in a mailbox is taken within seconds.
  private static let mailboxPatience = 600.0
  /// A PACS that has taken nothing for a day does not take at all.
  private static let importPatience = 86_400.0

  func all() -> [Concern] {
    partners.partners.compactMap { mailbox(of: $0.site.text) }
      + site.configuration.sources.compactMap(staying(in:))
      + [patientLists(), answers(), importFolder()].compactMap(\.self)
  }

  /// What is old of some things.
  private struct Old {
    var count = 0
    var oldest: (modified: Int64, name: String)?

    mutating func add(_ status: FileStatus, _ name: String, patience: Double) {
      guard Date().timeIntervalSince1970 - Double(status.modified) / 1e9 >= patience else { return }
      count += 1
      if status.modified < oldest?.modified ?? .max { oldest = (status.modified, name) }
    }

    var since: String? {
      oldest.map { journalTime(Date(timeIntervalSince1970: Double($0.modified) / 1e9)) }
    }
  }

  private func old(in folder: FilePath, patience: Double, _ wanted: (String) -> Bool = { _ in true }) throws -> Old {
    var old = Old()
    // A link to a folder is the administrator's choice.
    guard try spool.disk.statusFollowingLinks(of: folder)?.kind == .directory else { return old }
    let handle = try spool.disk.openDirectory(folder, followingLink: true)
    for name in try handle.entries(limit: Self.portion).names {
      let text = name.string
      guard !text.hasPrefix("."), text != "README", wanted(text), let status = try handle.status(of: name) else {
        continue
      }
      old.add(status, text, patience: patience)
    }
    return old
  }

  private func mailbox(of partner: String) -> Concern? {
    let folder = spool.mailbox(partner).new
    return look(at: folder, as: "mailbox") {
      let old = try old(in: folder, patience: Self.mailboxPatience)
      guard let since = old.since else { return nil }
      return Concern(
        "mailbox", .critical, count: old.count, since: since,
        "\(counted(old.count, "parcel")) of \(partner) lie in \(folder) and are not taken, the oldest for "
          + "\(ageInWords(since: since)).",
        remedy: "Look whether receive runs, and whether it may take from this folder.")
    }
  }

  /// Files that the collector should have taken long ago; and a source that cannot be read.
  private func staying(in source: Configuration.Source) -> Concern? {
    look(at: source.path, as: "source") {
      let patience = max(source.partialAfter.inSeconds, source.quiet.inSeconds, source.settle.inSeconds) + 300
      var old = Old()
      let files = try spool.disk.files(below: source.path, limit: Self.portion, passOver: { _ in true }) {
        Ignored.contains($0) || $0 == "README"
      }
      // What is held there has an alert of its own.
      let held = try Set(site.journal.heldFiles(limit: Self.portion).map(\.path))
      for file in files where !held.contains(PathText.of(file.path)) {
        old.add(file.status, file.path.string, patience: patience)
      }
      guard let oldest = old.oldest else { return nil }
      return Concern(
        "source", .warning, count: old.count, since: old.since,
        "\(counted(old.count, "file")) \(old.count == 1 ? "stays" : "stay") in \(source.path), such as \(oldest.name).",
        remedy: "Look whether collect runs, and whether it may remove files there.")
    }
  }

  private func patientLists() -> Concern? {
    let folder = spool[.patientsBad]
    return look(at: folder, as: "patients") {
      let refused = try old(in: folder, patience: 0) { !$0.hasSuffix(".WHY.txt") && !$0.hasSuffix(".rows.csv") }
      guard let oldest = refused.oldest else { return nil }
      return Concern(
        "patients", .warning, count: refused.count, since: refused.since,
        "\(counted(refused.count, "patient list")) \(refused.count == 1 ? "was" : "were") refused, such as \(oldest.name): "
          + "the index is as it was before.",
        remedy:
          "See the .WHY.txt beside it in \(folder), drop a correct list into \(spool[.patients]), and remove this one.")
    }
  }

  private func answers() -> Concern? {
    let folder = spool[.recordAcksBad]
    return look(at: folder, as: "answers") {
      let strange = try old(in: folder, patience: 0) { !$0.hasSuffix(".WHY.txt") }
      guard let oldest = strange.oldest else { return nil }
      return Concern(
        "answers", .warning, count: strange.count, since: strange.since,
        "\(counted(strange.count, "file")) of records/acks/ \(strange.count == 1 ? "answers" : "answer") no message of this "
          + "site, such as \(oldest.name).",
        remedy: "See the .WHY.txt beside it in \(folder), see to it that the EHR writes the right thing, and remove it."
      )
    }
  }

  private func importFolder() -> Concern? {
    let folder = site.configuration.importing.path
    return look(at: folder, as: "import") {
      let old = try old(in: folder, patience: Self.importPatience)
      guard let oldest = old.oldest, let since = old.since else { return nil }
      return Concern(
        "import", .warning, count: old.count, since: since,
        "\(counted(old.count, "study or file", "studies or files")) in \(folder) taken by nobody for more than a day, such as "
          + "\(oldest.name).", remedy: "Look whether the PACS picks up from this folder.")
    }
  }

  /// A folder that cannot be looked at is a concern of its own, and hides no other.
  private func look(at folder: FilePath, as code: String, _ body: () throws -> Concern?) -> Concern? {
    do {
      return try body()
    } catch {
      return Concern(
        code, .critical, "\(folder) cannot be looked at: \(error)", remedy: "Put the folder and its rights in order.")
    }
  }
}
