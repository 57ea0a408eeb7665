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
  /// Whether the preamble is the beginning of a program (PE, ELF, Mach-O, a script); a rewritten file has zeros there.
  public let hasExecutablePreamble: Bool
  /// Length of the file in bytes.
  public let size: Int64
  /// What is wrong with the file, and where: only `inspect` gives files of which something is.
  public let damage: DICOMError?

  /// Whether there is any file meta information.
  public var hasMeta: Bool { !meta.elements.isEmpty }

  /// Whether this is a DICOMDIR: its records name one another by their places in the file (PS3.3 F.3.2.2), so that it
  /// cannot be edited.
  public var isDirectory: Bool { dataSet[.directoryRecordSequence] != nil }

  // MARK: Reading

  /// Reads the header of the file at `path`, and checks that the file is whole: that its elements fill it to the last
  /// byte. Values longer than `Limits.valueBytes`, and all pixel data, are stepped over.
  ///
  /// Throws `.notDICOM`; `.truncated` where the file ends before its data set does; `.malformed`; `.unreadable`; and
  /// the code of each of the `Limits`. A file cut exactly between two elements cannot be told from a whole one: see
  /// `lacksPixelData`.
  public static func read(_ path: FilePath, options: ReadingOptions = .default) throws -> DICOMFile {
    try parsing(path, options) { try DICOMFile($0, $1) }
  }

  /// Reads a file that is in memory, as `read(_:options:)` does.
  public static func read(_ bytes: [UInt8], options: ReadingOptions = .default) throws -> DICOMFile {
    try DICOMFile(Origin(bytes, options), Input(bytes))
  }

  /// Reads the header of the file at `path` as far as it makes sense: `damage` says what is wrong, and where.
  ///
  /// Throws where nothing can be read: `.notDICOM`, `.unreadable`, `.truncated`.
  public static func inspect(_ path: FilePath, options: ReadingOptions = .default) throws -> DICOMFile {
    try parsing(path, options) { try DICOMFile($0, $1, isTolerant: true) }
  }

  /// Reads a file that is in memory, as `inspect(_:options:)` does.
  public static func inspect(_ bytes: [UInt8], options: ReadingOptions = .default) throws -> DICOMFile {
    try DICOMFile(Origin(bytes, options), Input(bytes), isTolerant: true)
  }

  /// Reads the data set's elements up to the one with `tag`, of a file that need not be whole, such as one that is being
  /// written.
  ///
  /// Throws as `read(_:options:)` does; `.truncated` where the file ends before that element.
  public static func readBeginning(
    of path: FilePath, through tag: Tag, options: ReadingOptions = .default
  ) throws -> DICOMFile {
    try parsing(path, options) { try DICOMFile($0, $1, through: tag) }
  }

  /// Whether the file at `path` is complete: neither cut off nor still being written. Reads its header, and steps over
  /// its pixel data.
  ///
  /// Two things cannot be told: a cut exactly between two elements, unless it leaves an image without its pixel data
  /// (`lacksPixelData`); and, where a copy reserved its space at once, zeros that are not filled yet in the last value,
  /// unless that is encapsulated or deflated.
  ///
  /// Throws as `read(_:options:)` does, but for `.truncated`.
  public static func isWhole(_ path: FilePath, options: ReadingOptions = .default) throws -> Bool {
    do {
      return try !read(path, options: options).lacksPixelData
    } catch let error as DICOMError {
      guard error.code == .truncated else { throw error }
      return false
    }
  }

  private static func parsing(
    _ path: FilePath, _ options: ReadingOptions, _ body: (Origin, Input) throws -> DICOMFile
  ) throws -> DICOMFile {
    try DICOMError.naming(path) { try Origin.reading(path, options, body) }
  }

  private init(_ origin: Origin, _ bytes: Input, isTolerant: Bool = false, through last: Tag? = nil) throws {
    do {
      self = try DICOMFile(parsing: bytes, of: origin, isTolerant: isTolerant, through: last)
    } catch let error as DICOMError {
      throw error.unlessUnfilled(bytes)
    }
  }

  private init(parsing bytes: Input, of origin: Origin, isTolerant: Bool, through last: Tag?) throws {
    var input = bytes
    size = origin.size
    let start = try Start(&input, size: size)
    hasPreamble = start.hasPreamble
    hasExecutablePreamble = start.isExecutable

    let undeclared = CharacterSet.undeclared(origin.options.undeclaredText)
    var parser = Parser(input, of: origin, isTolerant: isTolerant)
    meta = try parser.dataSet(
      Parser.Scope(
        start: start.offset, content: start.offset, end: start.hasMeta ? size : start.offset, bound: size,
        encoding: .explicitLittle, characterSet: undeclared, depth: 0, isMeta: true))

    let offset = meta.extent.end
    let declared = try? meta.string(.transferSyntaxUID).map(TransferSyntax.init(uid:))
    transferSyntax = try declared ?? Start.transferSyntax(&parser.input, at: offset, size: size)
    var scope = Parser.Scope(
      start: offset, content: offset, end: size, bound: size, encoding: transferSyntax.encoding,
      characterSet: undeclared, depth: 0, last: last)
    if transferSyntax.isDeflated {
      let limit = origin.options.limits.inflatedBytes
      parser = Parser(
        Input(try Inflater(parser.input, from: offset, limit: limit)), of: origin.inflated(from: offset),
        isTolerant: isTolerant)
      scope.start = 0
      scope.content = 0
      scope.end = nil
      scope.bound = Parser.unbounded
    }
    do {
      dataSet = try parser.dataSet(scope)
    } catch let error as DICOMError where transferSyntax.isDeflated {
      throw error.unlessUnfilledStream(bytes)
    }
    var damage = parser.damage
    damage = transferSyntax.isDeflated ? damage?.unlessUnfilledStream(bytes) : damage?.unlessUnfilled(bytes)
    damage?.file = origin.path.isEmpty ? nil : origin.path
    self.damage = damage
    if dataSet.elements.isEmpty {
      // Of a beginning that was asked for, there may be nothing: the first element lies behind it.
      let isAll = try damage != nil || parser.input.isEnd(dataSet.extent.contentEnd)
      if last == nil || isAll { throw damage ?? Input.cut(size) }
    }
  }

  // MARK: Completeness

  /// Whether the file is complete: neither cut off nor still being written, as far as that can be told (see
  /// `isWhole(_:options:)`). What `read` returns always is, but for what `lacksPixelData` tells.
  public var isWhole: Bool { damage?.code != .truncated && !lacksPixelData }

  /// Whether the file announces an image (Rows, Columns, Bits Allocated), but has no pixel data, nor a URL of it. So
  /// does a copy that was cut exactly before its pixel data, and hardly any file that is whole.
  public var lacksPixelData: Bool {
    guard [Tag.rows, .columns, .bitsAllocated].allSatisfy({ dataSet[$0] != nil }) else { return false }
    return dataSet[Tag(0x0028, 0x7FE0)] == nil && !dataSet.elements.contains { $0.tag.isPixelData }
  }
}
