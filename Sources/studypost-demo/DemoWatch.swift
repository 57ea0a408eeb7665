import SystemPackage

/// What has happened so far, as the commands and folders of both sites tell it.
struct DemoWatch {
  private static let pause = Duration.milliseconds(400)

  private let post: DemoPost
  private let study: PhantomStudy
  private var lastLook: ContinuousClock.Instant?
  private var seen: Set<EventDocument> = []
  private var payload: Int64?
  private var sealing: Int64 = 0
  private var uploaded: Int64 = 0
  private var imported = 0

  /// The parcel in which the study travels, once it is sealed.
  private(set) var parcel: String?
  /// Whether the study needs no more time: it was delivered, or it waits for a person.
  private(set) var isOver = false
  /// How much of the study was dropped.
  var dropped = 0
  var droppedBytes: Int64 = 0

  init(_ post: DemoPost, _ study: PhantomStudy) {
    self.post = post
    self.study = study
  }

  /// Asks both sites again, if the last time is a while ago.
  ///
  /// - Returns: what has happened since then, in time order, each with its site.
  mutating func look() throws -> [(site: String, event: EventDocument)] {
    let now = ContinuousClock.now
    if let lastLook, lastLook + Self.pause > now { return [] }
    // Counts first: what they show is then among the events, too.
    let ch1 = try post.ch1.document("status", as: StatusDocument.self)
    let ch2 = try post.ch2.document("status", as: StatusDocument.self)
    var events = try trace(study.studyInstanceUID, at: post.ch1)
    parcel = parcel ?? events.lazy.compactMap(\.event.parcel).first
    if let parcel { events += try trace(parcel, at: post.ch2) }
    try measure(ch1, ch2)
    isOver =
      StatusDocument.studies(ch1.out, "delivered", "held", "refused", "expired", "cancelled") > 0
      || StatusDocument.studies(ch2.in, "held", "quarantined", "discarded") > 0
    lastLook = .now
    return events.sorted { $0.event.at < $1.event.at }
  }

  private mutating func trace(_ text: String, at site: DemoSite) throws -> [(site: String, event: EventDocument)] {
    try site.document("trace", text, as: [EventDocument].self)
      .filter { seen.insert($0).inserted }
      .map { (site.name, $0) }
  }

  private mutating func measure(_ ch1: StatusDocument, _ ch2: StatusDocument) throws {
    sealing = bytes(below: post.ch1.spool("outbound"))
    guard let parcel else { return }
    if payload == nil {
      payload = try post.ch1.document("queue", "show", parcel, as: ParcelDocument.self).payloadBytes
    }
    if StatusDocument.studies(ch1.out, "sealed") > 0 {
      uploaded = max(uploaded, bytes(below: post.ch2.spool("mailbox/ch1/incoming")))
    } else {
      uploaded = payload ?? 0
    }
    if StatusDocument.studies(ch2.in, "imported") > 0 { imported = study.slices.count }
  }

  /// How far each step is.
  var bars: [DemoScreen.Bar] {
    let slices = study.slices.count
    let size = payload.map { megabytes($0) } ?? ""
    // How small the parcel becomes is known only when it is sealed.
    let sealed = payload == nil ? Double(sealing) / Double(max(droppedBytes, 1)) : 1
    return [
      .init("dropped", Double(dropped) / Double(slices), "\(dropped) of \(slices) slices"),
      .init(
        "sealed", sealed,
        payload != nil ? "one parcel of \(size)" : sealing > 0 ? "\(megabytes(sealing)) so far" : ""),
      .init(
        "uploaded", Double(uploaded) / Double(max(payload ?? 1, 1)),
        payload != nil ? "\(megabytes(min(uploaded, payload ?? 0))) of \(size)" : ""),
      .init("imported", Double(imported) / Double(slices), imported > 0 ? "\(imported) of \(slices) slices" : ""),
    ]
  }
}
