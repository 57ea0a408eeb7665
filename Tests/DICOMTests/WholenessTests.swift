import Foundation
import SystemPackage
import Testing

@testable import DICOM

/// A complete file is told from one that is cut off or still growing, in every transfer syntax.
struct WholenessTests {
  /// Philips' 23 MB say nothing that other files do not.
  private let files = Corpus.all.compactMap { try? DICOMFile.read($0) }.filter { $0.size < 3 << 20 }

  @Test("every file that reads is whole, unless it has not what it is about")
  func wholes() throws {
    // They were cut out.
    let without: Set = [
      "charset_files/chrJapMulti.dcm", "charset_files/chrJapMultiExplicitIR6.dcm", "charset_files/chrKoreanMulti.dcm",
      "nibabel/csa_slice_norm.dcm",
      // No SOP class, or no study: made for a test of something else.
      "charset_files/chrSQEncoding.dcm", "charset_files/chrSQEncoding1.dcm", "test_files/UN_sequence.dcm",
      "test_files/empty_charset_LEI.dcm", "test_files/no_meta_group_length.dcm", "test_files/priv_SQ.dcm",
    ]
    // Fifty slices of a file-set, without the pixels that their SOP class calls for.
    let folder = "test_files/dicomdirtests/TINY_ALPHA/PT000000"
    for path in Corpus.all {
      guard let file = try? DICOMFile.read(path) else { continue }
      let isWhole = file.isWhole
      #expect(isWhole != (without.contains(file.name) || file.name.hasPrefix(folder)), "\(file.name)")
      #expect(try DICOMFile.isWhole(path) == isWhole)
    }
    for name in ["MR_truncated.dcm", "rtplan_truncated.dcm", "DICOMDIR-nooffset"] {
      #expect(try !DICOMFile.isWhole(Corpus.file(name)), "\(name)")
      #expect(try !DICOMFile.inspect(Corpus.file(name)).isWhole, "\(name)")
    }
  }

  // That one case cannot be told: all that is there makes sense, and nothing says that more should follow.
  @Test("a cut is told, unless it lies exactly between two elements behind what the SOP class calls for")
  func cuts() throws {
    var syntaxes: Set<TransferSyntax> = []
    var seams = 0
    for file in files {
      syntaxes.insert(file.transferSyntax)
      let name = file.name
      let bytes = try contents(file.dataSet.origin.path)
      for count in places(in: file) {
        let isWhole = try self.isWhole(Array(bytes[..<count]), "\(name) cut at \(count)")
        #expect(!isWhole || file.isSeam(Int64(count)), "\(name) cut at \(count)")
        if isWhole { seams += 1 }
      }
    }
    #expect(syntaxes.count == 11)
    // Behind the pixels there is little.
    #expect(seams < 100, "\(seams) cuts are not told")
  }

  @Test("a copy is not whole until its last byte is there")
  func growing() throws {
    let scratch = try Scratch()
    for name in [
      "MR_small_implicit.dcm", "MR_small_bigendian.dcm", "MR_small_RLE.dcm", "image_dfl.dcm", "JPEG2000.dcm",
      "reportsi.dcm", "rtplan.dcm",
    ] {
      let bytes = Data(try contents(Corpus.file(name)))
      let path = try scratch.write([])
      let file = try #require(FileHandle(forWritingAtPath: path.string))
      let whole = try DICOMFile.read(Corpus.file(name))
      let step = bytes.count / 10 + 1
      for start in stride(from: 0, to: bytes.count, by: step) {
        let isSeam = whole.isSeam(Int64(start))
        #expect(try !DICOMFile.isWhole(path) || isSeam, "\(name) as far as \(start)")
        try file.write(contentsOf: bytes[start..<min(start + step, bytes.count)])
      }
      #expect(try DICOMFile.isWhole(path), "\(name)")
    }
  }

  // Of a plain value at the end, zeros that are not filled yet look like any others.
  @Test("a copy that reserved its space is not whole until it has got into the last value")
  func reserved() throws {
    for file in files where file.size < 40 << 10 {
      let name = file.name
      let bytes = try contents(file.dataSet.origin.path)
      for count in places(in: file) where count < bytes.count - 12 {
        var filled = bytes
        filled.replaceSubrange(count..., with: repeatElement(0, count: bytes.count - count))
        guard try isWhole(filled, "\(name) filled as far as \(count)"), filled != bytes else { continue }
        // What is missing of the last value's header may be zeros, too.
        if file.isSeam(Int64(count)), file.dataSet.hasPixelData { continue }
        let header = bytes[count...].prefix(max(0, Int(file.lastValue) - count))
        #expect(header.count < 12 && header.allSatisfy { $0 == 0 }, "\(name) filled as far as \(count)")
      }
    }
  }

  /// Where to cut a file: at every byte of a small one, and of each at the ends of elements and beside them.
  private func places(in file: DICOMFile) -> [Int] {
    let size = Int(file.size)
    var places = Set(stride(from: 0, to: size, by: size > 600 ? size / 50 : 1))
    if file.transferSyntax.isDeflated {
      places.formUnion(size - 40..<size)
    } else {
      let ends = (file.meta.elements + file.dataSet.elements).map { Int($0.extent.end) }
      for end in stride(from: 0, to: ends.count, by: max(1, ends.count / 10)).map({ ends[$0] }) {
        places.formUnion([end - 1, end, end + 1].filter { $0 < size })
      }
    }
    return places.sorted()
  }

  private func isWhole(_ bytes: [UInt8], _ comment: Comment) throws -> Bool {
    do {
      return try DICOMFile.read(bytes).isWhole
    } catch let error as DICOMError {
      #expect(error.code == .truncated, comment)
      return false
    }
  }
}

extension DICOMFile {
  fileprivate var name: String { Corpus.name(dataSet.origin.path) }

  /// Whether the file could end here: after an element of the top level, and not before the pixels of an image.
  fileprivate func isSeam(_ offset: Int64) -> Bool {
    // The eight bytes of gzip's trailer, which some leave there, are no part of the stream (PS3.5 A.5).
    if transferSyntax.isDeflated { return offset >= size - 8 }
    let before = dataSet.elements.filter { $0.extent.end <= offset }
    // Encapsulated frames are counted, whether a delimiter follows or not.
    if let last = dataSet[.pixelData], case .fragments = last.content, offset == last.extent.contentEnd { return true }
    guard before.last?.extent.end == offset else { return false }
    let tags = Set(before.map(\.tag))
    return dataSet.hasPixelData ? tags.contains { $0.isPixelData } : tags.contains(.sopClassUID)
  }

  /// Where the value begins that ends with the file: no delimiter follows it.
  fileprivate var lastValue: Int64 { transferSyntax.isDeflated ? size : DICOMFile.lastValue(dataSet) ?? size }

  private static func lastValue(_ dataSet: DataSet) -> Int64? {
    guard let last = dataSet.elements.last, !last.hasUndefinedLength else { return nil }
    guard case .items(let items) = last.content else { return last.extent.content }
    guard let item = items.last else { return nil }
    return item.extent.isUndefined ? nil : lastValue(item)
  }
}
