package import Reconciliation

extension MatchingPolicy {
  /// The rules of a site that trusts its partner's numbers wherever they stand: the issuers are the scheme's own.
  package static var measured: MatchingPolicy { MatchingPolicy(schemes: [.belgium]) }
}
