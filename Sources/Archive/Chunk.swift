/// What a frame is made of, until it is compressed.
///
/// `@unchecked Sendable`: it belongs to the writer until it is given to a thread, and to that thread then.
final class Chunk: @unchecked Sendable {
  struct Part {
    /// Where its bytes lie.
    var range: Range<Int>
    /// How many bytes of the archive they become.
    var size: Int
    /// What makes these of them; nil where they are the same.
    var change: ArchiveWriter.Change?
  }

  private(set) var parts: [Part] = []
  /// How many bytes of the archive it holds.
  private(set) var size = 0
  /// How many of them are worth the least effort only.
  private var easy = 0
  private var memory = UnsafeMutableRawBufferPointer.allocate(byteCount: Frame.usual, alignment: 4096)
  private var count = 0

  deinit { memory.deallocate() }

  /// Whether little is gained by more effort.
  var isEasy: Bool { easy > size / 2 }

  /// The bytes of a part, as they were added.
  func bytes(of part: Part) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: memory[part.range]) }

  /// Adds bytes to the end.
  ///
  /// - Parameters:
  ///   - size: how many bytes of the archive they become by `change`.
  func add(_ bytes: UnsafeRawBufferPointer, isEasy: Bool, size: Int, change: ArchiveWriter.Change?) {
    if bytes.count > memory.count - count {
      memory.grow(to: count + bytes.count, keeping: count)
    }
    UnsafeMutableRawBufferPointer(rebasing: memory[count...]).copyMemory(from: bytes)
    let range = count..<count + bytes.count
    count = range.upperBound
    self.size += size
    if isEasy { easy += size }
    if change == nil, let last = parts.last, last.change == nil {
      parts[parts.count - 1].range = last.range.lowerBound..<count
      parts[parts.count - 1].size += size
    } else {
      parts.append(Part(range: range, size: size, change: change))
    }
  }

  /// Lets go of what it holds; the memory stays.
  func empty() {
    parts.removeAll(keepingCapacity: true)
    (size, easy, count) = (0, 0, 0)
  }
}

extension UnsafeMutableRawBufferPointer {
  /// Moves to more memory, with the first bytes.
  mutating func grow(to size: Int, keeping count: Int) {
    let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 4096)
    larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: self[..<count]))
    deallocate()
    self = larger
  }
}
