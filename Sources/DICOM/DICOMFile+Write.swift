public import SystemPackage

/// What `DICOMFile.write(applying:to:)` did beyond the edit.
public struct WriteReport: Sendable {
  /// Whether all text was rewritten in ISO_IR 192: as the edit said, or since new text did not fit the file's character
  /// set.
  public let isTranscoded: Bool
  /// Elements that then stayed as they were though they may hold text: private ones, and unknown ones in implicit VR.
  public let untranscoded: [Tag]
  /// How many digital signatures were removed, as they covered what changed.
  public let removedSignatures: Int
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
  /// file. Group lengths of changed groups are dropped, and digital signatures that cover a changed element are removed.
  /// Where new text does not fit (0008,0005), all text is rewritten in ISO_IR 192.
  ///
  /// What was written is read back. Throws before the file is created for whatever is wrong with the edit, with old
  /// text, or with this file (`damage`); `.unreadable` where the system refuses, `path` exists, or this file changed
  /// since it was read; as `read` does where the new file does not read. A file written so far then stays, and is the
  /// caller's to remove.
  @discardableResult
  public func write(applying edit: Edit, to path: FilePath) throws -> WriteReport {
    if let damage { throw damage }
    let source = meta.origin
    return try DICOMError.naming(source.path) {
      if edit.isEmpty, hasPreamble, hasMeta {
        var all = Pieces()
        if hasExecutablePreamble { all.append([UInt8](repeating: 0, count: 128)) }
        all.append(copy: hasExecutablePreamble ? 128 : 0, to: size)
        try source.reading { input in
          try DICOMError.naming(path) { try Output.creating(path) { try $0.write(all, from: &input) } }
        }
        return WriteReport(
          isTranscoded: false, untranscoded: [], removedSignatures: 0, clearedPreamble: hasExecutablePreamble)
      }

      let plan = try Plan(edit, of: self)
      let body = transferSyntax.isDeflated ? try plan.body.ascending(in: dataSet.origin) : plan.body
      try source.reading { input in
        try DICOMError.naming(path) {
          try Output.creating(path) { output in
            try output.write(plan.head, from: &input)
            if transferSyntax.isDeflated {
              try dataSet.origin.reading { try output.deflate(body, from: &$0) }
            } else {
              try output.write(body, from: &input)
            }
          }
          // A file that mixes encodings may have read differently than its pieces do in a new place.
          _ = try DICOMFile.read(path, options: source.options)
        }
      }
      return WriteReport(
        isTranscoded: plan.isTranscoded, untranscoded: plan.untranscoded, removedSignatures: plan.removedSignatures,
        clearedPreamble: hasExecutablePreamble)
    }
  }
}
