/// A site's schemes, the most likely first: hospitals at a border see more than one.
extension [NationalIDScheme] {
  /// Reads a number as the first scheme that takes it.
  ///
  /// - Returns: the identifier, or why it is none of the first scheme.
  public func validate(_ text: String) -> Result<NationalIdentifier, NationalIDProblem> {
    var problem = NationalIDProblem(.empty, "there is no scheme to read it by")
    for (index, scheme) in enumerated() {
      switch scheme.validate(text) {
      case .success(let identifier): return .success(identifier)
      case .failure(let its): if index == 0 { problem = its }
      }
    }
    return .failure(problem)
  }

  /// Their names for a sentence: `NISS or BSN`.
  public var names: String { map(\.name).joined(separator: " or ") }
}
