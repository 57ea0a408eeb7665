public import SystemPackage

/// A DICOM file (PS3.10) as far as its header goes: pixel data and other long values stay on disk.
public struct DICOMFile: Sendable {
  /// How the data set is encoded: as (0002,0010) says, or as was found out.
  public let transferSyntax: TransferSyntax
  /// The file meta information, group 0002; empty where there is none.
  public let meta: DataSet
  /// The data set.
  public let dataSet: DataSet
  /// Elements of group 0000, which belong to a network message, and which no rewritten file has; mostly empty.
  public let command: DataSet
  /// Whether the 128 bytes and `DICM` are there.
  public let hasPreamble: Bool
  /// Whether the preamble is the beginning of a program (PE, ELF, Mach-O, a script); a rewritten file has zeros there.
  public let hasExecutablePreamble: Bool
  /// Length of the file in bytes.
  public let size: Int64
  /// What breaks the standard, and was understood all the same.
  public let irregularities: [Irregularity]
  /// Why the file may not be finished although it reads to its end, for people: what it should have is not there, or nothing
  /// tells that it is. Waiting shows; a file that stays so is as its writer meant it.
  public let doubt: String?
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
  /// the code of each of the `Limits`. A file that was cut exactly between two elements reads, too: see `doubt`.
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
  /// A cut is told wherever something is missing: within an element, an item or a fragment; before the pixel data of an
  /// image, or what else the SOP class cannot do without (`doubt`); before the end of a group or a data set whose length
  /// stands in it; before the last frame of encapsulated data without a delimiter. Zeros where a copy reserved its space and
  /// did not get to are told, too, but for those within the last value.
  ///
  /// Two things the bytes cannot tell, and who watches the folder has to: a cut exactly between two elements behind all that
  /// the SOP class calls for, or of a class of which nothing is known; and zeros that are not filled yet in the last value,
  /// unless that is encapsulated or deflated. Pixels are zero in many an image.
  ///
  /// Throws as `read(_:options:)` does, but for `.truncated`.
  public static func isWhole(_ path: FilePath, options: ReadingOptions = .default) throws -> Bool {
    do {
      return try read(path, options: options).isWhole
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
    let size = origin.size
    self.size = size
    let start = try Start(&input, size: size)
    hasPreamble = start.hasPreamble
    hasExecutablePreamble = start.isExecutable

    let undeclared = CharacterSet.undeclared(origin.options.undeclaredText)
    var parser = Parser(input, of: origin, isTolerant: isTolerant)
    var offset = parser.behindStrayByte(start.offset)
    func group(_ group: UInt16) throws -> DataSet {
      let isThere = Start.group(&parser.input, at: offset) == group
      if !isThere, group == 0 { return DataSet(none: offset, of: origin, undeclared) }
      let elements = try parser.dataSet(
        Parser.Scope(
          start: offset, content: offset, end: isThere ? size : offset, bound: size,
          encoding: group == 0 ? .implicitLittle : .explicitLittle, characterSet: undeclared, depth: 0, group: group))
      offset = elements.extent.end
      return elements
    }
    let before = try group(0)
    meta = try group(2)
    command = before.elements.isEmpty ? try group(0) : before

    let declared = try? meta.string(.transferSyntaxUID).map(TransferSyntax.init(uid:))
    if declared?.isDeflated != true { offset = parser.behindStrayByte(offset) }
    transferSyntax = try declared ?? Start.transferSyntax(&parser.input, at: offset, size: size)
    var scope = Parser.Scope(
      start: offset, content: offset, end: size, bound: size, encoding: transferSyntax.encoding,
      characterSet: undeclared, depth: 0, last: last)
    if transferSyntax.isDeflated {
      let limit = origin.options.limits.inflatedBytes
      let found = parser.irregularities
      parser = Parser(
        Input(try Inflater(parser.input, from: offset, limit: limit)), of: origin.inflated(from: offset),
        isTolerant: isTolerant)
      parser.irregularities = found
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
    irregularities = parser.irregularities.found
    var damage = parser.damage
    damage = transferSyntax.isDeflated ? damage?.unlessUnfilledStream(bytes) : damage?.unlessUnfilled(bytes)
    let end = End(of: dataSet, syntax: transferSyntax, parser)
    doubt = last == nil ? end.doubt : nil
    if damage == nil, last == nil, let error = end.error {
      if !isTolerant { throw error }
      damage = error
    }
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
  /// `isWhole(_:options:)`). What `read` returns always is, but for what `doubt` tells.
  public var isWhole: Bool { damage?.code != .truncated && doubt == nil }

  /// Whether the file announces an image (Rows, Columns, Bits Allocated), but has no pixel data, nor a URL of it. So
  /// does a copy that was cut exactly before its pixel data, and hardly any file that is whole.
  public var lacksPixelData: Bool { dataSet.announcesImage && !dataSet.hasPixelData }
}
