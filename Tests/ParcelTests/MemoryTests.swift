import Archive
import Foundation
import Glibc
import Parcel
import Sealing
import SystemPackage
import Testing

/// Memory does not grow with what a parcel holds. Each test runs in a process of its own, whose memory is looked at.
@Suite(.serialized) struct MemoryTests {
  /// What the whole process may take, with all that the tests' own machinery needs.
  static let most = 96 << 20

  @Test func studiesOfManyInstancesAreSealedAndOpenedInLittleMemory() async {
    await #expect(processExitsWith: .success) {
      let count = 100_000
      let scratch = try Scratch()
      let site = LoneSite()
      let content = image(64)
      let file = try scratch.write(content, to: "file")
      let digest = sha256(content)
      try site.seal(announcement(of: []).contents, count: count, into: scratch.path("parcel")) {
        var number = 0
        return {
          guard number < count else { return nil }
          number += 1
          let instance = Contents.Instance(
            number: number, sopInstanceUID: "1.2.826.0.1.3680043.8.498.\(number).1234567890123456789",
            sopClassUID: "1.2.840.10008.5.1.4.1.1.2", seriesInstanceUID: "1.2.826.0.1.3680043.8.498.1",
            transferSyntaxUID: "1.2.840.10008.1.2.1", bytes: 64, sha256: digest)
          return (instance, InstanceFile(file))
        }
      }
      let sealing = try memory().most
      #expect(sealing < MemoryTests.most, "sealing took \(sealing >> 20) MiB")

      var opened = 0
      let contents = try site.verify(scratch.path("parcel")).open(
        with: site.identity, into: scratch.path("study"), isCancelled: { false }
      ) { _, path in
        opened += 1
        unlink(path.string)
      }
      #expect(contents.count == count && opened == count)
      let opening = try memory().most
      #expect(opening < MemoryTests.most, "opening took \(opening >> 20) MiB")
    }
  }

  @Test func aContentsFileThatIsABombIsRefusedInLittleMemory() async {
    await #expect(processExitsWith: .success) {
      let bombs = [
        ("{\"x\":[", "[],"), ("{\"x\":[", "{\"a\":[1,2,3]},"), ("{\"x\":\"", "aaaaaaaa"), ("{\"instances\":[", "{},"),
      ]
      for (head, pattern) in bombs {
        let size = 400_000_000
        var compressed: [UInt8] = []
        let archive = try ArchiveWriter(level: 1, threads: 0) { compressed += $0 }
        let block = Array(String(repeating: pattern, count: (1 << 20) / pattern.utf8.count + 1).utf8)
        try archive.begin(name: "contents.json", size: Int64(size))
        try Array(head.utf8).withUnsafeBytes { try archive.write($0) }
        var rest = size - head.utf8.count
        while rest > 0 {
          let part = Array(block.prefix(rest))
          try part.withUnsafeBytes { try archive.write($0) }
          rest -= part.count
        }
        try archive.finish()
        let scene = try Scene {
          $0.files = []
          $0.compress = { [compressed] _ in compressed }
          $0.manifest = {
            $0["instances"] = 200_000
            $0["expanded"] = Int64(1) << 34
          }
        }
        try scene.expectRefusedInside(instances: 0...0)
      }
      let most = try memory().most
      #expect(most < MemoryTests.most, "it took \(most >> 20) MiB")
    }
  }
}
