import FHIR
import Testing

@Suite struct ResourceReaderTests {
  /// The texts of all elements, read in portions of this many bytes.
  private func elements(_ text: String, portion: Int = 7) throws -> [String] {
    var rest = Array(text.utf8)[...]
    var reader = ResourceReader { count in
      defer { rest = rest.dropFirst(min(count, portion)) }
      return Array(rest.prefix(min(count, portion)))
    }
    var found: [String] = []
    while let element = try reader.next() {
      #expect(element.number == found.count + 1)
      found.append(String(decoding: try element.json.get(), as: UTF8.self))
    }
    return found
  }

  @Test(arguments: [1, 2, 3, 64, 1 << 16])
  func resourcesAreFoundInEveryFormAndPortion(_ portion: Int) throws {
    let one = #"{"resourceType":"Patient","id":"1"}"#
    let two = #"{"resourceType":"Patient","name":[{"text":"a\"}]{[\\","given":["x"]}]}"#
    #expect(try elements(one, portion: portion) == [one])
    #expect(try elements("\u{FEFF} \(one)\n\(two)\r\n\n", portion: portion) == [one, two], "NDJSON")
    #expect(try elements("[\(one), \(two)]", portion: portion) == [one, two])
    let entries = [#"{"resource":\#(one)}"#, #"{"fullUrl":"urn:uuid:1", "resource" : \#(two)}"#]
    let bundle =
      #"{"resourceType":"Bundle","link":[{"entry":[1]}],"meta":{"entry":[{"a":1}]}, "entry" : [\#(entries[0]),"#
      + #"\#(entries[1])],"signature":{"data":"]}"},"total":2}"#
    #expect(try elements(bundle, portion: portion) == entries)
    #expect(try elements(bundle + "\n" + one, portion: portion) == entries + [one])
    #expect(try elements(#"{"resourceType":"Bundle","entry":[],"total":0}"#, portion: portion) == [])
    #expect(try elements("", portion: portion) == [] && elements("[]", portion: portion) == [])
  }

  @Test(arguments: ["{", "[{}", #"{"a":"b"#, "}", "{]", "[}", "MSH|", "3", String(repeating: "[", count: 101)])
  func whatIsNotJSONIsToldAsSuch(_ text: String) {
    let error = #expect(throws: FHIRError.self) { try elements(text) }
    #expect(error?.code == .json)
  }

  @Test func aResourceThatIsTooLongIsToldAndTheNextIsRead() throws {
    let long = #"{"resourceType":"Patient","id":""# + String(repeating: "x", count: ResourceReader.longest) + "\"}"
    var reader = ResourceReader(Array("[\(long),{\"a\":1}]".utf8))
    let first = try #require(try reader.next())
    let error = #expect(throws: FHIRError.self) { try first.json.get() }
    #expect(error?.code == .tooLong)
    #expect(try reader.next()?.json.get() == Array("{\"a\":1}".utf8))
    #expect(try reader.next().map(\.number) == nil)
  }

  @Test func anyBytesAreReadOrRefused() {
    var state: UInt64 = 7
    let pieces = ["{", "}", "[", "]", "\"", "\\", ":", ",", "entry", "\"entry\":[", " ", "1", "\u{0}"]
    for _ in 0..<3000 {
      var text = ""
      for _ in 0..<12 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        text += pieces[Int(state >> 33) % pieces.count]
      }
      _ = try? elements(text)
    }
  }
}
