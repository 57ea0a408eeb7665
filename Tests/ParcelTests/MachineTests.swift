import Foundation
import Glibc
import Parcel
import Sealing
import Spool
import SystemPackage
import Testing

/// What this machine cannot read or write is never taken for a fault of the parcel: its sender would be told an untruth.
@Suite struct MachineTests {
  @Test func aPayloadThatCannotBeReadIsNotRefused() throws {
    let scene = try Scene()
    let verified = try scene.verify()
    let path = scene.folder.appending("payload.tar.zst.age").string
    unlink(path)
    let gone = #expect(throws: SpoolError.self) { try verified.open(with: Forgery.identity, into: scene.target) }
    #expect(gone?.errno == .noSuchFileOrDirectory)
    // Reading a folder fails as reading a broken disk does.
    mkdir(path, 0o700)
    #expect(throws: SpoolError.self) { try verified.open(with: Forgery.identity, into: scene.target) }
  }

  @Test(arguments: [0, 1, 20, 300, 70_000])
  func aPayloadThatWasDamagedHereIsFetchedAgain(offset: Int) throws {
    let scene = try Scene()
    let verified = try scene.verify()
    let path = scene.folder.appending("payload.tar.zst.age")
    var damaged = try bytes(of: path)
    damaged[offset] ^= 1
    try Data(damaged).write(to: URL(filePath: path.string))
    expectRefusal(.digest) { _ = try verified.open(with: Forgery.identity, into: scene.target) }
    truncate(path.string, off_t(offset))
    expectRefusal(.digest) { _ = try verified.open(with: Forgery.identity, into: scene.scratch.path("second")) }
  }

  @Test func aContentsFileThatWasDamagedHereIsNotAFaultOfTheParcel() throws {
    for (old, new) in [
      ("00000002", "00000009"), ("1.2.3.1.2", "1.2.3.1.7"), ("\"instances\"", "\"instances"), ("700", "701"),
    ] {
      let scene = try Scene()
      let verified = try scene.verify()
      expectRefusal(.damaged) {
        _ = try verified.open(
          with: Forgery.identity, into: scene.target,
          begin: { contents in
            let text = String(decoding: try bytes(of: contents.path), as: UTF8.self)
            let changed = text.replacing(old, with: new)
            try #require(changed != text)
            try Data(changed.utf8).write(to: URL(filePath: contents.path.string))
          })
      }
    }
  }

  @Test func aFileThatCannotBeWrittenIsNotRefused() async {
    // In a process of its own: the limit holds for all that it writes.
    await #expect(processExitsWith: .success) {
      let scene = try Scene()
      let verified = try scene.verify()
      signal(SIGXFSZ, SIG_IGN)
      // The second limit lets contents.json pass, the third the first two instances.
      for limit in [100, 2000, 10_000] as [rlim_t] {
        var limits = rlimit(rlim_cur: limit, rlim_max: rlim_t.max)
        setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limits)
        let error = #expect(throws: SpoolError.self) {
          try verified.open(with: Forgery.identity, into: scene.scratch.path("study-\(limit)"))
        }
        limits.rlim_cur = rlim_t.max
        setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limits)
        #expect(error?.errno == .fileTooLarge)
      }
    }
  }
}
