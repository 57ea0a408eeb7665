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
/// for most of the time, further connections are opened, and each writes the next block that nobody writes yet.
///
/// The file on the server then has gaps for a while, and its size does not tell how much of it is there. Before the first
/// gap can be, a small file beside it (``marker``, ``Gaps``) says where: whoever goes on after an interruption cuts the file off
/// there first. Where the upload gives way to another parcel, it says exactly what is missing, and only that is sent later. It is
/// removed when the payload is whole.
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
  /// Opens a further connection, which ends when it is asked to.
  let connect: @Sendable (Stop) throws(SFTPError) -> any RemoteFiles
  let stop: Stop

  /// The file in `incoming/<parcel>/` that says where the payload may have gaps.
  static let marker = "gaps"
  /// What one connection writes before it takes the next piece, in bytes: the less, the less is sent again after an
  /// interruption; the more, the less it matters that a piece takes some round trips to begin and to end.
  var block: ClosedRange<Int64> = 8 << 20...64 << 20
  /// What goes over one connection before others are opened, in bytes.
  var probe: Int64 = 16 << 20
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

  /// Uploads the payload, and has the server sync it.
  ///
  /// - Parameters:
  ///   - sizes: of our files that are there.
  ///   - trip: what a small request took.
  ///   - progress: called with how many of the payload's bytes lie there.
  /// - Returns: how many bytes were sent; and whether it is whole, as it is unless the ``turn`` has ended.
  func run(
    there sizes: [String: Int64], trip: Duration, progress: (Int64) -> Void
  ) throws(SFTPError) -> (sent: Int64, isWhole: Bool) {
    let stream = Stream(
      files: files, source: parcel.payload, path: path, window: pace.inFlight(atMost: inFlight, trip: trip), pace: pace,
      stop: stop)
    let all = parcel.payloadBytes
    let (there, missing) = try remainder(sizes)
    if !missing.isEmpty { return try spread(from: there, missing: missing, over: most, stream, progress) }
    var end = there
    if most > 1, all - there > probe + block.lowerBound {
      if there == 0 { try files.write([], to: path) }
      let bound: Bound
      (end, bound) = try first(from: there, stream, trip: trip, progress)
      guard end == there + probe, turn.isOn else { return (end - there, false) }
      let connections = [.window: most, .processor: min(most, processors)][bound] ?? 1
      if connections > 1 {
        var stream = stream
        // On a line without delay all together need no more under way than one.
        if bound == .processor { stream.window /= connections }
        let (sent, isWhole) = try spread(from: end, missing: [], over: connections, stream, progress)
        return (end - there + sent, isWhole)
      }
    }
    end = try stream.sendRest(from: end, to: all, goesOn: turn.goesOn, progress: progress)
    return (end - there, end == all)
  }

  /// How much of the payload is there, and what is missing before; what is after it is removed.
  private func remainder(_ sizes: [String: Int64]) throws(SFTPError) -> (end: Int64, missing: [Range<Int64>]) {
    let size = sizes[ParcelFolder.payload] ?? 0
    var sound: (end: Int64, missing: [Range<Int64>]) = (size <= parcel.payloadBytes ? size : 0, [])
    if sizes[Self.marker] != nil {
      let gaps = Gaps(parsing: try mailbox.readIfThere(gaps, limit: Gaps.largest) ?? [])
      sound = gaps?.sound(of: sound.end) ?? (0, [])
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

  /// What one connection is held back by.
  private enum Bound { case line, window, processor }

  /// Uploads the first part alone.
  ///
  /// - Returns: where it ends, and what held it back.
  private func first(
    from offset: Int64, _ stream: Stream, trip: Duration, _ progress: (Int64) -> Void
  ) throws(SFTPError) -> (end: Int64, bound: Bound) {
    let asked = ContinuousClock.now
    _ = try files.status(path)
    let trip = min(trip, asked.duration(to: .now)) / .seconds(1)
    // What the connection needs to open its window is not measured.
    let half = offset + probe / 2
    var began: (at: ContinuousClock.Instant, used: Duration)?
    let end = try stream.send(offset..<(offset + probe), goesOn: turn.goesOn) { done in
      if began == nil, done >= half { began = (.now, Self.processorTime) }
      progress(done)
    }
    guard let began, end > half else { return (end, .line) }
    let seconds = max(began.at.duration(to: .now) / .seconds(1), 1e-6)
    let window = Double(min(stream.window, Self.channel))
    if Double(end - half) / seconds * trip > Self.share * window { return (end, .window) }
    let isBusy = (Self.processorTime - began.used) / .seconds(1) > busy * seconds
    return (end, isBusy ? .processor : .line)
  }

  /// What this thread has used of a processor: clock_gettime(2), `CLOCK_THREAD_CPUTIME_ID`.
  private static var processorTime: Duration {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
  }

  /// Uploads the rest over so many connections as can be had; this one is among them, and fails with it.
  private func spread(
    from offset: Int64, missing: [Range<Int64>], over connections: Int, _ stream: Stream, _ progress: (Int64) -> Void
  ) throws(SFTPError) -> (sent: Int64, isWhole: Bool) {
    let all = parcel.payloadBytes
    let size = min(max((all - offset) / Int64(4 * connections), block.lowerBound), block.upperBound)
    let blocks = Blocks(from: offset, missing: missing, to: all, each: size, ahead: Int64(connections) * size)
    let there = blocks.sent
    try note(Gaps(known: offset, ahead: size * Int64(connections + 1), missing: missing))
    try share(blocks, over: connections, stream, progress)
    let sent = blocks.sent - there
    guard blocks.isDone else {
      let (known, missing) = blocks.rest
      try note(Gaps(known: known, ahead: all, missing: missing))
      return (sent, false)
    }
    progress(all)
    try files.sync(path, size: all)
    try files.remove(gaps)
    return (sent, true)
  }

  private func note(_ gaps: Gaps) throws(SFTPError) { try files.write(Array(gaps.text.utf8), to: self.gaps) }

  /// Uploads blocks until all are there or the turn is over.
  private func share(
    _ blocks: Blocks, over connections: Int, _ stream: Stream, _ progress: (Int64) -> Void
  ) throws(SFTPError) {
    let end = Stop()
    let workers = (1..<connections).map {
      [connect, turn, pace, source = parcel.payload, path, window = stream.window] number in
      Worker("stream-\(number)") {
        guard turn.isOn, let files = try? connect(end) else { return }
        defer { files.close() }
        let stream = Stream(files: files, source: source, path: path, window: window, pace: pace, stop: end)
        while turn.isOn, !end.isRequested, let part = blocks.take() {
          do {
            try stream.upload(part, of: blocks, goesOn: { turn.isOn })
          } catch {
            // Another connection goes on with it.
            return
          }
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
    while !blocks.isDone, turn.goesOn() {
      if stop.isRequested {
        throw SFTPError(.cancelled, host: files.endpoint.host, path: path, "Cancelled while sending.")
      }
      progress(blocks.sent)
      guard let part = blocks.take(waiting: .milliseconds(200)) else { continue }
      try stream.upload(part, of: blocks, progress: { progress(blocks.sent) }, goesOn: turn.goesOn)
    }
  }
}
