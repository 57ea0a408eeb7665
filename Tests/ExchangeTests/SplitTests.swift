import Foundation
import SystemPackage
import Testing

/// Two patients in one study, as on a CD with two people's images: a clerk splits it, and each gets their own.
struct SplitTests {
  private let his = Person(95)
  private let hers = Person(96)

  /// Three images of his, two of hers, and a report of hers that names one of each, and one of another study.
  private func held(_ settings: [String: String] = [:]) throws -> (sites: TwoSites, uid: String, parcel: String) {
    let sites = try TwoSites(settings.merging(["source.quiet": "\"0s\""]) { $1 })
    try sites.ch2.load([his, hers])
    let study = SyntheticStudy(person: his, recipient: "CH2")
    let work = try sites.workFolder()
    _ = try SyntheticStudy.make(
      [study, SyntheticStudy(uid: study.uid, person: hers, recipient: "CH2", instances: 2, first: 4)], in: work)
    let made = work.appending(study.uid)
    _ = try Command.python(Self.report, [made.string])
    try FileManager.default.createDirectory(
      atPath: sites.ch1.folder("kept").string, withIntermediateDirectories: true)
    try Command.shell("cp -r \"$1\"/. \"$2\"", [made.string, sites.ch1.folder("kept").string])
    try #require(rename(made.string, sites.ch1.folder("export").appending(study.uid).string) == 0)
    try sites.exchangeOnce()
    let entry = try #require(try sites.ch2.list("worklist", "list").items.first)
    #expect(entry["code"].string == "two-patients" && entry["instances"].int == 6)
    return (sites, study.uid, try #require(entry["id"].string))
  }

  @Test func eachPatientGetsTheirOwnStudy() throws {
    let (sites, uid, parcel) = try held()
    let card = try sites.ch2.succeed("worklist", "show", parcel)
    #expect(card.contains("Group 1, 3 images:") && card.contains("Group 2, 3 images:"), "\(card)")
    #expect(card.contains("worklist split \(parcel)") && card.contains(" 1=\(his.localID) 2=\(hers.localID) "))
    let groups = try sites.ch2.list("worklist", "show", parcel)["groups"].items
    #expect(
      groups.map { $0["instances"].int } == [3, 3]
        && groups.map { $0["patient"].string == hers.localID } == [false, true])

    let printed = try sites.ch2.succeed(
      "worklist", "split", parcel, "1=\(his.localID)", "2=\(hers.localID)", "--reason", "two patients on one CD")
    #expect(printed.contains("patient \(his.localID)") && printed.contains("as study 2.25."), "\(printed)")
    try sites.expectInOrder()
    try sites.exchangeOnce()
    try sites.expectInOrder()
    #expect(try sites.ch1.states(of: uid) == ["delivered"])

    let files = try Command.python(
      Self.reading, ["import": sites.ch2.folder("import").string, "originals": sites.ch1.folder("kept").string]
    ).items
    #expect(files.count == 6)
    #expect(files.allSatisfy { $0["meta"].string == $0["instance"].string })
    #expect(files.flatMap { $0["problems"].items.compactMap(\.string) } == [])
    let own = files.filter { $0["patient"].string == his.localID }
    let other = files.filter { $0["patient"].string == hers.localID }
    #expect(own.count == 3 && other.count == 3)
    // His keep their names; she has names of her own, each new one follows from one old one.
    #expect(Set(own.map { $0["study"].string }) == [uid] && own.allSatisfy { $0["renamed"].items.isEmpty })
    #expect(Set(other.compactMap { $0["study"].string }).count == 1 && other.allSatisfy { $0["study"].string != uid })
    #expect(other.allSatisfy { $0["renamed"].items.count >= 3 })
    let images = other.filter { $0["modality"].string == "CT" }
    let report = try #require(other.first { $0["modality"].string == "SR" })
    // What the report says of her image leads to it, of his to nothing here, and of another study where it did.
    let references = report["references"].items.compactMap(\.string)
    #expect(references.count == 3 && references[2] == "1.2.826.0.1.3680043.10.999.5")
    #expect(images.contains { $0["instance"].string == references[0] })
    #expect(!files.contains { $0["instance"].string == references[1] } && references[1].hasPrefix("2.25."))
    #expect(report["evidence"].items.map(\.string) == [report["study"].string, images[0]["series"].string])

    let records = names(in: sites.ch2.folder("records")).filter { $0.hasPrefix(parcel) }
    #expect(records.count == 2)
    let trace = try sites.ch2.succeed("trace", parcel)
    #expect(trace.contains("split") && trace.contains(hers.localID) && trace.contains("two patients on one CD"))
    let audit = try sites.ch2.list("audit", "--patient", hers.localID)
    #expect(audit.items.contains { $0["what"].string == "split" }, "\(audit)")
  }

  @Test func whatIsRejectedIsNotImportedAndItsSenderReadsWhy() throws {
    let (sites, uid, parcel) = try held(["import.layout": "\"flat\""])
    try sites.ch2.succeed(
      "worklist", "split", parcel, "1=\(his.localID)", "2=reject", "--reason", "she is not our patient")
    try sites.exchangeOnce()
    try sites.expectInOrder()
    #expect(try Set(sites.ch2.imported().compactMap { $0.elements["PatientID"] }) == [his.localID])
    let ledger = try sites.ch2.ledger()["in"]
    #expect(ledger["imported"].int == 3 && ledger["left_out"].int == 3)
    let sent = try #require(try sites.ch1.parcels().first)
    #expect(sent["state"].string == "delivered" && sent["code"].string == "left-out")
    let shown = try sites.ch1.succeed("queue", "show", try #require(sent["id"].string))
    #expect(shown.contains("3 of 6 images were not imported: she is not our patient"), "\(shown)")
    #expect(try sites.ch1.succeed("trace", uid).contains("the others were left out there"))

    // Taken back, all of it waits again, and nothing is left of it.
    try sites.ch2.succeed("worklist", "undo", parcel, "--reason", "she is, after all")
    try sites.exchangeOnce()
    #expect(names(in: sites.ch2.folder("import")).isEmpty)
    try sites.expectInOrder()
    try sites.ch2.succeed("worklist", "split", parcel, "1=\(his.localID)", "2=\(hers.localID)", "--reason", "both ours")
    try sites.exchangeOnce()
    #expect(try sites.ch2.imported().count == 6)
    try sites.expectInOrder()
  }

  /// A report with the identification of image 4 that names images 4 and 1, and one of another study.
  private static let report = #"""
    import json, os, sys
    from pydicom import dcmread
    from pydicom.dataset import Dataset
    from pydicom.sequence import Sequence
    from pydicom.uid import ExplicitVRLittleEndian
    folder = json.load(open(sys.argv[1]))[0]
    ds = dcmread(os.path.join(folder, "IM000004"))
    uid = ds.StudyInstanceUID
    for keyword in ("PixelData", "Rows", "Columns", "SamplesPerPixel", "PhotometricInterpretation", "BitsAllocated",
        "BitsStored", "HighBit", "PixelRepresentation", "RescaleIntercept", "RescaleSlope"):
      delattr(ds, keyword)
    ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.88.22"
    ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = uid + ".2.1"
    ds.SeriesInstanceUID, ds.Modality, ds.SeriesNumber, ds.InstanceNumber = uid + ".2", "SR", 2, 1
    ds.ValueType, ds.ContinuityOfContent = "CONTAINER", "SEPARATE"
    def image(uid):
      item, reference = Dataset(), Dataset()
      reference.ReferencedSOPClassUID, reference.ReferencedSOPInstanceUID = "1.2.840.10008.5.1.4.1.1.2", uid
      item.RelationshipType, item.ValueType, item.ReferencedSOPSequence = "CONTAINS", "IMAGE", Sequence([reference])
      return item
    ds.ContentSequence = Sequence([image(uid + ".1.4"), image(uid + ".1.1"), image("1.2.826.0.1.3680043.10.999.5")])
    def evidence(study, images):
      item, series = Dataset(), Dataset()
      series.SeriesInstanceUID = study + ".1"
      series.ReferencedSOPSequence = Sequence([image(uid).ReferencedSOPSequence[0] for uid in images])
      item.StudyInstanceUID, item.ReferencedSeriesSequence = study, Sequence([series])
      return item
    ds.CurrentRequestedProcedureEvidenceSequence = Sequence([evidence(uid, [uid + ".1.4", uid + ".1.1"])])
    ds.PertinentOtherEvidenceSequence = Sequence([evidence("1.2.826.0.1.3680043.10.999", ["1.2.826.0.1.3680043.10.999.5"])])
    ds.save_as(os.path.join(folder, "SR000001"), write_like_original=False)
    json.dump([], sys.stdout)
    """#

  /// What lies in the import folder, each file held against the one that it came from.
  private static let reading = #"""
    import json, os, re, subprocess, sys
    from pydicom import dcmread
    def files(folder):
      return sorted(os.path.join(p, n) for p, _, names in os.walk(folder) for n in names if n != "README")
    def key(ds): return ds.get("PixelData", ds.Modality)
    def errors(path):
      if not os.path.exists("/usr/bin/dciodvfy"): return set()
      lines = subprocess.run(["/usr/bin/dciodvfy", path], capture_output=True, text=True).stderr.splitlines()
      return {re.sub("[0-9.]{10,}", "#", line) for line in lines if line.startswith("Error")}
    folders = json.load(open(sys.argv[1]))
    originals = {key(dcmread(p)): p for p in files(folders["originals"])}
    read = []
    for path in files(folders["import"]):
      ds, source = dcmread(path), originals[key(dcmread(path))]
      old = dcmread(source)
      # dciodvfy takes what the record tells of the past for references of the present.
      found, past = errors(path) - errors(source), {}
      if found:
        del (now := dcmread(path)).OriginalAttributesSequence
        now.save_as(path + ".now")
        past = {e for e in found if "Referenced SOP Instance is not listed" in e} - errors(path + ".now")
        os.remove(path + ".now")
      problems, renamed = [f"{source}: {e}" for e in found if e not in past], []
      record = ds.OriginalAttributesSequence[-1].ModifiedAttributesSequence[0]
      for keyword in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "ContentSequence",
          "CurrentRequestedProcedureEvidenceSequence"):
        if ds.get(keyword) == old.get(keyword):
          if keyword in record: problems.append(f"{keyword} is recorded, and did not change")
        else:
          renamed.append(keyword)
          if record.get(keyword) != old.get(keyword): problems.append(f"{keyword} is not recorded as it was")
      evidence = [e for e in ds.get("CurrentRequestedProcedureEvidenceSequence", [])]
      read.append({"path": path, "patient": ds.PatientID, "study": ds.StudyInstanceUID, "series": ds.SeriesInstanceUID,
        "instance": ds.SOPInstanceUID, "meta": ds.file_meta.MediaStorageSOPInstanceUID, "modality": ds.Modality,
        "renamed": renamed, "problems": problems,
        "references": [i.ReferencedSOPSequence[0].ReferencedSOPInstanceUID for i in ds.get("ContentSequence", [])],
        "evidence": [u for e in evidence for u in (e.StudyInstanceUID, e.ReferencedSeriesSequence[0].SeriesInstanceUID)]})
    json.dump(read, sys.stdout)
    """#
}
