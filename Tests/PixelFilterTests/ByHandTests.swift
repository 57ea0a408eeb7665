import Foundation
import PixelFilter
import Randomness
import Testing

/// The script that the package installs, which shares nothing with this module but the page of the format.
@Suite struct ByHandTests {
  @Test func theScriptPutsBackEveryVariant() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "unfilter-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(at: folder.appending(path: "dicom"), withIntermediateDirectories: true)
    var random = SplitMix64(seed: 5)
    var instances: [String] = []
    var originals: [(String, [UInt8])] = []
    for (columns, rows) in [(1, 1), (17, 9), (40, 21)] {
      for shape in try BandShape.all(columns: columns, rows: rows) {
        for _ in 0..<4 {
          let name = "dicom/\(originals.count).dcm"
          let count = shape.bytes(ofRows: shape.isPlanar ? 2 * rows : rows + (rows + 1) / 2)
          let file = pixels(33, &random) + pixels(count, &random) + [1, 2, 3]
          let filter = try PixelFilter(offset: 33, count: Int64(count), shape: shape)
          try Data(filtered(file, filter).bytes).write(to: folder.appending(path: name))
          originals.append((name, file))
          instances.append(
            """
            {"file":"\(name)","filter":{"name":"\(PixelFilter.name)","version":\(PixelFilter.version),\
            "offset":33,"count":\(count),"columns":\(columns),"rows":\(rows),"bytes":\(shape.bytesPerSample),\
            "components":\(shape.components),"planar":\(shape.isPlanar),"signed":\(shape.isSigned),\
            "bigEndian":\(shape.isBigEndian)}}
            """)
        }
      }
    }
    try Data(#"{"instances":[\#(instances.joined(separator: ","))]}"#.utf8)
      .write(to: folder.appending(path: "contents.json"))
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/python3")
    let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Packaging/debian/installed/unfilter.py")
    process.arguments = [script.path, folder.path]
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    for (name, file) in originals {
      #expect(try Data(contentsOf: folder.appending(path: name)) == Data(file), "\(name)")
    }
  }
}
