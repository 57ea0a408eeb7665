/// Why a file cannot be taken as it is.
struct Refusal {
  /// A fixed word.
  var code: String
  var reason: String
  /// Waiting may help: it may be a copy in progress.
  var mayHeal: Bool
  /// The study to which it belongs, where its header could be read that far.
  var study: String?
}
