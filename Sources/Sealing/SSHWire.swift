/// Writes the data types of RFC 4251 section 5.
struct SSHWriter {
  private(set) var bytes: [UInt8]

  init(_ bytes: [UInt8] = []) { self.bytes = bytes }

  mutating func append(_ value: UInt32) {
    withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
  }

  mutating func append(string: some Collection<UInt8>) {
    append(UInt32(truncatingIfNeeded: string.count))
    bytes.append(contentsOf: string)
  }

  mutating func append(string: String) { append(string: Array(string.utf8)) }

  mutating func append(raw: some Sequence<UInt8>) { bytes.append(contentsOf: raw) }
}

/// Reads the data types of RFC 4251 section 5; throws the given error when they do not fit the bytes.
struct SSHReader {
  private(set) var rest: ArraySlice<UInt8>
  private let malformed: SealingError

  init(_ bytes: some Collection<UInt8>, orThrow malformed: SealingError) {
    rest = ArraySlice(bytes)
    self.malformed = malformed
  }

  mutating func raw(_ count: Int) throws -> ArraySlice<UInt8> {
    guard count <= rest.count else { throw malformed }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  mutating func uint32() throws -> UInt32 {
    try raw(4).reduce(0) { $0 << 8 | UInt32($1) }
  }

  mutating func string() throws -> ArraySlice<UInt8> {
    try raw(Int(uint32()))
  }

  mutating func expect(raw expected: some Collection<UInt8>) throws {
    guard try raw(expected.count).elementsEqual(expected) else { throw malformed }
  }

  mutating func expect(string expected: some Collection<UInt8>) throws {
    guard try string().elementsEqual(expected) else { throw malformed }
  }

  func end() throws {
    guard rest.isEmpty else { throw malformed }
  }
}
