import FoundationEssentials
import Glibc
import LoopbackSSHD
import SystemPackage

/// One study's trip from ch1's export folder to ch2's import folder, told as it happens.
struct Demo {
  private let folder: FilePath
  private let program: Program

  /// The longest time from the study's drop to its last receipt; far more than it needs.
  private static let patience = Duration.seconds(90)
  private static let pause: UInt32 = 80_000

  /// Prepares the demo in an existing or new folder.
  init(in folder: FilePath, _ studypost: FilePath) throws {
    self.folder = folder
    try makeFolder(folder)
    program = try Program(studypost, scratch: folder.appending("scratch"))
  }

  /// Makes the sites, lets the study travel, ends the services and holds the result against what was dropped.
  ///
  /// - Throws: `Stopped`; what keeps the study from travelling at all.
  func run() throws -> DemoOutcome {
    let screen = DemoScreen()
    defer { screen.end() }
    screen.tell(nil, "A synthetic CT study is to go from hospital ch1 to hospital ch2.")
    screen.tell(nil, "Both sites lie in \(folder)")
    screen.tell(nil, "studypost is \(program.path)")
    let post = try DemoPost(in: folder, program, screen)
    defer { post.server.stop() }
    try loadPatients(of: post.ch2, screen)
    defer { for site in [post.ch1, post.ch2] { site.end() } }
    for site in [post.ch1, post.ch2] {
      screen.show(site.name, command: site.run)
      try site.start()
    }

    let study = PhantomStudy(of: .traveller)
    var watch = DemoWatch(post, study)
    let dropped = try drop(study, at: post, screen, &watch)
    screen.tell("ch1", "dropped", "\(megabytes(watch.droppedBytes)); complete after 2 s without another slice.")
    try follow(post, &watch, on: screen, until: { $0.isOver })
    let alerts = try [post.ch1, post.ch2].flatMap { site in
      try site.document("status", as: StatusDocument.self).alerts.map { "\(site.name): alert: \($0.message)" }
    }
    for site in [post.ch1, post.ch2] { site.end() }
    let outcome = try DemoOutcome(
      post, parcel: watch.parcel, dropped, reference: pacs.appending(PhantomStudy.name(of: 0)), alerts: alerts,
      in: folder, program)
    try FileManager.default.removeItem(atPath: folder.appending("scratch").string)
    return outcome
  }

  private func loadPatients(of site: DemoSite, _ screen: DemoScreen) throws {
    let list = folder.appending("patients.csv")
    try write(SyntheticPatient.csv(SyntheticPatient.all), to: list)
    let command = site.command(["patients", "import", list.string])
    screen.show(site.name, command: command)
    try program.succeed(command)
  }

  /// Where ch1's PACS writes its slices before it drops them, and keeps its own copy of the first one.
  private var pacs: FilePath { folder.appending("pacs") }

  private func drop(
    _ study: PhantomStudy, at post: DemoPost, _ screen: DemoScreen, _ watch: inout DemoWatch
  ) throws -> [DroppedSlice] {
    screen.tell("ch1", "dropping", "The PACS drops \(study.slices.count) slices into ch1/spool/export.")
    try makeFolder(pacs)
    var dropped: [DroppedSlice] = []
    for number in study.slices {
      let slice = try study.write(number, by: pacs, to: post.ch1.spool("export"), keeping: number == 0)
      dropped.append(slice)
      watch.dropped += 1
      watch.droppedBytes += slice.bytes
      try follow(post, &watch, on: screen)
    }
    return dropped
  }

  /// Tells what has happened, and goes on doing so until a condition holds.
  private func follow(
    _ post: DemoPost, _ watch: inout DemoWatch, on screen: DemoScreen,
    until condition: (DemoWatch) -> Bool = { _ in true }
  ) throws {
    let start = ContinuousClock.now
    while true {
      try Interruption.check()
      for site in [post.ch1, post.ch2] { try site.check() }
      for (site, event) in try watch.look() { screen.tell(site, event.what, event.detail) }
      screen.show(watch.bars)
      if condition(watch) { return }
      guard start.duration(to: .now) < Self.patience else {
        throw DemoError("Nothing came of it within \(Self.patience).")
      }
      usleep(Self.pause)
    }
  }
}
