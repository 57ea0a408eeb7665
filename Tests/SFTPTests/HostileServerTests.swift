import Foundation
import SFTP
import SystemPackage
import Testing

/// A partner whose SFTP server lies: a script behind the real sshd, with a valid login.
@Suite struct HostileServerTests {
  private static let script = """
    import struct, sys, time
    mode = sys.argv[1]
    def get(n):
      data = sys.stdin.buffer.read(n)
      if len(data) < n: sys.exit()
      return data
    def put(kind, body):
      sys.stdout.buffer.write(struct.pack('>IB', len(body) + 1, kind) + body)
      sys.stdout.buffer.flush()
    def text(b): return struct.pack('>I', len(b)) + b
    def status(id, code): put(101, id + struct.pack('>I', code) + text(b'no') + text(b''))
    def name(b): return text(b) + text(b'-rw-r--r-- ' + b) + struct.pack('>I', 0)
    while True:
      length, kind = struct.unpack('>IB', get(5))
      body = get(length - 1)
      id = body[:4]
      if kind == 1:
        if mode == 'mute': time.sleep(60)
        if mode == 'leave': sys.exit()
        put(2, struct.pack('>I', 3))
      elif mode == 'flood':
        while True: put(101, struct.pack('>I', 12345) + struct.pack('>I', 0) + text(b'x' * 200) + text(b''))
      elif mode == 'exit': sys.exit()
      elif mode == 'silent': time.sleep(60)
      elif mode == 'huge': sys.stdout.buffer.write(struct.pack('>IB', 0x7fffffff, 101)); sys.stdout.buffer.flush()
      elif mode == 'tiny': put(101, b'')
      elif mode == 'noid': put(102, id)
      elif kind in (3, 11): put(102, id + text(b'h'))
      elif kind == 4: status(id, 0)
      elif kind == 12 and mode == 'slash': put(104, id + struct.pack('>I', 1) + name(b'../escape'))
      elif kind == 12 and mode == 'nul': put(104, id + struct.pack('>I', 1) + name(b'a\\0b'))
      elif kind == 12 and mode == 'long': put(104, id + struct.pack('>I', 1) + name(b'n' * 60000))
      elif kind == 12 and mode == 'many': put(104, id + struct.pack('>I', 0xffffffff) + name(b'n'))
      elif kind == 12 and mode == 'endless': put(104, id + struct.pack('>I', 100) + name(b'n') * 100)
      elif kind == 12 and mode == 'short': put(104, id + struct.pack('>II', 1, 500) + b'n')
      elif kind == 5 and mode == 'endless':
        size = struct.unpack('>I', body[-4:])[0]
        put(103, id + text(b'd' * size))
      elif kind == 5 and mode == 'short': put(103, id + struct.pack('>I', 0x7fffffff) + b'd')
      elif kind == 5 and mode == 'empty': put(103, id + text(b''))
      elif kind in (7, 8, 17): put(105, id + struct.pack('>IQI', 5, 0xffffffffffffffff, 0xffffffff))
      elif kind == 6 or (mode == 'pretend' and kind == 200): status(id, 0)
      else: status(id, 8)
    """

  private func scene(_ mode: String) throws -> Scene { try Scene(script: Self.script, mode: mode) }

  private func code(_ mode: String, _ body: (SFTPSession) throws -> Void) throws -> (SFTPError.Code?, Duration) {
    let scene = try scene(mode)
    let session = try scene.session(timeouts: FaultTests.impatient)
    let (error, time) = failure { try body(session) }
    session.close()
    return (error?.code, time)
  }

  @Test(arguments: ["slash", "nul", "long", "many", "short", "tiny", "noid", "huge"])
  func `a listing that no server can mean is an error`(mode: String) throws {
    let (code, time) = try code(mode) { _ = try $0.list(".", limit: 1000) }
    #expect([.protocolError, .timeout].contains(code))
    #expect(time < soon)
  }

  @Test func `an endless listing ends at the limit`() throws {
    #expect(try code("endless") { _ = try $0.list(".", limit: 1000) }.0 == .limit)
  }

  @Test func `an endless file ends at the limit`() throws {
    #expect(try code("endless") { _ = try $0.read("x", limit: 100_000) }.0 == .limit)
  }

  @Test(arguments: ["short", "empty"])
  func `a lie about the length of data is an error`(mode: String) throws {
    #expect(try code(mode) { _ = try $0.read("x", limit: 1000) }.0 == .protocolError)
  }

  @Test func `a size that is no size is clamped`() throws {
    let scene = try scene("attributes")
    let session = try scene.session()
    #expect(try session.status("x")?.size == .max)
    #expect(try session.status("x")?.kind == .other)
  }

  @Test(arguments: ["silent", "exit", "flood"])
  func `silence, departure and a flood of answers end soon`(mode: String) throws {
    let source = FilePath(#filePath)
    for action: (SFTPSession) throws -> Void in [
      { _ = try $0.status("x") }, { try $0.upload(from: source, to: "x") }, { _ = try $0.list(".", limit: 10) },
    ] {
      let (code, time) = try code(mode, action)
      #expect(code == (["silent": .timeout, "exit": .disconnected, "flood": .protocolError][mode]))
      #expect(time < soon)
    }
  }

  @Test func `a server that only pretends to take writes is found out`() throws {
    #expect(try code("pretend") { try $0.upload(from: FilePath(#filePath), to: "x") }.0 == .refused)
  }

  @Test(arguments: ["mute", "leave"])
  func `a login without SFTP behind it is an error soon`(mode: String) throws {
    let scene = try scene(mode)
    let (error, time) = failure { _ = try scene.session(timeouts: FaultTests.impatientToConnect) }
    #expect(error?.code == .timeout)
    #expect(time < soon)
  }
}
