import CSSH2
import Glibc

/// The memory that libssh2 asks for, with the blocks of sent write requests kept for the next ones.
///
/// libssh2 allocates each write request (30 000 bytes and a little) and frees it when it is acknowledged. The C library
/// would give most of them back to the kernel and fetch them again, which costs a quarter of an upload's time.
final class RequestMemory {
  /// Sizes that are rounded up to one, so that any free block serves.
  private static let requests = 16_384...36_864
  /// The block's size stands before it; 16 bytes keep what follows aligned.
  private static let header = 16

  private var free: [UnsafeMutableRawPointer] = []

  deinit { free.forEach { Glibc.free($0) } }

  func allocate(_ count: Int) -> UnsafeMutableRawPointer? {
    let size = Self.requests.contains(count) ? Self.requests.upperBound : count
    let (total, overflow) = size.addingReportingOverflow(Self.header)
    guard count >= 0, !overflow else { return nil }
    guard let block = size == Self.requests.upperBound ? free.popLast() ?? malloc(total) : malloc(total) else {
      return nil
    }
    block.storeBytes(of: size, as: Int.self)
    return block + Self.header
  }

  func deallocate(_ memory: UnsafeMutableRawPointer?) {
    guard let memory else { return }
    let block = memory - Self.header
    if block.load(as: Int.self) == Self.requests.upperBound, free.count < 1024 {
      free.append(block)
    } else {
      Glibc.free(block)
    }
  }

  func reallocate(_ memory: UnsafeMutableRawPointer?, _ count: Int) -> UnsafeMutableRawPointer? {
    guard let new = allocate(count) else { return nil }
    if let memory {
      new.copyMemory(from: memory, byteCount: min(count, (memory - Self.header).load(as: Int.self)))
      deallocate(memory)
    }
    return new
  }
}
