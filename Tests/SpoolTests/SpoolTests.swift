import Foundation
import Glibc
import Spool
import SystemPackage
import Testing
import Threads

@Suite(.serialized) struct SpoolTests {
  let scratch: Scratch
  let spool: Spool

  init() throws {
    scratch = try Scratch()
    spool = Spool(scratch.path("spool"))
  }

  /// The tree of the repository's top level.
  private static let published = FilePath(#filePath).removingLastComponent().pushing("../../Spool")

  private static func files(below root: FilePath) throws -> [String: String] {
    var files: [String: String] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: root.string) {
      let path = root.pushing(FilePath(name))
      files[name] = try disk.status(of: path)?.kind == .directory ? "a folder" : text(path)
    }
    return files
  }

  /// After a change of a README's text, make the published tree anew:
  ///
  ///     STUDYPOST_WRITE_SPOOL=1 swift test --filter thePublishedTreeIsTheOneThatIsMade
  @Test func thePublishedTreeIsTheOneThatIsMade() throws {
    if ProcessInfo.processInfo.environment["STUDYPOST_WRITE_SPOOL"] == "1" {
      try? FileManager.default.removeItem(atPath: Self.published.string)
      try Spool(Self.published).create()
    }
    try spool.create()
    let (made, published) = (try Self.files(below: spool.root), try Self.files(below: Self.published))
    #expect(made.keys.sorted() == published.keys.sorted())
    for (name, text) in made { #expect(published[name] == text, "\(name)") }
  }

  @Test func everyFolderHasAREADMEOfPlainLines() throws {
    try spool.create()
    for folder in [spool.root] + Folder.allCases.map({ spool[$0] }) {
      let readme = try text(folder.appending("README"))
      #expect(readme.hasSuffix("\n") && !readme.hasSuffix("\n\n") && readme.count > 100, "\(folder)")
      #expect(readme.split(separator: "\n").allSatisfy { $0.count <= 120 && $0.last != " " }, "\(folder)")
    }
  }

  @Test func makingTheTreeAgainKeepsWhatIsThere() throws {
    try spool.create()
    try disk.write("ours".utf8, to: spool[.hold].appending("README"))
    try disk.removeTree(spool[.records])
    try scratch.write("dicom", to: "spool/export/1")
    try spool.create()
    #expect(try text(spool[.hold].appending("README")) == "ours")
    #expect(try text(spool[.export].appending("1")) == "dicom")
    #expect(isThere(spool[.recordAcks].appending("README")))
  }

  /// Which spool it is stays with it.
  @Test func aSpoolThatWasFoundedKeepsItsIdentity() throws {
    #expect(try spool.identity() == nil)
    try spool.create()
    #expect(try spool.identity() == nil, "services only use what there is")
    try spool.found()
    let identity = try #require(try spool.identity())
    try spool.found()
    #expect(try spool.identity() == identity && identity.count > 5)
    let other = Spool(scratch.path("other"))
    try other.found()
    #expect(try other.identity() != identity)
  }

  /// On ext4, where new files of a study would else be looked for a place among those that were removed a moment ago.
  @Test func whatLiesInFoldersOfManyFilesIsSpreadOverTheDisk() throws {
    try spool.create()
    guard try disk.mount(of: spool.root).type == "ext4" else { return }
    func attributes(_ folder: Folder) throws -> String {
      let (process, output) = (Process(), Pipe())
      process.executableURL = URL(filePath: "/usr/bin/lsattr")
      process.arguments = ["-d", spool[folder].string]
      process.standardOutput = output
      try process.run()
      process.waitUntilExit()
      let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
      return String(text.prefix { $0 != " " })
    }
    for folder in [Folder.collect, .unpack] { #expect(try attributes(folder).contains("T"), "\(folder)") }
    #expect(try !attributes(.hold).contains("T"))
  }

  @Test func foldersThatOthersFillOrEmptyAreOpenToTheirGroupWhateverTheUmask() throws {
    let before = umask(0o077)
    defer { umask(before) }
    try spool.create()
    try spool.create(partner: "ch2")
    for folder in [spool[.export], spool[.import], spool[.patients], spool[.export].appending("ch2")] {
      #expect(try modes(folder) == 0o770, "\(folder)")
    }
    #expect(try modes(spool[.collect]) == 0o750)
    #expect(try modes(spool.mailbox("ch2").new) == 0o750)
  }

  @Test func aPartnersFoldersAreMade() throws {
    try spool.create()
    try spool.create(partner: "ch2")
    try spool.create(partner: "ch2")
    let mailbox = spool.mailbox("ch2")
    #expect(mailbox.root == scratch.path("spool/mailbox/ch2"))
    for folder in [mailbox.incoming, mailbox.new, mailbox.receipts, scratch.path("spool/export/ch2")] {
      #expect(try disk.status(of: folder)?.kind == .directory)
    }
  }

  @Test func aPathInTheSpoolIsWrittenRelativeToIt() {
    let file = spool[.holdOutbound].appending("1").appending("2.dcm")
    #expect(spool.relative(file) == "hold/outbound/1/2.dcm")
    #expect(spool.absolute("hold/outbound/1/2.dcm") == file)
    #expect(spool.relative("/elsewhere/1") == "/elsewhere/1")
    #expect(spool.absolute("/elsewhere/1") == "/elsewhere/1")
    // A neighbour whose name only begins like the spool's is not in it.
    #expect(spool.relative(scratch.path("spool2/1")) == scratch.path("spool2/1").string)
  }

  @Test func aSecondServiceOfAKindIsRefusedUntilTheFirstIsGone() throws {
    try spool.create()
    var lock: Lock? = try Lock("collect", in: spool)
    let error = #expect(throws: SpoolError.self) { _ = try Lock("collect", in: spool) }
    #expect(error?.code == .locked)
    #expect(error?.message.contains("studypost collect") == true)
    #expect(try !otherProcessCanLock("collect"))
    _ = try Lock("ship", in: spool)
    #expect(lock != nil)
    lock = nil
    #expect(try otherProcessCanLock("collect"))
    _ = try Lock("collect", in: spool)
  }

  /// Where the spool's root belongs to root, services can write elsewhere only.
  @Test func locksLieInAFolderOfTheirOwnWhereOneIsNamed() throws {
    let spool = Spool(scratch.path("spool"), run: scratch.path("run"))
    try spool.create()
    let lock = try Lock("collect", in: spool)
    #expect(try Disk().names(of: spool.run) == [".collect.lock"])
    #expect(try !Disk().names(of: spool.root).contains { $0.hasSuffix(".lock") })
    withExtendedLifetime(lock) {}
  }

  /// Asks util-linux's flock.
  private func otherProcessCanLock(_ name: String) throws -> Bool {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/flock")
    process.arguments = ["-n", spool.root.appending(".\(name).lock").string, "true"]
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus == 0
  }

  @Test func aLockDoesNotFollowALinkAndNeedsItsFolder() throws {
    expect(.missing) { _ = try Lock("collect", in: spool) }
    try spool.create()
    let other = try scratch.write("other", to: "other")
    symlink(other.string, spool.root.appending(".ship.lock").string)
    #expect(throws: SpoolError.self) { _ = try Lock("ship", in: spool) }
  }

  @Test func aWorkerIsDoneWhenItsWorkIs() throws {
    let stop = Stop()
    let worker = try Worker("test") {
      Thread.sleep(forTimeInterval: 0.1)
      stop.request()
    }
    worker.join()
    #expect(stop.isRequested)
  }
}
