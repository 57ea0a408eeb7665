import Foundation
import Glibc
import Synchronization
import SystemPackage

/// A server on loopback that says again whatever it hears.
final class Echo: Sendable {
  let port: Int
  private let descriptor: Int32
  private let heard = Mutex<[Int]>([])

  /// How many bytes the connection that ended last brought; waits for one to end.
  var last: Int? {
    for _ in 0..<1000 {
      if let last = heard.withLock({ $0.last }), last > 0 { return last }
      usleep(10_000)
    }
    return nil
  }

  init() throws {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = loopback(0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) == 0 && listen(descriptor, 16) == 0 ? getsockname(descriptor, $0, &length) : -1
      }
    }
    guard status == 0 else { throw Errno(rawValue: errno) }
    self.descriptor = descriptor
    port = Int(UInt16(bigEndian: address.sin_port))
    Thread.detachNewThread { [self] in
      while true {
        let connection = accept(descriptor, nil, nil)
        if connection < 0 { break }
        Thread.detachNewThread { [self] in
          serve(connection)
          close(connection)
        }
      }
    }
  }

  private func serve(_ connection: Int32) {
    var buffer = [UInt8](repeating: 0, count: 65536)
    var total = 0
    while true {
      let count = recv(connection, &buffer, buffer.count, 0)
      if count <= 0 { break }
      total += count
      if send(connection, buffer, count, Int32(MSG_NOSIGNAL)) < count { break }
    }
    heard.withLock { $0.append(total) }
  }
}

/// A connection to a port on loopback. No call waits longer than 20 s.
final class Client {
  private let descriptor: Int32

  init(_ port: Int) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var patience = timeval(tv_sec: 20, tv_usec: 0)
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      setsockopt(descriptor, SOL_SOCKET, option, &patience, socklen_t(MemoryLayout<timeval>.size))
    }
    var address = loopback(port)
    let status = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard status == 0 else { throw Errno(rawValue: errno) }
  }

  deinit { close(descriptor) }

  func send(_ bytes: [UInt8]) { _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) }

  /// So many bytes, or fewer if the connection ends.
  func receive(_ count: Int = .max) -> [UInt8] {
    var all: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while all.count < count {
      let got = recv(descriptor, &buffer, min(buffer.count, count - all.count), 0)
      if got <= 0 { break }
      all += buffer[..<got]
    }
    return all
  }

  /// Sends these bytes and the end, and returns all that comes back.
  func exchange(_ bytes: [UInt8]) -> [UInt8] {
    let descriptor = descriptor
    let done = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
      _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
      shutdown(descriptor, Int32(SHUT_WR))
      done.signal()
    }
    defer { done.wait() }
    return receive()
  }

  /// Whether nothing comes, not even the end, for so many milliseconds.
  func isSilent(for milliseconds: Int32) -> Bool {
    var watched = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&watched, 1, milliseconds) == 0
  }
}

private func loopback(_ port: Int) -> sockaddr_in {
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_port = UInt16(port).bigEndian
  address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
  return address
}
