import Collector
import Custody
import DICOM
import Foundation
import Journal
import Logging
import Parcel
import Sealing
import Site
import Spool
import Synchronization
import SystemPackage
import Testing
import Threads

/// The site `ch1` in a folder of its own, with the partners `ch2` and `ch3`.
final class Sender: Sendable {
  let root: FilePath
  let keys: Keys
  let configuration: Configuration
  let spool: Spool
  let journal: Journal
  let identities: [String: AgeIdentity]
  let source: FilePath
  let disk = Disk()

  /// - Parameters:
  ///   - source: where the PACS drops files; nil: the spool's `export`.
  ///   - quiet: nothing is complete by time alone unless a test says so.
  init(source: FilePath? = nil, quiet: String = "0s", partialAfter: String = "10m", more: String = "") throws {
    var template = Array("\(FileManager.default.temporaryDirectory.path)/collector-tests.XXXXXX".utf8CString)
    root = FilePath(String(cString: try #require(mkdtemp(&template))))
    let path = source.map { "path = \"\($0)\"" } ?? ""
    let text = """
      site = "ch1"
      spool = "spool"
      journal = "journal.sqlite"
      keys = "keys"
      partners = "partners"
      [[source]]
      \(path)
      quiet = "\(quiet)"
      settle = "100ms"
      partial_after = "\(partialAfter)"
      \(more)

      """
    try disk.write(text.utf8, to: root.appending("studypost.toml"))
    configuration = try Configuration.load(root.appending("studypost.toml"))
    self.source = configuration.sources[0].path
    keys = try Keys.create(configuration.keys, for: try #require(SiteName("ch1")))
    try disk.makeDirectory(configuration.partners)
    spool = Spool(configuration.spool)
    try spool.create()
    journal = try Journal(at: configuration.journal, creating: true)
    var identities: [String: AgeIdentity] = [:]
    var book = try PartnerBook.load(configuration.partners, owner: configuration.site)
    for name in ["ch2", "ch3"] {
      let identity = AgeIdentity()
      identities[name] = identity
      try book.add(
        PartnerCard(
          site: try #require(SiteName(name)), name: name, contact: "", signingKey: SigningKey().publicKey,
          transportKey: SigningKey().publicKey, encryptionKey: identity.recipient,
          sftp: .init(host: "127.0.0.1", hostKey: SigningKey().publicKey)))
      try spool.create(partner: name)
    }
    self.identities = identities
  }

  deinit {
    // A test may have made a folder that cannot be changed.
    chmod(source.string, 0o770)
    try? disk.removeTree(root)
  }

  /// What the service logged, a line each.
  let log = Log()

  func collector(stop: Stop = Stop(), journal: Journal? = nil, disk: Disk? = nil) throws -> Collector {
    try Collector(
      configuration: configuration, signing: keys.signing,
      spool: disk.map { Spool(configuration.spool, disk: $0) } ?? spool,
      journal: journal ?? self.journal,
      logger: Logger(label: "collect") { [log] _ in log }, stop: stop)
  }

  /// Does all that can be done now, as `collect --once`.
  func collect() throws { try collector().run(once: true) }

  // MARK: What the PACS drops

  /// Writes an instance.
  ///
  /// - Parameters:
  ///   - name: below the source, or an absolute path.
  ///   - number: of the instance in its study.
  ///   - columns: of the image that the pixels are; nil: they are none.
  ///   - pixels: what tells one version of an instance from another.
  @discardableResult
  func drop(
    _ name: String, study: String = "1.2.3", number: Int = 1, to recipients: [String] = ["ch2"],
    comments: String? = nil,
    expected: Int? = nil, series: String? = nil, columns: Int? = nil, pixels: [UInt8] = [1, 2, 3, 4],
    more: (inout NewDataSet) -> Void = { _ in }
  ) throws -> FilePath {
    let path = source.pushing(FilePath(name))
    try disk.makeDirectory(path.removingLastComponent(), mode: 0o770)
    var dataSet = NewDataSet()
    dataSet.set(.studyInstanceUID, .string(study))
    dataSet.set(.seriesInstanceUID, .string(series ?? "\(study).1"))
    dataSet.set(.patientName, "Phantom^Test")
    dataSet.set(.patientID, .string("P-\(study)"))
    dataSet.set(.accessionNumber, "A1")
    if !recipients.isEmpty { dataSet.set(.namesOfIntendedRecipientsOfResults, .strings(recipients)) }
    if let comments { dataSet.set(.studyComments, .string(comments)) }
    if let expected { dataSet.set(.numberOfStudyRelatedInstances, .integer(expected)) }
    dataSet.set(.bitsAllocated, .integer(8))
    if let columns {
      dataSet.set(.columns, .integer(columns))
      dataSet.set(.rows, .integer(pixels.count / columns))
      dataSet.set(.samplesPerPixel, .integer(1))
      dataSet.set(.photometricInterpretation, "MONOCHROME2")
    }
    more(&dataSet)
    let hidden = path.removingLastComponent().appending(".\(UUID().uuidString).tmp")
    try DICOMFile.create(
      at: hidden, sopClassUID: "1.2.840.10008.5.1.4.1.1.7", sopInstanceUID: "\(study).1.\(number)", dataSet: dataSet,
      pixelData: pixels)
    try #require(rename(hidden.string, path.string) == 0)
    return path
  }

  // MARK: What became of it

  /// The parcels, in the order of their making.
  func parcels() throws -> [OutboundParcel] {
    try journal.outboundParcels(in: OutboundParcel.State.allCases, limit: 1000).sorted { $0.id < $1.id }
  }

  func studies(_ state: OutboundStudy.State) throws -> [OutboundStudy] {
    try journal.outboundStudies(in: state, limit: 1000)
  }

  func event(_ what: String, _ text: String = "1.2.3") throws -> [Event] {
    try journal.trace(text).filter { $0.what == what }
  }

  func alert(_ code: String) throws -> StandingAlert? { try journal.alerts(limit: 100).first { $0.code == code } }

  /// The partner says that a parcel was imported.
  func deliver(_ parcel: OutboundParcel) throws {
    try journal.change(outboundParcel: parcel.id, by: .shipped, event: nil)
    try journal.change(outboundParcel: parcel.id, by: .imported, event: nil)
  }

  /// Changes the journal behind its back, as a clock that ran ahead left it.
  func setLastTaken(of study: String, to time: String) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/python3")
    process.arguments = [
      "-c",
      "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); "
        + "c.execute('UPDATE outboundStudy SET lastTaken = ? WHERE id = ?', sys.argv[2:]); c.commit()",
      configuration.journal.string, time, study,
    ]
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
  }

  func names(of folder: FilePath) throws -> [String] {
    try disk.names(of: folder).filter { $0 != "README" && !$0.hasPrefix(".") }
  }

  /// Every file of the source but for what the site put there itself.
  func sourceFiles() throws -> [FilePath] {
    try disk.files(below: source, skip: { $0 == "README" }).map(\.path)
  }

  /// Nothing lies about, and everything is accounted for.
  func expectInOrder(_ location: SourceLocation = #_sourceLocation) throws {
    let ledger = try journal.ledger().out
    #expect(ledger.taken == ledger.sum, sourceLocation: location)
    #expect(try names(of: spool[.collect]) == [], sourceLocation: location)
    #expect(try !journal.isOwing(.collect), sourceLocation: location)
    #expect(try journal.unconfirmedClaims().isEmpty, sourceLocation: location)
    let hidden = try disk.names(of: spool[.outbound]).filter { $0.hasSuffix(".sealing") }
    #expect(hidden == [], sourceLocation: location)
  }

  /// Opens a parcel as its recipient does, and gives what it says of the study, and its instances.
  func contents(of parcel: OutboundParcel) throws -> (header: Contents, instances: [Contents.Instance]) {
    let folder = spool[.outbound].appending(parcel.id)
    let target = root.appending("opened-\(UUID().uuidString)")
    let identity = try #require(identities[parcel.recipient])
    let verified = try VerifiedParcel(
      verifying: folder, signer: keys.signing.publicKey, sender: "ch1", recipient: parcel.recipient, mayShareFiles: true
    )
    var instances: [Contents.Instance] = []
    let opened = try verified.open(with: identity, into: target, each: { instance, _ in instances.append(instance) })
    return (opened.header, instances)
  }
}

/// Keeps the lines of a log.
final class Log: LogHandler, Sendable {
  private let kept = Mutex<[String]>([])

  var lines: [String] { kept.withLock(\.self) }

  var metadata: Logger.Metadata {
    get { [:] }
    set {}
  }
  var logLevel: Logger.Level {
    get { .info }
    set {}
  }
  subscript(metadataKey _: String) -> Logger.Metadata.Value? {
    get { nil }
    set {}
  }

  func log(event: LogEvent) {
    kept.withLock { $0.append("\(event.message) \(event.metadata ?? [:])") }
  }
}

/// A folder on another file system than the temporary one; nil where there is none.
let otherFileSystem: FilePath? = {
  func device(_ path: String) -> dev_t? {
    var status = stat()
    return stat(path, &status) == 0 && access(path, W_OK) == 0 ? status.st_dev : nil
  }
  let here = device(FileManager.default.temporaryDirectory.path)
  return ["/dev/shm", "/run", "/var/tmp"].first { path in device(path).map { $0 != here } ?? false }.map {
    FilePath($0)
  }
}()

/// A collector at work on a thread of its own.
final class RunningCollector: Sendable {
  private let stop = Stop()
  private let worker: Worker

  init(_ sender: Sender) throws {
    let collector = try CollectorBox(sender.collector(stop: stop))
    worker = try Worker("collect") {
      do { try collector.collector.run(once: false) } catch { Issue.record(error) }
    }
  }

  func end() {
    stop.request()
    worker.join()
  }
}

/// Hands a collector to its one thread.
private struct CollectorBox: @unchecked Sendable {
  let collector: Collector
  init(_ collector: Collector) { self.collector = collector }
}

/// Waits until something holds.
func eventually(
  within seconds: Double = 30, _ what: Comment, location: SourceLocation = #_sourceLocation,
  _ condition: () throws -> Bool
) rethrows {
  let start = ContinuousClock.now
  while try !condition() {
    guard start.duration(to: .now) < .seconds(seconds) else {
      Issue.record(what, sourceLocation: location)
      return
    }
    usleep(20_000)
  }
}
