import Custody
import Desk
import Foundation
import IntakeRecipes
import Journal
import Parcel
import PatientLists
import Patients
import Receiver
import Reconciliation
import Site
import Spool
import SystemPackage
import Testing

/// The journal has one, too.
private typealias Subject = IntakeRecipes.Subject

/// A site, ch2, that gets parcels from ch1 as a test seals them: what they say of their patient is what matters.
final class Ward {
  let ch2: Hospital
  private let ch1: Hospital
  private let root: FilePath
  private var configuration: Configuration
  private var sequence = 0

  init(_ patients: Patient...) throws {
    root = FilePath(FileManager.default.temporaryDirectory.path).appending("ward-\(UUID().uuidString)")
    (ch1, ch2) = try Hospital.partners(in: root)
    configuration = ch2.configuration
    try list(patients)
  }

  deinit { try? Disk().removeTree(root) }

  var desk: Desk { Desk(LocalSite(configuration, journal: ch2.journal), actor: Actor("clerk")) }

  /// The EHR gives a new list.
  func list(_ patients: [Patient]) throws { try ch2.patients.replace(with: patients) }

  /// A person adds to the configuration.
  func configure(_ text: String) throws {
    let before = String(
      decoding: try Disk().readSmall(configuration.file, limit: 1 << 20, followingLink: false), as: UTF8.self)
    try Disk().write((before + text).utf8, to: configuration.file)
    configuration = try Configuration.load(configuration.file)
  }

  /// What the receiver does with all that is there.
  func receive() throws {
    try Receiver(
      configuration: configuration, signing: ch2.keys.signing, age: ch2.keys.age, spool: ch2.spool,
      journal: ch2.journal, patients: ch2.patients, logger: ch2.logger, stop: Stop()
    ).run(once: true)
  }

  /// A man named Jan Peeters, in an image of study 1, whose number stands in an item under the scheme's own name.
  static var subject: IntakeRecipes.Subject { subject() }

  static func subject(instance: Int = 1, study: Int = 1, _ change: (inout IntakeRecipes.Subject) -> Void = { _ in })
    -> IntakeRecipes.Subject
  {
    var subject = IntakeRecipes.Subject()
    subject.study = "1.2.826.0.1.3680043.10.999.77.\(study)"
    subject.series = "\(subject.study).1"
    subject.instance = "\(subject.study).1.\(instance)"
    subject.name = "Peeters^Jan"
    subject.birthDate = "19850730"
    subject.sex = "M"
    change(&subject)
    return subject
  }

  static let jan = Patient(
    localID: "L1", nationalID: "85073003328", family: "Peeters", given: "Jan", birthDate: "19850730", sex: "M")

  /// A parcel arrives with these images of one study, and the receiver works.
  @discardableResult
  func send(_ subjects: IntakeRecipes.Subject..., part: Contents.Part = .complete) throws -> InboundParcel {
    let id = try deliver(subjects, part)
    try receive()
    return try parcel(id)
  }

  func parcel(_ id: String) throws -> InboundParcel { try #require(try ch2.journal.inboundParcel(id)) }

  private func deliver(_ subjects: [IntakeRecipes.Subject], _ part: Contents.Part) throws -> String {
    sequence += 1
    let id = ParcelID()
    let made = root.appending("made")
    try Disk().makeDirectory(made)
    let instances = try subjects.enumerated().map { index, subject in
      let bytes = Image(.explicit, subject).file
      let file = made.appending("\(id)-\(index)")
      try Disk().write(bytes, to: file)
      return (
        Contents.Instance(
          number: index + 1, sopInstanceUID: subject.instance, sopClassUID: "1.2.840.10008.5.1.4.1.1.7",
          seriesInstanceUID: subject.series, transferSyntaxUID: "1.2.840.10008.1.2.1", bytes: Int64(bytes.count),
          sha256: sha256(bytes)), InstanceFile(file)
      )
    }
    _ = try ParcelSealer(sender: "ch1", signingKey: ch1.keys.signing).seal(
      Contents(
        study: subjects[0].study, part: part, closedBy: .init(rule: "quiet", seconds: 60),
        route: .init(rule: "folder", value: "ch2")), count: instances.count, as: id, to: "ch2",
      key: ch2.keys.age.recipient, sequence: sequence, created: "2026-11-23T22:30:00Z",
      into: made.appending(id.text)
    ) {
      var rest = instances.makeIterator()
      return { rest.next() }
    }
    try FileManager.default.moveItem(
      atPath: made.appending(id.text).string, toPath: ch2.spool.mailbox("ch1").new.appending(id.text).string)
    return id.text
  }

  /// The file in which administrators read why a study waits; nil where none is there.
  func why(_ parcel: InboundParcel) -> String? {
    try? String(contentsOfFile: ch2.spool[.heldInbound(parcel: parcel.id)].appending("WHY.txt").string, encoding: .utf8)
  }

  /// How many files lie in the import folder.
  func imported() throws -> Int {
    try ch2.spool.disk.files(below: configuration.importing.path, depth: 5, skip: { _ in false }).count {
      $0.path.lastComponent?.string != "README"
    }
  }
}
