public import Site

extension MatchingPolicy {
  /// How a site decides about the studies of a partner: one policy for the service that decides and for what people see.
  public init(of configuration: Configuration, for partner: String) {
    let reconcile = configuration.reconcile
    let trust = configuration.trust.first { $0.partner.text == partner }
    self.init(
      schemes: reconcile.schemes, trustedIssuers: reconcile.sourceIssuers + (trust?.issuers ?? []),
      unqualified: trust?.unqualified ?? false, places: trust?.places ?? [],
      thresholds: Thresholds(family: reconcile.thresholds.family, given: reconcile.thresholds.given))
  }
}
