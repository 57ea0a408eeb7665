import Custody
import Foundation
import Journal
import Spool
import SystemPackage
import Testing

@testable import Executor

/// A duty, what stands before it, and what must hold when it is struck out.
struct Case: Sendable, CustomTestStringConvertible {
  let testDescription: String
  var service = Service.receive
  /// The one file whose content must be somewhere at every moment; nil: the duty is to remove it, or there is none.
  var precious: String?
  let before: @Sendable (Scene) throws -> Void
  let duty: @Sendable (Scene) throws -> Duty
  /// It is about a file as it was: after a loss of power the file is another one, which is looked at again.
  var isOfAnOriginal = false
  /// Paths below the spool with their content, that must be there then, and such that must not.
  var has: [String: String] = [:]
  var lacks: [String] = []
}

extension Case {
  static let all: [Case] = moving + removing + collecting + mailbox

  private static let moving = [
    Case(
      testDescription: "move a parcel", service: .collect, precious: "sealed",
      before: { try $0.write("sealed", to: $0.spool[.sealing(parcel: "p")].appending("manifest.json")) },
      duty: { _ in .move(.sealing(parcel: "p"), to: .outbound(parcel: "p")) },
      has: ["outbound/p/manifest.json": "sealed"], lacks: ["outbound/.p.sealing/"]),
    Case(
      testDescription: "move an arrival", precious: "came",
      before: { try $0.write("came", to: $0.spool[.arrival("a")].appending("manifest.json")) },
      duty: { _ in .move(.arrival("a"), to: .quarantined(entry: "in-1", item: "bytes:ff", of: .receive)) },
      has: ["quarantine/in-1/bytes:ff/manifest.json": "came"], lacks: ["unpack/a/", "unpack/a/arrived/"]),
  ]

  private static let removing = [
    Case(
      testDescription: "remove a parcel", service: .collect,
      before: { try $0.write("x", to: $0.spool[.outbound(parcel: "p")].appending("manifest.json")) },
      duty: { _ in .remove(.outbound(parcel: "p")) }, lacks: ["outbound/p/", "outbound/p/manifest.json"]),
    Case(
      testDescription: "remove an arrival",
      before: { try $0.write("x", to: $0.spool[.arrival("a")].appending("new/deep")) },
      duty: { _ in .remove(.arrival("a")) }, lacks: ["unpack/a/", "unpack/a/arrived/", "unpack/a/arrived/new/deep"]),
    Case(
      testDescription: "explain", before: { _ in }, duty: { _ in .explain(.heldInbound(parcel: "p"), reason) },
      has: ["hold/inbound/p/WHY.txt": reason.text]),
    Case(
      testDescription: "illustrate", precious: "new",
      before: {
        try $0.write("new", to: $0.spool[.preview(parcel: "p")].appending("1.png"))
        try $0.write("why", to: $0.spool[.heldInbound(parcel: "p")].appending("WHY.txt"))
        try $0.write("old", to: $0.spool[.heldPreview(parcel: "p")].appending("2.png"))
      }, duty: { _ in .illustrate(parcel: "p") },
      has: ["hold/inbound/p/preview/1.png": "new", "hold/inbound/p/WHY.txt": "why"],
      lacks: ["hold/inbound/p/preview/2.png"]),
    Case(
      testDescription: "record", before: { try $0.tell("m") }, duty: { _ in .record(message: "m") },
      has: ["records/p.hl7": "MSH|"]),
    Case(
      testDescription: "remove a record", before: { try $0.write("MSH|", to: $0.spool[.records].appending("p.hl7")) },
      duty: { _ in .removeRecord(file: "p.hl7") }, lacks: ["records/p.hl7"]),
  ]

  private static let collecting = [
    Case(
      testDescription: "gather", service: .collect, precious: "one",
      before: { try $0.take(["one", "two"]) }, duty: { _ in .gather(study: "s") },
      has: ["hold/outbound/s/1.dcm": "one", "hold/outbound/s/2.dcm": "two"], lacks: ["collect/s/"]),
    Case(
      testDescription: "remove instances", service: .collect,
      before: {
        try $0.take(["one", "two"])
        try reason.write(into: $0.spool[.heldOutbound(study: "s")], of: heldFolder($0))
      }, duty: { _ in .removeInstances(study: "s") }, lacks: ["collect/s/", "collect/s/1.dcm", "hold/outbound/s/"]),
    Case(
      testDescription: "remove an original", service: .collect,
      before: { try $0.write("x", to: $0.spool[.export].appending("a")) },
      duty: { .removeOriginal(try $0.original($0.spool[.export].appending("a"))) }, isOfAnOriginal: true,
      lacks: ["export/a"]),
    Case(
      testDescription: "quarantine an original", service: .collect, precious: "foreign",
      before: { try $0.write("foreign", to: $0.spool[.export].appending("a")) },
      duty: { .quarantineOriginals([try $0.refused("a", as: "file")], entry: "out-1") },
      isOfAnOriginal: true, has: ["quarantine/out-1/file": "foreign"], lacks: ["export/a"]),
    Case(
      testDescription: "quarantine what lay in a folder", service: .collect, precious: "page",
      before: {
        for (name, content) in cd { try $0.write(content, to: $0.spool[.export].appending("cd/\(name)")) }
      },
      duty: { scene in
        .quarantineOriginals(
          try cd.keys.sorted().map { try scene.refused("cd/\($0)", as: "files/\($0)") }, entry: "out-1")
      }, isOfAnOriginal: true,
      has: Dictionary(uniqueKeysWithValues: cd.map { ("quarantine/out-1/files/\($0)", $1) }),
      lacks: cd.keys.map { "export/cd/\($0)" }),
    Case(
      testDescription: "explain what lay in a folder", service: .collect,
      before: { scene in
        for (name, content) in cd { try scene.write(content, to: scene.spool[.export].appending("cd/\(name)")) }
        try scene.refuse(cd.keys.sorted().map { try scene.refused("cd/\($0)", as: "files/\($0)") })
        try scene.strikeAll()
      }, duty: { _ in .explain(.quarantine(entry: "out-1", of: .collect), reason) },
      has: [
        "quarantine/out-1/WHY.txt": reason.text
          + "\nWhat lies here:\n  files/INDEX.HTM (4 bytes)\n  files/VIEWER/PAGES/1.HTM (4 bytes)\n  files/VIEWER/RUN.EXE (2 bytes)\n"
      ]),
    Case(
      testDescription: "give back", service: .collect, precious: "grown",
      before: { try $0.write("grown", to: $0.spool.root.appending("collect/s/1.dcm")) },
      duty: { .giveBack(file: "collect/s/1.dcm", to: $0.spool[.export].appending("a").string) },
      has: ["export/a": "grown"], lacks: ["collect/s/"]),
    Case(
      testDescription: "give back beside its successor", service: .collect, precious: "grown",
      before: {
        try $0.write("grown", to: $0.spool.root.appending("collect/s/1.dcm"))
        try $0.write("newer", to: $0.spool[.export].appending("a"))
      }, duty: { .giveBack(file: "collect/s/1.dcm", to: $0.spool[.export].appending("a").string) },
      has: ["export/a": "newer", "export/1.dcm-a": "grown"], lacks: ["collect/s/"]),
    Case(
      testDescription: "put back", service: .collect, precious: "foreign",
      before: {
        try $0.write("foreign", to: $0.spool[.quarantined(entry: "out-1", item: "file", of: .collect)])
        try reason.write(into: $0.spool[.quarantine(entry: "out-1", of: .collect)], of: $0.spool.disk)
      }, duty: { .putBack([ReleasedFile("file", to: $0.spool[.export].appending("a").string)], entry: "out-1") },
      has: ["export/a": "foreign"], lacks: ["quarantine/out-1/file"]),
    Case(
      testDescription: "put back what lay in a folder", service: .collect, precious: "page",
      before: {
        for (name, content) in cd {
          try $0.write(content, to: $0.spool[.quarantine(entry: "out-1", of: .collect)].appending("files/\(name)"))
        }
        // Another one has the name of the first by now.
        try $0.write("new page", to: $0.spool[.export].appending("cd/INDEX.HTM"))
      },
      duty: { scene in
        .putBack(
          cd.keys.sorted().map { ReleasedFile("files/\($0)", to: scene.spool[.export].appending("cd/\($0)").string) },
          entry: "out-1")
      },
      has: [
        "export/cd/INDEX.HTM": "new page", "export/cd/out-1-INDEX.HTM": "page", "export/cd/VIEWER/RUN.EXE": "MZ",
        "export/cd/VIEWER/PAGES/1.HTM": "more",
      ], lacks: cd.keys.map { "quarantine/out-1/files/\($0)" }),
  ]

  /// What lies on a CD beside the images.
  static let cd = ["INDEX.HTM": "page", "VIEWER/RUN.EXE": "MZ", "VIEWER/PAGES/1.HTM": "more"]

  private static let mailbox = [
    Case(
      testDescription: "fetch", precious: "came",
      before: {
        try $0.write("came", to: $0.spool.mailbox(Scene.partner).new.appending("P/manifest.json"))
        try $0.journal.expect(Arrival(id: "a", partner: Scene.partner, name: "P"))
        try $0.journal.strike([1])
      }, duty: { _ in .fetch(arrival: "a", partner: Scene.partner, name: "P") },
      has: ["unpack/a/arrived/manifest.json": "came"], lacks: ["mailbox/ch1/new/P/"]),
    Case(
      testDescription: "hand over a folder", precious: "image",
      before: { try $0.write("image", to: $0.staging.appending("1.dcm")) },
      duty: { $0.handOver(folder: "study") }, has: ["import/study/1.dcm": "image"], lacks: ["import/.staging/"]),
    Case(
      testDescription: "hand over files", precious: "image",
      before: { try $0.write("image", to: $0.staging.appending("1.dcm")) },
      duty: { $0.handOver(folder: nil) }, has: ["import/1.dcm": "image", "import/done.ok": ""],
      lacks: ["import/.staging/"]),
    Case(
      testDescription: "retract",
      before: { scene in
        for name in ["received.json", "received.json.sig", "held.json", "held.json.sig", "imported.json"] {
          try scene.write("x", to: scene.spool.mailbox(Scene.partner).receipts.appending("\(Scene.parcel).\(name)"))
        }
      }, duty: { _ in .retract(parcel: Scene.parcel, partner: Scene.partner, statuses: [.received, .held]) },
      has: ["mailbox/ch1/receipts/\(Scene.parcel).imported.json": "x"],
      lacks: ["received.json", "received.json.sig", "held.json", "held.json.sig"].map {
        "mailbox/ch1/receipts/\(Scene.parcel).\($0)"
      }),
    Case(
      testDescription: "answer", before: { _ in }, duty: { _ in .answer(answer(.imported)) },
      lacks: ["mailbox/ch1/receipts/.tmp"]),
  ]

  private static func heldFolder(_ scene: Scene) throws -> Disk {
    try scene.spool.disk.makeDirectory(scene.spool[.heldOutbound(study: "s")])
    return scene.spool.disk
  }
}

extension Scene {
  var staging: FilePath { spool[.import].appending(".staging") }

  func handOver(folder: String?) -> Duty {
    .handOver(
      HandOver(
        parcel: "p", staging: staging.string, target: spool[.import].string, folder: folder,
        marker: folder == nil ? "done.ok" : nil, files: 1))
  }

  /// Claims files of an outbound study `s`.
  func take(_ contents: [String]) throws {
    let rows = contents.indices.map { number in
      TakenInstance(
        origin: "/export/\(number)", file: "collect/s/\(number + 1).dcm", sopInstanceUID: "1.2.\(number)",
        sopClassUID: nil, seriesInstanceUID: nil, transferSyntaxUID: nil, bytes: 3, sha256: "d", route: nil)
    }
    let (_, instances) = try journal.intend(toClaim: rows, study: "1.2", newID: "s", expected: nil)
    for (content, row) in zip(contents, rows) { try write(content, to: spool.absolute(row.file)) }
    try journal.claimed(instances.compactMap(\.id))
  }
}
