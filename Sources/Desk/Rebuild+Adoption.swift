internal import Custody
internal import Executor
internal import FoundationEssentials
internal import Journal
internal import Parcel
internal import Spool
internal import SystemPackage

extension Rebuild {
  /// One walk through the spool: everything in it is written down in the new journal.
  struct Adoption {
    let rebuild: Rebuild
    let journal: Journal
    private(set) var outcome = Outcome()

    mutating func set(_ outcome: Outcome) { self.outcome = outcome }

    init(rebuild: Rebuild, journal: Journal) {
      self.rebuild = rebuild
      self.journal = journal
    }

    var spool: Spool { rebuild.spool }

    mutating func run() throws {
      try adoptOutbound()
      try adoptUnsealed()
      try adoptReceived()
      try adoptArrivals()
      try adoptQuarantine()
    }

    /// So many names of a folder are read together.
    static let portion = 1000

    func event(_ detail: String, site: String? = nil, parcel: String? = nil, file: FilePath) -> Event {
      Event("adopted", by: rebuild.actor.name, site: site, parcel: parcel, file: file.string, detail)
    }

    func remark(_ text: String, _ outcome: inout Outcome) {
      if outcome.remarks.count < 1000 { outcome.remarks.append(Quoted.text(text, limit: 1000)) }
    }

    /// Goes through what a folder holds, in portions: nothing changes meanwhile, no service runs.
    func forEach(in folder: FilePath, hidden: Bool = false, _ body: (String, FilePath) throws -> Void) throws {
      guard try spool.disk.status(of: folder)?.kind == .directory else { return }
      let handle = try spool.disk.openDirectory(folder)
      while true {
        let portion = try handle.entries(limit: Self.portion)
        for name in portion.names {
          let text = name.string
          if text.hasPrefix(".") == hidden, text != "README" { try body(text, folder.appending(name)) }
        }
        if !portion.hasMore { return }
      }
    }

    /// A parcel's manifest, with its digest; nil where it is none.
    func manifest(in folder: FilePath) -> (manifest: Manifest, digest: String)? {
      let path = folder.appending(ParcelFolder.manifest)
      guard let bytes = try? spool.disk.readSmall(path, limit: Manifest.largest),
        let manifest = try? Manifest(parsing: bytes, file: path)
      else { return nil }
      return (manifest, sha256(bytes))
    }

    // MARK: What goes out

    /// Parcels on their way: each is delivered again, and its receipts close it.
    private mutating func adoptOutbound() throws {
      var outcome = outcome
      defer { set(outcome) }
      try forEach(in: spool[.outbound]) { name, folder in
        let configuration = rebuild.configuration
        guard let found = FoundParcel(name, in: spool, of: configuration.site, signer: rebuild.signer) else {
          return remark("\(folder): it is not, whole, a parcel that this site signed, and stays where it is.", &outcome)
        }
        guard try found.adopt(into: journal, by: rebuild.actor.name) else {
          return remark("\(folder): another parcel to the recipient has its number; it stays where it is.", &outcome)
        }
        outcome.outbound += 1
      }
      // The last numbers that were used, also of parcels that are gone.
      try forEach(in: spool[.outbound], hidden: true) { name, path in
        let prefix = ".sequence-"
        guard name.hasPrefix(prefix), let bytes = try? spool.disk.readSmall(path, limit: 1024) else { return }
        let text = String(decoding: bytes, as: UTF8.self).filter(\.isNumber)
        if let number = Int(text) {
          try journal.raiseSequence(recipient: String(name.dropFirst(prefix.count)), to: number)
        }
      }
    }

    /// Files of studies that were not sealed go back to the first source, and are taken again.
    private mutating func adoptUnsealed() throws {
      var outcome = outcome
      defer { set(outcome) }
      guard let source = rebuild.configuration.sources.first?.path else { return }
      let time = String(journalTime().filter(\.isNumber).prefix(14))
      for place in [Folder.collect, .holdOutbound] {
        try forEach(in: spool[place]) { name, folder in
          guard try spool.disk.status(of: folder)?.kind == .directory else {
            return remark("\(folder): it is not a folder, and stays where it is.", &outcome)
          }
          var duties: [Duty] = []
          func owe() throws {
            try journal.owe(duties, subject: "study:\(name)")
            duties = []
          }
          try forEach(in: folder) { file, path in
            if Custody.Reason.files.contains(file) { return }
            guard try spool.disk.status(of: path)?.kind == .file else {
              return remark("\(path): it is not a file, and stays where it is.", &outcome)
            }
            let target = source.appending("rebuilt-\(time)").appending(name).appending(file)
            duties.append(.giveBack(file: spool.relative(path), to: target.string))
            outcome.unsealed += 1
            if duties.count >= Self.portion { try owe() }
          }
          // Only the reason is left by then.
          if place == .holdOutbound { duties.append(.remove(.heldOutbound(study: name))) }
          try owe()
        }
      }
    }
  }
}
