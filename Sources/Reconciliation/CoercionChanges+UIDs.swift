import DICOM

extension CoercionChanges {
  /// Gives the instance the names that it has as another patient's, and renames what it refers to of its own study, at every
  /// depth: other images of the same patient have their new names, too, and those of the other patient nobody has.
  ///
  /// What refers to other studies stays, and so does the frame of reference, which says where something lies and not whose
  /// it is.
  mutating func rename(_ derived: DerivedUIDs) throws {
    var derived = derived
    let own: [Tag] = [.studyInstanceUID, .seriesInstanceUID, .sopInstanceUID]
    let sequences = dataSet.elements.filter { $0.itemCount != nil && $0.tag != .originalAttributesSequence }
    for tag in own.dropFirst() { if case let uid? = try? dataSet.string(tag) { derived.add(uid) } }
    for element in sequences {
      try dataSet.forEachItem(of: element) { try Self.collect(from: $1, isOfStudy: false, into: &derived) }
    }
    for tag in own { if case let uid? = try? dataSet.string(tag) { overwrite(tag, with: derived.name(for: uid)) } }
    for element in dataSet.elements where !own.contains(element.tag) && element.tag != .originalAttributesSequence {
      var isNamed = false
      try dataSet.forEachUID(of: element) { isNamed = isNamed || derived.newName(of: $1, at: $0) != nil }
      if isNamed { keep(element.tag) }
    }
    edit.mapsUIDs = { [derived] in derived.newName(of: $1, at: $0) }
  }

  /// What an item that names the study tells of its series and instances (PS3.3 C.17.2.1, 10.3).
  private static func collect(from item: DataSet, isOfStudy: Bool, into derived: inout DerivedUIDs) throws {
    var isOfStudy = isOfStudy
    if case let study? = try? item.string(.studyInstanceUID) { isOfStudy = study == derived.study }
    if isOfStudy {
      for tag in [Tag.seriesInstanceUID, .referencedSOPInstanceUID] {
        if case let uid? = try? item.string(tag) { derived.add(uid) }
      }
    }
    for element in item.elements where element.itemCount != nil {
      try item.forEachItem(of: element) { try collect(from: $1, isOfStudy: isOfStudy, into: &derived) }
    }
  }
}
