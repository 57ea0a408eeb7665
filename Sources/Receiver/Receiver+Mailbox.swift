internal import Custody
internal import Executor
internal import FoundationEssentials
internal import Journal
internal import Parcel
internal import Site
internal import Spool
internal import SystemPackage

extension Receiver {
  /// Writes down what lies in the partners' mailboxes: it is then owed that it is taken out of them. A portion of each, so
  /// that nobody's millions of names hold up the others.
  ///
  /// - Returns: whether anything new lies there.
  func expectParcels() throws -> Bool {
    guard try journal.arrivalCount() < Self.mostArrivals else { return false }
    var found = false
    for partner in partners.book.partners where !stop.isRequested {
      let site = partner.site.text
      let key = "mailbox \(site)"
      do {
        try spool.create(partner: site)
        let folder = try spool.disk.openDirectory(spool.mailbox(site).new)
        // Some may have been expected before and not been fetched yet: look at more than are wanted.
        for name in try folder.entries(limit: 2 * Self.mostArrivals).names.prefix(Self.mostArrivals)
        where try !isProbe(name, in: folder) {
          let arrival = Arrival(
            id: "\(site).\(ParcelID())", partner: site, name: MailboxName.text(of: name))
          if try journal.expect(arrival) { found = true }
        }
        try journal.settle(alert: key)
      } catch let error as SpoolError {
        // One mailbox that cannot be read stops no other.
        logger.warning("a mailbox cannot be read: \(error)", metadata: ["partner": "\(site)"])
        try journal.raise(
          Alert(
            key: key, code: "mailbox", severity: .critical, message: "The mailbox of \(site) cannot be read: \(error)",
            remedy: "Put its folder and rights in order: studypost check. It is looked at again by itself."),
          by: .receive)
      }
    }
    return found
  }

  /// Whether somebody tries the way at this moment (`studypost partner test`, `check`). What is left of it later is taken
  /// like anything else.
  private func isProbe(_ name: FilePath.Component, in folder: DirectoryHandle) throws -> Bool {
    guard name.string.hasPrefix(Mailbox.probePrefix), let status = try folder.status(of: name) else { return false }
    let age = Date.now.timeIntervalSince1970 - Double(status.modified) / 1e9
    return (-60...Self.longestProbe).contains(age)
  }

  /// In seconds.
  private static let longestProbe = 600.0
}
