internal import Executor
internal import Journal
public import Site
public import SystemPackage

extension Desk {
  /// The partners whose files are in order, and what is wrong with the others.
  public func partners() throws -> (book: PartnerBook, problems: [ConfigurationError.Problem]) {
    try PartnerBook.read(configuration.partners, owner: configuration.site)
  }

  /// Removes a partner. Its mailbox and drop folder stay as they are.
  ///
  /// - Parameter force: even while studies and parcels with it are not settled.
  /// - Throws: ``DeskError`` `notFound`, or `wrongState` while something is open.
  public func remove(partner name: String, force: Bool) throws -> SiteName {
    var book = try partners().book
    let site = try partner(named: name, in: book).site
    let open = try journal.openItems(partner: site.text)
    guard force || open == 0 else {
      throw DeskError(
        .wrongState,
        "\(site): \(counted(open, "study or parcel", "studies and parcels")) with this partner are not settled. "
          + "See: studypost queue list and studypost worklist list. To remove it nevertheless: --force")
    }
    try book.remove(site)
    try journal.record(
      Event("partner-removed", by: actor.name, site: site.text, "\(actor.name) removed the partner \(site)."))
    return site
  }

  /// A person confirms that a source, or the import folder, lies on the file system on which it should lie.
  public func confirm(folder: FilePath) throws {
    let known = configuration.sources.map(\.path) + [configuration.importing.path]
    guard known.contains(folder) else {
      throw DeskError(
        .usage, "\(folder): it is neither a source nor the import folder of this site.", lines: known.map(\.string))
    }
    try FolderGuard(journal: journal, spool: spool).confirm(folder, by: actor.name)
  }
}
