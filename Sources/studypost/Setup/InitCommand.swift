import ArgumentParser
import Journal
import Site
import Spool
import SystemPackage

/// `init`: a new site.
struct InitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Make a new site: configuration, keys, spool and journal.")

  @Option(name: .long, help: "The site's short name: a-z, 0-9 and -.")
  var site: String

  @Option(name: .long, help: "Put all of it into this folder.", completion: .directory)
  var root: String?

  func validate() throws {
    guard SiteName(site) != nil else {
      throw ValidationError("\"\(site)\" is no site name: use 1 to 32 of a-z, 0-9 and -, for example ch1.")
    }
  }

  func run() throws {
    guard let name = SiteName(site) else { return }
    if root == nil { try Rights.requireRoot(for: "make a site outside one folder (--root)", command: "setup") }
    let configuration = try Configuration.load(Site.create(named: name, root: root.map { FilePath($0) }))
    try Spool(configuration.spool, run: configuration.run).found()
    try Self.makeJournal(configuration.journal)

    var made = Fields()
    made.add("configuration", configuration.file.string)
    made.add("keys", configuration.keys.string)
    made.add("partners", configuration.partners.string)
    made.add("spool", configuration.spool.string)
    made.add("journal", configuration.journal.string)
    print("Site \(name) is made:")
    made.print(indent: "  ")
    let option = root == nil ? "" : " --config \(configuration.file)"
    print(
      """

      Next:
        1. Say in the configuration how partners reach this site ([sftp] host and host_key), then:
           studypost check\(option)
        2. Exchange cards with each partner, and compare their fingerprints by phone:
           studypost card\(option) > \(name).toml
           studypost partner add\(option) THEIRS.toml
        3. Load the patient list, and start:
           studypost patients import\(option) FILE.csv
           studypost run\(option)
      """)
  }

  /// The journal holds patients' names: nobody but its owner and group may read it, whatever the umask. SQLite gives
  /// its side files the same mode.
  static func makeJournal(_ path: FilePath) throws {
    try Disk().makeDirectory(path.removingLastComponent())
    guard try Disk().status(of: path) == nil else {
      throw Failure(
        .badConfiguration,
        "\(path): a journal is there already, and was left as it is. Move it away, or use it with this configuration.")
    }
    try Disk().write([], to: path, mode: 0o640)
    _ = try Journal(at: path, creating: true)
  }
}
