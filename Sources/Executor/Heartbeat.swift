public import Custody
internal import Glibc
public import Spool
internal import Synchronization
internal import SystemPackage

/// A sign of life of a service, renewed by real progress alone: who looks at it knows whether the service runs, and gets on.
///
/// Its time is the one since the machine was started, which nobody sets.
public final class Heartbeat: Sendable {
  /// What a service said last.
  public struct Beat: Sendable, Equatable {
    /// The process.
    public var process: Int32
    /// How long ago, in seconds.
    public var age: Double
    /// What it was doing: a word or two, without patient data.
    public var doing: String
  }

  private static let often = Duration.seconds(5)

  private let service: Service
  private let spool: Spool
  private let last = Mutex<(time: ContinuousClock.Instant, doing: String)?>(nil)

  /// Creates the heartbeat of a service that begins to work.
  public init(of service: Service, in spool: Spool) {
    self.service = service
    self.spool = spool
  }

  /// Says that the service got on, to the service manager, too; the first time that it is ready.
  public func beat(_ doing: String) {
    let (isDue, isFirst) = last.withLock { last in
      if let last, last.time.advanced(by: Self.often) > .now, doing == last.doing { return (false, false) }
      defer { last = (.now, doing) }
      return (true, last == nil)
    }
    guard isDue else { return }
    if isFirst { ServiceManager.ready() }
    ServiceManager.gotOn(doing)
    let text = "\(getpid()) \(Self.bootID) \(Self.sinceBoot) \(doing)\n"
    // A sign of life that cannot be given is none: the alert that follows is right.
    try? spool.disk.note(Array(text.utf8), in: Self.path(of: service, in: spool))
  }

  /// Says that the service ended in good order.
  public func end() { try? spool.disk.removeFile(Self.path(of: service, in: spool)) }

  /// What a service said last.
  ///
  /// - Returns: nil where it said nothing since the machine was started, or ended in good order.
  public static func last(of service: Service, in spool: Spool) -> Beat? {
    guard let bytes = try? spool.disk.readSmall(path(of: service, in: spool), limit: 1024) else { return nil }
    let words = String(decoding: bytes, as: UTF8.self).split(
      maxSplits: 3, omittingEmptySubsequences: true, whereSeparator: \.isWhitespace)
    guard words.count == 4, words[1] == bootID, let process = Int32(words[0]), let time = Double(words[2]) else {
      return nil
    }
    let doing = words[3].last == "\n" ? String(words[3].dropLast()) : String(words[3])
    return Beat(process: process, age: max(0, sinceBoot - time), doing: doing)
  }

  private static func path(of service: Service, in spool: Spool) -> FilePath {
    spool.run.appending(".\(service.rawValue).alive")
  }

  private static var sinceBoot: Double {
    var time = timespec()
    clock_gettime(CLOCK_BOOTTIME, &time)
    return Double(time.tv_sec) + (Double(time.tv_nsec) / 1e9 * 1000).rounded() / 1000
  }

  private static let bootID: String = {
    let bytes = (try? Disk().readSmall("/proc/sys/kernel/random/boot_id", limit: 128)) ?? []
    let text = String(decoding: bytes, as: UTF8.self).filter { !$0.isWhitespace }
    return text.isEmpty ? "-" : text
  }()
}
