internal import DICOM
internal import Parcel
internal import PixelFilter
internal import Spool
internal import SystemPackage

/// How the pixels of a study's instances are filtered, in the order of the instances. They are gone through several times; a
/// file is looked at once, and eight bytes are kept of it.
final class PixelFilters {
  private let disk: Disk
  private let options: ReadingOptions
  /// Of each instance, where its filtered pixels begin, and which of `kinds` they are; nothing is filtered where that is 0.
  private var known: [UInt64] = []
  private var kinds: [Kind?] = [nil]
  private var numbers: [Kind: UInt64] = [:]
  /// What was found by series, whose images are mostly alike.
  private var trials: [Group: Trials] = [:]

  private struct Kind: Hashable {
    let count: Int64
    let shape: BandShape
  }

  private struct Group: Hashable {
    let series: String?
    let shape: BandShape
  }

  private struct Trials {
    var images = 0
    var pays = false
    /// How often in a row it did not pay.
    var failures = 0
  }

  /// Kinds and places that have room in eight bytes.
  private static let mostKinds: UInt64 = 1 << 20
  private static let farthest: Int64 = 1 << 40
  private static let mostFailures = 8
  /// An image in so many is tried though others decided: they may have been a cover.
  private static let often = 64

  init(_ disk: Disk, _ options: ReadingOptions) {
    self.disk = disk
    self.options = options
  }

  /// The filter of the instance with this number, counted from 1; nil where its file is to stand in the tar as it is.
  ///
  /// - Parameter read: where it was read a moment ago. If another file lies there by now, whoever seals it finds that out.
  func filter(
    of number: Int, in series: String?, _ path: FilePath, after read: FreshReads<Int64, PixelFilter?>.Read?
  ) -> PixelFilter? {
    if number > known.count {
      known.append(number == known.count + 1 ? note(filter(in: series, path, after: read)) : 0)
    }
    let place = known[number - 1]
    guard let kind = kinds[Int(place % Self.mostKinds)] else { return nil }
    return try? PixelFilter(offset: Int64(place / Self.mostKinds), count: kind.count, shape: kind.shape)
  }

  private func note(_ filter: PixelFilter?) -> UInt64 {
    guard let filter, filter.offset < Self.farthest else { return 0 }
    let kind = Kind(count: filter.count, shape: filter.shape)
    let number = numbers[kind] ?? UInt64(kinds.count)
    guard number < Self.mostKinds else { return 0 }
    if number == kinds.count {
      kinds.append(kind)
      numbers[kind] = number
    }
    return UInt64(filter.offset) * Self.mostKinds + number
  }

  /// What cannot be looked at is not filtered: whoever seals it says what is wrong.
  private func filter(
    in series: String?, _ path: FilePath, after read: FreshReads<Int64, PixelFilter?>.Read?
  ) -> PixelFilter? {
    guard let filter = read.map(\.finding) ?? (try? DICOMFile.read(path, options: options))?.pixelFilter else {
      return nil
    }
    let group = Group(series: series, shape: filter.shape)
    var trials = trials[group, default: Trials()]
    defer { self.trials[group] = trials }
    trials.images += 1
    if trials.pays || trials.failures >= Self.mostFailures, trials.images % Self.often != 0 {
      return trials.pays ? filter : nil
    }
    // One that is blank says nothing of the others.
    guard let pays = try? filter.pays(in: path, on: disk) else { return nil }
    trials.pays = pays
    trials.failures = pays ? 0 : trials.failures + 1
    return pays ? filter : nil
  }
}

extension DICOMFile {
  /// The filter of its pixels, if they lie in the file as they are.
  var pixelFilter: PixelFilter? {
    let syntaxes: [TransferSyntax] = [.implicitLittleEndian, .explicitLittleEndian, .explicitBigEndian]
    guard syntaxes.contains(transferSyntax), let pixels = dataSet[.pixelData], !pixels.hasUndefinedLength,
      let rows = dataSet.integer(.rows), let columns = dataSet.integer(.columns),
      let bitsAllocated = dataSet.integer(.bitsAllocated)
    else { return nil }
    let layout = ImageLayout(
      rows: rows, columns: columns, bitsAllocated: bitsAllocated,
      samplesPerPixel: dataSet.integer(.samplesPerPixel) ?? 1,
      photometricInterpretation: (try? dataSet.string(.photometricInterpretation)) ?? "",
      isPlanar: dataSet.integer(.planarConfiguration) == 1, isSigned: dataSet.integer(.pixelRepresentation) == 1,
      isBigEndian: transferSyntax == .explicitBigEndian)
    return layout.filter(offset: pixels.valueOffset, length: pixels.length)
  }
}
