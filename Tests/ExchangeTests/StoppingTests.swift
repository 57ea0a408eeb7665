import Glibc
import LoopbackSSHD
import Randomness
import SystemPackage
import Testing

/// Services that are stopped, politely or not, at any moment finish their work when they are started again.
struct StoppingTests {
  @Test(arguments: [1, 2]) func nothingIsLostAndNothingImportedTwice(seed: UInt64) throws {
    var dice = SplitMix64(seed: seed)
    let sites = try TwoSites()
    let people = (31...46).map { Person($0) }
    try sites.ch2.load(people)
    var studies = people.map { SyntheticStudy(person: $0, recipient: "CH2", instances: 4) }
    studies[0].instances = 100
    studies[0].side = 512
    var services: [String: Child] = [:]
    defer { services.values.forEach { $0.stop(SIGKILL) } }
    for site in [sites.ch1, sites.ch2] { services[site.name] = try site.start() }
    let made = try sites.drop(studies, at: sites.ch1)

    var unclean: [Int32] = []
    for round in 0..<12 {
      usleep(UInt32.random(in: 50_000...1_500_000, using: &dice))
      let site = Bool.random(using: &dice) ? sites.ch1 : sites.ch2
      let signal = round % 3 == 0 ? SIGTERM : SIGKILL
      let status = try #require(services[site.name]).stop(signal)
      // A signal that comes before the program has begun ends it as any program.
      let clean = signal == SIGKILL ? [128 + SIGKILL] : [0, 128 + SIGTERM]
      if !clean.contains(status) { unclean.append(status) }
      services[site.name] = try site.start()
    }
    #expect(unclean == [], sites.ch1.lastWords)

    try sites.eventually(within: 120, "all are delivered") {
      let parcels = try sites.ch1.parcels()
      let delivered = parcels.filter { $0["state"].string == "delivered" }
      return delivered.count == parcels.count
        && delivered.reduce(0) { $0 + ($1["instances"].int ?? 0) } == made.count
    }
    for service in services.values { #expect(service.stop() == 0) }

    try sites.expectInOrder()
    for site in [sites.ch1, sites.ch2] {
      for list in ["hold", "worklist", "quarantine"] { #expect(try site.list(list, "list").items.isEmpty) }
    }
    let imported = try sites.ch2.imported()
    #expect(imported.map(\.instance).sorted() == made.map(\.instance).sorted())
    let pixels = Dictionary(uniqueKeysWithValues: made.map { ($0.instance, $0.pixels) })
    #expect(imported.allSatisfy { pixels[$0.instance] == $0.pixels })
    #expect(try sites.ch2.ledger()["in"]["imported"].int == made.count)
    #expect(names(in: sites.ch2.folder("mailbox/ch1/incoming")) == [])
    #expect(names(in: sites.ch2.folder("mailbox/ch1/new")) == [])
    try expectOriginals(made, sites)
  }

  /// What is in the parcels is, by its digests, what had been dropped, each instance once.
  private func expectOriginals(_ made: [MadeFile], _ sites: TwoSites) throws {
    var digests: [String] = []
    for parcel in names(in: sites.ch1.folder("outbound")) {
      let target = try sites.workFolder().appending("opened")
      try sites.ch2.succeed("open", sites.ch1.folder("outbound").appending(parcel).string, "--to", target.string)
      let contents = try #require(Document(parsing: try text(target.appending("contents.json"))))
      digests += contents["instances"].items.compactMap { $0["sha256"].string }
    }
    #expect(digests.sorted() == made.map(\.sha256).sorted())
  }

  /// From the moment on in which a signal ends it no more like any program.
  @Test(arguments: ["collect", "ship", "receive", "run"]) func aServiceEndsInGoodOrderFromItsFirstMoment(
    service: String
  ) throws {
    let sites = try TwoSites()
    for _ in 0..<5 {
      let child = try sites.ch1.start(service)
      try sites.eventually("it handles SIGTERM") {
        let status = try text(FilePath("/proc/\(child.id)/status"))
        let line = status.split(separator: "\n").first { $0.hasPrefix("SigCgt:") }
        let mask = line.flatMap { UInt64($0.dropFirst(7).filter(\.isHexDigit), radix: 16) } ?? 0
        return mask & 1 << UInt64(SIGTERM - 1) != 0
      }
      #expect(child.stop(SIGTERM) == 0, sites.ch1.lastWords)
    }
  }

  /// As sd_notify(3) has it, at a path and in the abstract space.
  @Test(arguments: [false, true]) func aServiceTellsTheServiceManagerThatItIsReadyGetsOnAndStops(
    isAbstract: Bool
  ) throws {
    let sites = try TwoSites()
    let program = """
      import json, os, signal, socket, subprocess, sys
      arguments = json.load(open(sys.argv[1]))
      manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
      manager.settimeout(60)
      name = arguments["name"]
      manager.bind("\\0" + name[1:] if name.startswith("@") else name)
      service = subprocess.Popen(arguments["command"], env=dict(os.environ, NOTIFY_SOCKET=name), stderr=subprocess.DEVNULL)
      said = []
      while len(said) < 2:
          said.append(manager.recv(4096).decode())
      service.send_signal(signal.SIGTERM)
      while said[-1] != "STOPPING=1":
          said.append(manager.recv(4096).decode())
      print(json.dumps({"said": said, "status": service.wait(60)}))
      """
    let name = (isAbstract ? "@" : "") + sites.ch1.root.appending("notify").string
    let result = try Command.python(
      program,
      [
        "name": name,
        "command": [Command.studypost, "receive", "--config", sites.ch1.configuration.string],
      ] as [String: Any])
    let said = result["said"].items.compactMap(\.string)
    #expect(said.first == "READY=1" && said.last == "STOPPING=1" && result["status"].int == 0)
    #expect(said.dropFirst().dropLast().allSatisfy { $0.hasPrefix("WATCHDOG=1\nSTATUS=") } && said.count > 2)
  }
}
