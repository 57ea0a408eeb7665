import Foundation
import SystemPackage
import Testing

/// Every file of pydicom's `test_files` and `charset_files`, whatever its name, in groups that can travel together: in no
/// group are two files with the same SOP Instance UID and different bytes.
enum Corpus {
  struct File {
    let path: FilePath
    /// Below pydicom's data folder.
    let name: String
    let sha256: String
    /// pydicom reads it without being forced to, and it has the four UIDs of an instance of a study.
    let isInstance: Bool
  }

  static let groups: [[File]] = {
    guard let found = try? Command.python(program, []) else { return [] }
    return found.items.map { group in
      group.items.map {
        File(
          path: FilePath($0["path"].string ?? ""), name: $0["name"].string ?? "", sha256: $0["sha256"].string ?? "",
          isInstance: $0["instance"].bool ?? false)
      }
    }
  }()

  /// pydicom does not get past the stray byte in front of `no_meta.dcm`.
  private static let reader = #"""
    import io, pydicom
    def read(path):
      raw = open(path, "rb").read()
      return pydicom.dcmread(io.BytesIO(raw[1:] if path.endswith("no_meta.dcm") else raw), force=True)

    """#

  private static let program =
    reader + #"""
      import hashlib, json, os, sys
      data = os.path.join(os.path.dirname(pydicom.__file__), "data")
      groups, seen = [], []
      for top in ("test_files", "charset_files"):
        for folder, folders, files in os.walk(os.path.join(data, top)):
          folders.sort()
          for name in sorted(files):
            path = os.path.join(folder, name)
            digest = hashlib.sha256(open(path, "rb").read()).hexdigest()
            try: uid = read(path).get("SOPInstanceUID")
            except Exception: uid = None
            try:
              ds = pydicom.dcmread(path)
              whole = all(ds.get(k) for k in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "SOPClassUID"))
              ds.decode()
            except Exception: whole = False
            at = 0
            while at < len(seen) and uid and seen[at].get(uid, digest) != digest: at += 1
            if at == len(seen): groups.append([]); seen.append({})
            if uid: seen[at][uid] = digest
            groups[at].append({"path": path, "name": os.path.relpath(path, data), "sha256": digest, "instance": whole})
      json.dump(groups, sys.stdout)
      """#

  /// Compares originals with imported files; prints what is wrong, and how many pixel data elements were compared.
  static func compare(_ pairs: [(original: FilePath, imported: FilePath)]) throws -> Document {
    try Command.python(comparison, pairs.map { [$0.original.string, $0.imported.string] })
  }

  private static let comparison =
    reader + #"""
      import json, sys
      from pydicom import dcmread
      from pydicom.tag import Tag
      # What reconciliation may change; (0008,0005) with it, where the local name does not fit the file's character set.
      COERCED = {Tag(t) for t in (0x00100010, 0x00100020, 0x00100021, 0x00100024, 0x00100030, 0x00100040, 0x00101002,
        0x00080050, 0x00080051, 0x00400275, 0x00401001, 0x00321060, 0x00321064, 0x00380010, 0x00080015, 0x04000600,
        0x04000561, 0xFFFAFFFA, 0x4FFE0001)}
      wrong, pixels = [], 0
      for one, other in json.load(open(sys.argv[1])):
        old, new = read(one), dcmread(other)
        if old.file_meta.get("TransferSyntaxUID", new.file_meta.TransferSyntaxUID) != new.file_meta.TransferSyntaxUID:
          wrong.append(f"{one}: the transfer syntax differs")
        for tag in sorted(set(old.keys()) | set(new.keys())):
          if tag in COERCED or tag.element == 0: continue
          if (tag in old) != (tag in new): wrong.append(f"{one}: {tag} is in one of both"); continue
          a, b = old.get_item(tag), new.get_item(tag)
          if tag == 0x7FE00010:
            pixels += 1
            if a.value != b.value: wrong.append(f"{one}: the pixel bytes differ")
          elif getattr(a, "is_raw", False) and getattr(b, "is_raw", False) and a.value == b.value: pass
          elif old[tag].value != new[tag].value: wrong.append(f"{one}: {tag} differs")
        if new.get("InstanceOriginStatus") != "IMPORTED": wrong.append(f"{one}: it does not say that it was imported")
      json.dump({"wrong": wrong, "pixels": pixels}, sys.stdout)
      """#
}
