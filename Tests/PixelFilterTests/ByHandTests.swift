import Crypto
import Foundation
import PixelFilter
import Randomness
import Testing

/// The script that the package installs, which shares nothing with this module but the page of the format.
@Suite final class ByHandTests {
  private let folder = FileManager.default.temporaryDirectory.appending(path: "unfilter-\(UUID().uuidString)")
  private var random = SplitMix64(seed: 5)
  private var instances: [String] = []
  private var originals: [(name: String, bytes: [UInt8])] = []

  init() throws {
    try FileManager.default.createDirectory(at: folder.appending(path: "dicom"), withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// Adds a filtered file, damaged or not.
  private func add(_ shape: BandShape, rows: Int, damage: (inout [UInt8]) -> Void = { _ in }) throws {
    let name = "dicom/\(originals.count).dcm"
    let count = shape.bytes(ofRows: rows)
    let file = pixels(33, &random) + pixels(count, &random) + [1, 2, 3]
    let filter = try PixelFilter(offset: 33, count: Int64(count), shape: shape)
    var stored = try filtered(file, filter).bytes
    damage(&stored)
    try Data(stored).write(to: folder.appending(path: name))
    originals.append((name, file))
    let digest = SHA256.hash(data: file).map { String(format: "%02x", $0) }.joined()
    instances.append(
      """
      {"file":"\(name)","sha256":"\(digest)","filter":{"name":"\(PixelFilter.name)","version":\(PixelFilter.version),\
      "offset":33,"count":\(count),"columns":\(shape.columns),"rows":\(shape.rows),"bytes":\(shape.bytesPerSample),\
      "components":\(shape.components),"planar":\(shape.isPlanar),"signed":\(shape.isSigned),\
      "bigEndian":\(shape.isBigEndian)}}
      """)
  }

  /// Runs the script; what it says of what is wrong.
  private func run() throws -> (status: Int32, text: String) {
    try Data(#"{"instances":[\#(instances.joined(separator: ","))]}"#.utf8)
      .write(to: folder.appending(path: "contents.json"))
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/python3")
    let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Packaging/debian/installed/unfilter.py")
    process.arguments = [script.path, folder.path]
    let pipe = Pipe()
    process.standardError = pipe
    try process.run()
    let text = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: text, as: UTF8.self))
  }

  private func read(_ name: String) throws -> [UInt8] { try Array(Data(contentsOf: folder.appending(path: name))) }

  @Test func theScriptPutsBackEveryVariantAndMayRunAgain() throws {
    for (columns, rows) in [(1, 1), (17, 9), (40, 21)] {
      for shape in try BandShape.all(columns: columns, rows: rows) {
        for _ in 0..<4 { try add(shape, rows: shape.isPlanar ? 2 * rows : rows + (rows + 1) / 2) }
      }
    }
    let filtered = try read("dicom/50.dcm")
    for _ in 0..<2 {
      let (status, text) = try run()
      try #require(status == 0, "\(text)")
      for (name, file) in originals { #expect(try read(name) == file, "\(name)") }
    }
    // As a run that was interrupted leaves it.
    try Data(filtered).write(to: folder.appending(path: "dicom/50.dcm"))
    try Data(filtered.dropLast(20)).write(to: folder.appending(path: "dicom/50.dcm.new"))
    #expect(try run().status == 0)
    #expect(try read("dicom/50.dcm") == originals[50].bytes)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/dicom").count == originals.count)
  }

  @Test(arguments: [
    // A predictor that does not exist; counts of four thousand million; all in a class of which the first group is not; a pixel.
    [33: 3], [37: 0xFF, 38: 0xFF, 39: 0xFF, 40: 0xFF], [37: 0, 93: 32], [112: 0xFF],
  ]) func theScriptRefusesWhatIsDamagedAndLeavesItAsItIs(bytes: [Int: UInt8]) throws {
    random = SplitMix64(seed: 9)
    let shape = try BandShape(columns: 16, rows: 2, bytesPerSample: 2)
    var stored: [UInt8] = []
    try add(shape, rows: 2)
    try add(shape, rows: 2) {
      // All of the first class.
      if bytes[93] != nil { $0.replaceSubrange(33..<97, with: [UInt8](repeating: 0, count: 64)) }
      for (place, byte) in bytes { $0[place] = byte }
      stored = $0
    }
    let (status, text) = try run()
    #expect(status == 1 && text.contains("/dicom/1.dcm is not put back: "))
    #expect(!text.contains("Traceback"))
    #expect(try read("dicom/0.dcm") == originals[0].bytes)
    #expect(try read("dicom/1.dcm") == stored)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/dicom").sorted() == ["0.dcm", "1.dcm"])
  }
}
