import Foundation
import Parcel
import Spool
import SystemPackage
import Testing

/// `contents.json` as a stream: what is read whatever its outline, and what is refused whatever its size.
@Suite struct ContentsTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private static let instance = """
    {"file":"dicom/00000001.dcm","sopInstanceUID":"1.2.3","sopClassUID":"1.2","seriesInstanceUID":"1.3",\
    "transferSyntaxUID":"1.4","bytes":5,"sha256":"\(String(repeating: "a", count: 64))"}
    """
  private static let keys = [
    #""format":"studypost-contents/1""#, #""study":"1.2.3""#, #""part":"complete""#,
    #""closedBy":{"rule":"quiet","seconds":1.5,"expected":7}"#, #""route":{"rule":"folder","value":"ch2"}"#,
    #""instances":[\#(instance)]"#,
  ]

  private func read(_ text: String) throws -> ContentsFile {
    try ContentsFile(reading: scratch.write(Array(text.utf8), to: "contents.json"))
  }

  private func object(_ keys: [String] = ContentsTests.keys) -> String { "{\(keys.joined(separator: ","))}" }

  @Test func theOrderOfKeysAndWhiteSpaceDoNotMatter() throws {
    let first = try read(object())
    #expect(first.header.closedBy == .init(rule: "quiet", seconds: 1.5, expected: 7))
    #expect(first.header.route == .init(rule: "folder", value: "ch2"))
    #expect(first.count == 1 && first.bytes == 5)
    let wanted = try Announcement(first)
    for shift in 1..<Self.keys.count {
      let keys = Array(Self.keys[shift...] + Self.keys[..<shift])
      #expect(try Announcement(read(object(keys))) == wanted)
      let spaced = " \n\t{ \(keys.joined(separator: "\r\n, ")) }\n"
      #expect(try Announcement(read(spaced)) == wanted)
    }
    // Longer than any buffer.
    #expect(try Announcement(read(String(repeating: " ", count: 1_000_000) + object())) == wanted)
  }

  @Test func unknownKeysAndEscapesAreRead() throws {
    let wanted = try Announcement(read(object()))
    for value in ["null", "true", "false", "-0.5e+10", "0", "\"\"", "[]", "{}", "[1,[2,{\"a\":[]}],\"x\"]"] {
      #expect(try Announcement(read(object(["\"x\":\(value)"] + Self.keys + ["\"instance\":\(value)"]))) == wanted)
      let inside = object().replacing("\"bytes\":5", with: "\"later\":\(value),\"bytes\":5")
      #expect(try Announcement(read(inside)) == wanted)
    }
    let escaped = object().replacing(#""value":"ch2""#, with: #""value":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00é😀""#)
    #expect(try read(escaped).header.route.value == "\"\\/\u{8}\u{C}\n\r\té😀é😀")
    #expect(try Announcement(read(object().replacing("dicom/", with: #"d\u0069com\/"#))) == wanted)
  }

  @Test(arguments: [
    ("\"bytes\":5", "\"bytes\":5.0"), ("\"bytes\":5", "\"bytes\":5e0"), ("\"bytes\":5", "\"bytes\":05"),
    ("\"bytes\":5", "\"bytes\":+5"), ("\"bytes\":5", "\"bytes\":9223372036854775808"), ("\"bytes\":5", "\"bytes\":"),
    ("\"bytes\":5", "\"bytes\":5,"), ("\"bytes\":5", "\"bytes\" 5"), ("\"bytes\":5", "'bytes':5"),
    ("\"bytes\":5", "\"bytes\":5,\"bytes\":5"), ("1.5", "1."), ("1.5", ".5"), ("1.5", "1e"), ("1.5", "1e999"),
    ("1.5", "NaN"), ("1.5", String(repeating: "1", count: 100)), ("1.5", "tru"), ("\"ch2\"", "\"c\nh2\""),
    ("\"ch2\"", "\"\\x\""), ("\"ch2\"", "\"\\u12\""), ("\"ch2\"", "\"\\ud800\""), ("\"ch2\"", "\"\\ud800\\u0041\""),
    ("\"ch2\"", "\"\\udc00\""), ("\"ch2\"", "\"" + String(repeating: "a", count: 70_000) + "\""),
    ("\"complete\"", "\"half\""), ("\"complete\"", "null"), ("\"1.2.3\"", "\"1.2é\""),
    ("\"studypost-contents/1\"", "\"studypost-contents/2\""), ("{\"rule\":\"folder\"", "{\"rul\":\"folder\""),
  ])
  func whatIsNotThatJSONIsRefused(old: String, new: String) throws {
    let text = object().replacing(old, with: new)
    try #require(text != object())
    expectRefusal(.contents) { _ = try read(text) }
  }

  @Test func whatIsCutOffOrGoesOnIsRefused() throws {
    let text = Array(object().utf8)
    for count in 0..<text.count {
      expectRefusal(.contents) { _ = try read(String(decoding: text[..<count], as: UTF8.self)) }
    }
    for more in ["x", "{}", ",", "\0", object()] { expectRefusal(.contents) { _ = try read(object() + more) } }
    expectRefusal(.contents) { _ = try read("\u{FEFF}" + object()) }
    for byte: UInt8 in [0xFF, 0xC0, 0xED] {
      var broken = text
      let place = try #require(text.firstRange(of: Array("ch2".utf8))).lowerBound
      broken[place] = byte
      expectRefusal(.contents) { _ = try ContentsFile(reading: scratch.write(broken, to: "broken.json")) }
    }
  }

  @Test func aKeyThatIsMissingOrThereTwiceIsRefused() throws {
    for index in Self.keys.indices {
      var keys = Self.keys
      keys.remove(at: index)
      expectRefusal(.contents) { _ = try read(object(keys)) }
      expectRefusal(.contents) { _ = try read(object(Self.keys + [Self.keys[index]])) }
    }
    expectRefusal(.contents) { _ = try read(object(Self.keys.dropLast() + ["\"instances\":[]"])) }
    // One that is null has stood there, too.
    for key in ["bytes", "file", "sha256", "seconds", "expected", "value"] {
      let text = object().replacing("\"\(key)\":", with: "\"\(key)\":null,\"\(key)\":")
      try #require(text != object())
      expectRefusal(.contents) { _ = try read(text) }
    }
    let filter = "\"bytes\":5,\"filter\":null"
    _ = try read(object().replacing("\"bytes\":5", with: filter))
    expectRefusal(.contents) { _ = try read(object().replacing("\"bytes\":5", with: "\(filter),\"filter\":null")) }
    let twice =
      Self.keys.dropLast() + [
        "\"instances\":[\(Self.instance),\(Self.instance.replacing("00000001", with: "00000002"))]"
      ]
    expectRefusal(.contents) { _ = try read(object(Array(twice))) }
  }

  @Test func depthIsBounded() throws {
    func nested(_ depth: Int) -> String {
      object(Self.keys + ["\"x\":" + String(repeating: "[", count: depth) + String(repeating: "]", count: depth)])
    }
    _ = try read(nested(7))
    expectRefusal(.contents) { _ = try read(nested(8)) }
    expectRefusal(.contents) { _ = try read(nested(1_000_000)) }
    let objects = String(repeating: "{\"x\":", count: 1_000_000)
    expectRefusal(.contents) { _ = try read(object(Self.keys + ["\"x\":\(objects)"])) }
  }

  @Test func theNumberOfElementsIsBounded() throws {
    for element in ["1", "[]", "{}", "\"\""] {
      let bomb = "\"x\":[\(repeatElement(element, count: 10_000).joined(separator: ","))]"
      try Scene { forgery in
        let object = try? Forgery.json(announcement(of: forgery.files).object())
        forgery.contentsBytes = Array("{\(bomb),".utf8) + (object ?? []).dropFirst()
      }.expectRefusedInside(instances: 0...0)
    }
  }

  @Test func whatIsMissingIsWrittenAndRead() throws {
    let site = LoneSite()
    let missing = [Contents.Missing(count: 3, reason: "unreadable"), .init(count: 1, reason: "An \"é\"\n.")]
    var announced = announcement(of: [image(100)])
    announced.contents.missing = missing
    let file = try scratch.write(image(100), to: "file")
    try site.seal(announced, [file], into: scratch.path("parcel"))
    let opened = try site.open(scratch.path("parcel"), into: scratch.path("study"))
    #expect(opened.header.missing == missing)
    #expect(try Announcement(opened) == announced)

    let wrong: [[Contents.Missing]] = [
      .init(repeating: .init(count: 1, reason: "x"), count: 101), [.init(count: 0, reason: "x")],
      [.init(count: 1, reason: String(repeating: "x", count: 513))],
    ]
    for missing in wrong {
      announced.contents.missing = missing
      expectRefusal(.contents) { try site.seal(announced, [file], into: scratch.path("wrong")) }
      let contents = try Forgery.json(announced.object())
      expectRefusal(.contents) { _ = try ContentsFile(reading: scratch.write(contents, to: "contents.json")) }
    }
  }

  @Test func aFileThatIsNotWhatItWasIsDamagedAndNotAFaultOfTheParcel() throws {
    let path = try scratch.write(Array(object().utf8), to: "contents.json")
    let file = try ContentsFile(reading: path)
    #expect(file.digest == sha256(Array(object().utf8)))
    #expect(try ContentsFile(reading: path, digest: file.digest) == file)
    let changes = [
      object().replacing("quiet", with: "quier"), object().replacing("1.2.3", with: "1é3"), object() + " ", "",
    ]
    for text in changes {
      try scratch.write(Array(text.utf8), to: "contents.json")
      expectRefusal(.damaged) { try file.check() }
      expectRefusal(.damaged) { try file.forEach { _ in } }
      expectRefusal(.damaged) { _ = try ContentsFile(reading: path, digest: file.digest) }
    }
  }

  @Test func aFileThatCannotBeReadIsAFailureOfTheMachine() throws {
    #expect(throws: SpoolError.self) { try ContentsFile(reading: scratch.root) }
    #expect(throws: SpoolError.self) { try ContentsFile(reading: scratch.path("nothing")) }
    let file = try read(object())
    try FileManager.default.removeItem(atPath: file.path.string)
    #expect(throws: SpoolError.self) { try file.forEach { _ in } }
  }

  @Test func instancesThatDifferFromPassToPassAreNotSealed() throws {
    let site = LoneSite()
    let file = try scratch.write(image(100), to: "file")
    let announced = announcement(of: [image(100), image(100)])
    for changedPass in 2...3 {
      for change in ["another UID", "one fewer", "one more"] {
        var pass = 0
        expectRefusal(.changed) {
          try site.seal(announced.contents, count: 2, into: scratch.path("\(changedPass) \(change)")) {
            pass += 1
            var instances = announced.instances
            if pass == changedPass {
              switch change {
              case "another UID": instances[1].sopInstanceUID += "9"
              case "one fewer": instances.removeLast()
              default: instances.append(instances[1])
              }
            }
            var rest = instances.makeIterator()
            return { rest.next().map { ($0, InstanceFile(file)) } }
          }
        }
      }
    }
  }
}
