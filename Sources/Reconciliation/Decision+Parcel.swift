internal import FoundationEssentials
public import Journal

extension Decision {
  /// The decision that the receiver left with a parcel; nil where it left none.
  public init?(of parcel: InboundParcel) {
    guard let text = parcel.decision, let decision = try? JSONDecoder().decode(Decision.self, from: Data(text.utf8))
    else { return nil }
    self = decision
  }
}
