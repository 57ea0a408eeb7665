internal import Archive
internal import Crypto
internal import FoundationEssentials
internal import Journal
internal import Patients
internal import Site
public import Spool
public import SystemPackage

/// All that makes a site in one file: its configuration, its keys, its partners, the patient index and the journal. Not the
/// spool: what lies there is on its way, and would be sent or imported twice.
///
/// The file is a tar archive, compressed with zstd: `tar --zstd -xf` opens it. Its first member, `backup.json`, says what is in
/// it; then come `studypost.toml`, `keys/…`, `partners/…`, `patients.sqlite` and, last, `journal.sqlite`.
public struct Backup: Sendable {
  /// What `backup.json` says.
  struct Contents: Codable {
    static let format = "studypost-backup/1"

    struct Member: Codable, Equatable {
      var name: String
      var bytes: Int64
      var sha256: String
      /// The permission bits.
      var mode: UInt32
    }

    var format = Self.format
    var site: String
    var created: String
    var members: [Member]
  }

  /// What was written.
  public struct Outcome: Sendable {
    /// How many files are in it.
    public var files: Int
    /// How many bytes it has.
    public var bytes: Int64
  }

  static let configurationName = "studypost.toml"
  static let journalName = "journal.sqlite"
  static let patientsName = PatientIndex.fileName
  static let contentsName = "backup.json"
  /// The folders, by their names in the archive.
  static func folders(of configuration: Configuration) -> [(name: String, path: FilePath)] {
    [("keys", configuration.keys), ("partners", configuration.partners)]
  }

  private let site: LocalSite
  private let actor: Actor
  private let disk: Disk

  /// Prepares a backup of a site.
  public init(_ site: LocalSite, actor: Actor, disk: Disk = Disk()) {
    self.site = site
    self.actor = actor
    self.disk = disk
  }

  /// Writes it, durably and whole, or not at all; only its owner may read it. Services may run.
  ///
  /// - Parameters:
  ///   - file: a new file.
  ///   - progress: told now and then how many bytes were written into it, and how many it will hold.
  /// - Throws: ``DeskError`` `refused` where the file is there already; `SpoolError`, `JournalError`.
  public func write(
    to file: FilePath, progress: (_ done: Int64, _ total: Int64) -> Void = { _, _ in }
  ) throws -> Outcome {
    guard try disk.status(of: file) == nil else {
      throw DeskError(.refused, "\(file): a file is there already. Name a new one; backups are not overwritten.")
    }
    let databases = [FilePath("\(file).patients.database"), FilePath("\(file).journal.database")]
    let (patients, journal) = (databases[0], databases[1])
    let unfinished = FilePath("\(file).unfinished")
    let traces =
      [unfinished] + databases.flatMap { path in ["", "-wal", "-shm", "-journal"].map { FilePath("\(path)\($0)") } }
    for trace in traces { try disk.removeFile(trace) }
    defer { for trace in traces { try? disk.removeFile(trace) } }
    // They hold patients' names: made with their mode before SQLite opens them.
    for path in databases { try disk.write([UInt8](), to: path, mode: 0o600) }
    try site.patients().copy(to: patients)
    try site.journal.copy(to: journal)

    var files = [(name: Self.configurationName, path: site.configuration.file)]
    for folder in Self.folders(of: site.configuration) {
      files += try Self.files(in: folder.path, as: folder.name, disk)
    }
    files += [(Self.patientsName, patients), (Self.journalName, journal)]
    let bytes = try write(files, to: unfinished, progress)
    try disk.move(unfinished, to: file)
    try site.journal.record(
      Event("backed-up", by: actor.name, file: file.string, "\(actor.name) backed the site up to \(file)."))
    return Outcome(files: files.count, bytes: bytes)
  }

  private func write(
    _ files: [(name: String, path: FilePath)], to path: FilePath, _ progress: (Int64, Int64) -> Void
  ) throws -> Int64 {
    let output = try disk.create(path, mode: 0o600)
    let archive = try ArchiveWriter(level: 3, threads: 0) { try output.write($0) }
    let members = try files.map { file in
      // What an administrator put there as a link is wanted as a file.
      guard let status = try disk.statusFollowingLinks(of: file.path) else {
        throw DeskError(.files, "\(file.path): it went away meanwhile. Write the backup once more.")
      }
      var hash = SHA256()
      var bytes: Int64 = 0
      try read(file.path) {
        hash.update(bufferPointer: $0)
        bytes += Int64($0.count)
      }
      return Contents.Member(name: file.name, bytes: bytes, sha256: hash.finalize().text, mode: status.mode & 0o777)
    }
    let contents = Contents(
      site: site.configuration.site.text, created: journalTime(), members: members)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let text = Array(try encoder.encode(contents)) + [UInt8(ascii: "\n")]
    try archive.begin(name: Self.contentsName, size: Int64(text.count))
    try text.withUnsafeBytes { try archive.write($0) }
    let total = members.reduce(0) { $0 + $1.bytes }
    var done: Int64 = 0
    for (file, member) in zip(files, members) {
      try archive.begin(name: member.name, size: member.bytes)
      try read(file.path) {
        try archive.write($0)
        done += Int64($0.count)
        progress(done, total)
      }
    }
    try archive.finish()
    try output.finish()
    return output.count
  }

  private func read(_ path: FilePath, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    guard path.lastComponent?.string.hasSuffix(".database") == true else {
      let bytes = try disk.readSmall(path, limit: 16 << 20, followingLink: true)
      return try bytes.withUnsafeBytes { try body($0) }
    }
    try disk.open(path).read(body)
  }

  /// The regular files in a folder and in those just below it.
  private static func files(
    in folder: FilePath, as name: String, _ disk: Disk, depth: Int = 0
  ) throws -> [(name: String, path: FilePath)] {
    guard try disk.statusFollowingLinks(of: folder) != nil else { return [] }
    var files: [(name: String, path: FilePath)] = []
    for entry in try disk.names(of: folder, limit: 10_000) where !entry.hasPrefix(".") {
      let path = folder.appending(entry)
      switch try disk.statusFollowingLinks(of: path)?.kind {
      case .file: files.append(("\(name)/\(entry)", path))
      case .directory where depth == 0:
        files += try Self.files(in: path, as: "\(name)/\(entry)", disk, depth: 1)
      default: break
      }
    }
    return files
  }
}

extension SHA256Digest {
  /// In hexadecimal digits.
  var text: String { map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
}
