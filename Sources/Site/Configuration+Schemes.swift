public import NationalID

extension Configuration.Reconcile {
  /// The national identifiers' schemes, the one that patients mostly have first.
  public var schemes: [NationalIDScheme] { nationalIDs.compactMap(NationalIDScheme.named) }
}
