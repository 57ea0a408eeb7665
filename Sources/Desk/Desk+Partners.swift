internal import Executor
internal import Custody
public import Journal
public import Site
internal import Spool
public import SystemPackage

extension Desk {
  /// Has what waits for a partner tried at once, since its server answers.
  ///
  /// - Returns: false where nothing waits.
  public func tryNow(partner: SiteName) throws -> Bool { try journal.tryNow(recipient: partner.text) }

  /// The partners whose files are in order, and what is wrong with the others.
  public func partners() throws -> (book: PartnerBook, problems: [ConfigurationError.Problem]) {
    try PartnerBook.read(configuration.partners, owner: configuration.site)
  }

  /// One partner, by its site's name or the beginning of it: with what is not settled with it, in sentences, and what is
  /// queued for it.
  public func partnerCard(_ name: String) throws -> (partner: Partner, open: [String], queued: StateCount) {
    let book = try partners().book
    let begun = book.partners.filter { $0.site.text.hasPrefix(name) }
    guard begun.count < 2 || SiteName(name).flatMap({ book[$0] }) != nil else {
      throw DeskError(
        .ambiguous, "\(Quoted.text(name, limit: 80)): several partners begin so. Give more of it:",
        lines: begun.map(\.site.text))
    }
    let partner = try begun.count == 1 ? begun[0] : partner(named: name, in: book)
    let queued = try journal.outboundParcelCounts(recipient: partner.site.text)[.sealed] ?? .init()
    return (partner, try openItems(with: partner.site), queued)
  }

  /// Removes a partner. Its mailbox and drop folder stay as they are, and so does what is not settled with it.
  ///
  /// - Parameter force: even while studies and parcels with it are not settled.
  /// - Returns: the partner, and what is not settled, in sentences.
  /// - Throws: ``DeskError`` `notFound`, or `wrongState` while something is open.
  public func remove(partner name: String, force: Bool) throws -> (site: SiteName, open: [String]) {
    var book = try partners().book
    let site = try partner(named: name, in: book).site
    let open = try openItems(with: site)
    guard force || open.isEmpty else {
      throw DeskError(
        .wrongState, "\(site): not everything is settled with this partner. To remove it nevertheless: --force",
        lines: open)
    }
    try book.remove(site)
    try journal.record(
      Event("partner-removed", by: actor.name, site: site.text, "\(actor.name) removed the partner \(site)."))
    return (site, open)
  }

  /// What is not settled with a partner, in sentences.
  public func openItems(with site: SiteName) throws -> [String] {
    let open = try journal.openItems(partner: site.text)
    let mailbox = spool.mailbox(site.text)
    func lying(in folder: FilePath) throws -> Int {
      guard try spool.disk.status(of: folder) != nil else { return 0 }
      return try spool.disk.names(of: folder).count { !$0.hasPrefix(".") }
    }
    let items: [(count: Int, one: String, many: String, rest: String)] = [
      (open.unsealed, "study", "studies", "not sealed for it yet: studypost queue list"),
      (open.sealed, "parcel", "parcels", "sealed for it and not sent: studypost queue list"),
      (open.shipped, "parcel", "parcels", "with it and not closed by its receipt: studypost queue list"),
      (open.arrived, "parcel", "parcels", "from it being worked on: studypost trace \(site)"),
      (open.held, "study", "studies", "from it on the worklist: studypost worklist list"),
      (try lying(in: mailbox.new), "parcel", "parcels", "from it not taken yet: \(mailbox.new)"),
      (try lying(in: mailbox.incoming), "upload", "uploads", "from it not finished: \(mailbox.incoming)"),
    ]
    return items.filter { $0.count > 0 }
      .map { "\(counted($0.count, $0.one, $0.many)) \($0.count == 1 ? "is" : "are") \($0.rest)" }
  }

  /// A person confirms that a source, or the import folder, lies on the file system on which it should lie, or that the spool is
  /// the one to be used.
  public func confirm(folder: FilePath) throws {
    let guardian = FolderGuard(journal: journal, spool: spool)
    if folder == spool.root { return try guardian.confirmSpool(by: actor.name) }
    let known = configuration.sources.map(\.path) + [configuration.importing.path]
    guard known.contains(folder) else {
      throw DeskError(
        .usage, "\(folder): it is neither a source, the import folder, nor the spool of this site.",
        lines: (known + [spool.root]).map(\.string))
    }
    try guardian.confirm(folder, by: actor.name)
  }
}
