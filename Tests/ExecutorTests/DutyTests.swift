import Custody
import FaultySpool
import Journal
import Spool
import SystemPackage
import Testing

@testable import Executor

/// Each duty can fail, be stopped or lose its power at each call, and be performed again: the end is the same.
@Suite struct DutyTests {
  private func scene(_ duty: Case) throws -> Scene {
    let scene = try Scene()
    // Where the import folder lies is known.
    try FolderGuard(journal: scene.journal, spool: scene.spool).check(scene.spool[.import], for: .receive)
    try duty.before(scene)
    try scene.owe([duty.duty(scene)])
    return scene
  }

  private func expectDone(_ duty: Case, _ scene: Scene, _ comment: Comment) throws {
    #expect(try !scene.isOwed(), comment)
    let tree = try scene.tree()
    for (path, content) in duty.has { #expect(tree[path] == content, "\(path), \(comment)") }
    for path in duty.lacks { #expect(tree[path] == nil, "\(path), \(comment)") }
    let leftovers = tree.keys.filter { $0.contains(".tmp") || $0.contains(".copy") }
    #expect(leftovers.isEmpty, comment)
  }

  @Test(arguments: Case.all) func itIsPerformedAndMayBePerformedTwice(_ duty: Case) throws {
    let scene = try scene(duty)
    let owed = try scene.journal.owed(subject: "parcel:p")[0].decoded()
    #expect(try scene.executor(duty.service).perform())
    try expectDone(duty, scene, "once")
    let tree = try scene.tree()
    try scene.owe([owed])
    #expect(try scene.executor(duty.service).perform())
    try expectDone(duty, scene, "twice")
    #expect(try scene.tree().keys == tree.keys)
  }

  @Test(arguments: Case.all) func whereACallFailsItStaysOwedUntilItIsDone(_ duty: Case) throws {
    for call in 1...200 {
      let scene = try scene(duty)
      let system = FailingFileSystem(at: call, .error(call.isMultiple(of: 2) ? .noSpace : .ioError))
      try scene.executor(duty.service, over: system).perform()
      guard system.hasFailed else {
        #expect(call > 1, "it changes something")
        return try expectDone(duty, scene, "no call failed")
      }
      // What it could do without is done; all else is owed, and people know.
      if try scene.isOwed() { #expect(try scene.journal.alerts(limit: 5).count == 1) }
      if let precious = duty.precious { #expect(try scene.tree().values.contains(precious), "call \(call)") }
      try scene.executor(duty.service).perform()
      try expectDone(duty, scene, "call \(call)")
      #expect(try scene.journal.alerts(limit: 5).isEmpty, "call \(call)")
    }
    Issue.record("it does not end")
  }

  @Test(arguments: Case.all) func whereItIsStoppedItIsTakenUpAgain(_ duty: Case) throws {
    for call in 0...200 {
      let scene = try scene(duty)
      let system = StoppingFileSystem(after: call, .fail)
      try scene.executor(duty.service, over: system).perform()
      guard system.hasStopped else { return }
      if let precious = duty.precious { #expect(try scene.tree().values.contains(precious), "call \(call)") }
      try scene.executor(duty.service).perform()
      try expectDone(duty, scene, "call \(call)")
    }
    Issue.record("it does not end")
  }

  @Test(arguments: Case.all, PowerLossFileSystem.Loss.allCases)
  func whatWasStruckOutIsDurable(_ duty: Case, _ loss: PowerLossFileSystem.Loss) throws {
    let scene = try scene(duty)
    let system = PowerLossFileSystem(root: scene.spool.root)
    try scene.executor(duty.service, over: system).perform()
    #expect(try !scene.isOwed())
    try system.losePower(loss)
    try expectDone(duty, scene, "\(loss)")
  }

  /// Stopped at a call, then without power, then started again.
  @Test(arguments: Case.all.filter { !$0.isOfAnOriginal }) func aStopWithLossOfPowerLosesNothing(_ duty: Case) throws {
    for call in 0...200 {
      let scene = try scene(duty)
      let power = PowerLossFileSystem(root: scene.spool.root)
      let system = StoppingFileSystem(after: call, .fail, over: power)
      try scene.executor(duty.service, over: system).perform()
      guard system.hasStopped else { return }
      try power.losePower(.both)
      if let precious = duty.precious { #expect(try scene.tree().values.contains(precious), "call \(call)") }
      try scene.executor(duty.service).perform()
      try expectDone(duty, scene, "call \(call)")
    }
    Issue.record("it does not end")
  }
}
