import Foundation
import Parcel
import Testing

@Suite struct ParcelIDTests {
  @Test func aNewOneIsAUUIDOfVersion7() throws {
    let before = UInt64(Date().timeIntervalSince1970 * 1000)
    let id = ParcelID()
    let after = UInt64(Date().timeIntervalSince1970 * 1000)
    #expect(UUID(uuidString: id.text)?.uuidString.lowercased() == id.text)
    let digits = Array(id.text)
    // RFC 9562, 5.7: 48 bits of milliseconds, the version, and the variant.
    let time = try #require(UInt64(String(digits[0..<8] + digits[9..<13]), radix: 16))
    #expect(before <= time && time <= after)
    #expect(digits[14] == "7")
    #expect("89ab".contains(digits[19]))
    #expect(ParcelID(id.text) == id)
  }

  @Test func laterOnesSortBehindEarlierOnes() {
    var last = ParcelID().text
    for _ in 0..<5 {
      Thread.sleep(forTimeInterval: 0.003)
      let next = ParcelID().text
      #expect(last < next)
      last = next
    }
  }

  @Test func noTwoAreAlike() {
    #expect(Set((0..<10_000).map { _ in ParcelID() }).count == 10_000)
  }

  @Test(arguments: [
    "", ".", "..", "/", "01939d3e-0000-7000-8000-00000000000", "01939d3e-0000-7000-8000-0000000000000",
    "01939D3E-0000-7000-8000-000000000000", "01939d3e00007000800000000000000000000",
    "../39d3e-0000-7000-8000-000000000000",
    "01939d3e-0000-7000-8000-00000000000/", "01939d3e-0000-7000-8000-00000000000\n",
    "01939d3e_0000-7000-8000-000000000000",
    "01939d3e-0000-7000-8000-0000000000é", "g1939d3e-0000-7000-8000-000000000000",
    "０1939d3e-0000-7000-8000-00000000000",
    "01939d3e-0000-7000-8000-00000000000\0",
  ])
  func aNameThatIsNoUUIDIsNone(text: String) {
    #expect(ParcelID(text) == nil)
  }

  @Test(arguments: ["1", "1.2.840.10008.1.2", "0", "1.02.3", String(repeating: "1", count: 64)])
  func aUIDIsOne(text: String) { #expect(isUID(text)) }

  @Test(arguments: [
    "", ".", "1.", ".1", "1..2", "1.2 ", "1.2\0", "../1", "1/2", "1.a", "１.2", String(repeating: "1", count: 65),
  ])
  func whatIsNoUIDIsNone(text: String) { #expect(!isUID(text)) }

  @Test("what devices write for a UID is carried, and is a name on no disk")
  func identifiers() {
    for text in ["1.2.840.10008.1.2", "1.02.3"] {
      #expect(isIdentifier(text) && diskName(ofIdentifier: text) == text)
    }
    var names: Set<String> = []
    let odd = ["1.2.a", "../../x", "1.2 3", ".", "1..2", String(repeating: "7", count: 256), "1_2", "A", "a"]
    for text in odd {
      let name = diskName(ofIdentifier: text)
      #expect(isIdentifier(text) && name.hasPrefix("uid-") && name.utf8.count == 44 && !name.contains("/"))
      names.insert(name)
    }
    #expect(names.count == odd.count)
    for text in ["", "1\"2", "1\\2", "1\n2", "é", "\u{1B}", String(repeating: "7", count: 257)] {
      #expect(!isIdentifier(text))
    }
  }
}
