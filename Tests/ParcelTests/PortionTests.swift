import Foundation
import Parcel
import SystemPackage
import Testing

/// Parcels in which an urgent study leaves while its images come.
@Suite struct PortionTests {
  let scratch: Scratch
  let site = LoneSite()

  init() throws { scratch = try Scratch() }

  private func announced(_ files: [[UInt8]], _ portion: Contents.Portion?) -> Announcement {
    var made = announcement(of: files, part: portion?.last == nil ? .portion : .complete)
    made.contents.portion = portion
    return made
  }

  private func seal(_ announcement: Announcement, _ files: [[UInt8]], _ name: String) throws -> FilePath {
    let folder = scratch.path(name)
    try site.seal(
      announcement, files.enumerated().map { try scratch.write($1, to: "\(name)-\($0)") }, into: folder)
    return folder
  }

  @Test func aPortionAndTheLastOneWithoutInstancesAreReadAsTheyWereWritten() throws {
    let files = [image(3000), image(700, seed: 2)]
    let first = announced(files, .init(number: 1))
    #expect(try Announcement(site.open(seal(first, files, "first"), into: scratch.path("a"))) == first)
    let last = announced([], .init(number: 2, last: .init(instances: 2, parcels: [ParcelID().text])))
    let opened = try site.open(seal(last, [], "last"), into: scratch.path("b"))
    #expect(try Announcement(opened) == last && opened.count == 0 && opened.bytes == 0)
    #expect(opened.header.portion?.last?.instances == 2)
    let full = announced(files, .init(number: 2, last: .init(instances: 4, parcels: [ParcelID().text])))
    #expect(try Announcement(site.open(seal(full, files, "full"), into: scratch.path("c"))) == full)
  }

  @Test func onlyTheEndOfAStudyMayBeWithoutInstances() throws {
    for portion in [nil, .init(number: 1), .init(number: 1, last: .init(instances: 0, parcels: []))]
      as [Contents.Portion?]
    {
      expectRefusal(.contents) { _ = try seal(announced([], portion), [], "\(UUID())") }
    }
    // One that another writer made.
    let text = """
      {"closedBy":{"rule":"quiet"},"format":"studypost-contents/1","instances":[],"part":"complete","portion":PORTION,\
      "route":{"rule":"folder","value":"ch2"},"study":"1.2.3"}
      """
    func read(_ portion: String) throws -> ContentsFile {
      try ContentsFile(
        reading: scratch.write(Array(text.replacing("PORTION", with: portion).utf8), to: "contents.json"))
    }
    let id = ParcelID().text
    #expect(try read("{\"number\":2,\"last\":{\"instances\":1,\"parcels\":[\"\(id)\"],\"x\":1}}").count == 0)
    let many = Array(repeating: "\"\(id)\"", count: 1001).joined(separator: ",")
    for portion in [
      "null", "{\"number\":2}", "{\"number\":2,\"last\":null}",
      "{\"number\":2,\"last\":{\"instances\":0,\"parcels\":[]}}",
      "{\"number\":0,\"last\":{\"instances\":1,\"parcels\":[\"\(id)\"]}}",
      "{\"last\":{\"instances\":1,\"parcels\":[\"\(id)\"]}}",
      "{\"number\":2,\"last\":{\"instances\":-1,\"parcels\":[\"\(id)\"]}}",
      "{\"number\":2,\"last\":{\"instances\":1,\"parcels\":[\"../x\"]}}",
      "{\"number\":2,\"last\":{\"instances\":1,\"parcels\":[\(many)]}}", "7",
    ] { expectRefusal(.contents) { _ = try read(portion) } }
  }
}
