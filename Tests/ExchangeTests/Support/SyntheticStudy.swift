import Foundation
import SystemPackage
import Testing

/// A study to be made: CT images of noise.
struct SyntheticStudy {
  var uid = SyntheticStudy.newUID()
  var person: Person
  /// (0040,1010); nil: absent.
  var recipient: String?
  var instances = 3
  /// The number of the first one: a supplement goes on where the study ended.
  var first = 1
  /// Rows and columns of 16-bit pixels.
  var side = 16
  /// Other elements by keyword; an empty text removes the element.
  var elements: [String: String] = [:]

  /// A UID made of a random number (PS3.5 B.2).
  static func newUID() -> String { "2.25.\(UInt64.random(in: 1 << 60...UInt64.max))" }

  /// Writes the studies, each into a folder of its own named by its UID.
  static func make(
    _ studies: [SyntheticStudy], in folder: FilePath, _ location: SourceLocation = #_sourceLocation
  ) throws -> [MadeFile] {
    let input = studies.map { study -> [String: Any] in
      [
        "folder": folder.appending(study.uid).string, "uid": study.uid, "instances": study.instances,
        "first": study.first, "side": study.side, "elements": study.elements,
        "recipient": study.recipient ?? "", "name": "\(study.person.family)^\(study.person.given)",
        "id": "REMOTE-\(study.person.localID)", "national": study.person.nationalID, "birth": study.person.birthDate,
        "sex": study.person.sex,
      ]
    }
    return try Command.python(program, input, location).items.map {
      MadeFile(
        path: FilePath(try #require($0["path"].string)), study: try #require($0["study"].string),
        instance: try #require($0["instance"].string), sha256: try #require($0["sha256"].string),
        pixels: try #require($0["pixels"].string))
    }
  }

  private static let program = #"""
    import hashlib, json, os, sys
    from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
    from pydicom.sequence import Sequence
    from pydicom.uid import ExplicitVRLittleEndian
    made = []
    for study in json.load(open(sys.argv[1])):
      os.makedirs(study["folder"], exist_ok=True)
      for n in range(study["first"], study["first"] + study["instances"]):
        meta = FileMetaDataset()
        meta.TransferSyntaxUID = ExplicitVRLittleEndian
        meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
        meta.MediaStorageSOPInstanceUID = f"{study['uid']}.1.{n}"
        path = os.path.join(study["folder"], f"IM{n:06d}")
        ds = FileDataset(path, {}, file_meta=meta, preamble=bytes(128))
        ds.is_little_endian, ds.is_implicit_VR = True, False
        ds.SpecificCharacterSet = "ISO_IR 100"
        ds.SOPClassUID, ds.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
        ds.StudyInstanceUID, ds.SeriesInstanceUID = study["uid"], study["uid"] + ".1"
        ds.StudyDate, ds.StudyTime, ds.Modality, ds.StudyID = "20240229", "101500", "CT", "1"
        ds.AccessionNumber, ds.StudyDescription = "REMOTE-A1", "Synthetic noise"
        ds.ReferringPhysicianName = "Referrer^Synthetic"
        ds.PatientName, ds.PatientID, ds.IssuerOfPatientID = study["name"], study["id"], "SENDER"
        ds.PatientBirthDate, ds.PatientSex = study["birth"], study["sex"]
        other, issuer = Dataset(), Dataset()
        other.PatientID, other.TypeOfPatientID = study["national"], "TEXT"
        other.IssuerOfPatientID = "2.16.840.1.113883.3.6777.5.1"
        issuer.UniversalEntityID, issuer.UniversalEntityIDType = "2.16.840.1.113883.3.6777.5.1", "ISO"
        other.IssuerOfPatientIDQualifiersSequence = Sequence([issuer])
        ds.OtherPatientIDsSequence = Sequence([other])
        if study["recipient"]: ds.NamesOfIntendedRecipientsOfResults = study["recipient"]
        ds.SeriesNumber, ds.InstanceNumber = 1, n
        ds.Rows = ds.Columns = study["side"]
        ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
        ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 16, 15, 0
        ds.RescaleIntercept, ds.RescaleSlope = 0, 1
        ds.PixelData = os.urandom(2 * study["side"] ** 2)
        ds["PixelData"].VR = "OW"
        for keyword, value in study["elements"].items():
          if value: setattr(ds, keyword, value)
          elif keyword in ds: delattr(ds, keyword)
        ds.save_as(path, write_like_original=False)
        made.append({"path": path, "study": study["uid"], "instance": f"{study['uid']}.1.{n}",
          "sha256": hashlib.sha256(open(path, "rb").read()).hexdigest(),
          "pixels": hashlib.sha256(ds.PixelData).hexdigest()})
    json.dump(made, sys.stdout)
    """#
}

/// One instance that was made, where it lay before it was dropped.
struct MadeFile {
  let path: FilePath
  let study: String
  let instance: String
  let sha256: String
  /// The SHA-256 of the pixel data.
  let pixels: String
}

/// One instance in an import folder, as pydicom reads it.
struct ImportedFile {
  let path: FilePath
  let study: String
  let instance: String
  let pixels: String
  /// Some elements by keyword, as text; absent ones are missing.
  let elements: [String: String]
  /// (0010,1002): identifier and issuer, `ID@ISSUER`.
  let otherIDs: [String]
  /// The last item of (0400,0561): what it says, and the attributes that it keeps, by keyword.
  let original: [String: String]

  static func read(_ files: [FilePath], _ location: SourceLocation) throws -> [ImportedFile] {
    try Command.python(program, files.map(\.string), location).items.map { file in
      ImportedFile(
        path: FilePath(try #require(file["path"].string)), study: file["study"].string ?? "",
        instance: file["instance"].string ?? "", pixels: file["pixels"].string ?? "",
        elements: file["elements"].members.compactMapValues(\.string),
        otherIDs: file["others"].items.compactMap(\.string),
        original: file["original"].members.compactMapValues(\.string))
    }
  }

  private static let program = #"""
    import hashlib, json, sys
    from pydicom import dcmread
    def texts(ds): return {e.keyword: str(e.value) for e in ds if e.VR not in ("SQ", "OW", "OB") and e.keyword}
    read = []
    for path in json.load(open(sys.argv[1])):
      ds = dcmread(path)
      original = {}
      if ds.get("OriginalAttributesSequence"):
        item = ds.OriginalAttributesSequence[-1]
        original = texts(item) | texts(item.ModifiedAttributesSequence[0])
      read.append({"path": path, "study": ds.StudyInstanceUID, "instance": ds.SOPInstanceUID,
        "pixels": hashlib.sha256(ds.get("PixelData", b"")).hexdigest(), "elements": texts(ds), "original": original,
        "others": [f"{i.get('PatientID')}@{i.get('IssuerOfPatientID')}" for i in ds.get("OtherPatientIDsSequence", [])]})
    json.dump(read, sys.stdout)
    """#
}
