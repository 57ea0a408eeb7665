internal import Dispatch
internal import Glibc
internal import Parcel
internal import SFTP
internal import Spool
internal import Synchronization
internal import SystemPackage
internal import Threads

/// Uploads what is missing of a payload: over one connection, and over several where the line's delay or one processor holds
/// one back.
///
/// An SSH channel has a window, with OpenSSH of 2 MiB (RFC 4254, 5.2): so much goes per round trip and no more, however wide
/// the line is. And what encrypts for a connection is one thread, so that a fast line waits for one processor. So the first
/// megabytes go over one connection, and are measured. If it carried about a window in each round trip, or if its thread was busy
/// for most of the time, further connections are opened, and each writes the next block that nobody writes yet. The next
/// parcels go over as many at once: what was measured holds for a while.
///
/// The file on the server then has gaps for a while, and its size does not tell how much of it is there. Before the first
/// gap can be, a small file beside it (``marker``, ``Gaps``) says where: whoever goes on after an interruption cuts the file off
/// there first. Where the upload gives way to another parcel, it says exactly what is missing, and only that is sent later; and so
/// it is soon after a failure. It is removed when the payload is whole.
///
/// A file that one connection wrote may have a hole, too: where the server refuses one of the requests that are under way, for
/// want of space perhaps, and carries out the next. So it is gone on with where the acknowledged bytes end, and where nobody knows
/// that any more, as much before its end as can have been under way.
struct Streams {
  let mailbox: RemoteMailbox
  let parcel: LocalParcel
  /// Bytes on their way over each connection that are not yet acknowledged, at most.
  let inFlight: Int
  /// So many connections at most.
  let most: Int
  /// Holds all of them back together.
  let pace: Pace
  /// Whether the upload goes on.
  let turn: Turn
  /// What was measured of the line.
  let line: Line
  /// Opens a further connection, which ends when it is asked to.
  let connect: @Sendable (Stop) throws(SFTPError) -> any RemoteFiles
  let stop: Stop

  /// The file in `incoming/<parcel>/` that says where the payload may have gaps.
  static let marker = "gaps"
  /// What one connection writes before it takes the next piece, in bytes: the less, the less is sent again after an
  /// interruption; the more, the less it matters that all of a piece is acknowledged before the next one begins.
  var block: ClosedRange<Int64> = 4 << 20...16 << 20
  /// What goes over one connection before others are opened, in bytes.
  var probe: Int64 = 16 << 20
  /// After so long, the partner's machine may have started anew, and have lost of what several connections wrote what it had
  /// acknowledged.
  private static let trust = Duration.seconds(120)
  /// Of what a channel's window holds, so much in each round trip shows that it is the window that bounds.
  private static let channel = 2 << 20
  private static let share = 0.5
  /// For so much of the time a thread is busy that a processor is what bounds.
  var busy = 0.5
  /// So many threads can be busy at once.
  var processors = Processors.count

  private var files: any RemoteFiles { mailbox.files }
  private var path: String { mailbox.incoming(parcel.id, ParcelFolder.payload) }
  private var gaps: String { mailbox.incoming(parcel.id, Self.marker) }

  /// What an upload came to.
  struct Uploaded {
    /// Bytes of the payload.
    var sent: Int64
    /// The payload is, as it is unless the ``turn`` has ended.
    var isWhole: Bool
    /// Files beside the payload that another connection wrote meanwhile.
    var beside: Set<String> = []
  }

  /// Uploads the payload, and has the server sync it.
  ///
  /// - Parameters:
  ///   - sizes: of our files that are there.
  ///   - trip: what a small request took.
  ///   - progress: called with how many of the payload's bytes lie there.
  func run(there sizes: [String: Int64], trip: Duration, progress: (Int64) -> Void) throws(SFTPError) -> Uploaded {
    let stream = Stream(
      files: files, source: parcel.payload, path: path, window: pace.inFlight(atMost: inFlight, trip: trip), pace: pace,
      stop: stop)
    let all = parcel.payloadBytes
    let (there, missing) = try remainder(sizes)
    progress(there - missing.reduce(0) { $0 + Int64($1.count) })
    let beside = parcel.small.filter { sizes[$0.name] == nil }
    if !missing.isEmpty { return try spread(from: there, missing: missing, over: most, stream, beside, progress) }
    line.note(Gaps(known: there, ahead: .max), of: parcel.id)
    func goOn(_ position: Int64) {
      line.note(Gaps(known: position, ahead: .max), of: parcel.id)
      progress(position)
    }
    var end = there
    if most > 1, all - there > probe + block.lowerBound {
      let bound: Line.Bound
      if let known = line.bound {
        bound = known
      } else {
        (end, bound) = try first(from: there, stream, trip: trip, goOn)
        guard end == there + probe, turn.isOn else { return Uploaded(sent: end - there, isWhole: false) }
        line.bound = bound
      }
      let connections = [.window: most, .processor: min(most, processors)][bound] ?? 1
      if connections > 1 {
        var stream = stream
        // On a line without delay all together need no more under way than one.
        if bound == .processor { stream.window /= connections }
        var uploaded = try spread(from: end, missing: [], over: connections, stream, beside, progress)
        uploaded.sent += end - there
        return uploaded
      }
    }
    end = try stream.sendRest(from: end, to: all, goesOn: turn.goesOn, progress: goOn)
    return Uploaded(sent: end - there, isWhole: end == all)
  }

  /// How much of the payload is there, and what is missing before; what is after it is removed.
  private func remainder(_ sizes: [String: Int64]) throws(SFTPError) -> (end: Int64, missing: [Range<Int64>]) {
    let size = sizes[ParcelFolder.payload] ?? 0
    var sound: (end: Int64, missing: [Range<Int64>]) = (size <= parcel.payloadBytes ? size : 0, [])
    if let known = line[parcel.id] {
      sound = known.sound(of: sound.end)
    } else if sizes[Self.marker] != nil {
      let gaps = Gaps(parsing: try mailbox.readIfThere(self.gaps, limit: Gaps.largest) ?? [])
      sound = gaps?.sound(of: sound.end) ?? (0, [])
    } else {
      sound = Gaps(known: 0, ahead: Int64(inFlight)).sound(of: sound.end)
    }
    if sound.end == 0 {
      if sizes[ParcelFolder.payload] != nil { try mailbox.remove(path) }
    } else if sound.end < size {
      do throws(SFTPError) {
        try files.truncate(path, to: sound.end)
      } catch  where [.unsupported, .refused, .permission].contains(error.code) {
        // Not every server can.
        try mailbox.remove(path)
        sound = (0, [])
      }
    }
    if sizes[Self.marker] != nil, sound.missing.isEmpty { try mailbox.remove(gaps) }
    return sound
  }

  /// Uploads the first part alone.
  ///
  /// - Returns: where it ends, and what held it back.
  private func first(
    from offset: Int64, _ stream: Stream, trip: Duration, _ progress: (Int64) -> Void
  ) throws(SFTPError) -> (end: Int64, bound: Line.Bound) {
    // What the connection needs to open its window is not measured.
    let half = offset + probe / 2
    var began: (at: ContinuousClock.Instant, used: Duration)?
    let end = try stream.send(offset..<(offset + probe), goesOn: turn.goesOn) { done in
      if began == nil, done >= half { began = (.now, Self.processorTime) }
      progress(done)
    }
    guard let began, end > half else { return (end, .line) }
    let seconds = max(began.at.duration(to: .now) / .seconds(1), 1e-6)
    let isBusy = (Self.processorTime - began.used) / .seconds(1) > busy * seconds
    let window = Double(min(stream.window, Self.channel))
    let isFull = { (trip: Duration) in Double(end - half) / seconds * (trip / .seconds(1)) > Self.share * window }
    // One answer that came late would hold for the next parcels: the shorter of two counts.
    if isFull(trip), isFull(try roundTrip()) { return (end, .window) }
    return (end, isBusy ? .processor : .line)
  }

  private func roundTrip() throws(SFTPError) -> Duration {
    let asked = ContinuousClock.now
    _ = try files.status(path)
    return asked.duration(to: .now)
  }

  /// What this thread has used of a processor: clock_gettime(2), `CLOCK_THREAD_CPUTIME_ID`.
  private static var processorTime: Duration {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
  }

  /// Uploads the rest over so many connections as can be had; this one is among them, and fails with it.
  private func spread(
    from offset: Int64, missing: [Range<Int64>], over connections: Int, _ stream: Stream, _ beside: [LocalParcel.Small],
    _ progress: (Int64) -> Void
  ) throws(SFTPError) -> Uploaded {
    let all = parcel.payloadBytes
    let blocks = Blocks(from: offset, missing: missing, to: all, each: block, over: connections)
    let there = blocks.sent
    let gaps = Gaps(known: offset, ahead: blocks.ahead, missing: missing)
    line.forget(parcel.id)
    do throws(SFTPError) {
      let written = try share(blocks, over: connections, stream, beside, gaps, progress)
      let sent = blocks.sent - there
      guard blocks.isDone else {
        try note(blocks.gaps)
        return Uploaded(sent: sent, isWhole: false)
      }
      progress(all)
      try files.sync(path, size: all)
      try files.remove(self.gaps)
      line.note(Gaps(known: all, ahead: .max), of: parcel.id)
      return Uploaded(sent: sent, isWhole: true, beside: written)
    } catch {
      line.note(blocks.gaps, of: parcel.id, for: Self.trust)
      throw error
    }
  }

  private func note(_ gaps: Gaps) throws(SFTPError) { try files.write(Array(gaps.text.utf8), to: self.gaps) }

  /// Uploads blocks until all are there or the turn is over, and the files beside the payload meanwhile. The other connections
  /// log in while it is noted where gaps may be, and have the server sync what is there when the last blocks are taken.
  ///
  /// - Returns: the names of the files that were written.
  private func share(
    _ blocks: Blocks, over connections: Int, _ stream: Stream, _ beside: [LocalParcel.Small], _ gaps: Gaps,
    _ progress: (Int64) -> Void
  ) throws(SFTPError) -> Set<String> {
    let end = Stop()
    let written = Mutex<Set<String>>([])
    let syncs = DispatchGroup()
    let unsynced = Mutex<SFTPError?>(nil)
    let small = beside.map { (path: mailbox.incoming(parcel.id, $0.name), file: $0) }
    // With fewer threads it takes longer.
    let workers = (1..<connections).compactMap {
      [connect, turn, pace, source = parcel.payload, path, window = stream.window] number in
      try? Worker("stream-\(number)") {
        guard turn.isOn, let files = try? connect(end) else { return }
        defer { files.close() }
        let stream = Stream(files: files, source: source, path: path, window: window, pace: pace, stop: end)
        do {
          for (path, file) in number == 1 ? small : [] {
            try files.write(file.bytes, to: path)
            written.withLock { _ = $0.insert(file.name) }
          }
          for last in [false, true] where turn.isOn && !end.isRequested {
            try stream.upload(
              blocks, next: { turn.isOn && !end.isRequested ? blocks.take(evenLast: last) : nil },
              goesOn: { turn.isOn })
            // Entered first: whoever sees that all blocks are done then sees this, too.
            syncs.enter()
            defer { syncs.leave() }
            if !last, turn.isOn, !blocks.isDone {
              do throws(SFTPError) { try files.sync(path, size: nil) } catch {
                if Failure(error) == .parcel { unsynced.withLock { $0 = error } }
                throw error
              }
            }
          }
        } catch {
          // The others go on with its blocks.
        }
      }
    }
    defer {
      // What is under way is waited for, so that no more is sent again than must be.
      if !turn.isOn { blocks.close(within: .milliseconds(500)) }
      end.request()
      blocks.close()
      for worker in workers { worker.join() }
    }
    try note(gaps)
    blocks.begin()
    try stream.upload(
      blocks,
      next: {
        while !blocks.isDone, turn.goesOn(), !stop.isRequested {
          progress(blocks.sent)
          if let part = blocks.take(waiting: .milliseconds(200)) { return part }
        }
        return nil
      }, progress: { progress(blocks.sent) }, goesOn: turn.goesOn)
    // A system says once that it could not write, to whoever asks first: the sync of the whole would hear nothing of it.
    while turn.isOn, !stop.isRequested, syncs.wait(timeout: .now() + .milliseconds(200)) == .timedOut {
      progress(blocks.sent)
    }
    if let error = unsynced.withLock({ $0 }) { throw error }
    if stop.isRequested, !blocks.isDone {
      throw SFTPError(.cancelled, host: files.endpoint.host, path: path, "Cancelled while sending.")
    }
    return written.withLock { $0 }
  }
}
