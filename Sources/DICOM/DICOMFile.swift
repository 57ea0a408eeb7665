public import SystemPackage

/// A DICOM file (PS3.10) as far as its header goes: pixel data and other long values stay on disk.
public struct DICOMFile: Sendable {
  /// How the data set is encoded: as (0002,0010) says, or as was found out.
  public let transferSyntax: TransferSyntax
  /// The file meta information, group 0002; empty where there is none.
  public let meta: DataSet
  /// The data set.
  public let dataSet: DataSet
  /// Whether the 128 bytes and `DICM` are there.
  public let hasPreamble: Bool
  /// Whether there is any file meta information.
  public let hasMeta: Bool
  /// Whether the preamble is the beginning of a program (PE, ELF, Mach-O, a script); a rewritten file has zeros there.
  public let hasExecutablePreamble: Bool
  /// Length of the file in bytes.
  public let size: Int64

  /// Reads the header of the file at `path`, and checks that the file is whole: that its elements fill it to the last
  /// byte. Values longer than `Limits.valueBytes`, and all pixel data, are stepped over.
  ///
  /// Throws `.notDICOM`; `.truncated` where the file ends before its data set does; `.malformed`, `.limit` or
  /// `.unreadable`. A file cut exactly between two elements cannot be told from a whole one: see `lacksPixelData`.
  public static func read(_ path: FilePath, limits: Limits = .default) throws -> DICOMFile {
    try DICOMError.naming(path) {
      try Origin.reading(path, limits: limits) { try DICOMFile($0, &$1) }
    }
  }

  /// Reads the data set's elements up to the one with `tag`, of a file that need not be whole, such as one that is being
  /// written.
  ///
  /// Throws as `read(_:limits:)` does; `.truncated` where the file ends before that element.
  public static func readBeginning(
    of path: FilePath, through tag: Tag, limits: Limits = .default
  ) throws -> DICOMFile {
    try DICOMError.naming(path) {
      try Origin.reading(path, limits: limits) { try DICOMFile($0, &$1, through: tag) }
    }
  }

  private init(_ origin: Origin, _ input: inout Input, through last: Tag? = nil) throws {
    size = origin.size
    let start = try Start(&input)
    hasPreamble = start.hasPreamble
    hasExecutablePreamble = start.isExecutable

    var parser = Parser(input, of: origin)
    meta = try parser.dataSet(
      Parser.Scope(
        start: start.offset, content: start.offset, end: start.hasMeta ? size : start.offset, bound: size,
        encoding: .explicitLittle, characterSet: .undeclared, depth: 0, isMeta: true))
    hasMeta = !meta.elements.isEmpty

    let offset = meta.extent.end
    let declared = try meta.string(.transferSyntaxUID).map(TransferSyntax.init(uid:))
    transferSyntax = try declared ?? Start.transferSyntax(&parser.input, at: offset)
    var content = offset
    if transferSyntax.isDeflated {
      let inflated = try parser.input.inflated(from: offset, limit: origin.limits.inflatedBytes)
      parser = Parser(inflated, of: origin.inflated(from: offset, size: inflated.size))
      content = 0
    }
    let end = parser.input.size
    dataSet = try parser.dataSet(
      Parser.Scope(
        start: content, content: content, end: end, bound: end, encoding: transferSyntax.encoding,
        characterSet: .undeclared, depth: 0, last: last))
    if dataSet.elements.isEmpty { throw Input.cut(size) }
  }

  /// Whether the file announces an image (Rows, Columns, Bits Allocated), but has no pixel data, nor a URL of it. So
  /// does a copy that was cut exactly before its pixel data, and hardly any file that is whole.
  public var lacksPixelData: Bool {
    let announced = [Tag.rows, .columns, .bitsAllocated].allSatisfy { dataSet[$0] != nil }
    return announced && dataSet[Tag(0x0028, 0x7FE0)] == nil && !dataSet.elements.contains { $0.tag.isPixelData }
  }
}
