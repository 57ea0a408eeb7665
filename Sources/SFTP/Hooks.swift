import CSSH2
import Glibc

/// What libssh2 calls back for a session: its memory, and what comes in. It outlives the session.
final class Hooks {
  let memory = RequestMemory()
  let inbound: Inbound

  init(isCancelled: @escaping () -> Bool) { inbound = Inbound(isCancelled: isCancelled) }

  /// A new session that uses these hooks, or `nil` if there is no memory.
  func makeSession() -> OpaquePointer? {
    let session = libssh2_session_init_ex(
      { count, hooks in Hooks.at(hooks)?.memory.allocate(count) },
      { memory, hooks in Hooks.at(hooks)?.memory.deallocate(memory) },
      { memory, count, hooks in Hooks.at(hooks)?.memory.reallocate(memory, count) },
      Unmanaged.passUnretained(self).toOpaque())
    guard let session else { return nil }
    cssh2_set_receive(session) { socket, buffer, length, flags, hooks in
      guard let buffer, let hooks = Hooks.at(hooks) else { return -Int(EINVAL) }
      return hooks.inbound.receive(socket, buffer, length, flags)
    }
    return session
  }

  private static func at(_ abstract: UnsafeMutablePointer<UnsafeMutableRawPointer?>?) -> Hooks? {
    abstract?.pointee.map { Unmanaged<Hooks>.fromOpaque($0).takeUnretainedValue() }
  }
}
