internal import CPOSIX
internal import Glibc

/// Where it is marked that this thread made the process crash. Who gives a job is marked with it, whichever thread does it.
struct CrashPlace: Sendable {
  /// A C string.
  private let path: [CChar]
  private let mark: CChar

  /// That of this thread.
  init() {
    var path: UnsafePointer<CChar>?
    mark = cposix_crash_mark(&path)
    self.path = if mark != 0, let path { Array(UnsafeBufferPointer(start: path, count: strlen(path) + 1)) } else { [] }
  }

  /// Does something on this thread as if it were on that one.
  func cover<Result>(_ work: () -> Result) -> Result {
    guard mark != 0 else { return work() }
    cposix_mark_crash(path, mark)
    defer { cposix_mark_crash(nil, 0) }
    return work()
  }
}
