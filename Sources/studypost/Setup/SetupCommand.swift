import ArgumentParser
import Executor
import Glibc
import Installation
import Journal
import Site
import Spool
import SystemPackage

/// `setup`: the first run after the package was installed, and any later one.
struct SetupCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "setup", abstract: "Set this machine's site up: asks what it must know, and makes what is missing.",
    discussion: """
      Nothing is changed before the last question is answered. Run again, it suggests what is set, and mends what is \
      missing: users and groups, folders with their owners and modes, keys, the journal. Keys and studies are never touched. \
      With --yes nothing is asked: what no option gives stays as it is, or is the default.
      """)

  @OptionGroup var answers: SetupAnswers
  @Flag(name: .long, help: "Do not ask.") var yes = false

  private var file: FilePath { Configuration.defaultFile }

  func run() async throws {
    try Rights.requireRoot(for: "set the site up", command: "setup")
    let disk = Disk()
    let present = try disk.status(of: file) == nil ? nil : Configuration.load(file)
    var answers = answers
    if !yes {
      guard Person.isPresent else {
        throw Failure(.no, "Nobody can be asked here. Give the answers as options, with --yes. Nothing was changed.")
      }
      print("Studypost needs a few answers. Nothing is changed before the last one.\n")
      try answers.ask(knowing: present)
    }
    answers.complete(from: present)
    let problems = answers.problems(with: present)
    guard problems.isEmpty, let site = answers.site.flatMap({ SiteName($0) }) else {
      throw Failure(.usage, problems.joined(separator: " ") + " Nothing was changed.")
    }
    let before = present == nil ? Configuration.initialText(site: site, root: nil) : try text(of: file, disk)
    let inForce = try Configuration.check(before, as: file).settings
    let text = Configuration.text(
      before,
      setting: answers.values.filter { value in !inForce.contains { $0 == .init(key: value.key, value: value.value) } })
    let configuration = try Configuration.check(text, as: file)
    guard let installation = Installation(configuration) else { return }
    let steps = installation.steps + answers.accounts.map { .member($0, of: Installation.pacsGroup) }
    if !yes { try confirm(installation.missing(of: steps), isNew: present == nil, isChanged: text != before) }

    // From here on it goes to its end: it takes a moment, and done by half it would puzzle people.
    for number in [SIGINT, SIGTERM, SIGHUP, SIGPIPE] { signal(number, SIG_IGN) }
    try await make(configuration, text: text, installation, steps, disk)
    try await startServices()
    try showCard(configuration)
  }

  private func text(of file: FilePath, _ disk: Disk) throws -> String {
    String(decoding: try disk.readSmall(file, limit: 1 << 20, followingLink: true), as: UTF8.self)
  }

  private func confirm(_ missing: [Step], isNew: Bool, isChanged: Bool) throws {
    print()
    if isNew { print("  new: \(file), keys, journal") } else if isChanged { print("  changed: \(file)") }
    for step in missing { print("  made or mended: \(step.missing)") }
    guard Person.confirms("Is that right?") else { throw Failure(.no, "Nothing was changed.") }
    print()
  }

  /// Each step is whole by itself, and done once more it changes nothing.
  private func make(
    _ configuration: Configuration, text: String, _ installation: Installation, _ steps: [Step], _ disk: Disk
  ) async throws {
    let spool = Spool(configuration.spool, run: configuration.run, disk: disk)
    try requireItsSpool(configuration, spool, disk)
    for step in try await installation.perform(steps) { print("made: \(step.missing)") }
    try spool.found()
    _ = try Keys.complete(configuration.keys, for: configuration.site, disk: disk)
    if try disk.status(of: configuration.journal)?.size ?? 0 == 0 {
      // An empty one is what an interrupted run left.
      try disk.removeFile(configuration.journal)
      try InitCommand.makeJournal(configuration.journal)
    }
    _ = try Site.write(configuration: text, to: file, disk: disk)
    // What was made now has its owner now.
    try await installation.perform(steps)
    print("\(file) is in order.")
  }

  /// Nothing is made on a bare mount point.
  private func requireItsSpool(_ configuration: Configuration, _ spool: Spool, _ disk: Disk) throws {
    guard try disk.status(of: configuration.journal)?.size ?? 0 > 0,
      let fault = try FolderGuard(journal: Journal(at: configuration.journal), spool: spool).spoolFault()
    else { return }
    throw Failure(
      .no,
      "\(fault) Mount its disk. If the disk is lost and this is a new one: studypost check --accept \(spool.root), and then "
        + "this command again.")
  }

  /// The services read the configuration when they start.
  private func startServices() async throws {
    guard Installation.isManaged else {
      return print("systemd does not run here: the services were not started.")
    }
    do {
      try await Installation.restartServices()
      print("The services are started: systemctl status 'studypost-*'")
    } catch {
      complain("\(error)")
      print("The site is set up, and its services were not started.")
    }
  }

  private func showCard(_ configuration: Configuration) throws {
    do {
      let card = try Site.open(file).card()
      print("\nThis is your card. Send it to each partner by mail: studypost card > \(card.site).toml\n")
      print(card.toml())
      var fields = Fields()
      fields.add("fingerprint", card.fingerprint)
      fields.print()
      print("Read the fingerprint out to the partner by phone. Then add theirs: studypost partner add FILE")
    } catch let error as ConfigurationError {
      print("\nThere is no card yet, so no partner can reach this site:")
      for problem in error.problems { print("  \(problem)") }
      print("Then: studypost card")
    }
  }
}
