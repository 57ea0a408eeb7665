internal import Site
internal import Spool
internal import SystemPackage

/// What a source holds, look by look: which files have stopped growing, and since when each is as it is.
struct SourceWatch {
  /// How long a file must stay as it is where the kernel cannot tell whether somebody writes it.
  static let settle: Duration = .seconds(2)

  /// A file that has not been taken yet.
  struct Candidate {
    var status: FileStatus
    /// When it was first seen as it is now.
    var since: ContinuousClock.Instant
    /// Why it was not taken, as it is now: not to be read again until it changes.
    var refusal: Refusal?
    /// It was refused for something that did not come within `partial_after`, and is taken without it.
    var hasWaited = false
    /// It could not be handled, and rests until then.
    var rests: ContinuousClock.Instant?
  }

  /// Why a file cannot be taken as it is.
  struct Refusal {
    var code: String
    var reason: String
    /// Waiting may help: it may be a copy in progress.
    var mayHeal: Bool
    /// The study to which it belongs, where its header could be read that far.
    var study: String?
  }

  let source: Configuration.Source
  private let disk: Disk
  private(set) var candidates: [FilePath: Candidate] = [:]
  private(set) var markers: [FilePath] = []
  /// A source that cannot be listed: told once, and again when it is back.
  private(set) var trouble: String?
  /// A part of it that cannot be looked at: the rest goes on.
  private(set) var partTrouble: String?
  /// Markers that were heeded and could not be removed.
  private var spentMarkers: [FilePath: FileStatus] = [:]

  init(_ source: Configuration.Source, disk: Disk) {
    self.source = source
    self.disk = disk
  }

  /// Looks at the folder.
  ///
  /// - Returns: the files that have stopped growing and were not refused as they are.
  mutating func look(now: ContinuousClock.Instant) -> [Listing.Found] {
    let found: [Listing.Found]
    do {
      let marker = source.marker
      var unseen: String?
      found = try disk.files(
        below: source.path,
        passOver: {
          unseen = "\($0)"
          return true
        },
        skip: { name in Ignored.contains(name) && !(marker.count > 0 && name.hasSuffix(marker)) })
      trouble = nil
      partTrouble = unseen
    } catch {
      trouble = "\(error)"
      return []
    }
    var next: [FilePath: Candidate] = [:]
    var ready: [Listing.Found] = []
    markers = []
    for file in found {
      if !source.marker.isEmpty, file.path.lastComponent?.string.hasSuffix(source.marker) == true {
        if spentMarkers[file.path] != file.status { markers.append(file.path) }
        continue
      }
      if let known = candidates[file.path], known.status == file.status {
        next[file.path] = known
      } else {
        next[file.path] = Candidate(status: file.status, since: now)
      }
      guard let candidate = next[file.path], candidate.refusal == nil, candidate.rests.map({ $0 <= now }) ?? true
      else { continue }
      if hasStopped(file, since: candidate.since, now: now) { ready.append(file) }
    }
    candidates = next
    return ready
  }

  private func hasStopped(_ file: Listing.Found, since: ContinuousClock.Instant, now: ContinuousClock.Instant) -> Bool {
    switch disk.writers(of: file.path) {
    case .none: true
    case .some: false
    case .unknown: now - since >= Self.settle
    }
  }

  mutating func refuse(_ path: FilePath, _ refusal: Refusal) { candidates[path]?.refusal = refusal }

  mutating func acceptAsItIs(_ path: FilePath) {
    candidates[path]?.refusal = nil
    candidates[path]?.hasWaited = true
  }

  func hasWaited(_ path: FilePath) -> Bool { candidates[path]?.hasWaited ?? false }

  mutating func forget(_ path: FilePath) { candidates[path] = nil }

  /// Leaves a file alone for a while that could not be handled.
  mutating func rest(_ path: FilePath, until: ContinuousClock.Instant) { candidates[path]?.rests = until }

  mutating func forgetMarker(_ path: FilePath) {
    markers.removeAll { $0 == path }
    spentMarkers[path] = nil
  }

  /// A marker that cannot be removed counts once, unless it is written anew.
  mutating func spendMarker(_ path: FilePath, _ status: FileStatus?) {
    markers.removeAll { $0 == path }
    spentMarkers[path] = status
  }

  /// Whether something may change without a notification: a file or a marker waits for its time.
  var isPending: Bool { !markers.isEmpty || candidates.values.contains { $0.refusal?.mayHeal != false } }

  /// Refused files whose time is over.
  func overdue(now: ContinuousClock.Instant) -> [(path: FilePath, candidate: Candidate, refusal: Refusal)] {
    candidates.compactMap { path, candidate in
      guard let refusal = candidate.refusal, !refusal.mayHeal || now - candidate.since >= source.partialAfter,
        candidate.rests.map({ $0 <= now }) ?? true
      else { return nil }
      return (path, candidate, refusal)
    }
  }

  /// The last time at which a file of this study that cannot be taken yet was seen to change.
  func growth(ofStudy study: String) -> ContinuousClock.Instant? {
    candidates.values.filter { $0.refusal?.study == study && $0.refusal?.mayHeal == true }.map(\.since).max()
  }

  /// What a marker speaks for: its folder, or the one file or folder that has its name without the marker.
  func scope(ofMarker path: FilePath) -> FilePath {
    guard let name = path.lastComponent?.string, name != source.marker else { return path.removingLastComponent() }
    return path.removingLastComponent().appending(String(name.dropLast(source.marker.count)))
  }

  /// Whether a file that may still become whole lies below a path. What is no DICOM file at all does not count.
  func isGrowing(below scope: FilePath) -> Bool {
    candidates.contains { path, candidate in
      guard path.starts(with: scope) else { return false }
      guard let refusal = candidate.refusal else { return true }
      return refusal.mayHeal && refusal.code != Examination.notDICOM
    }
  }
}
