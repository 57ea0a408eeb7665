import SystemPackage
import Testing

/// A parcel made by hand, with the tools that anybody has and ch1's own keys, and one thing wrong in it.
struct Forgery {
  var id: String
  /// What is wrong; the program below knows what to do.
  let trick: String
  /// The word with which it must be refused; nil: it is in order.
  let refusal: String?

  init(_ trick: String, _ refusal: String?) {
    id = Forgery.newID()
    self.trick = trick
    self.refusal = refusal
  }

  /// A UUID of version 7.
  static func newID() -> String {
    let digits = "0123456789abcdef"
    func random(_ count: Int) -> String { String((0..<count).map { _ in digits.randomElement() ?? "0" }) }
    return "01939d3e-\(random(4))-7\(random(3))-8\(random(3))-\(random(12))"
  }

  static let all: [Forgery] = [
    Forgery("nothing", nil),
    Forgery("key of somebody else", "signature"),
    Forgery("signed as a receipt", "signature"),
    Forgery("manifest changed after signing", "signature"),
    Forgery("bit flipped in the payload", "digest"),
    Forgery("payload cut short", "digest"),
    Forgery("payload longer", "digest"),
    Forgery("for another hospital", "recipient"),
    Forgery("encrypted to somebody else", "recipient"),
    Forgery("sent by another hospital", "sender"),
    Forgery("further file in the folder", "folder"),
    Forgery("payload is a symbolic link", "folder"),
    Forgery("manifest is no manifest", "manifest"),
    Forgery("member ../../escaped", "contents"),
    Forgery("member with an absolute path", "contents"),
    Forgery("member is a symbolic link", "contents"),
    Forgery("member is a hard link", "contents"),
    Forgery("member is a pipe", "contents"),
    Forgery("member not announced", "contents"),
    Forgery("member missing", "contents"),
    Forgery("members in another order", "contents"),
    Forgery("member has another digest", "contents"),
    Forgery("member is no DICOM", "contents"),
    Forgery("member has another UID", "contents"),
    Forgery("member of another study", "contents"),
    Forgery("encryption cut short", "contents"),
    Forgery("bytes after the encryption", "contents"),
    Forgery("bytes after the archive", "contents"),
    Forgery("more bytes than announced", "contents"),
    Forgery("no contents.json", "contents"),
    Forgery("unknown filter", "contents"),
  ]

  /// Makes the parcels of one study of two instances.
  static func make(
    _ forgeries: [Forgery], of made: [MadeFile], in folder: FilePath, _ sites: TwoSites,
    _ location: SourceLocation = #_sourceLocation
  ) throws {
    let stranger = folder.appending("stranger")
    try Command.shell(
      "ssh-keygen -q -t ed25519 -N '' -f \"$1\"; age-keygen -o \"$1.age\" 2>/dev/null", [stranger.string])
    let publicKey = { (file: FilePath) in
      try Command.shell("age-keygen -y \"$1\"", [file.string]).split(separator: "\n").joined()
    }
    let report = try Command.python(
      program,
      [
        "folder": folder.string, "escape": sites.scratch.path.appending("escaped").string, "study": made[0].study,
        "dicom": made.map(\.path.string), "key": sites.ch1.root.appending("keys/signing_ed25519").string,
        "stranger": stranger.string, "recipient": try publicKey(sites.ch2.root.appending("keys/age.key")),
        "other": try publicKey(FilePath(stranger.string + ".age")),
        "parcels": forgeries.map { ["id": $0.id, "trick": $0.trick] },
      ], location)
    #expect(report["made"].int == forgeries.count, sourceLocation: location)
  }

  private static let program = #"""
    import hashlib, io, json, os, subprocess, sys, tarfile
    from pydicom import dcmread
    job = json.load(open(sys.argv[1]))
    sha = lambda data: hashlib.sha256(data).hexdigest()
    def pipe(data, *command): return subprocess.run(command, input=data, capture_output=True, check=True).stdout
    def changed(data, **elements):
      ds = dcmread(io.BytesIO(data))
      for keyword, value in elements.items(): setattr(ds, keyword, value)
      out = io.BytesIO(); ds.save_as(out); return out.getvalue()
    used = set()
    for parcel in job["parcels"]:
      trick = parcel["trick"]
      def when(name, wrong, right=None):
        if trick != name: return right
        used.add(name)
        return wrong() if callable(wrong) else wrong
      files = [open(path, "rb").read() for path in job["dicom"]]
      uids = [str(dcmread(io.BytesIO(f)).SOPInstanceUID) for f in files]
      files[0] = when("member is no DICOM", b"GIF89a" * 100, files[0])
      files[0] = when("member has another UID", lambda: changed(files[0], SOPInstanceUID="1.2.3.4"), files[0])
      files[0] = when("member of another study", lambda: changed(files[0], StudyInstanceUID="1.2.3.4"), files[0])
      instances = [{"file": f"dicom/{n + 1:08d}.dcm", "sopInstanceUID": uids[n],
        "sopClassUID": "1.2.840.10008.5.1.4.1.1.2", "seriesInstanceUID": job["study"] + ".1",
        "transferSyntaxUID": "1.2.840.10008.1.2.1", "bytes": len(f), "sha256": sha(f)} for n, f in enumerate(files)]
      when("member has another digest", lambda: instances[0].update(sha256=sha(b"")))
      when("unknown filter", lambda: instances[0].update(filter="rot13"))
      contents = json.dumps({"format": "studypost-contents/1", "study": job["study"], "part": "complete",
        "closedBy": {"rule": "quiet", "seconds": 1}, "route": {"rule": "(0040,1010)", "value": "CH2"},
        "instances": instances}).encode()
      plain = [(None, "contents.json", contents)] + [(None, i["file"], f) for i, f in zip(instances, files)]
      expanded = sum(len(data) for _, _, data in plain)
      when("no contents.json", lambda: plain.pop(0))
      when("member missing", lambda: plain.pop())
      when("members in another order", lambda: plain.reverse())
      when("member not announced", lambda: plain.append((None, "dicom/00000003.dcm", b"x")))
      when("member ../../escaped", lambda: plain.append((None, "../../escaped", b"x")))
      when("member with an absolute path", lambda: plain.append((None, job["escape"], b"x")))
      when("member is a symbolic link", lambda: plain.insert(1, (tarfile.SYMTYPE, "dicom/00000001.dcm", job["escape"])))
      when("member is a hard link", lambda: plain.insert(2, (tarfile.LNKTYPE, "dicom/00000002.dcm", "contents.json")))
      when("member is a pipe", lambda: plain.insert(1, (tarfile.FIFOTYPE, "dicom/00000001.dcm", "")))
      out = io.BytesIO()
      tar = tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT)
      for kind, name, data in plain:
        info = tarfile.TarInfo(name)
        info.mode = 0o640
        if kind is None: info.size = len(data); tar.addfile(info, io.BytesIO(data))
        else: info.type, info.linkname = kind, data; tar.addfile(info)
      tar.close()
      packed = pipe(out.getvalue(), "zstd", "-q", "-c") + when("bytes after the archive", b"appended", b"")
      payload = pipe(packed, "age", "-r", when("encrypted to somebody else", job["other"], job["recipient"]))
      payload = when("encryption cut short", lambda: payload[:-40], payload)
      payload = payload + when("bytes after the encryption", b"appended", b"")
      manifest = {"format": "studypost-parcel/1", "parcel": parcel["id"],
        "sender": when("sent by another hospital", "ch3", "ch1"),
        "recipient": when("for another hospital", "ch3", "ch2"), "sequence": 1, "created": "2026-01-01T00:00:00Z",
        "instances": 2, "expanded": when("more bytes than announced", 3000, expanded),
        "payload": {"name": "payload.tar.zst.age", "bytes": len(payload), "sha256": sha(payload)}}
      text = when("manifest is no manifest", b'{"format":"studypost-parcel/9"}', json.dumps(manifest).encode())
      signature = pipe(text, "ssh-keygen", "-Y", "sign", "-q", "-f", when("key of somebody else", job["stranger"], job["key"]),
        "-n", when("signed as a receipt", "receipt@studypost", "parcel@studypost"))
      text = when("manifest changed after signing", text.replace(b'"sequence": 1', b'"sequence": 2'), text)
      middle = len(payload) // 2
      payload = when("bit flipped in the payload",
        lambda: payload[:middle] + bytes([payload[middle] ^ 4]) + payload[middle + 1:], payload)
      payload = when("payload cut short", lambda: payload[:-1], payload)
      payload = when("payload longer", lambda: payload + b"x", payload)
      folder = os.path.join(job["folder"], parcel["id"])
      os.mkdir(folder)
      for name, data in (("manifest.json", text), ("manifest.json.sig", signature), ("payload.tar.zst.age", payload)):
        open(os.path.join(folder, name), "wb").write(data)
      when("further file in the folder", lambda: open(os.path.join(folder, "run.sh"), "w").close())
      if when("payload is a symbolic link", True, False):
        path = os.path.join(folder, "payload.tar.zst.age")
        os.rename(path, folder + ".payload"); os.symlink(folder + ".payload", path)
    tricks = {p["trick"] for p in job["parcels"]} - {"nothing"}
    if tricks - used: sys.exit(f"unknown tricks: {tricks - used}")
    json.dump({"made": len(job["parcels"])}, sys.stdout)
    """#
}
