import Foundation
import Glibc
import SystemPackage

/// A TCP server on loopback whose every connection is handled on a thread of its own.
final class Listener: Sendable {
  let port: Int
  private let descriptor: Int32

  init(_ handle: @escaping @Sendable (Int32) -> Void) throws {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) == 0 && listen(descriptor, 16) == 0 ? getsockname(descriptor, $0, &length) : -1
      }
    }
    guard status == 0 else { throw Errno(rawValue: errno) }
    self.descriptor = descriptor
    port = Int(UInt16(bigEndian: address.sin_port))
    Thread.detachNewThread {
      while true {
        let connection = accept(descriptor, nil, nil)
        if connection < 0 { break }
        Thread.detachNewThread {
          handle(connection)
          close(connection)
        }
      }
      close(descriptor)
    }
  }

  deinit { shutdown(descriptor, Int32(SHUT_RDWR)) }

  /// Passes connections on to another port, and cuts each once so many bytes went one way.
  static func cutting(_ target: Int, afterUp up: Int = .max, afterDown down: Int = .max) throws -> Listener {
    try Listener { relay($0, to: target, up: up, down: down) }
  }

  /// Passes one connection on; `pause` comes between the last byte upwards and the cut.
  static func relay(_ client: Int32, to target: Int, up: Int, down: Int = .max, pause: () -> Void = {}) {
    guard let server = connect(to: target) else { return }
    let cut: @Sendable () -> Void = {
      shutdown(client, Int32(SHUT_RDWR))
      shutdown(server, Int32(SHUT_RDWR))
    }
    let done = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
      pass(server, client, down)
      cut()
      done.signal()
    }
    pass(client, server, up)
    pause()
    cut()
    done.wait()
    close(server)
  }

  private static func pass(_ from: Int32, _ to: Int32, _ limit: Int) {
    var left = limit
    var buffer = [UInt8](repeating: 0, count: 65536)
    while left > 0 {
      let count = recv(from, &buffer, min(buffer.count, left), 0)
      if count <= 0 { return }
      left -= count
      var sent = 0
      while sent < count {
        let passed = buffer.withUnsafeBytes {
          send(to, UnsafeRawBufferPointer(rebasing: $0[sent..<count]).baseAddress, count - sent, Int32(MSG_NOSIGNAL))
        }
        if passed <= 0 { return }
        sent += passed
      }
    }
  }

  private static func connect(to port: Int) -> Int32? {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
    let status = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    return status == 0 ? descriptor : nil
  }
}
