/// What a person decided of an inbound parcel whose images are of several patients: who gets which of them.
public struct Split: Codable, Sendable, Equatable {
  /// The images that have one fate.
  public struct Share: Codable, Sendable, Equatable {
    /// From 1: names the hand-over of these images, where there is one.
    public var number: Int
    /// The local number of the patient; nil: these images are left out.
    public var patient: String?
    /// The Study Instance UID under which that patient gets them; nil: they are left out.
    public var study: String?
    /// Which images: by what they say of their patient (`StudyIdentity.statement`); nil: all of the parcel.
    public var keys: [String]?
    /// How many.
    public var instances: Int
    /// Whom they name, for people.
    public var who: String
    /// Their folder in the import folder, once their coerced files are durable.
    public var folder: String?
    /// They were seen in the import folder after they were handed over.
    public internal(set) var isSeen: Bool?

    /// Describes a share.
    public init(number: Int, patient: String?, study: String?, keys: [String]?, instances: Int, who: String) {
      self.number = number
      self.patient = patient
      self.study = study
      self.keys = keys
      self.instances = instances
      self.who = who
    }
  }

  /// What becomes of the images; each is in one share.
  public var shares: [Share]
  /// Why, as the person wrote it.
  public var reason: String

  /// Describes a split.
  public init(_ shares: [Share], reason: String) {
    self.shares = shares
    self.reason = reason
  }

  /// What goes to patients.
  public var given: [Share] { shares.filter { $0.patient != nil } }
  /// What goes to nobody.
  public var leftOut: [Share] { shares.filter { $0.patient == nil } }
  /// How many images go to nobody.
  public var leftOutCount: Int { leftOut.reduce(0) { $0 + $1.instances } }

  /// The share of images that say this of their patient.
  public func share(of key: String) -> Share? { shares.first { $0.keys?.contains(key) ?? true } }

  /// What is left out and why, for the sender; nil: nothing is.
  public func note(of all: Int) -> String? {
    guard leftOutCount > 0 else { return nil }
    let whom = leftOut.map { "\($0.instances) of \($0.who)" }.joined(separator: "; ")
    var note = "\(leftOutCount) of \(all) images were not imported: \(reason) They are: \(whom)"
    // A receipt has room for no more.
    while note.utf8.count > 4000 { note.removeLast() }
    return note
  }
}

extension InboundParcel {
  /// The patients to whom it was given; one that is empty is the sender's own.
  public var patients: [String] { split?.given.compactMap(\.patient) ?? [patient].compactMap(\.self) }
}

extension InboundParcel {
  /// To whom a person gave its images when it was split.
  public var whose: String {
    (split?.shares ?? []).map { share in
      "\(share.instances) image\(share.instances == 1 ? "" : "s") to \(share.patient.map { "patient \($0)" } ?? "nobody")"
    }.joined(separator: ", ")
  }
}
