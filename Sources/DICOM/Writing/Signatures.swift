/// The digital signatures of one data set, and which of them a change invalidates (PS3.3 C.12.1.1.3, PS3.15 C).
///
/// An item of (FFFA,FFFA) Digital Signatures names, by its (0400,0005) MAC ID Number, the item of (4FFE,0001) MAC
/// Parameters whose (0400,0020) Data Elements Signed lists what the signature covers in this data set.
struct Signatures {
  /// The items of (FFFA,FFFA) that cover a changed element, or whose cover cannot be told.
  let invalid: Set<Int>
  /// The items of (4FFE,0001) that only invalid signatures refer to, or none.
  let unused: Set<Int>

  init(_ dataSet: DataSet, changed: Set<Tag>) {
    let parameters = dataSet.items(.macParametersSequence)
    let signatures = dataSet.items(.digitalSignaturesSequence)
    let numbers = parameters.map { $0.integer(.macidNumber) }
    var invalid: Set<Int> = []
    var used: Set<Int> = []
    for (index, signature) in signatures.enumerated() {
      let number = signature.integer(.macidNumber)
      if let number, let place = numbers.firstIndex(of: number),
        let signed = try? parameters[place].tags(.dataElementsSigned), !signed.isEmpty,
        changed.isDisjoint(with: signed)
      {
        used.insert(place)
      } else {
        invalid.insert(index)
      }
    }
    self.invalid = invalid
    unused = Set(parameters.indices).subtracting(used)
  }
}
