import PixelFilter

/// Takes the first bytes for a shape. Of the others as pixels, filtering and putting back gives the same; as what another site
/// filtered, they are put back or refused, by every path alike.
func pixels(_ input: [UInt8]) {
  guard input.count > 8 else { return }
  func pick(_ index: Int, _ count: Int) -> Int { Int(input[index]) % count }
  let columns = 1 + Int(input[0]) + (pick(1, 4) == 3 ? 256 * pick(2, 200) : 0)
  let isColour = pick(3, 3) == 2
  let bytesPerSample = isColour ? 1 : 1 + pick(3, 3)
  let shape: BandShape
  do {
    shape = try BandShape(
      columns: columns, rows: 1 + Int(input[4]), bytesPerSample: bytesPerSample, components: isColour ? 3 : 1,
      isPlanar: isColour && input[5] & 1 == 1, isSigned: !isColour && input[5] & 2 == 2,
      isBigEndian: bytesPerSample == 2 && input[5] & 4 == 4)
  } catch {
    return
  }
  let file = Array(input[8...])
  let offset = pick(6, 16)
  let unit = shape.isPlanar ? columns * 3 * shape.rows : columns * shape.components * bytesPerSample

  let original = (file.count - min(offset, file.count)) / unit * unit
  if let filter = try? PixelFilter(offset: Int64(offset), count: Int64(original), shape: shape) {
    let result = CodePath.allCases.filter(\.isAvailable).map { filtered(file, filter, $0) }
    for other in result where other != result[0] { fail("two paths filter \(shape) in two ways") }
    guard case .success(let bytes) = result[0] else { fail("\(shape) cannot be filtered: \(result[0])") }
    guard unfiltered(bytes, filter, .best, parts: 1 + Int(input[7])) == .success(file) else {
      fail("\(shape) does not come back as it was")
    }
    // The same with some bytes changed, in the headers above all: so that counts still nearly fit.
    var changed = bytes
    for (index, byte) in file.suffix(6).enumerated() where offset < bytes.count {
      let place = index % 2 == 0 ? Int(byte) % 64 : Int(byte) * 31
      changed[offset + place % (bytes.count - offset)] ^= 1 << (byte % 8)
    }
    let results = CodePath.allCases.filter(\.isAvailable).map { unfiltered(changed, filter, $0, parts: .max) }
    for other in results where other != results[0] { fail("two paths put a changed \(shape) back in two ways") }
  }

  // Headers count; the number of bands is what fits.
  let band = unit * (shape.isPlanar ? 1 : shape.rows)
  let foreign = file.count - min(offset, file.count)
  let header = 64 * shape.components
  let full = foreign / (band + header)
  let rest = shape.isPlanar ? 0 : max(0, foreign - full * (band + header) - header) / unit * unit
  guard let filter = try? PixelFilter(offset: Int64(offset), count: Int64(full * band + rest), shape: shape) else {
    return
  }
  let results = CodePath.allCases.filter(\.isAvailable).map { unfiltered(file, filter, $0, parts: .max) }
  for other in results where other != results[0] { fail("two paths put \(shape) back in two ways") }
  if case .success(let pixels) = results[0], pixels.count != file.count - Int(filter.added) {
    fail("\(shape) comes back with \(pixels.count) bytes")
  }
}

/// What is wrong, where something is: errors are alike that have the same code.
private enum Outcome: Equatable {
  case success([UInt8])
  case failure(PixelFilterError.Code)
}

private func filtered(_ file: [UInt8], _ filter: PixelFilter, _ path: CodePath) -> Outcome {
  outcome { result in
    let filtering = PixelFiltering(filter, path: path) { bytes, _ in result(bytes) }
    try file.withUnsafeBytes { try filtering.write($0) }
    try filtering.finish()
  }
}

private func unfiltered(_ file: [UInt8], _ filter: PixelFilter, _ path: CodePath, parts: Int) -> Outcome {
  outcome { result in
    let unfiltering = PixelUnfiltering(filter, path: path) { result($0) }
    var rest = file[...]
    while !rest.isEmpty {
      try rest.prefix(parts).withUnsafeBytes { try unfiltering.write($0) }
      rest = rest.dropFirst(parts)
    }
    try unfiltering.finish()
  }
}

private func outcome(_ body: (@escaping (UnsafeRawBufferPointer) -> Void) throws -> Void) -> Outcome {
  var bytes: [UInt8] = []
  do {
    try body { bytes += $0 }
    return .success(bytes)
  } catch let error as PixelFilterError {
    return .failure(error.code)
  } catch {
    fail("an error of another type: \(error)")
  }
}
