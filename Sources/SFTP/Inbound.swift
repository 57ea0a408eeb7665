import CSSH2
import Glibc

/// All that the server sends passes here on its way into libssh2.
///
/// libssh2 reads on as long as bytes come, and keeps answers that nobody asked for. A server that never stops talking
/// would hold it, and grow it, for ever; and in one place (`sftp_init`, after a failure) it asks again and again without
/// letting its caller wait. So each request has an allowance of bytes and a deadline, and beyond them libssh2 is told
/// that the connection has ended.
final class Inbound {
  /// Why nothing is let through any more.
  enum Stop { case closed, cancelled, late, tooMuch }

  /// Bytes that may still come.
  var allowance = 1 << 20
  /// When the present request must be done.
  var deadline = Deadline(in: .seconds(0))
  let isCancelled: () -> Bool
  private(set) var stop: Stop?
  /// Whether the server, or the network, has ended the connection.
  private(set) var hasEnded = false
  /// How many more times to answer that nothing is there, without asking the kernel. libssh2 asks three times for every
  /// 30 000 bytes that it sends; once they are told to wait, its callers do, and then it is 0 again.
  private var expectedEmpty = 0
  /// The first bytes: the version exchange and the server's offer of algorithms.
  private(set) var opening: [UInt8] = []

  init(isCancelled: @escaping () -> Bool) { self.isCancelled = isCancelled }

  /// Something may have come: the socket has been waited for.
  func expectMore() { expectedEmpty = 0 }

  func close() { if stop == nil { stop = .closed } }

  /// recv(2) as libssh2 calls it. `abstract` leads to the session's `Inbound`, which outlives the session.
  static let receive: cssh2_receive = { socket, buffer, length, flags, abstract in
    guard let buffer, let object = abstract?.pointee else { return -Int(EINVAL) }
    return Unmanaged<Inbound>.fromOpaque(object).takeUnretainedValue().receive(socket, buffer, length, flags)
  }

  private func receive(_ socket: Int32, _ buffer: UnsafeMutableRawPointer, _ length: Int, _ flags: Int32) -> Int {
    if stop == nil, allowance <= 0 { stop = .tooMuch }
    if stop == nil, deadline.hasPassed { stop = .late }
    if stop != nil { return 0 }
    if expectedEmpty > 0 {
      expectedEmpty -= 1
      return -Int(EAGAIN)
    }
    let count = recv(socket, buffer, length, flags)
    guard count >= 0 else {
      let error = errno
      if error == EAGAIN { expectedEmpty = 16 }
      hasEnded = error != EAGAIN && error != EINTR
      if !isCancelled() { return -Int(error) }
      stop = .cancelled
      return 0
    }
    hasEnded = count == 0 && length > 0
    allowance -= count
    if opening.count < 8192 { opening += UnsafeRawBufferPointer(start: buffer, count: count).prefix(8192) }
    return count
  }

  /// The host key algorithms that the server offers in its SSH_MSG_KEXINIT (RFC 4253 4.2, 6, 7.1), for a message.
  var offeredHostKeyAlgorithms: String? {
    var rest = opening[...]
    while !rest.starts(with: "SSH-".utf8) {
      guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
      rest = rest[(end + 1)...]
    }
    guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
    // packet length, padding length; then message number 20 and a cookie of 16 bytes
    rest = rest[(end + 1)...].dropFirst(5)
    guard rest.first == 20 else { return nil }
    rest = rest.dropFirst(17)
    guard let exchanges = rest.prefix(4).bigEndianLength else { return nil }
    rest = rest.dropFirst(4).dropFirst(exchanges)
    guard let length = rest.prefix(4).bigEndianLength else { return nil }
    return printable(rest.dropFirst(4).prefix(length)).split(separator: ",").joined(separator: ", ")
  }
}
