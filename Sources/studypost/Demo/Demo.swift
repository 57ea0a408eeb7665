import Glibc
import Journal
import LoopbackSSHD
import Spool
import SystemPackage

/// One study's trip from ch1's export folder to ch2's import folder, told as it happens.
struct Demo {
  /// What the services of both sites say.
  let log: FilePath
  private let folder: FilePath
  private let stop: Stop

  /// The longest time from the study's drop to its last receipt; far more than it needs.
  private static let patience = Duration.seconds(90)
  private static let look = Duration.milliseconds(80)

  /// Prepares the demo in an existing or new folder.
  init(in folder: FilePath, _ stop: Stop) throws {
    self.folder = folder
    self.stop = stop
    log = folder.appending("services.log")
    try Disk().makeDirectory(folder)
  }

  /// Makes the sites, lets the study travel, ends the services and holds the result against what was dropped.
  ///
  /// - Throws: `CancellationError` when it is stopped; what keeps the study from travelling at all.
  func run() throws -> DemoOutcome {
    let screen = DemoScreen()
    defer { screen.end() }
    screen.tell(nil, "A synthetic CT study is to go from hospital ch1 to hospital ch2.")
    screen.tell(nil, "Both sites lie in \(folder)")
    let post = try DemoPost(in: folder)
    defer { post.server.stop() }
    screen.tell(nil, "An OpenSSH server serves their mailboxes on 127.0.0.1:\(post.server.port).")
    for (site, partner) in [(post.ch1, post.ch2), (post.ch2, post.ch1)] {
      screen.tell(site.name, "partner", "Has \(partner.name)'s card, fingerprint \(partner.fingerprint.prefix(9)) ...")
    }

    let services = try DemoServices(of: [post.ch1, post.ch2], log: log)
    defer { services.end() }
    screen.tell(nil, "Both sites run: collect, ship, receive.")
    var watch = DemoWatch(post)
    try post.ch2.dropPatients(SyntheticPatient.all, by: folder)
    try follow(&watch, on: screen, services, until: { $0.hasHappened("patients", at: post.ch2) })

    let study = PhantomStudy(of: .traveller)
    screen.tell("ch1", "dropping", "The PACS drops \(study.slices.count) slices into ch1/spool/export.")
    let pacs = folder.appending("pacs")
    try Disk().makeDirectory(pacs)
    watch.slices = study.slices.count
    var dropped: [DroppedSlice] = []
    for number in study.slices {
      let slice = try study.write(number, by: pacs, to: post.ch1.site.spool[.export])
      dropped.append(slice)
      watch.dropped += 1
      watch.droppedBytes += slice.bytes
      try follow(&watch, on: screen, services)
    }
    try Disk().removeEmptyDirectory(pacs)
    screen.tell("ch1", "dropped", "\(bytesInWords(watch.droppedBytes)); complete after 2 s without another slice.")
    try follow(&watch, on: screen, services, until: { $0.isOver })
    services.end()
    return try DemoOutcome(post, study, dropped, in: folder)
  }

  /// Tells what has happened, and goes on doing so until a condition holds.
  private func follow(
    _ watch: inout DemoWatch, on screen: DemoScreen, _ services: DemoServices,
    until condition: (DemoWatch) -> Bool = { _ in true }
  ) throws {
    let start = ContinuousClock.now
    while true {
      if stop.isRequested { throw CancellationError() }
      try services.check()
      for (site, event) in try watch.look() { screen.tell(site, event.what, event.detail) }
      screen.show(watch.bars)
      if condition(watch) { return }
      guard start.duration(to: .now) < Self.patience else {
        throw Failure(.no, "Nothing came of it within \(Self.patience). See \(log), and all that lies in \(folder)")
      }
      stop.wait(Self.look)
    }
  }
}
