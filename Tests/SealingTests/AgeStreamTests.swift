import Sealing
import Testing

@Suite("age streams")
struct AgeStreamTests {
  private let identity = AgeIdentity()

  @Test("the ends of the stream are found again at every length around a chunk")
  func lengths() throws {
    for size in [0, 1, 2, 65_519, 65_520, 65_535, 65_536, 65_537, 65_552, 131_072, 131_073] {
      let message = sample(size)
      #expect(try decrypt(encrypt(message, to: [identity.recipient], pieces: 9973), with: [identity]) == message)
    }
  }

  @Test("memory does not grow with the stream: what is written leaves chunk by chunk")
  func pieces() throws {
    var left = 0
    var largest = 0
    let encryptor = try AgeEncryptor(to: [identity.recipient]) { piece in
      left += piece.count
      largest = max(largest, piece.count)
    }
    let part = sample(100_000)
    for index in 1...50 {
      try part.withUnsafeBytes(encryptor.write)
      #expect(left >= index * part.count - 65_536)
    }
    try encryptor.finish()
    #expect(largest == 65_536 + 16)
  }

  @Test("chunks that are swapped, repeated or left out are refused")
  func chunks() throws {
    let file = try encrypt(sample(4 * 65_536), to: [identity.recipient])
    let size = 65_536 + 16
    let head = Array(file.dropLast(4 * size))
    let chunks = (0..<4).map { Array(file[(head.count + $0 * size)..<(head.count + ($0 + 1) * size)]) }
    for order in [[1, 0, 2, 3], [0, 1, 1, 2, 3], [0, 2, 3], [0, 1, 2], [3], [0, 1, 3, 2], [0, 1, 2, 3, 3], []] {
      expect(.payload) { try decrypt(head + order.flatMap { chunks[$0] }, with: [identity]) }
    }
    #expect(try decrypt(head + chunks.joined(), with: [identity]).count == 4 * 65_536)
  }

  @Test("nothing is written after the end or after a failure, and nothing read after one")
  func states() throws {
    let encryptor = try AgeEncryptor(to: [identity.recipient]) { _ in }
    try encryptor.finish()
    expect(.payload) { try [1].withUnsafeBytes(encryptor.write) }
    expect(.payload) { try encryptor.finish() }

    struct Full: Error {}
    var isFull = false
    let failing = try AgeEncryptor(to: [identity.recipient]) { _ in if isFull { throw Full() } }
    isFull = true
    #expect(throws: Full.self) { try sample(100_000).withUnsafeBytes(failing.write) }
    isFull = false
    expect(.payload) { try failing.finish() }

    var file = try encrypt(sample(100), to: [identity.recipient])[...]
    file[file.endIndex - 1] ^= 1
    let decryptor = try AgeDecryptor(identities: [identity]) { buffer in
      let part = file.prefix(buffer.count)
      buffer.copyBytes(from: part)
      file = file.dropFirst(part.count)
      return part.count
    }
    var buffer = [UInt8](repeating: 0, count: 10)
    for _ in 0..<3 { expect(.payload) { try buffer.withUnsafeMutableBytes(decryptor.read) } }
  }

  @Test("once whole, the end is told as often as it is asked for")
  func end() throws {
    var file = try encrypt([1, 2, 3], to: [identity.recipient])[...]
    let decryptor = try AgeDecryptor(identities: [identity]) { buffer in
      let part = file.prefix(buffer.count)
      buffer.copyBytes(from: part)
      file = file.dropFirst(part.count)
      return part.count
    }
    var buffer = [UInt8](repeating: 0, count: 2)
    var counts: [Int] = []
    for _ in 0..<4 { counts.append(try buffer.withUnsafeMutableBytes(decryptor.read)) }
    #expect(counts == [2, 1, 0, 0])
  }

  @Test("what the input throws arrives as it is; a count that cannot be is not believed")
  func input() throws {
    struct Gone: Error {}
    #expect(throws: Gone.self) { try AgeDecryptor(identities: [identity]) { _ in throw Gone() } }
    expect(.header) { try AgeDecryptor(identities: [identity]) { _ in -1 } }
    expect(.header) { try AgeDecryptor(identities: [identity]) { $0.count + 1 } }
  }

  @Test("an input that failed once is not read again: what it lost would be missing")
  func failedInput() throws {
    struct Gone: Error {}
    var file = try encrypt(sample(200_000), to: [identity.recipient])[...]
    var calls = 0
    let decryptor = try AgeDecryptor(identities: [identity]) { buffer in
      calls += 1
      if calls == 3 { throw Gone() }
      let part = file.prefix(buffer.count)
      buffer.copyBytes(from: part)
      file = file.dropFirst(part.count)
      return part.count
    }
    var buffer = [UInt8](repeating: 0, count: 65_536)
    #expect(try buffer.withUnsafeMutableBytes(decryptor.read) == buffer.count)
    for _ in 0..<3 { #expect(throws: Gone.self) { try buffer.withUnsafeMutableBytes(decryptor.read) } }
    #expect(calls == 3)
  }

  @Test("two files of the same bytes have nothing in common but their form")
  func fresh() throws {
    let first = try encrypt(sample(64), to: [identity.recipient])
    let second = try encrypt(sample(64), to: [identity.recipient])
    #expect(first.count == second.count)
    #expect(zip(first, second).filter(==).count < first.count / 2)
  }
}
