// The forms of the texts that a manifest, a receipt and contents.json may hold: whatever has such a form is harmless as a
// file name, on a terminal and in a log.

/// Lower-case hexadecimal.
func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
  let digits = Array("0123456789abcdef".utf8)
  var text: [UInt8] = []
  for byte in bytes {
    text.append(digits[Int(byte >> 4)])
    text.append(digits[Int(byte & 15)])
  }
  return String(decoding: text, as: UTF8.self)
}

/// Whether a byte is a lower-case hexadecimal digit.
func isHexadecimal(_ byte: UInt8) -> Bool {
  (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
}

/// Whether a text is a SHA-256 in lower-case hexadecimal.
func isDigest(_ text: String) -> Bool { text.utf8.count == 64 && text.utf8.allSatisfy(isHexadecimal) }

/// Whether a text is a UID (PS3.5 9.1): digits and periods, at most 64. Leading zeros of a component, which the standard
/// forbids and devices write, are let pass: they are harmless.
public func isUID(_ text: String) -> Bool {
  let bytes = text.utf8
  return (1...64).contains(bytes.count) && bytes.first != UInt8(ascii: ".") && bytes.last != UInt8(ascii: ".")
    && bytes.allSatisfy { $0 == UInt8(ascii: ".") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    && !text.contains("..")
}

/// Whether a text can stand for a UID: as devices write them, longer than the standard allows and with other characters, but
/// printable, and without what JSON would have to escape.
public func isIdentifier(_ text: String) -> Bool {
  let bytes = text.utf8
  return (1...256).contains(bytes.count)
    && bytes.allSatisfy { (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
}

/// A name on a disk for what stands for a UID: itself where it is one, else a digest of it.
public func diskName(ofIdentifier text: String) -> String {
  isUID(text) ? text : "uid-" + sha256(Array(text.utf8)).prefix(40)
}

/// Whether a text is a site's short name: `[a-z0-9][a-z0-9-]{0,31}`.
func isSiteName(_ text: String) -> Bool {
  let bytes = text.utf8
  return (1...32).contains(bytes.count) && bytes.first != UInt8(ascii: "-")
    && bytes.allSatisfy {
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || isDigit($0) || $0 == UInt8(ascii: "-")
    }
}

/// Whether a text is a moment in UTC, `2026-11-23T22:30:00Z`, with or without a fraction of the second (RFC 3339). Only
/// its form is looked at: nothing depends on the sender's clock.
func isTime(_ text: String) -> Bool {
  let bytes = Array(text.utf8)
  let pattern = Array("0000-00-00T00:00:00".utf8)
  guard bytes.count > pattern.count, bytes.count <= 30, bytes.last == UInt8(ascii: "Z"),
    zip(bytes, pattern).allSatisfy({ $1 == UInt8(ascii: "0") ? isDigit($0) : $0 == $1 })
  else { return false }
  let fraction = bytes.dropFirst(pattern.count).dropLast()
  return fraction.isEmpty
    || (fraction.count > 1 && fraction.first == UInt8(ascii: ".") && fraction.dropFirst().allSatisfy(isDigit))
}

private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
