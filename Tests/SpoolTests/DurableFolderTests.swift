import FaultySpool
import Spool
import SystemPackage
import Testing

/// What is put into a folder does not go with the folder's name when the power fails.
@Suite struct DurableFolderTests {
  private let machine = MemoryDisk()

  init() throws { try Disk(MemoryFileSystem(machine)).makeDirectory("/spool/collect") }

  /// Makes a folder, and is stopped or fails at a call.
  private func make(_ path: FilePath, until kind: Call.Kind, _ verdict: MemoryFileSystem.Verdict?) {
    let system = MemoryFileSystem(machine)
    system.judge { [machine] call in
      guard call.kind == kind, machine.holds(path) else { return .goOn }
      guard let verdict else {
        system.kill()
        return .goOn
      }
      return verdict
    }
    // A mode that mkdir(2) alone does not give.
    #expect(throws: SpoolError.self) { try Disk(system).makeDirectory(path, mode: 0o2750) }
  }

  @Test(
    arguments: [(.setMode, nil), (.setMode, .ioError), (.sync, nil), (.sync, .ioError)] as [(Call.Kind, Errno?)])
  func aFolderThatWasMadeBeforeAKillIsMadeDurable(_ kind: Call.Kind, _ errno: Errno?) throws {
    make("/spool/collect/study", until: kind, errno.map { .fail($0) })
    #expect(machine.holds("/spool/collect/study"))
    let disk = Disk(MemoryFileSystem(machine))
    for name in ["1", "2"] {
      try disk.makeDirectory("/spool/collect/study")
      try disk.write(Array("only copy".utf8), to: FilePath("/spool/collect/study/\(name)"))
    }
    var random = SystemRandomNumberGenerator()
    machine.cutPower(.all, using: &random)
    #expect(machine.holds("/spool/collect/study/1") && machine.holds("/spool/collect/study/2"))
  }
}
