internal import Custody
internal import Site
internal import Spool
internal import SystemPackage

extension SourceWatch {
  /// Takes note of what changed.
  mutating func apply(_ changes: ChangeFeed.Changes, now: ContinuousClock.Instant) {
    if changes.isIncomplete {
      for folder in files.keys { forgetWriters(in: folder) }
      lookAtAll()
    }
    for path in changes.paths {
      let text = PathText.of(path)
      if isMine(text) { look(at: path, text, now: now) }
    }
    for (path, writing) in changes.writing { note(path, writing, now: now) }
  }

  /// All is to be looked at again.
  mutating func lookAtAll() {
    current = nil
    pending = [source.path]
    for folder in places.keys { places[folder]?.modified = .min }
  }

  /// Nobody tells any more who writes there.
  private mutating func forgetWriters(in folder: String) {
    for (name, candidate) in files[folder] ?? [:] where candidate.writing != .unknown {
      files[folder]?[name]?.writing = .unknown
    }
  }

  private func isMine(_ text: String) -> Bool { PathText.isAtOrBelow(text, root) }

  private mutating func look(at path: FilePath, _ text: String, now: ContinuousClock.Instant) {
    if text == root || places[text] != nil {
      pending.append(path)
      return
    }
    let (folder, name) = PathText.split(path)
    guard !isIgnored(name) else { return }
    do {
      guard let status = try disk.status(of: path) else { return gone(path) }
      note(folder, name, of: status, now: now)
    } catch {
      pending.append(PathText.path(folder))
    }
  }

  /// Takes note of what lies under a name.
  private mutating func note(_ folder: String, _ name: String, of status: FileStatus, now: ContinuousClock.Instant) {
    if status.kind == .file { return note(folder, name, status, now: now) }
    let path = PathText.path(folder, name)
    switch status.kind {
    case .file: break
    case .directory:
      let depth = folder.utf8.count { $0 == UInt8(ascii: "/") } + 1 - root.utf8.count { $0 == UInt8(ascii: "/") }
      if depth <= Self.deepest { pending.append(path) } else { passOver(path, .tooDeep) }
    case .symbolicLink where isFollowed(folder, name, status): pending.append(path)
    case .symbolicLink: passOver(path, .symbolicLink)
    case .other: passOver(path, .special)
    }
  }

  /// A link in place of a partner's drop folder is followed where root made it: nobody else can, and who may write in the
  /// source can only take it away. No other link is.
  private func isFollowed(_ folder: String, _ name: String, _ status: FileStatus) -> Bool {
    guard folder == root, partners.contains(name.lowercased()), status.owner == 0 else { return false }
    return (try? disk.statusFollowingLinks(of: PathText.path(folder, name)))?.kind == .directory
  }

  /// Whether a folder is the source, or a drop folder, which may be a link.
  func isDropFolder(_ text: String) -> Bool {
    if text == root { return true }
    let (folder, name) = PathText.split(PathText.path(text))
    return folder == root && partners.contains(name.lowercased())
  }

  /// What lies at the path of a known folder.
  private func folderStatus(_ text: String) -> FileStatus? {
    let path = PathText.path(text)
    return isDropFolder(text) ? try? disk.statusFollowingLinks(of: path) : try? disk.status(of: path)
  }

  private mutating func passOver(_ path: FilePath, _ why: Listing.PassedOver) {
    if odd.count < 100 { odd[path] = why }
  }

  mutating func gone(_ path: FilePath) {
    forget(path)
    let text = PathText.of(path)
    guard places[text] != nil || files[text] != nil || owed[text] != nil else { return }
    let place = removePlace(text)
    count -= files.removeValue(forKey: text)?.count ?? 0
    owed[text] = nil
    // Folders are many: all are looked through only where there were some in it.
    if place.map({ $0.subfolders > 0 }) ?? true {
      for folder in places.keys where PathText.isAtOrBelow(folder, text) { removePlace(folder) }
      for (folder, names) in files where PathText.isAtOrBelow(folder, text) {
        count -= names.count
        files[folder] = nil
      }
      owed = owed.filter { !PathText.isAtOrBelow($0.key, text) }
    }
    for file in held.keys where PathText.isAtOrBelow(file, text) { isNoLongerHeld(file) }
    deniedFolders = deniedFolders.filter { !$0.key.starts(with: path) }
    odd = odd.filter { !$0.key.starts(with: path) }
    markers = markers.filter { !$0.key.starts(with: path) }
  }

  @discardableResult
  private mutating func removePlace(_ text: String) -> Place? {
    guard let place = places.removeValue(forKey: text) else { return nil }
    unwatched.remove(text)
    emptied[text] = nil
    places[PathText.split(PathText.path(text)).folder]?.subfolders -= 1
    return place
  }

  /// Names that are not the PACS's files; a marker may look like one.
  private func isIgnored(_ name: String) -> Bool { Ignored.contains(name) && !name.hasSuffix(source.marker) }

  // MARK: Walking

  /// Lists folders that are to be listed, at most so many names, and goes on the next time.
  mutating func walk(limit: Int, feed: ChangeFeed?, now: ContinuousClock.Instant) {
    var left = limit
    while left > 0, !isCrowded {
      if current == nil {
        guard let folder = pending.popLast() else { return }
        begin(folder, feed: feed, now: now)
        left -= 1
        continue
      }
      guard let (folder, listing) = current else { return }
      do throws(SpoolError) {
        let portion = try folder.entries(limit: min(left, 4096))
        left -= portion.names.count
        let text = PathText.of(folder.path)
        for name in portion.names {
          let nameText = PathText.of(name)
          if !isIgnored(nameText) { lookListed(name, nameText, in: folder, text, now: now) }
        }
        if !portion.hasMore { end(folder.path, listing) }
      } catch {
        current = nil
        deny(folder.path, error)
      }
    }
  }

  private mutating func lookListed(
    _ name: FilePath.Component, _ nameText: String, in folder: DirectoryHandle, _ folderText: String,
    now: ContinuousClock.Instant
  ) {
    do throws(SpoolError) {
      guard let status = try folder.status(of: name) else { return }
      if status.kind == .directory, let place = places["\(folderText)/\(nameText)"], place.isWatched,
        place.modified == status.modified, deniedFolders.isEmpty
      {
        return
      }
      note(folderText, nameText, of: status, now: now)
    } catch {
      // One file, on a damaged disk for example: the rest goes on.
      deny(folder.path.appending(name), error)
    }
  }

  private mutating func begin(_ path: FilePath, feed: ChangeFeed?, now: ContinuousClock.Instant) {
    do throws(SpoolError) {
      // First the watch, then the look: what changes between is told.
      let isWatched = feed.map { $0.count < Self.mostWatches && $0.watch(path) } ?? false
      let text = PathText.of(path)
      // The source may be a link, and so may a drop folder: that is the administrator's choice.
      let folder = try disk.openDirectory(path, followingLink: isDropFolder(text))
      let modified = try folder.status().modified
      let before = places[text]
      let since = before.flatMap { $0.modified == modified ? $0.modifiedSince : nil } ?? now
      places[text] = Place(
        modified: modified, modifiedSince: since, listed: now, isWatched: isWatched, looked: now,
        subfolders: before?.subfolders ?? 0)
      if before == nil, text != root { places[PathText.split(path).folder]?.subfolders += 1 }
      if isWatched {
        unwatched.remove(text)
      } else {
        unwatched.insert(text)
        forgetWriters(in: text)
      }
      listings &+= 1
      current = (folder, listings)
      if path == source.path { trouble = nil }
      deniedFolders[path] = nil
    } catch {
      if error.code == .missing || error.code == .unfit, path != source.path { return gone(path) }
      deny(path, error)
    }
  }

  /// The kernel has a limit of its own, fs.inotify.max_user_watches.
  private static let mostWatches = 262_144

  /// A folder was listed to its end: what was not seen is not there any more.
  private mutating func end(_ folder: FilePath, _ listing: UInt32) {
    current = nil
    let text = PathText.of(folder)
    for (name, candidate) in files[text] ?? [:] where candidate.listing != listing {
      // What came since by a notification is newer than the listing.
      let path = PathText.path(text, name)
      if isGone(path) { forget(path) }
    }
  }

  func isGone(_ path: FilePath) -> Bool {
    do { return try disk.status(of: path) == nil } catch { return false }
  }

  private mutating func deny(_ path: FilePath, _ error: SpoolError) {
    if path == source.path {
      trouble = error.message
      removePlace(root)
    } else if deniedFolders.count < 1000 {
      deniedFolders[path] = error.message
    }
  }

  /// Looks whether folders changed of whose changes nobody tells; with `all`, whether any did.
  mutating func poll(all: Bool, now: ContinuousClock.Instant) {
    if trouble != nil || places.isEmpty {
      if pending.isEmpty { pending = [source.path] }
      return
    }
    guard isSeen else { return }
    for text in all ? Array(places.keys) : unwatched.filter({ isDue($0, now: now) }) {
      guard let place = places[text] else { continue }
      places[text]?.looked = now
      let status = folderStatus(text)
      let mayHaveChanged = !place.isWatched && place.listed - place.modifiedSince < Self.coarsest
      if status == nil || status?.modified != place.modified || mayHaveChanged {
        pending.append(PathText.path(text))
      }
    }
    if all {
      pending += deniedFolders.keys
      for path in odd.keys where isGone(path) { odd[path] = nil }
      for (folder, names) in owed {
        for name in names.keys where isGone(PathText.path(folder, name)) { forget(PathText.path(folder, name)) }
      }
    }
  }

  /// A folder in which nothing has changed for long is looked at less often.
  private func isDue(_ text: String, now: ContinuousClock.Instant) -> Bool {
    guard let place = places[text] else { return false }
    return now - place.looked >= min((now - place.modifiedSince) / 100, .seconds(600))
  }

  /// Makes room where there are too many files: those that cannot be handled are looked at again in their turn.
  mutating func rotate() {
    guard isCrowded else { return }
    for (folder, names) in files {
      let kept = names.filter { $0.value.due != nil && $0.value.failures == 0 }
      count -= names.count - kept.count
      files[folder] = kept.isEmpty ? nil : kept
    }
  }

  // MARK: What is due

  /// What became of a file that was due.
  enum Due {
    /// It is not written any more, as far as can be told.
    case ready(FilePath, FileStatus)
    /// Its time is over, and it is still not fit.
    case overdue(FilePath, FileStatus)
    /// Its time is over, and its writer has still not closed it.
    case unclosed(FilePath, FileStatus)
  }

  /// Looks at files whose time has come.
  ///
  /// - Parameter limit: at most so many; the others stay due.
  mutating func takeDue(limit: Int, now: ContinuousClock.Instant) -> [Due] {
    guard let nextDue, nextDue <= now else { return [] }
    var found: [(folder: String, name: String)] = []
    var later: ContinuousClock.Instant?
    for (folder, names) in files {
      for (name, candidate) in names {
        guard let due = candidate.due else { continue }
        if due <= now, found.count < limit {
          found.append((folder, name))
        } else {
          later = min(later ?? due, due)
        }
      }
    }
    self.nextDue = later
    return found.sorted { $0 < $1 }.compactMap { judge($0.folder, $0.name, now: now) }
  }

  private mutating func judge(_ folder: String, _ name: String, now: ContinuousClock.Instant) -> Due? {
    guard var candidate = self[folder, name] else { return nil }
    let path = PathText.path(folder, name)
    let found: FileStatus?
    do { found = try disk.status(of: path) } catch {
      rest(path, after: error, now: now)
      return nil
    }
    guard let status = found, status.kind == .file else {
      gone(path)
      return nil
    }
    if candidate.stamp != status.stamp {
      let writing = candidate.stamp.inode == status.inode ? candidate.writing : .unknown
      candidate = Candidate(stamp: status.stamp, since: now, due: now, study: candidate.study)
      candidate.writing = writing
    }
    let isOver = now - candidate.since >= source.partialAfter
    if candidate.refusal != nil {
      candidate.due = nextLook(at: candidate, in: folder, now: now)
      self[folder, name] = candidate
      return isOver && !candidate.isHeld ? .overdue(path, status) : nil
    }
    candidate.isOpen = candidate.isBeingWritten
    let isReady =
      switch candidate.writing {
      case .closed: true
      case .unknown, .begun, .open: !candidate.isOpen && now - candidate.since >= source.settle
      }
    // What is ready is taken or refused now; where that is not even tried, it is looked at again.
    candidate.due =
      isReady ? now + .seconds(30) : candidate.since + (candidate.isOpen ? source.partialAfter : source.settle)
    if candidate.isOpen, isOver { candidate.due = nil }
    self[folder, name] = candidate
    return isReady ? .ready(path, status) : candidate.isOpen && isOver ? .unclosed(path, status) : nil
  }

  /// The study of a file that is being written, where it is not known and could be read by now.
  mutating func learnStudies(_ read: (FilePath) -> String?) {
    for (folder, names) in files {
      for (name, candidate) in names where candidate.isOpen && candidate.study == nil && candidate.stamp.size > 132 {
        if let study = read(PathText.path(folder, name)) { files[folder]?[name]?.study = study }
      }
    }
  }
}
