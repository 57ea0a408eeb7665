internal import Parcel
internal import SFTP
internal import Spool
internal import Synchronization
internal import SystemPackage

/// Uploads what is missing of a payload: over one connection, and over several where the line's delay holds one back.
///
/// An SSH channel has a window, with OpenSSH of 2 MiB (RFC 4254, 5.2): so much goes per round trip and no more, however wide
/// the line is. So the first megabytes go over one connection, and are measured. If it carried about a window in each round
/// trip, further connections are opened, and each writes the next block that nobody writes yet.
///
/// The file on the server then has gaps for a while, and its size does not tell how much of it is there. Before the first
/// gap can be, a small file beside it says by how much the size may mislead (``marker``): whoever goes on after an
/// interruption begins so far before the end. It is removed when the payload is whole.
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

  /// The file in `incoming/<parcel>/` that says, in bytes, how far before the payload's end gaps may be.
  static let marker = "gaps"
  /// What one connection writes before it takes the next piece, in bytes.
  var block: Int64 = 8 << 20
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
    var there = sizes[ParcelFolder.payload] ?? 0
    if there > parcel.payloadBytes {
      try mailbox.remove(path)
      there = 0
    }
    var lead: Int64 = 0
    if sizes[Self.marker] != nil {
      let text = try mailbox.readIfThere(gaps, limit: 64) ?? []
      lead = Int64(String(decoding: text, as: UTF8.self)) ?? there
      there = max(0, there - max(0, lead))
    }
    if lead == 0, most == 1 || parcel.payloadBytes - there <= probe + block {
      try files.upload(from: parcel.payload, offset: there, to: path, window: window, progress: progress)
      return parcel.payloadBytes - there
    }
    if sizes[ParcelFolder.payload] == nil { try files.write([], to: path) }
    let start = try first(from: there, progress)
    if start.isBound, parcel.payloadBytes - start.end > block {
      lead = max(lead, Int64(most + 1) * block)
      if sizes[Self.marker] != nil { try mailbox.remove(gaps) }
      try files.write(Array("\(lead)".utf8), to: gaps)
      try spread(from: start.end, progress)
    } else {
      try files.upload(
        from: parcel.payload, part: start.end..<parcel.payloadBytes, to: path, window: window, progress: progress)
    }
    try files.sync(path, size: parcel.payloadBytes)
    if lead > 0 { try mailbox.remove(gaps) }
    return parcel.payloadBytes - there
  }

  /// Uploads the first part alone.
  ///
  /// - Returns: where it ends, and whether the channel's window is what bounds the rate.
  private func first(
    from offset: Int64, _ progress: (Int64) -> Void
  ) throws(SFTPError) -> (end: Int64, isBound: Bool) {
    guard most > 1, parcel.payloadBytes - offset > probe + block else { return (offset, false) }
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
  private func spread(from offset: Int64, _ progress: (Int64) -> Void) throws(SFTPError) {
    let blocks = Blocks(from: offset, to: parcel.payloadBytes, each: block, ahead: Int64(most) * block)
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
