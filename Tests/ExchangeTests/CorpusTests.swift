import Foundation
import SystemPackage
import Testing

/// Every file of pydicom's, good and bad, dropped with a recipient: all are accounted for, and what arrives is whole.
@Suite(.enabled(if: !Corpus.groups.isEmpty, "pydicom is not installed (apt install python3-pydicom)"))
struct CorpusTests {
  @Test func theCorpusIsThere() {
    let files = Corpus.groups.flatMap(\.self)
    #expect(files.count > 160)
    #expect(files.count(where: \.isInstance) > 130)
  }

  @Test(arguments: Corpus.groups.indices) func nothingIsUnaccountedFor(_ index: Int) throws {
    let corpus = Corpus.groups[index]
    let sites = try TwoSites()
    let person = Person(50)
    try sites.ch2.load([person])
    try drop(corpus, at: sites.ch1)
    try sites.start()
    let isIgnored = { (path: FilePath) in ["DICOMDIR", "README"].contains(path.lastComponent?.string) }
    let unfinished = { try Set(sites.ch1.list("hold", "files").items.compactMap { $0["id"].string }) }
    try sites.eventually(within: 120, "all that can leave has left, and all that arrives is held") {
      let held = try unfinished()
      let left = files(below: sites.ch1.folder("export")).filter { !isIgnored($0) && !held.contains($0.string) }
      // In the order of the trip: what has left one place by the first look is at the next by the second.
      let collecting = try sites.ch1.list("queue", "list").items.contains { $0["kind"].string == "study" }
      let parcels = try sites.ch1.parcels()
      return left.isEmpty && !collecting && parcels.allSatisfy { $0["state"].string == "held" }
    }
    // Each service finishes the step that it is at, and nothing moves while we look.
    sites.stop()

    var fates = try fatesAtSender(sites.ch1, isIgnored: isIgnored, corpus: corpus)
    let arrived = try arrivals(sites)
    for (digest, fate) in arrived { fates[digest, default: []].append(fate.what) }
    for file in try unfinished() { fates[try digest(FilePath(file)), default: []].append("unfinished") }
    for file in corpus { #expect(fates[file.sha256]?.isEmpty == false, "\(file.name) is unaccounted for") }
    let known = Set(corpus.map(\.sha256))
    #expect(Set(fates.keys).subtracting(known) == [], "something is there that nobody dropped")
    // What pydicom reads as an instance travels, but for two files that were cut short, which it reads as far as they go.
    let staying = corpus.filter { $0.isInstance && arrived[$0.sha256] == nil }
    for file in staying { #expect(fates[file.sha256] == ["unfinished"], "\(file.name)") }
    #expect(staying.map(\.name).filter { !$0.hasSuffix("_truncated.dcm") } == [])
    try sites.ch1.expectBalanced()
    try sites.ch2.expectBalanced()

    try acceptAll(at: sites.ch2, person)
    try sites.expectInOrder()
    try expectImported(arrived, corpus, at: sites.ch2, person)
  }

  /// Puts the files as they are, with their folders, into the drop folder.
  private func drop(_ corpus: [Corpus.File], at site: Hospital) throws {
    for file in corpus {
      let target = site.folder("export/ch2").pushing(FilePath(file.name))
      try FileManager.default.createDirectory(
        atPath: target.removingLastComponent().string, withIntermediateDirectories: true)
      try Command.succeed("/bin/cp", [file.path.string, target.string])
    }
  }

  /// Where each file is at its sender, by its digest: in quarantine or held, each with a reason for people, or ignored.
  private func fatesAtSender(
    _ site: Hospital, isIgnored: (FilePath) -> Bool, corpus: [Corpus.File]
  ) throws -> [String: [String]] {
    var fates: [String: [String]] = [:]
    for name in names(in: site.folder("quarantine")) {
      let folder = site.folder("quarantine").appending(name)
      let reason = try expectReason(in: folder)
      // What is not DICOM of one folder lies there together.
      for file in files(below: folder) where !["WHY.txt", "why.json"].contains(file.lastComponent?.string) {
        fates[try digest(file), default: []].append("quarantined: \(reason)")
      }
    }
    for name in names(in: site.folder("hold/outbound")) {
      let folder = site.folder("hold/outbound").appending(name)
      let reason = try expectReason(in: folder)
      for file in names(in: folder) where file.hasSuffix(".dcm") {
        fates[try digest(folder.appending(file)), default: []].append("held: \(reason)")
      }
    }
    for path in files(below: site.folder("export")) where isIgnored(path) {
      fates[try digest(path), default: []].append("ignored")
    }
    for file in corpus where file.path.lastComponent?.string == "README" { fates[file.sha256] = ["ignored"] }
    return fates
  }

  /// Why something waits or was refused: a word for programs and a sentence for people, the same in both files.
  private func expectReason(in folder: FilePath) throws -> String {
    let why = try text(folder.appending("WHY.txt"))
    let json = try #require(Document(parsing: try text(folder.appending("why.json"))))
    let code = try #require(json["code"].string)
    let reason = try #require(json["reason"].string)
    #expect(why.hasPrefix(reason) && why.contains("reason code: \(code)") && why.contains("What you can do:"))
    #expect(reason.count > 15)
    return code
  }

  private struct Arrival {
    let what: String
    let instance: String
  }

  /// What waits at the recipient, by digest: the file, the announcement and the parcel opened by hand agree.
  private func arrivals(_ sites: TwoSites) throws -> [String: Arrival] {
    var arrivals: [String: Arrival] = [:]
    for parcel in names(in: sites.ch2.folder("hold/inbound")) {
      let reason = try expectReason(in: sites.ch2.folder("hold/inbound").appending(parcel))
      let opened = try sites.workFolder().appending("opened")
      let waiting = sites.ch2.folder("received").appending(parcel)
      let sealed = sites.ch1.folder("outbound").appending(parcel)
      for file in names(in: sealed) {
        #expect(
          try digest(waiting.appending(file)) == digest(sealed.appending(file)), "\(parcel) waits as it was sealed")
      }
      try sites.ch2.succeed("open", waiting.string, "--to", opened.string)
      let contents = try #require(Document(parsing: try text(opened.appending("contents.json"))))
      let digests = try digestsBySum(below: opened)
      for instance in contents["instances"].items {
        let file = try #require(instance["file"].string)
        let announced = try #require(instance["sha256"].string)
        #expect(digests[opened.pushing(FilePath(file)).string] == announced)
        arrivals[announced] = Arrival(what: "arrived: \(reason)", instance: instance["sopInstanceUID"].string ?? "")
      }
    }
    return arrivals
  }

  /// A person accepts everything; what cannot be coerced is back on the worklist with that reason.
  private func acceptAll(at site: Hospital, _ person: Person) throws {
    for study in try site.list("worklist", "list").items {
      let id = try #require(study["id"].string)
      try site.succeed("worklist", "accept", id, "--patient", person.localID, "--reason", "a test file")
    }
    try site.succeed("receive", "--once")
    for study in try site.list("worklist", "list").items {
      #expect(study["code"].string == "coercion", "\(study)")
    }
  }

  /// All but the listed elements are as they were, pixel bytes included.
  private func expectImported(
    _ arrived: [String: Arrival], _ corpus: [Corpus.File], at site: Hospital, _ person: Person
  ) throws {
    var pairs: [(original: FilePath, imported: FilePath)] = []
    let imported = try site.imported()
    for file in imported {
      #expect(file.elements["PatientID"] == person.localID)
      let digest = try #require(arrived.first { $0.value.instance == file.instance }?.key)
      let original = try #require(corpus.first { $0.sha256 == digest })
      pairs.append((original.path, file.path))
    }
    let held = try site.list("worklist", "list").items
    #expect(pairs.count + held.reduce(0) { $0 + ($1["instances"].int ?? 0) } == arrived.count)
    // Only text that cannot be decoded keeps a study of the corpus on the worklist.
    #expect(held.count <= 2, "\(held)")
    let report = try Corpus.compare(pairs)
    #expect(report["wrong"].items.compactMap(\.string) == [])
    #expect(pairs.isEmpty || (report["pixels"].int ?? 0) > 0)
  }

  private func digest(_ file: FilePath) throws -> String {
    String(try Command.succeed("/usr/bin/sha256sum", [file.string]).drop { $0 == "\\" }.prefix(64))
  }

  private func digestsBySum(below folder: FilePath) throws -> [String: String] {
    let lines = try Command.succeed("/usr/bin/sha256sum", files(below: folder).map(\.string)).split(separator: "\n")
    return Dictionary(uniqueKeysWithValues: lines.map { (String($0.dropFirst(66)), String($0.prefix(64))) })
  }
}
