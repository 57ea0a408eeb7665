import Glibc
import IntakeRecipes
import Spool
import SystemPackage
import Testing

/// Something that a PACS, a CD or a person puts into the source, and what is to become of it.
struct Case: Sendable, CustomTestStringConvertible {
  /// What becomes of what was put there.
  enum Outcome: Sendable, Equatable {
    /// So many instances are imported, byte for byte as they were until they were coerced.
    case imported(Int = 1)
    /// Carried byte for byte and held at the receiver for this besides the unknown patient; a person who accepts it has it
    /// imported.
    case heldThere(String)
    /// Held here for a person, with this code.
    case heldHere(String)
    /// Held where it lies.
    case unfinished
    /// In quarantine here, with this code.
    case quarantined(String)
    /// It stays where it is, and nobody is told.
    case left
    /// It stays where it is, with an alert of this code.
    case told(String)
  }

  let kind: String
  let name: String
  /// Below the source; `*` is a folder of the case's own.
  var place = "ch2/*"
  let outcome: Outcome
  /// What becomes of it says where it lies or how it is called, not what is in it.
  var isAboutPlace = false
  let make: @Sendable (Put) throws -> Void

  var testDescription: String { "\(kind): \(name)" }

  static let all: [Case] =
    recipes + syntaxes + names + places + rubbish + beginnings + torsos + several + things

  // MARK: Files of the field

  static let recipes = Recipe.all.map { recipe in
    let outcome: Outcome =
      switch recipe.outcome {
      case .imported, .doubted: .imported()
      case .held(let code): .heldThere(code)
      case .unfinished: .unfinished
      }
    return Case(kind: recipe.kind, name: recipe.variant, outcome: outcome) {
      try $0.file("IM1", recipe.make($0.subject))
    }
  }

  static let syntaxes = Syntax.allCases.map { syntax in
    Case(kind: "syntax", name: "\(syntax)", outcome: .imported()) { try $0.file("IM1", Image(syntax, $0.subject).file) }
  }

  // MARK: Names

  private static func name(_ name: String, _ bytes: [UInt8], _ outcome: Outcome = .imported()) -> Case {
    Case(kind: "name", name: name, outcome: outcome, isAboutPlace: true) { try $0.file(bytes, $0.image) }
  }

  static let names = [
    name("UTF-8", Array("Müller – 画像 😀.dcm".utf8)),
    name("Latin-1", [0x4D, 0xFC, 0x6C, 0x6C]),
    name("no encoding at all", [0xFF, 0xFE, 0x80]),
    name("255 bytes", Array(repeating: 0x61, count: 255)),
    name("a line break and an escape", Array("1\n\u{1b}[31m".utf8)),
    name("right to left", Array("\u{202e}mcd.1".utf8)),
    name("what a shell minds", Array("$(x)`'\"\\;&".utf8)),
    name("a blank", [0x20]),
    name("like a text of ours", Array("bytes:x".utf8)),
    name("like an option", Array("-rf".utf8)),
    name("of a text", Array("letter.txt".utf8)),
    name("of a program", Array("VIEWER.EXE".utf8)),
    name("like a medium's index, but not it", Array("DICOMDIR2".utf8)),
    name("README, and an image", Array("README".utf8)),
    name("hidden", Array(".IM1".utf8), .left),
    name("a copy in progress", Array("IM1.part".utf8), .left),
    name("a copy in progress of a browser", Array("IM1.crdownload".utf8), .left),
    name("what an editor keeps", Array("IM1~".utf8), .left),
  ]

  // MARK: Places

  private static func place(
    _ name: String, _ place: String, _ outcome: Outcome = .imported(), to recipient: String? = nil
  ) -> Case {
    Case(kind: "place", name: name, place: place, outcome: outcome, isAboutPlace: true) {
      try $0.file("IM1", $0.image(to: recipient))
    }
  }

  static let places = [
    place("the partner's folder", "ch2/*"),
    place("the partner's folder in capitals", "CH2/*"),
    place("the partner's folder, mixed", "Ch2/*"),
    place("twenty deep", "ch2/*/" + Array(repeating: "d", count: 20).joined(separator: "/")),
    place("too deep", "ch2/*/" + Array(repeating: "d", count: 70).joined(separator: "/"), .told("source-passed-over")),
    place("plain, named in the element", "*", to: "CH2"),
    place("plain, a token among others", "*", to: "Doe^John\\ch2"),
    place("plain, nobody named", "*", .heldHere("no-recipient")),
    place("plain, an unknown name", "*", .heldHere("unknown-recipient"), to: "ELSEWHERE"),
    place("a folder of no partner", "ch9/*", .heldHere("no-recipient")),
    place("a folder of no partner, named in the element", "ch8/*", to: "CH2"),
    place("a folder whose name has another encoding", "ch2/*/%FC"),
    place("in what a Mac keeps", "ch2/*/__MACOSX", .left),
    place("in a hidden folder", "ch2/*/.hidden", .left),
  ]

  // MARK: What is not an instance

  private static func other(
    _ name: String, _ file: String, _ bytes: [UInt8], _ outcome: Outcome = .quarantined("not-dicom")
  ) -> Case {
    Case(kind: "rubbish", name: name, outcome: outcome, isAboutPlace: true) { try $0.file(file, bytes) }
  }

  static let rubbish =
    [
      "DICOMDIR", "dicomdir", "DICOMDIR.", "DICOMDIR;1", "AUTORUN.INF", "Thumbs.db", ".DS_Store", "desktop.ini",
      "._IM1",
    ]
    .map { other($0, $0, Array("not DICOM".utf8), .left) }
    + [
      other("README", "README", Array("for people".utf8), .left),
      other("a text", "letter.txt", Array("Dear colleague".utf8)),
      other("a page", "INDEX.HTM", Array("<html></html>".utf8)),
      other("a program", "VIEWER.EXE", Array("MZ".utf8) + [UInt8](repeating: 0x90, count: 4000)),
      other("a JPEG", "1.jpg", [0xFF, 0xD8, 0xFF, 0xE0] + [UInt8](repeating: 0x55, count: 4000)),
      other("a PDF", "report.pdf", Array("%PDF-1.4\n".utf8) + [UInt8](repeating: 0x20, count: 4000)),
      other("an archive", "study.zip", Array("PK\u{3}\u{4}".utf8) + [UInt8](repeating: 0x11, count: 4000)),
      other("a page of XML", "x.xml", Array("<?xml version=\"1.0\"?><a/>".utf8)),
      other("zeros", "zeros", [UInt8](repeating: 0, count: 100_000)),
      other("ones", "ones", [UInt8](repeating: 0xFF, count: 100_000)),
      other("one byte", "x", [7]),
      other("empty", "IM1", [], .unfinished),
    ]

  // MARK: Beginnings and ends

  private static func image(
    _ name: String, _ outcome: Outcome = .imported(), _ change: @escaping @Sendable ([UInt8], Put) -> [UInt8]
  ) -> Case {
    Case(kind: "form", name: name, outcome: outcome) { try $0.file("IM1", change($0.image, $0)) }
  }

  static let beginnings = [
    image("a program in the preamble") { bytes, _ in Array("MZ".utf8) + bytes.dropFirst(2) },
    image("a shell script in the preamble") { bytes, _ in Array("#!/bin/sh\nexit\n".utf8) + bytes.dropFirst(15) },
    image("no Study Instance UID", .quarantined("no-uid")) { _, put in
      var subject = put.subject
      subject.study = ""
      return Image(.explicit, subject).file
    },
    image("no SOP Instance UID", .quarantined("no-uid")) { _, put in
      var subject = put.subject
      subject.instance = ""
      return Image(.explicit, subject).file
    },
    image("an empty patient") { _, put in
      var subject = put.subject
      (subject.patientID, subject.name, subject.birthDate, subject.sex) = ("", "", "", "")
      return Image(.explicit, subject).file
    },
    image("a patient with escapes and delimiters") { _, put in
      var subject = put.subject
      (subject.patientID, subject.name) = ("|^~\\&<b>'; DROP", "\u{1b}[31m^../../x")
      return Image(.explicit, subject).file
    },
    image("an impossible birth date") { _, put in
      var subject = put.subject
      subject.birthDate = "20261399"
      return Image(.explicit, subject).file
    },
  ]

  // MARK: Copies that were given up

  private static func torso(
    _ name: String, _ outcome: Outcome = .unfinished,
    _ write: @escaping @Sendable (Put, [UInt8], FileDescriptor) throws -> Void
  ) -> Case {
    Case(kind: "torso", name: name, outcome: outcome, isAboutPlace: true) { put in
      let bytes = Image(.explicit, put.subject).large
      let file = try FileDescriptor.open(
        put.path("IM1"), .writeOnly, options: [.create, .closeOnExec],
        permissions: [.ownerReadWrite, .groupReadWrite])
      defer { try? file.close() }
      try write(put, bytes, file)
    }
  }

  static let torsos = [
    torso("cut in the pixels") { _, bytes, file in _ = try file.writeAll(bytes.dropLast(1000)) },
    torso("cut one byte early") { _, bytes, file in _ = try file.writeAll(bytes.dropLast()) },
    torso("cut in the header, between two elements before its UIDs") { put, _, file in
      let image = Image(.explicit, put.subject)
      _ = try file.writeAll(image.head + image.beginning)
    },
    torso("cut behind the meta header") { put, _, file in _ = try file.writeAll(Image(.explicit, put.subject).head) },
    torso("length set, then half of it") { _, bytes, file in
      ftruncate(file.rawValue, off_t(bytes.count))
      _ = try file.writeAll(bytes.prefix(bytes.count / 2))
    },
    torso("length set, then the header") { _, bytes, file in
      ftruncate(file.rawValue, off_t(bytes.count))
      _ = try file.writeAll(bytes.prefix(400))
    },
    torso("length set, and nothing") { _, bytes, file in ftruncate(file.rawValue, off_t(bytes.count)) },
    torso("length set, then the end") { _, bytes, file in
      ftruncate(file.rawValue, off_t(bytes.count))
      _ = try file.writeAll(toAbsoluteOffset: Int64(bytes.count / 2), bytes.suffix(bytes.count - bytes.count / 2))
    },
    torso("blocks reserved, then half of it") { _, bytes, file in
      posix_fallocate(file.rawValue, 0, off_t(bytes.count))
      _ = try file.writeAll(bytes.prefix(bytes.count / 2))
    },
    torso("a piece in the middle missing") { _, bytes, file in
      _ = try file.writeAll(bytes.prefix(20_000))
      _ = try file.writeAll(toAbsoluteOffset: 60_000, bytes.dropFirst(60_000))
    },
  ]

  // MARK: Several files

  static let several = [
    Case(kind: "several", name: "the same file twice", outcome: .imported()) {
      for name in ["IM1", "IM2"] { try $0.file(name, $0.image) }
    },
    Case(kind: "several", name: "one UID with different bytes", outcome: .heldHere("conflicting-instances")) {
      try $0.file("IM1", $0.image)
      var other = $0.subject
      other.sex = "F"
      try $0.file("IM2", Image(.explicit, other).file)
    },
    Case(kind: "several", name: "two studies in one folder", outcome: .imported(2)) {
      try $0.file("IM1", $0.image)
      try $0.file("IM2", Image(.explicit, $0.subject(instance: 2, study: 2)).file)
    },
    Case(kind: "several", name: "two syntaxes in one study", outcome: .imported(2)) {
      try $0.file("IM1", $0.image)
      try $0.file("IM2", Image(.implicit, $0.subject(instance: 2)).file)
    },
    Case(kind: "several", name: "300 images", outcome: .imported(300)) { put in
      for number in 1...300 { try put.file("IM\(number)", Image(.explicit, put.subject(instance: number)).file) }
    },
    Case(kind: "several", name: "an image among what is on a CD", outcome: .imported()) { put in
      try put.file("IM1", put.image)
      for name in ["DICOMDIR;1", "AUTORUN.INF", "Thumbs.db"] { try put.file(name, [1, 2, 3]) }
    },
  ]

  // MARK: What is not a file

  static let things = [
    Case(kind: "thing", name: "a link to a file", outcome: .told("source-passed-over"), isAboutPlace: true) {
      symlink("/etc/passwd", $0.path("IM1").string)
    },
    Case(kind: "thing", name: "a link to a folder", outcome: .told("source-passed-over"), isAboutPlace: true) {
      symlink("/etc", $0.path("IM1").string)
    },
    Case(kind: "thing", name: "a pipe", outcome: .told("source-passed-over"), isAboutPlace: true) {
      mkfifo($0.path("IM1").string, 0o660)
    },
    Case(kind: "thing", name: "a hard link", outcome: .imported()) {
      try $0.file(".kept", $0.image)
      link($0.path(".kept").string, $0.path("IM1").string)
    },
  ]
}

extension Image {
  /// The same with 200 kB of pixels, none of them zero.
  var large: [UInt8] {
    head + beginning + otherIDs + middle
      + writer.element(0x7FE0_0010, "OW", (0..<200_000).map { UInt8(truncatingIfNeeded: $0) | 1 })
  }
}
