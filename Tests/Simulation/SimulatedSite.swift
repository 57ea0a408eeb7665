import Custody
import Executor
import FaultySpool
import Journal
import Logging
import Parcel
import Patients
import Receiver
import Site
import Spool
import SystemPackage

/// One hospital: its disks, its journal, and the processes of its services.
final class SimulatedSite {
  let name: String
  let partner: String
  let disk = MemoryDisk()
  let journal: Journal
  let patients: PatientIndex
  let gate: CommitGate
  let keys: Keys
  let configuration: Configuration
  /// Services that run; one that was killed is started again with its next step.
  var processes: [Service: SimulatedProcess] = [:]
  /// How often the PACS took each version of an instance out of the import folder.
  var picked: [String: Int] = [:]
  /// How often a person wanted images of a study there once more: those of a parcel that was taken back from a patient, or that
  /// have the UID of others.
  var wanted: [String: Int] = [:]
  /// The partner's account here: what it writes nobody syncs.
  var sshd: MemoryFileSystem
  private let card: [UInt8]
  private var checked = (commits: -1, changes: Int64(-1))

  /// Whether the journal or a disk changed since this was asked last.
  func hasChanged() -> Bool {
    let present = (commits: gate.commits, changes: disk.changes)
    defer { checked = present }
    return checked != present
  }

  init(_ name: String, _ templates: Templates, _ variant: Templates.Variant, mounts: [FilePath], journals: Journals)
    throws
  {
    self.name = name
    partner = name == "ch1" ? "ch2" : "ch1"
    (journal, gate) = try journals.empty(name)
    patients = try journals.emptyIndex(name)
    guard let keys = templates.keys[name], let configuration = templates.configuration(name, variant),
      let card = templates.cards[name]
    else { throw Broken("no template of \(name)") }
    self.keys = keys
    self.configuration = configuration
    self.card = card
    sshd = MemoryFileSystem(disk)
    for folder in ["/spool", "/export", "/import", "/etc/partners"] where !mounts.contains(FilePath(folder)) {
      try Disk(sshd).makeDirectory(FilePath(folder))
    }
    for folder in mounts { disk.mount(folder) }
    try Disk(sshd).write(card, to: FilePath("/etc/partners/\(partner).toml"))
    try spool(sshd).create()
    try spool(sshd).create(partner: partner)
    try Disk(sshd).makeDirectory(FilePath("/export/\(partner)"))
    try sync()
  }

  func spool(_ system: MemoryFileSystem) -> Spool { Spool("/spool", disk: Disk(system)) }

  /// What lies on the disks is durable.
  func sync() throws {
    for folder in ["/", "/spool", "/export", "/import"] as [FilePath] { try Disk(sshd).syncPoint(folder).sync() }
  }

  /// The running process of a service, started where need be.
  ///
  /// - Returns: whether it has just been started.
  func process(_ service: Service) throws -> (process: SimulatedProcess, isNew: Bool) {
    if let process = processes[service] { return (process, false) }
    let process = SimulatedProcess(service, of: self)
    processes[service] = process
    return (process, true)
  }

  /// Everything in the services' memory is gone.
  func kill(_ service: Service) {
    processes[service]?.kill()
    processes[service] = nil
  }

  /// How often each version of an instance is, or was, in the PACS's hands.
  func imports() -> [String: Int] {
    var counts = picked
    for (path, data) in disk.files(below: "/import") where !path.hasPrefix("/import/.") {
      if let token = Toy.token(in: data) { counts[token, default: 0] += 1 }
    }
    return counts
  }
}

/// A running service.
final class SimulatedProcess {
  let service: Service
  let system: MemoryFileSystem
  let stop = Stop()
  let spool: Spool
  private let site: SimulatedSite
  private var madeExecutor: Executor?
  private var madeReceiver: Receiver?

  init(_ service: Service, of site: SimulatedSite) {
    self.service = service
    self.site = site
    system = MemoryFileSystem(site.disk)
    spool = site.spool(system)
  }

  /// What it holds refers to it, and goes with it.
  func kill() {
    system.kill()
    stop.request()
    (madeExecutor, madeReceiver) = (nil, nil)
  }

  /// The executor of the collector or the shipper; the receiver has its own.
  func executor(_ helpers: Executor.Helpers) throws -> Executor {
    if let madeExecutor { return madeExecutor }
    let partners = try PartnerWatch(site.configuration, for: service, journal: site.journal, disk: spool.disk)
    let executor = Executor(
      of: service, configuration: site.configuration, partners: partners.book, spool: spool,
      journal: site.journal, logger: silent, stop: stop)
    executor.helpers = helpers
    madeExecutor = executor
    return executor
  }

  /// The real service.
  func receiver() throws -> Receiver {
    if let madeReceiver { return madeReceiver }
    let receiver = try Receiver(
      configuration: site.configuration, signing: site.keys.signing, age: site.keys.age, spool: spool,
      journal: site.journal, patients: site.patients, logger: silent, stop: stop)
    madeReceiver = receiver
    return receiver
  }
}

/// Nobody reads the services' logs here.
let silent = Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() }

/// Something that must never be: the schedule fails.
struct Broken: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
