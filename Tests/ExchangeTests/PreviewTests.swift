import Foundation
import SystemPackage
import Testing

/// Pictures of what waits for a person.
@Suite struct PreviewTests {
  private static let files = FilePath("/usr/lib/python3/dist-packages/pydicom/data/test_files")

  /// Each sample is a study of its own: which tool shows it, with which window; nil: none can.
  private static let samples = [
    "CT_small.dcm": ("dcmj2pnm", ["--min-max-window"]), "SC_rgb_jpeg_dcmtk.dcm": ("dcmj2pnm", []),
    "JPGExtended.dcm": ("dcmj2pnm", ["--scale-y-size", "512", "--min-max-window"]),
    "MR_small_jpeg_ls_lossless.dcm": ("dcml2pnm", ["--use-window", "1"]), "test-SR.dcm": nil, "693_J2KI.dcm": nil,
  ]

  @Test func everyWaitingStudyHasPicturesUntilItIsDecided() throws {
    let sites = try TwoSites(["source.quiet": "\"0s\""])
    try sites.ch2.load([Person(31)])
    let drop = sites.ch1.folder("export/ch2")
    for name in Self.samples.keys {
      try FileManager.default.copyItem(
        atPath: Self.files.appending(name).string, toPath: drop.appending(name).string)
    }
    try sites.ch1.succeed("collect", "--once")
    try sites.ch1.succeed("ship", "--once")
    try sites.ch2.succeed("receive", "--once")
    let waiting = try sites.ch2.list("worklist", "list").items
    try #require(waiting.count == Self.samples.count)
    let samples = try samplesByStudy()
    var shown = 0
    for study in waiting {
      let id = try #require(study["id"].string)
      let card = try #require(Document(parsing: sites.ch2.succeed("worklist", "show", id, "--json")))
      let folder = FilePath(try #require(card["previewFolder"].string))
      #expect(folder == sites.ch2.folder("hold/inbound").appending(id).appending("preview"))
      let picture = card["preview"]["pictures"][0]
      let original = FilePath(try #require(samples[study["study"].string ?? ""]))
      guard let (tool, window) = Self.samples[original.lastComponent?.string ?? ""] ?? nil else {
        #expect(picture["file"].string == nil)
        #expect(picture["problem"].string != nil)
        continue
      }
      shown += 1
      let file = folder.appending(try #require(picture["file"].string, "\(original): \(picture["problem"])"))
      #expect(try sites.ch2.succeed("worklist", "show", id).contains(file.string))
      // DCMTK by hand.
      let words = ["--write-png", "--meta-none", "--frame", "\(picture["frame"].int ?? 0)"] + window
      let oracle = try sites.workFolder().appending("oracle.png")
      try Command.succeed("/usr/bin/\(tool)", words + [original.string, oracle.string])
      #expect(
        FileManager.default.contents(atPath: file.string) == FileManager.default.contents(atPath: oracle.string),
        "\(original)")
    }
    #expect(shown == 4)

    for study in waiting {
      let id = try #require(study["id"].string)
      try sites.ch2.succeed("worklist", "reject", id, "--reason", "only a test")
    }
    try sites.ch2.succeed("receive", "--once")
    #expect(names(in: sites.ch2.folder("hold/inbound")) == [])
    #expect(names(in: sites.ch2.folder("unpack")) == [])
    try sites.expectInOrder()
  }

  /// What decodes may read its one file, and nothing else of anybody.
  @Test(arguments: [
    "cat /etc/passwd", "ls /", "touch \"$0.new\"", "echo x >\"$0\"", "rm \"$0\"", "kill -0 $PPID",
    "cat /proc/self/status", "exec 3<>/dev/tcp/127.0.0.1/9", "cat \"$0.secret\"",
  ])
  func whatDecodesIsConfined(words: String) throws {
    let scratch = try Scratch()
    let file = scratch.path.appending("image.dcm")
    try "an image".write(toFile: file.string, atomically: true, encoding: .utf8)
    try "a key".write(toFile: file.string + ".secret", atomically: true, encoding: .utf8)
    func confined(_ words: String) throws -> Printed {
      let pipe =
        "\"$1\" confine --read \"$2\" -- /bin/bash -c \"$3\" \"$2\" 2>/dev/null | cat; exit \"${PIPESTATUS[0]}\""
      return try Command.run("/bin/bash", ["-c", pipe, "bash", Command.studypost, file.string, words])
    }
    let allowed = try confined("cat \"$0\"")
    #expect(allowed.status == 0)
    #expect(allowed.output == "an image")
    let forbidden = try confined(words)
    #expect(forbidden.status != 0)
    #expect(forbidden.output == "")
    #expect(try text(file) == "an image")
    #expect(names(in: scratch.path) == ["image.dcm", "image.dcm.secret"])
  }

  /// The names of the samples by their study.
  private func samplesByStudy() throws -> [String: String] {
    let program = """
      import json, pydicom, sys
      files = json.load(open(sys.argv[1]))
      print(json.dumps({pydicom.dcmread(f, force=True).StudyInstanceUID: f for f in files}))
      """
    let paths = Self.samples.keys.map { Self.files.appending($0).string }
    return try Command.python(program, paths).members.compactMapValues(\.string)
  }
}
