internal import Parcel
internal import SFTP
internal import Spool
internal import Synchronization
internal import SystemPackage
internal import Threads

/// Uploads what is missing of a payload: over one connection, and over several where the line's delay holds one back.
///
/// An SSH channel has a window, with OpenSSH of 2 MiB (RFC 4254, 5.2): so much goes per round trip and no more, however wide
/// the line is. So the first megabytes go over one connection, and are measured. If it carried about a window in each round
/// trip, further connections are opened, and each writes the next block that nobody writes yet.
///
/// The file on the server then has gaps for a while, and its size does not tell how much of it is there. Before the first
/// gap can be, a small file beside it (``marker``) says from where on, and how far before the end: whoever goes on after an
/// interruption cuts the file off there first. It is removed when the payload is whole.
struct Streams {
  let mailbox: RemoteMailbox
  let parcel: LocalParcel
  /// Bytes on their way over each connection that are not yet acknowledged.
  let window: Int
  /// So many connections at most.
  let most: Int
  /// Opens a further connection, which ends when it is asked to.
  let connect: @Sendable (Stop) throws(SFTPError) -> any RemoteFiles
  let stop: Stop

  /// The file in `incoming/<parcel>/` that says, in bytes, from where on there may be gaps, and how far before the end of
  /// what is there at most: `16777216 167772160`.
  static let marker = "gaps"
  /// What one connection writes before it takes the next piece, in bytes: the less, the less is sent again after an
  /// interruption; the more, the less it matters that a piece takes some round trips to begin and to end.
  var block: ClosedRange<Int64> = 8 << 20...64 << 20
  /// What goes over one connection before others are opened, in bytes.
  var probe: Int64 = 16 << 20
  /// Of what a channel's window holds, so much in each round trip shows that it is the window that bounds.
  private static let channel = 2 << 20
  private static let share = 0.5

  private var files: any RemoteFiles { mailbox.files }
  private var path: String { mailbox.incoming(parcel.id, ParcelFolder.payload) }
  private var gaps: String { mailbox.incoming(parcel.id, Self.marker) }

  /// Uploads the payload, and has the server sync it.
  ///
  /// - Parameters:
  ///   - sizes: of our files that are there.
  ///   - progress: called with how many of the payload's bytes lie there.
  /// - Returns: how many bytes were sent.
  func run(there sizes: [String: Int64], progress: (Int64) -> Void) throws(SFTPError) -> Int64 {
    let there = try remainder(sizes)
    if most == 1 || parcel.payloadBytes - there <= probe + block.lowerBound {
      try files.upload(from: parcel.payload, offset: there, to: path, window: window, progress: progress)
      return parcel.payloadBytes - there
    }
    if there == 0 { try files.write([], to: path) }
    let (end, isBound) = try first(from: there, progress)
    if isBound {
      let each = min(max((parcel.payloadBytes - end) / Int64(4 * most), block.lowerBound), block.upperBound)
      try files.write(Array("\(end) \(each * Int64(most + 1))".utf8), to: gaps)
      try spread(from: end, each: each, progress)
      try files.sync(path, size: parcel.payloadBytes)
      try mailbox.remove(gaps)
    } else {
      try files.upload(from: parcel.payload, offset: end, to: path, window: window, progress: progress)
    }
    return parcel.payloadBytes - there
  }

  /// How much of the payload is there, without gaps; what is after it is removed.
  private func remainder(_ sizes: [String: Int64]) throws(SFTPError) -> Int64 {
    let size = sizes[ParcelFolder.payload] ?? 0
    var sound = size <= parcel.payloadBytes ? size : 0
    if sizes[Self.marker] != nil {
      let words = String(decoding: try mailbox.readIfThere(gaps, limit: 64) ?? [], as: UTF8.self).split(separator: " ")
      let numbers = words.compactMap { Int64($0) }.filter { $0 >= 0 }
      sound = numbers.count == 2 ? min(sound, max(numbers[0], sound - min(numbers[1], sound))) : 0
    }
    if sound == 0 {
      if sizes[ParcelFolder.payload] != nil { try mailbox.remove(path) }
    } else if sound < size {
      do throws(SFTPError) {
        try files.truncate(path, to: sound)
      } catch  where [.unsupported, .refused, .permission].contains(error.code) {
        // Not every server can.
        try mailbox.remove(path)
        sound = 0
      }
    }
    if sizes[Self.marker] != nil { try mailbox.remove(gaps) }
    return sound
  }

  /// Uploads the first part alone.
  ///
  /// - Returns: where it ends, and whether the channel's window is what bounds the rate.
  private func first(
    from offset: Int64, _ progress: (Int64) -> Void
  ) throws(SFTPError) -> (end: Int64, isBound: Bool) {
    var trips: [Duration] = []
    for _ in 0..<3 {
      let asked = ContinuousClock.now
      _ = try files.status(path)
      trips.append(asked.duration(to: .now))
    }
    let trip = (trips.min() ?? .zero) / .seconds(1)
    let end = offset + probe
    // What the connection needs to open its window is not measured.
    let half = offset + probe / 2
    var began: ContinuousClock.Instant?
    try files.upload(from: parcel.payload, part: offset..<end, to: path, window: window) { done in
      if began == nil, done >= half { began = .now }
      progress(done)
    }
    guard let began else { return (end, false) }
    let rate = Double(end - half) / max(began.duration(to: .now) / .seconds(1), 1e-6)
    return (end, rate * trip > Self.share * Double(min(window, Self.channel)))
  }

  /// Uploads the rest over all connections that can be had; this one is among them, and fails with it.
  private func spread(from offset: Int64, each size: Int64, _ progress: (Int64) -> Void) throws(SFTPError) {
    let blocks = Blocks(from: offset, to: parcel.payloadBytes, each: size, ahead: Int64(most) * size)
    let end = Stop()
    let workers = (1..<most).map { [connect, window, source = parcel.payload, path] number in
      Worker("stream-\(number)") {
        guard let files = try? connect(end) else { return }
        defer { files.close() }
        while let part = blocks.take(), !end.isRequested {
          do {
            try files.upload(from: source, part: part, to: path, window: window) { blocks.reached($0, of: part) }
            blocks.done(part)
          } catch {
            // Another connection writes it once more.
            return blocks.giveBack(part)
          }
        }
      }
    }
    defer {
      end.request()
      blocks.close()
      for worker in workers { worker.join() }
    }
    while !blocks.isDone {
      if stop.isRequested {
        throw SFTPError(.cancelled, host: files.endpoint.host, path: path, "Cancelled while sending.")
      }
      progress(blocks.sent)
      guard let part = blocks.take(waiting: .milliseconds(200)) else { continue }
      try files.upload(from: parcel.payload, part: part, to: path, window: window) {
        blocks.reached($0, of: part)
        progress(blocks.sent)
      }
      blocks.done(part)
    }
    progress(parcel.payloadBytes)
  }
}
