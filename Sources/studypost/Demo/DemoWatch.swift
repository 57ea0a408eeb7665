import Journal
import Parcel
import Spool
import SystemPackage

/// What has happened so far, as the two journals and the folders tell it.
struct DemoWatch {
  private let post: DemoPost
  private var seen: [String: Int] = [:]
  private var happened: [String: Set<String>] = [:]
  private var parcel: OutboundParcel?
  private var sealing: Int64 = 0
  private var uploaded: Int64 = 0
  private var imported = 0

  /// The slices of the study, and how many of them were dropped.
  var slices = 0
  var dropped = 0
  var droppedBytes: Int64 = 0

  init(_ post: DemoPost) { self.post = post }

  /// Reads journals and folders again.
  ///
  /// - Returns: what the journals have recorded since the last look, in time order, each with its site.
  mutating func look() throws -> [(site: String, event: Event)] {
    var events: [(site: String, event: Event)] = []
    for site in [post.ch1, post.ch2] {
      // Whatever is about something: the journal is a new one, and short.
      let all = try site.site.journal.trace("")
      for event in all.dropFirst(seen[site.name] ?? 0) {
        events.append((site.name, event))
        happened[site.name, default: []].insert(event.what)
      }
      seen[site.name] = all.count
    }
    try measure()
    return events.sorted { $0.event.at < $1.event.at }
  }

  /// Whether a site's journal has recorded this.
  func hasHappened(_ what: String, at site: DemoSite) -> Bool { happened[site.name]?.contains(what) == true }

  /// Whether the study needs no more time: it was delivered, or something keeps it from that.
  var isOver: Bool {
    let unwanted: Set = ["held", "quarantined", "rejected", "refused", "expired"]
    return hasHappened("delivered", at: post.ch1) || happened.values.contains { !$0.isDisjoint(with: unwanted) }
  }

  private mutating func measure() throws {
    let (ch1, ch2) = (post.ch1.site, post.ch2.site)
    parcel = try ch1.journal.outboundParcels(in: OutboundParcel.State.allCases).first
    sealing = 0
    for name in try Disk().names(of: ch1.spool[.outbound]) where name.hasPrefix(".") {
      sealing = try Disk().status(of: ch1.spool[.outbound].appending(name).appending(ParcelFolder.payload))?.size ?? 0
    }
    guard let parcel else { return }
    if parcel.state == .sealed {
      let incoming = ch2.spool.mailbox("ch1").incoming.appending(parcel.id).appending(ParcelFolder.payload)
      uploaded = max(uploaded, try Disk().status(of: incoming)?.size ?? 0)
    } else {
      uploaded = parcel.payloadBytes
    }
    if try ch2.journal.inboundParcel(parcel.id)?.state == .imported {
      imported = slices
    } else {
      let staged = ch2.spool[.unpack].appending("ch1").appending(parcel.id).appending("import")
      imported = max(imported, (try? Disk().names(of: staged).count) ?? 0)
    }
  }

  /// How far each step is.
  var bars: [DemoScreen.Bar] {
    if slices == 0 { return [] }
    let sent = parcel?.payloadBytes
    let size = sent.map { bytesInWords($0) } ?? ""
    // How small the parcel becomes is known only when it is sealed.
    let sealed = sent == nil ? Double(sealing) / Double(max(droppedBytes, 1)) : 1
    return [
      .init("dropped", Double(dropped) / Double(slices), "\(dropped) of \(slices) slices"),
      .init(
        "sealed", sealed, sent != nil ? "one parcel of \(size)" : sealing > 0 ? "\(bytesInWords(sealing)) so far" : ""),
      .init(
        "uploaded", Double(uploaded) / Double(max(sent ?? 1, 1)),
        sent != nil ? "\(bytesInWords(uploaded)) of \(size)" : ""),
      .init("imported", Double(imported) / Double(slices), imported > 0 ? "\(imported) of \(slices) slices" : ""),
    ]
  }
}
