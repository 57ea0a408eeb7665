public import Journal

extension Desk {
  /// Something of a list, with whom and what it is about, as far as its files told.
  public struct Described<Item: Sendable>: Sendable {
    /// The thing itself.
    public let item: Item
    /// Whom and what it is about.
    public let subject: Subject?
  }

  /// A part of a list with whom and what each of it is about.
  ///
  /// - Parameters:
  ///   - command: by which command it is shown: that goes into the history.
  ///   - owner: the outbound study or inbound parcel that the journal knows it by.
  public func described<Item>(
    _ portion: Portion<Item>, as command: String, owner: (Item) -> String?
  ) throws -> Portion<Described<Item>> {
    let owners = portion.items.compactMap(owner)
    let subjects = try journal.subjects(of: owners)
    try disclose(command, count: subjects.count, ids: owners.filter { subjects[$0] != nil })
    return Portion(
      portion.items.map { item in Described(item: item, subject: owner(item).flatMap { subjects[$0] }) },
      of: portion.total)
  }
}

extension Desk.QueueItem {
  /// The outbound study behind it.
  public var outboundStudy: String {
    switch self {
    case .study(let study, _, _): study.id
    case .parcel(let parcel, _): parcel.outboundStudy
    }
  }
}
