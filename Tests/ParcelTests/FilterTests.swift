import Archive
import Foundation
import Parcel
import PixelFilter
import Sealing
import Spool
import SystemPackage
import Testing

/// Pixels as a scanner gives them, behind a header: they compress far better filtered.
func slice(seed: UInt64 = 1) -> [UInt8] {
  var pixels: [UInt8] = []
  for (index, noise) in image(128 * 128, seed: seed).enumerated() {
    let value = 1000 + index / 128 * 3 + index % 128 * 2 + Int(noise % 16)
    pixels += [UInt8(value & 0xFF), UInt8(value >> 8)]
  }
  return image(200, seed: seed) + pixels + [7, 7]
}

/// Letters in no order, of sixteen kinds.
private func drawn(_ count: Int) -> [UInt8] {
  let kinds = image(16 * 32).map { $0 < 128 ? 0 : 0xFF as UInt8 }
  return Array(
    image(count / 32 + 1, seed: 2).flatMap { kinds[Int($0 % 16) * 32..<Int($0 % 16) * 32 + 32] }.prefix(count))
}

private let sliceFilter = ImageLayout(rows: 128, columns: 128, bitsAllocated: 16).filter(offset: 200, length: 32_770)

@Suite struct FilterTests {
  @Test func filteredInstancesArriveAsTheyWereAndTakeFewerBytes() throws {
    let scratch = try Scratch()
    let site = LoneSite()
    let files = [slice(), image(3000), slice(seed: 2), slice(seed: 3)]
    let paths = try files.enumerated().map { try scratch.write($1, to: "claimed/\($0)") }
    let plain = try site.seal(announcement(of: files), paths, into: scratch.path("plain"))

    var filtered = announcement(of: files)
    for index in [0, 2, 3] { filtered.instances[index].filter = sliceFilter }
    let sealed = try site.seal(filtered, paths, into: scratch.path("parcel"))
    #expect(sealed.manifest.payload.bytes * 4 < plain.manifest.payload.bytes * 3)
    let contents = try site.open(scratch.path("parcel"), into: scratch.path("study"))
    #expect(try Announcement(contents) == filtered)
    #expect(contents.bytes == files.reduce(0) { $0 + Int64($1.count) })
    for (index, file) in files.enumerated() {
      #expect(try scratch.read("study/\(Forgery.name(index))") == file)
    }
  }

  @Test func aFileThatChangedIsNotSealed() throws {
    let scratch = try Scratch()
    let site = LoneSite()
    for change in [Array(slice().dropLast(20_000)), slice() + [0], slice(seed: 9)] {
      var announced = announcement(of: [slice()])
      announced.instances[0].filter = sliceFilter
      let path = try scratch.write(change, to: "claimed/1")
      expectRefusal(.changed) { try site.seal(announced, [path], into: scratch.path(UUID().uuidString)) }
    }
  }

  @Test func itPaysForWhatIsMeasuredAndNotForWhatIsDrawn() throws {
    let scratch = try Scratch()
    let disk = Disk()
    let filter = try #require(sliceFilter)
    #expect(try filter.pays(in: scratch.write(slice(), to: "measured"), on: disk) == true)
    #expect(try filter.pays(in: scratch.write(drawn(32_970), to: "drawn"), on: disk) == false)
    // A blank one says nothing.
    let blank = [UInt8](repeating: 7, count: 32_970)
    #expect(try filter.pays(in: scratch.write(blank, to: "blank"), on: disk) == nil)
  }

  // MARK: Of strangers

  private static var object: [String: Any] {
    [
      "name": "median", "version": 1, "offset": 200, "count": 32_768, "columns": 128, "rows": 2048, "bytes": 2,
      "components": 1, "planar": false, "signed": false, "bigEndian": false,
    ]
  }

  /// A parcel whose first instance is filtered, with a change to what it says of that.
  private func scene(
    filter change: (inout [String: Any]) -> Void = { _ in }, member: (inout [UInt8]) -> Void = { _ in }
  ) throws -> Scene {
    var object = Self.object
    change(&object)
    let file = slice()
    var stored: [UInt8] = []
    let filtering = PixelFiltering(try #require(sliceFilter)) { bytes, _ in stored += bytes }
    try file.withUnsafeBytes { try filtering.write($0) }
    try filtering.finish()
    member(&stored)
    return try Scene { forgery in
      forgery.files[0] = file
      forgery.contents = { contents in
        var instances = contents["instances"] as? [[String: Any]] ?? []
        instances[0]["filter"] = object
        contents["instances"] = instances
      }
      forgery.tar = { tar, contents, files in
        tar.file("contents.json", contents)
        for (index, file) in files.enumerated() { tar.file(Forgery.name(index), index == 0 ? stored : file) }
        tar.end()
      }
      forgery.manifest = { $0["expanded"] = ($0["expanded"] as? Int ?? 0) + 64 }
    }
  }

  @Test func anotherWritersFilterIsPutBack() throws {
    let scene = try scene()
    _ = try scene.verify().open(with: Forgery.identity, into: scene.target)
    #expect(try scene.scratch.read("study/\(Forgery.name(0))") == slice())
  }

  @Test(
    arguments: [
      ("name", "delta"), ("name", nil), ("version", 2), ("version", nil), ("offset", -1), ("offset", 300),
      ("offset", Int64.max), ("offset", nil), ("count", 0), ("count", 32_767), ("count", -256), ("count", 33_024),
      ("count", Int64.max), ("count", 1.5), ("columns", 0), ("columns", 40_000), ("columns", "128"), ("rows", 0),
      ("rows", 1 << 20), ("rows", Int64.max), ("rows", 64), ("bytes", 4), ("bytes", 1), ("components", 3),
      ("components", 0), ("planar", true), ("planar", 0), ("signed", nil), ("bigEndian", true),
      ("bigEndian", "false"),
    ] as [(String, (any Sendable)?)])
  func aFilterThatLiesIsRefused(key: String, value: (any Sendable)?) throws {
    try scene(filter: { $0[key] = value }).expectRefusedInside(instances: 0...0)
  }

  @Test(arguments: [56, 57, 60]) func sizesThatNobodyCanHaveAreRefused(power: Int) throws {
    let one: [String: Any] = ["count": 1 << power, "offset": 0, "columns": 1, "rows": 1, "bytes": 1]
    try Scene {
      $0.contents = { contents in
        var instances = contents["instances"] as? [[String: Any]] ?? []
        for index in instances.indices {
          instances[index]["bytes"] = 1 << 60
          instances[index]["filter"] = Self.object.merging(one) { $1 }
        }
        contents["instances"] = instances
      }
    }.expectRefusedInside(instances: 0...0)
  }

  @Test func aFilterThatIsNoObjectIsRefused() throws {
    for value in ["median" as Any, 1, true, [Any]()] {
      try Scene {
        $0.contents = { contents in
          var instances = contents["instances"] as? [[String: Any]] ?? []
          instances[0]["filter"] = value
          contents["instances"] = instances
        }
      }.expectRefusedInside(instances: 0...0)
    }
  }

  @Test func pixelsThatNobodyFilteredAreRefused() throws {
    try scene(member: { $0[200] = 3 }).expectRefusedInside(instances: 0...0)
    try scene(member: { $0[204] ^= 1 }).expectRefusedInside(instances: 0...0)
    // They are pixels, but not those of the digest.
    try scene(member: { $0[20_000] ^= 1 }).expectRefusedInside(instances: 0...0)
    try scene(member: { $0.removeLast() }).expectRefusedInside(instances: 0...0)
    try scene(member: { $0.append(0) }).expectRefusedInside(instances: 0...0)
  }
}

@Suite struct LevelTests {
  @Test func whatIsCompressedAlreadyTakesTheLeastEffort() throws {
    let scratch = try Scratch()
    // Words that lie far apart: level 19 finds what level 1 does not.
    let file = (0..<40).flatMap { image(3000, seed: UInt64($0 * $0 % 13)) }
    let path = try scratch.write(file, to: "claimed/1")
    func size(syntax: String, level: Int) throws -> Int64 {
      var announced = announcement(of: [file])
      announced.instances[0].transferSyntaxUID = syntax
      return try ParcelSealer(sender: "ch1", signingKey: SigningKey(), level: level).seal(
        announced, files: [path], as: ParcelID(), key: AgeIdentity().recipient,
        into: scratch.path(UUID().uuidString)
      ).manifest.payload.bytes
    }
    let plain = "1.2.840.10008.1.2.1"
    let jpeg = "1.2.840.10008.1.2.4.50"
    let least = try size(syntax: plain, level: 1)
    #expect(try size(syntax: plain, level: 19) < least - 100)
    #expect(try abs(size(syntax: jpeg, level: 19) - least) < 100)
  }
}
