import ArgumentParser
import Journal
import Site
import Spool
import SystemPackage

/// Which site a command is for.
struct SiteOptions: ParsableArguments {
  @Option(name: .long, help: "The site's configuration.", completion: .file(extensions: ["toml"]))
  var config: String = Configuration.defaultFile.string

  func configuration() throws -> Configuration { try Configuration.load(FilePath(config)) }

  /// The site with its spool and journal, for a command that looks or decides.
  func open() throws -> LocalSite { try LocalSite(configuration()) }

  /// How the option is written in a command that people are told to use.
  var inCommands: String { config == Configuration.defaultFile.string ? "" : " --config \(config)" }
}

/// Whether to print for a program.
struct JSONOption: ParsableArguments {
  @Flag(name: .long, help: "Print one JSON document.")
  var json = false
}

/// A site on this machine, with what commands look at and change.
struct LocalSite {
  let configuration: Configuration
  let spool: Spool
  let journal: Journal

  init(_ configuration: Configuration) throws {
    self.configuration = configuration
    spool = Spool(configuration.spool)
    journal = try LocalSite.openJournal(configuration)
  }

  func partners() throws -> PartnerBook { try PartnerBook.load(configuration.partners, owner: configuration.site) }

  /// The journal. One that is missing is never made anew by the way: an empty one would forget every parcel.
  static func openJournal(_ configuration: Configuration) throws -> Journal {
    guard try Disk().status(of: configuration.journal) != nil else {
      throw Failure(
        .badConfiguration,
        "\(configuration.journal): the journal is missing. Restore it from a backup, or correct \"journal\" in "
          + "\(configuration.file). A new site gets one by `studypost init`.")
    }
    return try Journal(at: configuration.journal)
  }
}

/// The partner of that name.
func partnerNamed(_ name: String, in book: PartnerBook) throws -> Partner {
  if let site = SiteName(name), let partner = book[site] { return partner }
  let known = book.partners.map(\.site.text).joined(separator: ", ")
  throw Failure(.no, "\(name) is no partner. " + (known.isEmpty ? "There are none yet." : "Partners are: \(known)."))
}
