import CZlib
import Crypto
import Foundation
import Sealing
import Testing

/// A test vector of C2SP/CCTV: lines of `key: value`, an empty line, an age file.
struct AgeVector: CustomTestStringConvertible, Sendable {
  let name: String
  private var values: [String: [String]] = [:]
  private var content: [UInt8]

  /// The vectors beside the repository, or none.
  static let folder = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
    .appending(path: "../../../shared/testdata/age").standardized
  static let all: [AgeVector] = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
    .sorted().filter { !$0.contains(".") }.compactMap(AgeVector.init)

  init?(_ name: String) {
    self.name = name
    guard let file = try? Data(contentsOf: Self.folder.appending(path: name)),
      let split = file.range(of: Data("\n\n".utf8))
    else { return nil }
    for line in String(decoding: file[..<split.lowerBound], as: UTF8.self).split(separator: "\n") {
      let parts = line.split(separator: ": ", maxSplits: 1).map(String.init)
      guard parts.count == 2 else { return nil }
      values[parts[0], default: []].append(parts[1])
    }
    content = [UInt8](file[split.upperBound...])
  }

  var testDescription: String { name }
  var expected: String? { values["expect"]?.first }
  var payload: String? { values["payload"]?.first }
  var isArmoured: Bool { values["armored"] != nil }
  var identities: [AgeIdentity] { (values["identity"] ?? []).compactMap { try? AgeIdentity($0) } }

  /// Those that ask for X25519, or fail before any identity matters.
  var isX25519: Bool {
    !isArmoured && (!identities.isEmpty || (values["identity"] == nil && values["passphrase"] == nil))
  }

  func file() throws -> [UInt8] {
    guard values["compressed"] == ["zlib"] else { return content }
    var result = [UInt8](repeating: 0, count: 32 << 20)
    var count = uLongf(result.count)
    #expect(uncompress(&result, &count, content, uLong(content.count)) == Z_OK)
    return Array(result.prefix(Int(count)))
  }
}

@Suite("The age test vectors", .enabled(if: !AgeVector.all.isEmpty, "../shared/testdata/age is not there"))
struct AgeVectorTests {
  @Test("ends as expected, and releases what it may", arguments: AgeVector.all.filter(\.isX25519))
  func vector(_ vector: AgeVector) throws {
    // The pieces that bytes come and go in must not matter.
    for pieces in [1 << 20, 65_552, 4096, 1021] {
      var released: [UInt8] = []
      var outcome = "success"
      do {
        try decrypt(vector.file(), with: vector.identities, pieces: pieces, into: &released)
      } catch let error as SealingError {
        outcome =
          [.header: "header failure", .noMatch: "no match", .hmac: "HMAC failure", .payload: "payload failure"][
            error.code] ?? "\(error)"
      }
      #expect(outcome == vector.expected)
      if let payload = vector.payload {
        #expect(SHA256.hash(data: released).map { String(format: "%02x", $0) }.joined() == payload)
      } else {
        #expect(released.isEmpty)
      }
    }
  }

  @Test("all of them are there")
  func count() {
    #expect(AgeVector.all.filter(\.isX25519).count >= 60)
    #expect(Set(AgeVector.all.filter(\.isX25519).compactMap(\.expected)).count == 5)
  }

  @Test("a vector for others or in armour is refused", arguments: AgeVector.all.filter { !$0.isX25519 })
  func others(_ vector: AgeVector) throws {
    let file = try vector.file()
    expect(.header, .noMatch) { try decrypt(file, with: [AgeIdentity()]) }
  }
}
