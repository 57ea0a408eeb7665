import CPOSIX
import Foundation
import Testing
import Threads

/// Uses up the stack.
private func deep(_ number: Int) -> Int { number < 0 ? 0 : withUnsafeBytes(of: number) { deep($0.count + number) } + 1 }

/// Who gives a job is marked with its crash. Each test crashes in a process of its own.
@Suite struct CrashTests {
  private static func marks(_ crash: (String) async throws -> Void) async throws -> [String: String] {
    let folder = FileManager.default.temporaryDirectory.appending(path: "crash-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for name in ["one", "other"] { try Data("b".utf8).write(to: folder.appending(path: name)) }
    try await crash(folder.path)
    return try Dictionary(
      uniqueKeysWithValues: ["one", "other"].map {
        ($0, try String(contentsOf: folder.appending(path: $0), encoding: .utf8))
      })
  }

  @Test func aCrashInAJobIsMarkedWhereOneOfItsGiverWouldBe() async throws {
    let marks = try await Self.marks { folder in
      await #expect(processExitsWith: .signal(SIGSEGV)) { [folder = folder as String] in
        let crew = Crew<Void>("test", threads: 1)
        cposix_mark_crash("\(folder)/other", CChar(UInt8(ascii: "x")))
        crew.submit {}
        try crew.next()
        cposix_mark_crash("\(folder)/one", CChar(UInt8(ascii: "x")))
        crew.submit { raise(SIGSEGV) }
        // It is the job's, whatever its giver does by now.
        cposix_mark_crash(nil, 0)
        try crew.next()
      }
    }
    #expect(marks == ["one": "bx", "other": "b"])
  }

  @Test func aCrashInAJobOfAnUnmarkedThreadIsNotMarked() async throws {
    let marks = try await Self.marks { folder in
      await #expect(processExitsWith: .signal(SIGSEGV)) { [folder = folder as String] in
        let crew = Crew<Void>("test", threads: 1)
        cposix_mark_crash("\(folder)/one", CChar(UInt8(ascii: "x")))
        crew.submit {}
        try crew.next()
        cposix_mark_crash(nil, 0)
        crew.submit { raise(SIGSEGV) }
        try crew.next()
      }
    }
    #expect(marks == ["one": "b", "other": "b"])
  }

  @Test func theHandlerHasAStackOfItsOwnOnEachThread() async throws {
    let marks = try await Self.marks { folder in
      await #expect(processExitsWith: .signal(SIGSEGV)) { [folder = folder as String] in
        cposix_mark_crash("\(folder)/one", CChar(UInt8(ascii: "x")))
        // They come and go, and with them their stacks.
        for _ in 0..<100 {
          let crew = Crew<Void>("test", threads: 2)
          crew.submit {}
          try crew.next()
        }
        let crew = Crew<Int>("test", threads: 1)
        crew.submit { deep(1) }
        _ = try crew.next()
      }
    }
    #expect(marks == ["one": "bx", "other": "b"])
  }
}
