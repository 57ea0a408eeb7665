internal import Journal

extension InboundParcel {
  /// What it is, for the history: whose study, or why it waits.
  var inWords: String {
    if split != nil { return "split: \(whose)" }
    if let patient { return patient.isEmpty ? "the sender's patient" : "patient \(patient)" }
    return state.rawValue + (reasonCode.map { ": \($0)" } ?? "")
  }
}
