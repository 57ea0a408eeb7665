internal import Dispatch
internal import Synchronization

/// Carries blocks of bytes, each with a label, from one thread to another: a few are under way, and no more.
///
/// `@unchecked Sendable`: a slot belongs to the thread that waited for it, until that thread hands it on.
final class Conveyor<Label: Sendable>: @unchecked Sendable {
  private final class Slot {
    let memory: UnsafeMutableRawBufferPointer
    var label: Label?
    var count = 0

    init(size: Int) { memory = .allocate(byteCount: size, alignment: 4096) }

    deinit { memory.deallocate() }
  }

  /// Never changed: two threads that changed elements of one array, even different ones, would race for its storage.
  private let slots: [Slot]
  private let free = DispatchSemaphore(value: 0)
  private let filled = DispatchSemaphore(value: 0)
  private let abandoned = Atomic<Bool>(false)
  /// The next slot to fill, of the sender's thread, and to take, of the other one.
  private var head = 0
  private var tail = 0

  init(blocks: Int, of size: Int) {
    slots = (0..<blocks).map { _ in Slot(size: size) }
    for _ in slots { free.signal() }
  }

  /// Sends a block, once there is room for it.
  ///
  /// - Parameter fill: writes the block and returns its length.
  /// - Throws: `CancellationError` where nobody takes blocks any more; what `fill` throws, and then nothing was sent.
  func send(_ label: Label, fill: (UnsafeMutableRawBufferPointer) throws -> Int = { _ in 0 }) throws {
    free.wait()
    do {
      if isAbandoned { throw CancellationError() }
      slots[head].count = try fill(slots[head].memory)
    } catch {
      free.signal()
      throw error
    }
    slots[head].label = label
    head = (head + 1) % slots.count
    filled.signal()
  }

  /// Waits for the next block and takes it; its memory is valid during `body`.
  func take<Result>(_ body: (Label?, UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    filled.wait()
    defer {
      slots[tail].label = nil
      tail = (tail + 1) % slots.count
      free.signal()
    }
    let slot = slots[tail]
    return try body(slot.label, UnsafeRawBufferPointer(rebasing: slot.memory[..<slot.count]))
  }

  /// Whether nobody takes blocks any more.
  var isAbandoned: Bool { abandoned.load(ordering: .acquiring) }

  /// Takes no more blocks: who sends is told so.
  func abandon() {
    abandoned.store(true, ordering: .releasing)
    free.signal()
  }
}
