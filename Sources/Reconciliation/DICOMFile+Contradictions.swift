import DICOM

extension DICOMFile {
  /// The elements that the file has twice with different values, each with both as far as they can be shown.
  var contradictions: [String] {
    irregularities.filter { $0.kind == .contradictory }.map { irregularity in
      guard let tag = irregularity.tag else { return irregularity.description }
      let values = dataSet.elements.filter { $0.tag == tag }.map { "\"\(dataSet.describe($0, limit: 64))\"" }
      let name = tag.keyword.map { "\($0) \(tag)" } ?? "\(tag)"
      return values.count > 1 ? "\(name): \(values.joined(separator: " and "))" : "\(name) within a sequence"
    }
  }
}
