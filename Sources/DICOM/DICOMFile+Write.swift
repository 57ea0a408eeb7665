public import SystemPackage

/// What `DICOMFile.write(applying:to:)` did beyond the edit.
public struct WriteReport: Sendable {
  /// Whether new text did not fit the file's character set, so that all text was rewritten in ISO_IR 192.
  public let isTranscoded: Bool
  /// Elements that then stayed as they were though they may hold text: private ones, and unknown ones in implicit VR.
  public let untranscoded: [Tag]
  /// Whether a program's beginning in the preamble was replaced by zeros.
  public let clearedPreamble: Bool
}

extension DICOMFile {
  static let implementationClassUID = "2.25.128968021509981154349548915992318223174"
  static let implementationVersionName = "STUDYPOST_1"

  /// Writes this file, with `edit` applied, to the new file `path` (mode 0640, not synced): a Part 10 file with preamble
  /// and meta information, even where this one has none.
  ///
  /// Elements that are not named keep their bytes, and long ones are copied by the kernel. An empty edit gives the same
  /// file. Group lengths of changed groups are dropped. Where new text does not fit (0008,0005), all text is rewritten
  /// in ISO_IR 192.
  ///
  /// What was written is read back. Throws before the file is created for whatever is wrong with the edit or with old
  /// text; `.unreadable` where the system refuses, `path` exists, or this file changed since it was read; as `read`
  /// does where the new file does not read. A file written so far then stays, and is the caller's to remove.
  @discardableResult
  public func write(applying edit: Edit, to path: FilePath) throws -> WriteReport {
    let source = meta.origin
    return try DICOMError.naming(source.path) {
      if edit.isEmpty, hasPreamble, hasMeta {
        var all = Pieces()
        if hasExecutablePreamble { all.append([UInt8](repeating: 0, count: 128)) }
        all.append(copy: hasExecutablePreamble ? 128 : 0, to: size)
        try source.reading { input in
          try DICOMError.naming(path) { try Output.creating(path) { try $0.write(all, from: &input) } }
        }
        return WriteReport(isTranscoded: false, untranscoded: [], clearedPreamble: hasExecutablePreamble)
      }

      let plan = try Plan(edit, of: self)
      try source.reading { input in
        let deflated = try transferSyntax.isDeflated ? deflated(plan.body) : nil
        try DICOMError.naming(path) {
          try Output.creating(path) { output in
            try output.write(plan.head, from: &input)
            if let deflated { try output.write(deflated) } else { try output.write(plan.body, from: &input) }
          }
          // A file that mixes encodings may have read differently than its pieces do in a new place.
          _ = try DICOMFile.read(path, options: source.options)
        }
      }
      return WriteReport(
        isTranscoded: plan.isTranscoded, untranscoded: plan.untranscoded, clearedPreamble: hasExecutablePreamble)
    }
  }

  /// The new data set of a deflated file: its ranges are those of the inflated one.
  private func deflated(_ body: Pieces) throws -> [UInt8] {
    try dataSet.origin.reading { input in
      var bytes: [UInt8] = []
      bytes.reserveCapacity(Int(body.count))
      for piece in body.pieces {
        switch piece {
        case .bytes(let new): bytes += new
        case .copy(let range): bytes += try input.bytes(range.lowerBound, Int(range.upperBound - range.lowerBound))
        }
      }
      return try Deflate.deflated(bytes)
    }
  }
}
