internal import Archive
internal import Crypto
internal import Executor
internal import FoundationEssentials
internal import Journal
internal import Patients
public import Site
public import Spool
public import SystemPackage

/// A site from its backup: all of it is checked before anything is put in place, and what was in its place is kept aside.
public struct Restore: Sendable {
  /// What was done.
  public struct Outcome: Sendable {
    /// The site as it is now.
    public let configuration: Configuration
    /// When the backup was made.
    public let created: String
    /// What was kept aside.
    public var aside: [FilePath] = []
  }

  private let backup: FilePath
  private let file: FilePath
  private let actor: Actor
  private let disk: Disk

  /// No key and no partner is larger.
  private static let smallFile = 16 << 20

  /// Prepares a restoration.
  ///
  /// - Parameters:
  ///   - backup: the file that a ``Backup`` wrote.
  ///   - file: where the configuration is to lie, absolute; relative paths in it start there.
  public init(_ backup: FilePath, to file: FilePath, actor: Actor, disk: Disk = Disk()) {
    self.backup = backup
    self.file = file
    self.actor = actor
    self.disk = disk
  }

  /// Puts the site in place.
  ///
  /// - Parameters:
  ///   - force: even though a journal is there that knows of something unsettled.
  ///   - progress: told now and then how many bytes of the backup were read.
  /// - Throws: ``DeskError`` `files` where the backup is not in order, `refused` where a service runs or something is not
  ///   settled; then nothing was changed.
  public func run(force: Bool, progress: (Int64) -> Void = { _ in }) throws -> Outcome {
    let staging = file.removingLastComponent().appending(".restoring")
    try disk.removeTree(staging)
    defer { try? disk.removeTree(staging) }
    var isNew = false
    if try disk.status(of: file.removingLastComponent()) == nil {
      try disk.makeDirectory(file.removingLastComponent(), mode: 0o750, above: 0o755)
      isNew = true
    }
    do {
      try disk.makeDirectory(staging, mode: 0o700)
      let (contents, configuration) = try unpack(to: staging, progress)
      let spool = Spool(configuration.spool, run: configuration.run, disk: disk)
      try spool.create()
      return try ServiceLocks(in: spool, for: "A backup is restored").holding {
        if !force { try requireSettled(configuration) }
        return try put(contents, from: staging, configuration, with: spool)
      }
    } catch {
      if isNew { _ = try? disk.removeTree(file.removingLastComponent()) }
      throw error
    }
  }

  // MARK: Checking

  private func unpack(
    to staging: FilePath, _ progress: (Int64) -> Void
  ) throws -> (Backup.Contents, Configuration) {
    let source = try disk.open(backup)
    var offset: Int64 = 0
    let archive = try ArchiveReader(limits: ArchiveLimits(maxEntries: 20_000, maxExpanded: 1 << 40)) { buffer in
      let count = try source.read(at: offset, into: buffer)
      offset += Int64(count)
      return count
    }
    do {
      let contents = try contents(of: archive)
      var rest = contents.members[...]
      while let entry = try archive.next() {
        guard let member = rest.popFirst(), member.name == entry.name, member.bytes == entry.size else {
          throw notInOrder("\(entry.name) is not what \(Backup.contentsName) says")
        }
        try unpack(member, of: archive, to: staging) { progress(offset) }
      }
      guard rest.isEmpty else { throw notInOrder("\(rest.first?.name ?? "") is missing") }
      return (contents, try check(contents, in: staging))
    } catch let error as ArchiveError {
      throw notInOrder("\(error)")
    }
  }

  private func contents(of archive: ArchiveReader) throws -> Backup.Contents {
    guard let entry = try archive.next(), entry.name == Backup.contentsName, entry.size <= Self.smallFile else {
      throw notInOrder("it does not begin with \(Backup.contentsName)")
    }
    var text: [UInt8] = []
    try read(archive) { text += $0 }
    guard let contents = try? JSONDecoder().decode(Backup.Contents.self, from: Data(text)),
      contents.format == Backup.Contents.format
    else { throw notInOrder("\(Backup.contentsName) is not of the format \(Backup.Contents.format)") }
    return contents
  }

  private func unpack(
    _ member: Backup.Contents.Member, of archive: ArchiveReader, to staging: FilePath, _ gettingOn: () -> Void
  ) throws {
    let words = member.name.split(separator: "/")
    let isKnown =
      [Backup.configurationName, Backup.journalName, Backup.patientsName].contains(member.name)
      || (words.count > 1 && words.count < 4 && ["keys", "partners"].contains(words[0]))
    guard isKnown else { throw notInOrder("\(member.name) has no place at a site") }
    let path = staging.pushing(FilePath(member.name))
    try disk.makeDirectory(path.removingLastComponent(), mode: 0o700)
    let output = try disk.create(path, mode: 0o600)
    var hash = SHA256()
    try read(archive) { bytes in
      hash.update(bufferPointer: bytes)
      try output.write(bytes)
      gettingOn()
    }
    try output.finish()
    guard hash.finalize().text == member.sha256 else { throw notInOrder("\(member.name) is damaged") }
  }

  private func read(_ archive: ArchiveReader, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
    defer { buffer.deallocate() }
    while case let count = try archive.read(into: buffer), count > 0 {
      try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }
  }

  /// What was unpacked is a site.
  private func check(_ contents: Backup.Contents, in staging: FilePath) throws -> Configuration {
    let text = String(
      decoding: try disk.readSmall(staging.appending(Backup.configurationName), limit: Self.smallFile), as: UTF8.self)
    let configuration = try Configuration.check(text, as: file)
    _ = try Keys.load(staging.appending("keys"), disk: disk)
    if try disk.status(of: staging.appending("partners")) != nil {
      _ = try PartnerBook.load(staging.appending("partners"), owner: configuration.site, disk: disk)
    }
    let damage = try Journal(at: staging.appending(Backup.journalName)).structuralDamage()
    guard damage.isEmpty else { throw notInOrder("its journal is damaged: \(damage[0])") }
    if contents.hasPatients {
      let damage = try PatientIndex(at: staging.appending(Backup.patientsName)).structuralDamage()
      guard damage.isEmpty else { throw notInOrder("its patient index is damaged: \(damage[0])") }
    }
    return configuration
  }

  private func notInOrder(_ what: String) -> DeskError {
    DeskError(.files, "\(backup): this backup is not in order: \(what). Nothing was changed. Use another one.")
  }

  /// The journal that is there has nothing to lose.
  private func requireSettled(_ configuration: Configuration) throws {
    guard try disk.status(of: configuration.journal)?.size ?? 0 > 0 else { return }
    let unsettled: Int
    do {
      unsettled = try Journal(at: configuration.journal).unsettledCount()
    } catch is JournalError {
      // One that cannot be used is what backups are for.
      return
    }
    guard unsettled == 0 else {
      throw DeskError(
        .refused,
        "\(configuration.journal): a journal is here, and \(counted(unsettled, "thing")) in it \(unsettled == 1 ? "is" : "are") "
          + "not settled: an older journal knows nothing of what happened since. To restore nevertheless, and keep this one "
          + "aside: --force. Nothing was changed.")
    }
  }

  // MARK: Putting in place

  /// Each step is whole by itself; interrupted and done once more, it goes on.
  private func put(
    _ contents: Backup.Contents, from staging: FilePath, _ configuration: Configuration, with spool: Spool
  ) throws -> Outcome {
    var outcome = Outcome(configuration: configuration, created: contents.created)
    for folder in Backup.folders(of: configuration) {
      let members = contents.members.filter { $0.name.hasPrefix(folder.name + "/") }
      if let aside = try replace(folder.path, by: members, from: staging) { outcome.aside.append(aside) }
    }
    // Before the journal: a restoration that ends between them is done once more. A backup of an earlier version has the
    // patients in its journal, from which they are taken over.
    if try contents.hasPatients || disk.status(of: configuration.patientIndex) != nil {
      let staged = contents.hasPatients ? staging.appending(Backup.patientsName) : nil
      try putDatabase(from: staged, configuration.patientIndex, &outcome)
    }
    try putDatabase(from: staging.appending(Backup.journalName), configuration.journal, &outcome) {
      try record(restorationFrom: contents, inJournalAt: $0, with: spool)
    }
    let text = try disk.readSmall(staging.appending(Backup.configurationName), limit: Self.smallFile)
    if let present = try? disk.readSmall(file, limit: Self.smallFile, followingLink: true), present != text {
      let aside = file.beforeNow
      try disk.write(present, to: aside, mode: 0o640)
      outcome.aside.append(aside)
    }
    _ = try Site.write(configuration: String(decoding: text, as: UTF8.self), to: file, disk: disk)
    return outcome
  }

  /// Fills a folder, which stays what it is: its owner and mode are the machine's. What differs there is kept aside.
  private func replace(
    _ folder: FilePath, by members: [Backup.Contents.Member], from staging: FilePath
  ) throws -> FilePath? {
    var aside: FilePath?
    try disk.makeDirectory(folder, mode: 0o750)
    let wanted = Set(members.map { $0.name.split(separator: "/").dropFirst().joined(separator: "/") })
    for name in try disk.names(of: folder) where !name.hasPrefix(".") {
      let path = folder.appending(name)
      guard try disk.status(of: path)?.kind == .file else { continue }
      let present = try disk.readSmall(path, limit: Self.smallFile)
      let new = try? disk.readSmall(
        staging.pushing(FilePath("\(members.first?.name.prefix { $0 != "/" } ?? "")/\(name)")), limit: Self.smallFile)
      if wanted.contains(name), new == present { continue }
      let target = aside ?? folder.beforeNow
      aside = target
      try disk.makeDirectory(target, mode: 0o700)
      try disk.move(path, to: target.appending(name))
    }
    for member in members {
      let path = folder.pushing(FilePath(member.name.split(separator: "/").dropFirst().joined(separator: "/")))
      try disk.makeDirectory(path.removingLastComponent(), mode: 0o700)
      let bytes = try disk.readSmall(staging.pushing(FilePath(member.name)), limit: Self.smallFile)
      try disk.write(bytes, to: path, mode: member.mode, replacing: true)
    }
    return aside
  }

  /// Puts a database in its place under its name at one stroke, ready for use; without a new one, the present one goes aside.
  private func putDatabase(
    from staged: FilePath?, _ path: FilePath, _ outcome: inout Outcome, prepare: (FilePath) throws -> Void = { _ in }
  ) throws {
    let new = JournalFiles(path: FilePath("\(path).restoring"), disk: disk)
    try new.remove()
    try disk.makeDirectory(path.removingLastComponent(), mode: 0o750)
    if let staged {
      try disk.copyVerified(staged, to: new.path)
      try prepare(new.path)
    }
    if let aside = try JournalFiles(path: path, disk: disk).keepAside() { outcome.aside.append(aside) }
    if staged != nil { try disk.move(new.path, to: path) }
    try new.remove()
  }

  private func record(restorationFrom contents: Backup.Contents, inJournalAt path: FilePath, with spool: Spool) throws {
    let journal = try Journal(at: path)
    try FolderGuard(journal: journal, spool: spool).confirmSpool(by: actor.name)
    try journal.record(
      Event(
        "restored", by: actor.name, file: backup.string,
        "\(actor.name) restored the site from the backup of \(contents.created)."))
    // Everything is in the one file that gets its name.
    try journal.gather()
  }
}

extension Backup.Contents {
  fileprivate var hasPatients: Bool { members.contains { $0.name == Backup.patientsName } }
}
