import CDeterminism
import Custody
import FaultySpool
import Journal
import Parcel
import PatientLists
import Patients
import Randomness
import Spool
import SystemPackage

/// One schedule: two sites, and all that happens to them, drawn from one seed.
///
/// All of it happens on one thread, one step after the other; what happens in the middle of a step happens at one of its
/// calls.
final class World: @unchecked Sendable {
  let seed: UInt64
  var random: SplitMix64
  let coverage: Coverage
  private(set) var sites: [SimulatedSite] = []
  /// Every version of every instance that was ever dropped, by its SHA-256.
  var toys: [String: Toy] = [:]
  /// Versions that need not arrive: a person decided so, or the disk that held the only copy damaged it.
  var excused: Set<String> = []
  /// Parcels that had arrived and went from the disk, until their site has seen it.
  var lost: Set<String> = []
  /// The alerts of what was decided again before it was taken back.
  var hasty: Set<String> = []
  /// Studies of which a person or a disk threw something away.
  private(set) var curtailed: Set<String> = []
  /// What was dropped and is no DICOM: its contents.
  private let isLoud: Bool
  /// Faults happen; false: they have ended.
  var isFaulty = true
  private var isNested = false
  /// A step makes no more changes of the file system than this, or never ends.
  private static let mostCalls = 20_000
  private var lastShipped: [String: Int64] = [:]
  private var now: Int64 = 0
  private var files = 0
  /// Studies, by number, and whom they are about.
  private var studies: [(number: Int, person: Toy.Person, instances: Int)] = []

  init(seed: UInt64, templates: Templates, journals: Journals, isLoud: Bool) throws {
    self.seed = seed
    coverage = journals.coverage
    self.isLoud = isLoud
    random = SplitMix64(seed: seed)
    determinism_begin(seed &* 31 &+ 7, 1_790_000_000_000_000_000)
    for name in Templates.names {
      let variant = Templates.variants[Int.random(in: 0..<Templates.variants.count, using: &random)]
      var mounts: [FilePath] = []
      if random.chance(0.4) { mounts.append("/export") }
      if random.chance(0.4) { mounts.append("/import") }
      let site = try SimulatedSite(name, templates, variant, mounts: mounts, journals: journals)
      sites.append(site)
      try setList(of: site, withKnown: true)
      note("\(name): \(variant), other file systems: \(mounts)")
    }
    for number in 0..<Int.random(in: 1...3, using: &random) {
      studies.append(
        (number, Toy.Person.allCases.randomElement(using: &random) ?? .known, Int.random(in: 1...2, using: &random)))
    }
  }

  func site(_ name: String) -> SimulatedSite? { sites.first { $0.name == name } }

  func note(_ line: @autoclosure () -> String) {
    if isLoud { print(line()) }
  }

  func newID() -> String { "s\(UInt32.random(in: 0...UInt32.max, using: &random))" }

  /// Seconds since this site's shipper looked last.
  func elapsed(_ site: String) -> Double {
    defer { lastShipped[site] = now }
    return Double(now - (lastShipped[site] ?? now)) / 1e9
  }

  private func pass(seconds: Double) {
    now += Int64(seconds * 1e9)
    determinism_advance(Int64(seconds * 1e9))
  }

  func linkFails() -> Bool { isFaulty && random.chance(0.01) }

  /// Bits flip on the way.
  func damage(_ bytes: inout [UInt8]) {
    guard isFaulty, !bytes.isEmpty, random.chance(0.01) else { return }
    let place = Int.random(in: 0..<bytes.count * 8, using: &random)
    bytes[place / 8] ^= 1 << (place % 8)
    note("    a bit flips on the way")
  }

  /// The only copy of a version was damaged by its disk.
  func damaged(_ sha256: String) {
    guard let toy = toys[sha256] else { return }
    excused.insert(toy.token)
    curtailed.insert(toy.study)
  }

  func excuse(study: String, why: String) {
    curtailed.insert(study)
    for toy in toys.values where toy.study == study { excused.insert(toy.token) }
    note("    need not arrive any more: \(study), \(why)")
  }

  /// A version joined one that is on its way: where a person at the other end does not want that, and the sender has not
  /// heard of it yet, this one need not arrive either.
  func joined(_ toy: Toy, at site: SimulatedSite) throws {
    for parcel in try site.journal.outboundParcels(in: [.sealed, .shipped, .received, .held], limit: 100)
    where parcel.study == toy.study {
      if let state = try self.site(site.partner)?.journal.inboundParcel(parcel.id)?.state,
        [.rejected, .discarded].contains(state)
      {
        excused.insert(toy.token)
      }
    }
  }

  /// Ends every process.
  func end() {
    for site in sites { for service in Service.allCases { site.kill(service) } }
  }

  // MARK: Steps

  func run(steps: Int) throws {
    for step in 0..<steps {
      pass(seconds: Double.random(in: 0...60, using: &random))
      let site = sites[Int.random(in: 0..<sites.count, using: &random)]
      switch Int.random(in: 0..<100, using: &random) {
      case 0..<10: try others { try drop(at: site) }
      case 10..<30: try collect(site, Int.random(in: 0...2, using: &random))
      case 30..<48: try ship(site)
      case 48..<68: try receive(site)
      case 68..<82: try decide(at: site)
      case 82..<87: try others { try pickUp(at: site) }
      case 87..<92: try others { try happen(to: site) }
      case 92..<95: pass(seconds: Double.random(in: 600...20_000, using: &random))
      default: try powerCut(site)
      }
      try check(step: step)
    }
  }

  /// What others do may fail for want of space, too.
  private func others(_ body: () throws -> Void) throws {
    do {
      try body()
    } catch let error as SpoolError {
      note("    failed: \(error)")
    }
  }

  /// A service makes a step, which may be its last.
  private func make(
    _ site: SimulatedSite, _ service: Service, _ what: String, _ body: (SimulatedProcess, Bool) throws -> Void
  )
    throws
  {
    let (process, isNew) = try site.process(service)
    note("\(site.name) \(what)\(isNew ? " (starts)" : "")")
    let plan = isFaulty && !isNested ? Plan.draw(using: &random) : nil
    let outer = (site.gate.process, site.gate.before, site.gate.after)
    site.gate.process = process
    arm(plan, site, process)
    do {
      try body(process, isNew)
    } catch let error as Broken {
      throw error
    } catch {
      note("    ended: \(error)")
      // A service that cannot even start, or whose look fails, tries again.
    }
    process.system.judge(nil)
    if process.system.isAtLimit { throw Broken("\(site.name) \(what) without an end") }
    (site.gate.process, site.gate.before, site.gate.after) = outer
    if process.system.isDead {
      for owed in try site.journal.owed(by: service, limit: 100) { coverage.stood(try owed.decoded()) }
      site.kill(service)
    }
  }

  func collect(_ site: SimulatedSite, _ part: Int) throws {
    try make(site, .collect, "collects \(["looks", "closes", "seals"][part])") { process, isNew in
      let work = Collecting(site: site, process: process, world: self)
      if isNew { try work.recover() }
      switch part {
      case 0: try work.look()
      case 1: try work.close()
      default: try work.seal()
      }
    }
  }

  func ship(_ site: SimulatedSite) throws {
    guard let partner = self.site(site.partner) else { return }
    try make(site, .ship, "ships") { process, _ in
      try Shipping(site: site, process: process, world: self, partner: partner).look()
    }
  }

  func receive(_ site: SimulatedSite) throws {
    try make(site, .receive, "receives") { process, _ in try process.receiver().run(once: true) }
  }

  /// Lets what was planned happen at its call or commit.
  private func arm(_ plan: Plan?, _ site: SimulatedSite, _ process: SimulatedProcess) {
    process.system.limit(calls: Self.mostCalls)
    guard let plan else { return }
    var left = plan.count
    let happens = { [self] in
      left -= 1
      guard left == 0 else { return false }
      note("    \(plan.fault) at \(plan.place)")
      return true
    }
    switch plan.place {
    case .call:
      let judge = Judge { [self] call in
        guard determinism_is_on(), happens() else { return .goOn }
        note("      \(call)")
        return strike(plan.fault, site, process)
      }
      process.system.judge { judge.body($0) }
    case .beforeCommit:
      site.gate.before = { [self] in
        guard happens() else { return true }
        if case .fail = strike(plan.fault, site, process) { return false }
        return true
      }
    case .afterCommit:
      site.gate.after = { [self] in if happens() { _ = strike(.kill, site, process) } }
    }
  }

  private func strike(
    _ fault: Plan.Fault, _ site: SimulatedSite, _ process: SimulatedProcess
  ) -> MemoryFileSystem.Verdict {
    switch fault {
    case .kill: process.kill()
    case .power: cut(site)
    case .noSpace: return .fail(.noSpace)
    case .ioError: return .fail(.ioError)
    case .short: return .short
    case .meanwhile: meanwhile()
    }
    return .goOn
  }

  /// Somebody else acts in the middle of a step.
  private func meanwhile() {
    guard !isNested else { return }
    isNested = true
    defer { isNested = false }
    let gates = sites.map { ($0.gate.process, $0.gate.before, $0.gate.after) }
    for site in sites { (site.gate.process, site.gate.before, site.gate.after) = (nil, nil, nil) }
    defer {
      for (site, gate) in zip(sites, gates) {
        (site.gate.process, site.gate.before, site.gate.after) = gate
      }
    }
    let site = sites[Int.random(in: 0..<sites.count, using: &random)]
    do {
      if random.chance(0.7) { try decide(at: site) } else { try happen(to: site) }
    } catch {
      note("    \(error)")
    }
  }

  // MARK: The world around

  /// The PACS writes a file, durably, and gives it its name.
  func drop(at site: SimulatedSite) throws {
    files += 1
    let isNamed = random.chance(0.8)
    let folder = FilePath(isNamed ? "/export/\(site.partner)" : "/export")
    let disk = Disk(site.sshd)
    if random.chance(0.05) {
      note("\(site.name) PACS drops junk \(files)")
      return try disk.write(Array("junk \(files)".utf8), to: folder.appending("junk-\(files)"))
    }
    guard let study = studies.randomElement(using: &random) else { return }
    let instance = Int.random(in: 0..<study.instances, using: &random)
    let version = random.chance(0.03) ? 1 : 0
    // Each site has its own studies: UIDs are unique.
    let number = study.number + (site.name == "ch1" ? 10 : 20)
    let toy = Toy(study: number, instance: instance, version: version, person: study.person)
    note("\(site.name) PACS drops \(toy.instance) version \(version) in \(folder)")
    try disk.write(toy.bytes, to: folder.appending("im-\(files)"))
    toys[sha256(toy.bytes)] = toy
    excused.remove(toy.token)
  }

  /// The PACS takes what lies in the import folder.
  func pickUp(at site: SimulatedSite) throws {
    note("\(site.name) PACS picks up")
    let disk = Disk(site.sshd)
    for (path, data) in site.disk.files(below: "/import") where !path.hasPrefix("/import/.") {
      guard let token = Toy.token(in: data) else { continue }
      site.picked[token, default: 0] += 1
      try disk.removeFile(FilePath(path))
    }
    for name in try disk.names(of: "/import") where name != "README" {
      let path = FilePath("/import").appending(name)
      if !name.hasPrefix("."), site.configuration.importing.pickup == .folder || name.hasSuffix(".ok") {
        try disk.removeTree(path)
      }
      try disk.sync(directory: "/import")
    }
    // What the PACS has taken is durable there, whatever becomes of this machine.
    for folder in ["/import"] as [FilePath] { try disk.syncPoint(folder).sync() }
  }

  func powerCut(_ site: SimulatedSite) throws {
    guard isFaulty else { return }
    cut(site)
  }

  private func cut(_ site: SimulatedSite) {
    let loss = MemoryDisk.Loss.allCases.randomElement(using: &random) ?? .all
    note("\(site.name) loses power: \(loss)")
    for service in Service.allCases { site.kill(service) }
    // Every process is gone before the disk forgets.
    site.sshd.kill()
    site.sshd = MemoryFileSystem(site.disk)
    site.disk.cutPower(loss, using: &random)
  }

  /// Something happens to the mailboxes, the clock or the disk.
  func happen(to site: SimulatedSite) throws {
    guard isFaulty else { return }
    let spool = site.spool(site.sshd)
    let mailbox = spool.mailbox(site.partner)
    let disk = spool.disk
    switch Int.random(in: 0..<8, using: &random) {
    case 0:
      let by = Double.random(in: -86_400...86_400, using: &random)
      note("\(site.name) the clocks jump by \(Int(by)) s")
      determinism_set_wall_clock(Int64(by * 1e9))
    case 1, 2:
      // Whatever was ever delivered comes again.
      guard let sender = self.site(site.partner),
        let parcel = try sender.journal.outboundParcels(in: OutboundParcel.State.allCases, limit: 20)
          .randomElement(using: &random)
      else { return }
      let from = FilePath("/spool/outbound/\(parcel.id)")
      let target = mailbox.new.appending(parcel.id)
      guard sender.disk.holds(from), !site.disk.holds(target) else { return }
      note("\(site.name) gets \(parcel.id) once more")
      try disk.makeDirectory(target)
      for name in ParcelFolder.files {
        let path = from.appending(name)
        guard sender.disk.holds(path) else { continue }
        var bytes = try Disk(sender.sshd).readSmall(path, limit: 1 << 20)
        damage(&bytes)
        try disk.note(bytes, in: target.appending(name))
      }
    case 3:
      guard let name = try disk.names(of: mailbox.receipts).randomElement(using: &random) else { return }
      note("\(site.name) receipt \(name) is removed for a while")
      hidden.append(
        (
          site.name, mailbox.receipts.appending(name),
          try disk.readSmall(mailbox.receipts.appending(name), limit: 1 << 16)
        ))
      try disk.removeFile(mailbox.receipts.appending(name))
    case 4:
      note("\(site.name) has a full disk: \(!site.disk.isFull)")
      site.disk.isFull.toggle()
    case 5:
      note("\(site.name) something else lies in new/")
      try disk.note(Array("stray".utf8), in: mailbox.new.appending("stray-\(files)"))
    case 6: try lose(at: site)
    default:
      try flip(at: site)
    }
  }

  /// What had arrived is gone from the disk, and its sender still has it.
  private func lose(at site: SimulatedSite) throws {
    let waiting = try site.journal.inboundParcels(in: [.arrived, .held, .accepted], idle: true, limit: 20)
    guard !isNested, let parcel = waiting.randomElement(using: &random), let sender = self.site(site.partner),
      let there = try sender.journal.outboundParcel(parcel.id)?.state,
      [.sealed, .shipped, .received, .held].contains(there)
    else { return }
    note("\(site.name) loses \(parcel.id), which is \(parcel.state)")
    lost.insert(parcel.id)
    try Disk(site.sshd).removeTree(FilePath("/spool/received/\(parcel.id)"))
  }

  /// Receipts that were taken away and come back.
  private var hidden: [(site: String, path: FilePath, bytes: [UInt8])] = []

  private func flip(at site: SimulatedSite) throws {
    let folders = ["/spool/mailbox/\(site.partner)/new", "/spool/outbound", "/spool/collect"]
    guard let folder = folders.randomElement(using: &random),
      let file = site.disk.files(below: FilePath(folder)).filter({ !$0.path.hasSuffix("README") })
        .randomElement(using: &random)
    else { return }
    note("\(site.name) a bit flips in \(file.path)")
    if folder == "/spool/collect", let toy = toys[sha256(file.data)] { excused.insert(toy.token) }
    site.disk.flip(bit: Int.random(in: 0..<1 << 20, using: &random), of: FilePath(file.path))
  }

  func setList(of site: SimulatedSite, withKnown: Bool) throws {
    let patients = Toy.list(withKnown: withKnown).map {
      Patient(
        localID: $0.localID, nationalID: $0.national, family: $0.localID == "L-1" ? "TESTONE" : "TESTNINE",
        given: "SYNTHETIC", birthDate: $0.birth, sex: "F")
    }
    try site.patients.replace(with: patients)
  }

  // MARK: The end

  /// Faults end: receipts come back, disks have room, and both sites work until nothing is left to do.
  func settle() throws {
    isFaulty = false
    note("-- faults end")
    for site in sites {
      site.disk.isFull = false
      try setList(of: site, withKnown: true)
    }
    for (name, path, bytes) in hidden {
      guard let site = site(name), !site.disk.holds(path) else { continue }
      try Disk(site.sshd).note(bytes, in: path)
    }
    for round in 0..<40 {
      let before = sites.map(\.gate.commits)
      for site in sites {
        for part in 0...2 { try collect(site, part) }
        try ship(site)
        try receive(site)
        if site.configuration.importing.pickup == .watch { try pickUp(at: site) }
        if try tidy(site) { note("    \(site.name) a person decided") }
      }
      try check(step: 10_000 + round)
      pass(seconds: 1000)
      let rests = try sites.allSatisfy { try isQuiet($0) }
      // Two signs of life, this check's own look, and that the EHR has not read its messages. An alert that stands is told as still
      // standing.
      if rests, round > 0,
        try zip(before, sites).allSatisfy({ try $1.gate.commits - $0 <= 5 + $1.journal.alerts(limit: 100).count })
      {
        break
      }
      if round == 39 { throw Broken("the sites do not come to rest: \(try sites.map(describe))") }
    }
    // A parcel that could not be sealed, and whose removal failed, too, goes with the next start.
    for site in sites {
      site.kill(.collect)
      try collect(site, 0)
    }
    try checkEnd()
  }
}

/// A closure for a `Sendable` seam, called on the world's thread only.
private final class Judge: @unchecked Sendable {
  let body: (Call) -> MemoryFileSystem.Verdict
  init(_ body: @escaping (Call) -> MemoryFileSystem.Verdict) { self.body = body }
}

/// What goes wrong in one step, and where.
struct Plan {
  enum Place { case call, beforeCommit, afterCommit }
  enum Fault { case kill, power, noSpace, ioError, short, meanwhile }

  var fault: Fault
  var place: Place
  var count: Int

  static func draw(using random: inout SplitMix64) -> Plan? {
    guard random.chance(0.35) else { return nil }
    // Small numbers are as likely as large ones.
    let count = Int.random(in: 1...(1 << Int.random(in: 1...8, using: &random)), using: &random)
    switch Int.random(in: 0..<20, using: &random) {
    case 0..<6: return Plan(fault: .kill, place: .call, count: count)
    case 6..<8: return Plan(fault: .power, place: .call, count: count)
    case 8: return Plan(fault: .noSpace, place: .call, count: count)
    case 9: return Plan(fault: .ioError, place: .call, count: count)
    case 10: return Plan(fault: .short, place: .call, count: count)
    case 11..<16: return Plan(fault: .meanwhile, place: .call, count: count)
    case 16: return Plan(fault: .kill, place: .beforeCommit, count: 1 + count / 16)
    case 17: return Plan(fault: .noSpace, place: .beforeCommit, count: 1 + count / 16)
    default: return Plan(fault: .kill, place: .afterCommit, count: 1 + count / 16)
    }
  }
}
