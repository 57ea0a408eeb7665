internal import Custody
internal import Site
internal import Spool
internal import SystemPackage

/// What a source holds that has not been taken: which files have stopped growing, and since when each is as it is.
///
/// All is looked at once at the start; after that only what changed, and what waits for its time. Files are many: each
/// costs little memory, and those beyond ``most`` wait until there is room.
struct SourceWatch {
  /// A file that has not been taken yet.
  struct Candidate {
    /// What tells whether it is still the same.
    var stamp: FileStamp
    /// When it was first seen as it is now.
    var since: ContinuousClock.Instant
    /// When it is looked at again; nil: when it changes.
    var due: ContinuousClock.Instant?
    /// Why it was not taken, as it is now; nil: it was not judged yet.
    var refusal: (code: String, study: String?)?
    /// The study that it seems to belong to, while it is being written.
    var study: String?
    /// What is known of its writers.
    var writing = ChangeFeed.Writing.unknown
    /// Somebody writes it.
    var isOpen = false
    /// It is in the journal that it is held where it lies.
    var isHeld = false
    /// It was refused for something that did not come within `partial_after`, and is taken without it.
    var hasWaited = false
    /// Its writer has not closed it. One that was made and is empty is about to be filled; one that was made and is not
    /// empty was linked, not written.
    var isBeingWritten: Bool { writing == .open || writing == .begun && stamp.size == 0 }
    /// How often it could not be handled.
    var failures: UInt8 = 0
    /// The listing in which it was seen last.
    var listing: UInt32 = 0
  }

  /// A folder in the source.
  struct Place {
    /// Its time of change when it was listed last.
    var modified: Int64
    /// When it was first seen so.
    var modifiedSince: ContinuousClock.Instant
    var listed: ContinuousClock.Instant
    /// Changes in it are told.
    var isWatched: Bool
    /// When it was last looked at whether it changed.
    var looked: ContinuousClock.Instant
    /// How many folders in it are known.
    var subfolders = 0
  }

  /// So many files are remembered; the walk goes on when there are fewer.
  static let most = 200_000
  /// Folders nested deeper are passed over, with an alert.
  static let deepest = 64
  /// The granularity of the times of change of the worst file systems: what changed twice within it may look unchanged.
  static let coarsest = Duration.seconds(3)

  let source: Configuration.Source
  /// The text of its path.
  let root: String
  let disk: Disk
  /// By the texts of the folder and of the name.
  var files: [String: [String: Candidate]] = [:]
  var count = 0
  /// Files whose removal or quarantining is owed: not to be looked at while they are as they were.
  var owed: [String: [String: FileStamp]] = [:]
  var markers: [FilePath: FileStatus] = [:]
  var places: [String: Place] = [:]
  /// Those of whose changes nobody tells.
  var unwatched: Set<String> = []
  /// Folders from which something was taken, and whose files those were.
  var emptied: [String: UInt32] = [:]
  /// The partners' names: a folder of such a name is a drop folder.
  var partners: Set<String> = []
  /// Folders that are to be listed.
  var pending: [FilePath]
  /// The folder that is being listed, in portions.
  var current: (folder: DirectoryHandle, listing: UInt32)?
  var listings: UInt32 = 0
  /// The source cannot be listed.
  var trouble: String?
  /// Folders in it that cannot be listed.
  var deniedFolders: [FilePath: String] = [:]
  /// What is there and is neither a file nor a folder to look into; some examples.
  var odd: [FilePath: Listing.PassedOver] = [:]
  /// What was found in dropped folders that is not DICOM, by the texts of their paths, until people are told.
  var tallies: [String: StrayTally] = [:]
  /// A folder that people took for a partner's.
  var stranger: FilePath?
  /// Why a file could not be handled, the last time that happened.
  var lastFailure: String?
  /// Files that the journal knows to be held where they lie, by the texts of their paths, and why.
  var held: [String: String] = [:] { didSet { hasHeldChanged = true } }
  /// Those of them that went, or were taken: the journal is to know.
  var noLongerHeld: [String] = []
  /// Others may be held than people were told of.
  var hasHeldChanged = false
  /// No file is due before; nil: none waits.
  var nextDue: ContinuousClock.Instant?

  init(_ source: Configuration.Source, disk: Disk) {
    self.source = source
    root = PathText.of(source.path)
    self.disk = disk
    pending = [source.path]
  }

  /// Whether there is no room for more files.
  var isCrowded: Bool { count >= Self.most }

  /// Whether all that lies in the source was seen, or there is no room for it.
  var isSeen: Bool { (pending.isEmpty && current == nil) || isCrowded }

  /// Whether folders must be looked at from time to time since nobody tells of their changes.
  var mustPoll: Bool { trouble != nil || !unwatched.isEmpty }

  // MARK: Candidates

  subscript(folder: String, name: String) -> Candidate? {
    get { files[folder]?[name] }
    set {
      let before = files[folder, default: [:]].updateValue(newValue, name)
      if newValue == nil, files[folder]?.isEmpty == true { files[folder] = nil }
      count += (newValue == nil ? 0 : 1) - (before ? 1 : 0)
      if let due = newValue?.due { nextDue = min(nextDue ?? due, due) }
    }
  }

  subscript(path: FilePath) -> Candidate? {
    get {
      let (folder, name) = PathText.split(path)
      return self[folder, name]
    }
    set {
      let (folder, name) = PathText.split(path)
      self[folder, name] = newValue
    }
  }

  /// Takes note of a file as it is now.
  mutating func note(_ folder: String, _ name: String, _ status: FileStatus, now: ContinuousClock.Instant) {
    let stamp = status.stamp
    if let known = owed[folder]?[name] {
      if known == stamp { return }
      owed[folder]?[name] = nil
    }
    if name.hasSuffix(source.marker) {
      markers[PathText.path(folder, name)] = status
      return
    }
    let known = self[folder, name]
    if var known, known.stamp == stamp {
      known.listing = listings
      // Something happened to a file that was not judged yet, or could not be handled: its writer may have closed it.
      if known.refusal == nil { known.due = now }
      self[folder, name] = known
      return
    }
    var candidate = Candidate(stamp: stamp, since: now, due: now)
    candidate.listing = listings
    candidate.study = known?.study
    if known?.stamp.inode == stamp.inode, let known { candidate.writing = known.writing }
    self[folder, name] = candidate
  }

  /// Takes note of what is known of a file's writers.
  mutating func note(_ path: FilePath, _ writing: ChangeFeed.Writing, now: ContinuousClock.Instant) {
    guard var candidate = self[path] else { return }
    let wasOpen = candidate.writing == .open || candidate.writing == .begun
    candidate.writing = writing
    // It was refused for its writer, or for what he has added since.
    if wasOpen, writing == .closed || writing == .unknown { candidate.refusal = nil }
    if candidate.refusal == nil { candidate.due = now }
    self[path] = candidate
  }

  /// The file is not there any more, or is in the journal's hands.
  mutating func forget(_ path: FilePath) {
    let (folder, name) = PathText.split(path)
    self[folder, name] = nil
    owed[folder]?[name] = nil
    if owed[folder]?.isEmpty == true { owed[folder] = nil }
    if !markers.isEmpty { markers[path] = nil }
    if !odd.isEmpty { odd[path] = nil }
    if !held.isEmpty { isNoLongerHeld(PathText.of(path)) }
  }

  /// A file that was held is gone, or in the journal's hands.
  mutating func isNoLongerHeld(_ text: String) {
    if held.removeValue(forKey: text) != nil { noLongerHeld.append(text) }
  }

  /// A file is held where it lies, until it changes.
  mutating func hold(_ path: FilePath, _ refusal: Refusal, now: ContinuousClock.Instant) {
    held[PathText.of(path)] = refusal.reason
    refuse(path, refusal, now: now)
    guard var candidate = self[path] else { return }
    candidate.isHeld = true
    candidate.due = nextLook(at: candidate, in: PathText.split(path).folder, now: now)
    self[path] = candidate
  }

  /// The journal knows the file, and its removal is owed.
  mutating func letGo(_ original: Original) {
    let path = PathText.path(original.path)
    forget(path)
    let (folder, name) = PathText.split(path)
    owed[folder, default: [:]][name] = FileStamp(
      inode: original.inode, size: original.size, modified: original.modified)
  }

  /// A file cannot be taken as it is: not to be judged again until it changes, or its time is over.
  mutating func refuse(_ path: FilePath, _ refusal: Refusal, now: ContinuousClock.Instant) {
    let (folder, name) = PathText.split(path)
    guard var candidate = self[folder, name] else { return }
    candidate.refusal = (refusal.code, refusal.study)
    candidate.study = refusal.study ?? candidate.study
    candidate.isOpen = false
    // Its time may be over already, where there was much to judge before it.
    candidate.due = refusal.mayHeal ? max(candidate.since + source.partialAfter, now) : nil
    self[folder, name] = candidate
  }

  /// A file could not be handled, which is no property of the file: it is tried again, with growing pauses.
  mutating func rest(_ path: FilePath, after error: any Error, now: ContinuousClock.Instant) {
    guard var candidate = self[path] else { return }
    lastFailure = Quoted.text("\(error)", limit: 500)
    let pause = min(Duration.seconds(30) * (1 << Int(min(candidate.failures, 7))), .seconds(3600))
    candidate.failures = candidate.failures == .max ? .max : candidate.failures + 1
    candidate.due = now + pause
    candidate.isOpen = false
    self[path] = candidate
  }

  /// A file has waited long enough for what it lacks.
  mutating func acceptAsItIs(_ path: FilePath, now: ContinuousClock.Instant) {
    guard var candidate = self[path] else { return }
    candidate.refusal = nil
    candidate.hasWaited = true
    candidate.due = now
    self[path] = candidate
  }

  /// When a file that may heal is looked at again: a change is told, or must be looked for.
  func nextLook(
    at candidate: Candidate, in folder: String, now: ContinuousClock.Instant
  ) -> ContinuousClock.Instant? {
    let over = candidate.since + source.partialAfter
    if candidate.isHeld {
      return places[folder]?.isWatched == true ? nil : now + max(.seconds(60), (now - candidate.since) / 10)
    }
    guard over > now else { return now + .seconds(60) }
    if places[folder]?.isWatched == true { return over }
    return min(over, now + max(.seconds(2), (now - candidate.since) / 10))
  }

  // MARK: What waits for what

  /// What a marker speaks for: its folder, or the one file or folder that has its name without the marker.
  func scope(ofMarker path: FilePath) -> FilePath {
    guard let name = path.lastComponent?.string, name != source.marker else { return path.removingLastComponent() }
    return path.removingLastComponent().appending(String(name.dropLast(source.marker.count)))
  }

  /// Whether a file that may still become whole lies below a path. What is not DICOM at all does not count.
  func isGrowing(below scope: FilePath, now: ContinuousClock.Instant) -> Bool {
    if !isSeen { return true }
    let (parent, single) = PathText.split(scope)
    let scope = PathText.of(scope)
    for (folder, names) in files {
      let isBelow = PathText.isAtOrBelow(folder, scope)
      guard isBelow || folder == parent else { continue }
      for (name, candidate) in names where isBelow || name == single {
        guard now - candidate.since < source.partialAfter, candidate.failures == 0 else { continue }
        if let refusal = candidate.refusal, refusal.code == Refusal.notDICOM || candidate.due == nil { continue }
        return true
      }
    }
    return false
  }

  /// What keeps the studies of this source from being quiet.
  struct Growth {
    /// When a file of the study, or in the folder, was last seen to change.
    var studies: [String: ContinuousClock.Instant] = [:]
    /// By the texts of their paths.
    var folders: [String: ContinuousClock.Instant] = [:]
    /// How many files of a study lie here and cannot be taken as they are.
    var unfinished: [String: Int] = [:]
  }

  /// Files that cannot be taken yet, and when each changed last: now, while its writer holds it open.
  func growth(now: ContinuousClock.Instant) -> Growth {
    var growth = Growth()
    for (folder, names) in files {
      for candidate in names.values {
        if let study = candidate.study, candidate.refusal != nil { growth.unfinished[study, default: 0] += 1 }
        guard now - candidate.since < source.partialAfter, candidate.failures == 0 else { continue }
        let isUnjudged = candidate.refusal == nil && !candidate.isOpen
        // Even where quiet is zero it is not quiet now.
        let last = candidate.isOpen || isUnjudged ? now + .milliseconds(100) : candidate.since
        if let study = candidate.study { growth.studies[study] = max(growth.studies[study] ?? last, last) }
        if candidate.study == nil { growth.folders[folder] = max(growth.folders[folder] ?? last, last) }
      }
    }
    return growth
  }
}

extension Dictionary where Value == SourceWatch.Candidate {
  /// - Returns: whether there was a value before.
  fileprivate mutating func updateValue(_ value: Value?, _ key: Key) -> Bool {
    guard let value else { return removeValue(forKey: key) != nil }
    return updateValue(value, forKey: key) != nil
  }
}
