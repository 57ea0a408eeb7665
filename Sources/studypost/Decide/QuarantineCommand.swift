import ArgumentParser
import Journal
import Parcel
import Spool
import SystemPackage

/// `quarantine`: what was refused.
struct QuarantineCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quarantine", abstract: "Look at what was refused, and decide about it.",
    subcommands: [List.self, Show.self, Release.self, Discard.self], defaultSubcommand: List.self)

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List what lies in quarantine.")

    @OptionGroup var site: SiteOptions
    @OptionGroup var output: JSONOption

    func run() throws {
      let entries = try site.open().journal.quarantine()
      if output.json { return try printJSON(.array(entries.map(\.json))) }
      var table = Table("NAME", "SIDE", "CODE", "PARTNER", "INSTANCES", "SIZE", "SINCE", "REASON")
      for entry in entries {
        table.add(
          entry.name, entry.direction.rawValue, entry.code, entry.partner, "\(entry.instances)",
          bytesInWords(entry.bytes), ageInWords(since: entry.since), entry.reason)
      }
      table.print(orSay: "Nothing is in quarantine.")
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show one entry, its reason and its files.")

    @OptionGroup var site: SiteOptions
    @Argument(help: "The entry's name.") var name: String
    @OptionGroup var output: JSONOption

    func run() throws {
      let local = try site.open()
      let entry = try local.entry(name)
      let folder = local.spool[.quarantine].appending(name)
      let files = try local.spool.disk.files(below: folder, limit: 1000) { _ in false }
      let origins = try local.journal.instances(quarantine: name).map(\.origin)
      if output.json {
        guard case .object(var object) = entry.json else { return }
        object["folder"] = JSON(folder.string)
        object["origins"] = JSON(origins)
        object["files"] = .array(files.map { ["path": JSON($0.path.string), "bytes": JSON($0.status.size)] })
        return try printJSON(.object(object))
      }
      var fields = Fields()
      fields.add("reason", "\(entry.code): \(entry.reason)")
      fields.add("since", "\(entry.since), \(ageInWords(since: entry.since)) ago")
      fields.add("side", entry.direction == .out ? "out: refused from a source" : "in: refused from a partner")
      fields.add("partner", entry.partner)
      fields.add("study", entry.study)
      fields.add("parcel", entry.parcel)
      for origin in origins { fields.add("came from", origin) }
      for file in files { fields.add("file", "\(file.path) (\(bytesInWords(file.status.size)))") }
      fields.print()
      print(
        """

        To decide:
          studypost quarantine release \(name)\(site.inCommands)
          studypost quarantine discard \(name)\(site.inCommands) --reason TEXT
        """)
    }
  }

  struct Release: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Put an entry back where it came from, to be looked at again.")

    @OptionGroup var site: SiteOptions
    @Argument(help: "The entry's name.") var name: String

    func run() throws {
      let local = try site.open()
      let entry = try local.entry(name, orAlready: .released)
      let folder = local.spool[.quarantine].appending(name)
      let event = try local.event("released", entry, "\(Person.name) put it back where it came from.")
      switch entry.direction {
      case .out: try local.releaseOutbound(entry, from: folder, event: event)
      case .in: try local.releaseInbound(entry, from: folder, event: event)
      }
      print("\(name) is back where it came from, and will be looked at again.")
    }
  }

  struct Discard: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Let an entry go: its files are removed.")

    @OptionGroup var site: SiteOptions
    @Argument(help: "The entry's name.") var name: String
    @Option(name: .long, help: "Why, for the journal.") var reason: String

    func run() throws {
      let local = try site.open()
      let reason = try outspoken(reason)
      let entry = try local.entry(name, orAlready: .discarded)
      if entry.state == .quarantined {
        let event = try local.event("discarded", entry, "\(Person.name) let it go: \(reason)")
        try local.journal.settleQuarantine(name, as: .discarded, event: event)
      }
      try local.spool.disk.removeTree(local.spool[.quarantine].appending(name))
      print("\(name) is discarded.")
    }
  }
}

extension LocalSite {
  /// The entry of that name; one that was let go in this way before, but whose folder a kill left, is finished.
  fileprivate func entry(_ name: String, orAlready state: QuarantineEntry.State? = nil) throws -> QuarantineEntry {
    if let entry = try journal.quarantineEntry(name) {
      if entry.state == .quarantined { return entry }
      if entry.state == state, try spool.disk.status(of: spool[.quarantine].appending(name)) != nil { return entry }
    }
    throw Failure(.no, "\(name): nothing of this name is in quarantine. See: studypost quarantine list")
  }

  /// An event that shows when the file is traced by where it came from, or the parcel by its id.
  fileprivate func event(_ what: String, _ entry: QuarantineEntry, _ detail: String) throws -> Event {
    let origin = try journal.instances(quarantine: entry.name).first?.origin
    return Event(
      what, site: entry.partner, study: entry.study, parcel: entry.parcel, file: origin ?? "quarantine/\(entry.name)",
      "\(entry.name): \(detail)")
  }

  /// Files of a source: they move first, for only the journal knows where they came from. What a kill leaves between
  /// is finished by releasing again.
  fileprivate func releaseOutbound(_ entry: QuarantineEntry, from folder: FilePath, event: Event) throws {
    for instance in try journal.instances(quarantine: entry.name) {
      let file = spool.absolute(instance.file)
      guard try spool.disk.status(of: file) != nil else { continue }
      let origin = FilePath(instance.origin)
      try spool.disk.makeDirectory(origin.removingLastComponent())
      try spool.disk.moveAnywhere(file, to: origin)
    }
    if entry.state == .quarantined { try journal.settleQuarantine(entry.name, as: .released, event: event) }
    try spool.disk.removeTree(folder)
  }

  /// A parcel goes back into the mailbox. The journal forgets it first, lest the receiver takes it for one that it has
  /// settled.
  fileprivate func releaseInbound(_ entry: QuarantineEntry, from folder: FilePath, event: Event) throws {
    guard let partner = entry.partner, let parcel = entry.parcel, ParcelID(parcel) != nil else {
      throw Failure(.no, "\(entry.name): it is no parcel that could arrive again. Discard it when it is of no use.")
    }
    let source = folder.appending(parcel)
    guard try spool.disk.status(of: source) != nil else {
      return try reopenRejected(entry, parcel: parcel, from: folder, event: event)
    }
    let target = spool.mailbox(partner).new.appending(parcel)
    guard try spool.disk.status(of: target) == nil else {
      throw Failure(.no, "\(target): the parcel has arrived again meanwhile. Discard this one: it is not needed.")
    }
    try journal.releaseParcel(quarantine: entry.name, event: event)
    try spool.create(partner: partner)
    try spool.disk.move(source, to: target)
    try spool.disk.removeTree(folder)
  }

  /// What a person had rejected is no parcel any more but an opened study: it goes back on the worklist.
  private func reopenRejected(
    _ entry: QuarantineEntry, parcel: String, from folder: FilePath, event: Event
  ) throws {
    let held = spool[.holdInbound].appending(parcel)
    if try spool.disk.status(of: folder.appending(Contents.name)) != nil {
      try spool.disk.move(folder, to: held)
    } else {
      // A kill may have come after the move.
      guard try spool.disk.status(of: held) != nil else {
        throw Failure(.no, "\(folder): its files are not there any more. Discard the entry, or restore the folder.")
      }
    }
    try journal.reopenRejected(quarantine: entry.name, event: event)
  }
}
