public import SystemPackage

/// What `DICOMFile.write(applying:to:)` did beyond the edit.
public struct WriteReport: Sendable {
  /// Whether all text was rewritten in ISO_IR 192: as the edit said, or since new text did not fit the file's character
  /// set.
  public let isTranscoded: Bool
  /// Elements that then stayed as they were though they may hold text: private ones, and unknown ones in implicit VR.
  public let untranscoded: [Tag]
  /// Where text was in no character set, in the notation of `TagPath`: it was rewritten by the rule for undeclared text, and
  /// its bytes were recorded (`Edit.recordUndecodable`).
  public let undecodable: [String]
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
  /// What was written is read back, and has to read as it was meant.
  ///
  /// Throws before the file is created for whatever is wrong with the edit, with old text, or with this file (`damage`).
  /// Later, `.unreadable` where the system refuses, `path` exists, or this file changed since it was read, as far as its
  /// length and its time tell; `.malformed`, or the code of a limit, where the new file does not read as it was meant.
  /// A file written so far then stays, and is the caller's to remove.
  @discardableResult
  public func write(applying edit: Edit, to path: FilePath) throws -> WriteReport {
    try writing(edit) { plan, input in
      try DICOMError.naming(path) {
        try NewFile.creating(path) { try write(plan, to: $0, from: &input) }
      }
    }
  }

  /// Writes this file, with `edit` applied, as `write(applying:to:)` does, to a new file that the caller has made.
  ///
  /// Throws besides what the output throws.
  @discardableResult
  public func write(applying edit: Edit, to output: some DICOMOutput) throws -> WriteReport {
    try writing(edit) { plan, input in
      try DICOMError.naming(output.path) { try write(plan, to: output, from: &input) }
    }
  }

  private func write(_ plan: Plan, to file: any DICOMOutput, from input: inout Input) throws {
    try Output.writing(to: file) { try plan.write(to: &$0, from: &input) }
    try plan.check { try file.readBack(options: meta.origin.options) }
  }

  /// The file that `write(applying:to:)` writes, in memory: for what is known to be small.
  ///
  /// Throws as `write(applying:to:)` does.
  public func bytes(applying edit: Edit) throws -> (bytes: [UInt8], report: WriteReport) {
    var bytes: [UInt8] = []
    let report = try writing(edit) { plan, input in
      bytes = try Output.gathering { try plan.write(to: &$0, from: &input) }
      try plan.check { try DICOMFile.read(bytes, options: meta.origin.options) }
    }
    return (bytes, report)
  }

  private func writing(_ edit: Edit, _ body: (Plan, inout Input) throws -> Void) throws -> WriteReport {
    if let damage { throw damage }
    let source = meta.origin
    return try DICOMError.naming(source.path) {
      let plan = try Plan(edit, of: self)
      try source.reading { try body(plan, &$0) }
      return plan.report
    }
  }
}
