extension Recipe {
  /// Encapsulated pixel data and its end.
  public static var encapsulation: [Recipe] {
    let jpeg: [UInt8] = [0xFF, 0xD8, 0xFF, 0xFE, 0, 4, 1, 2, 0xFF, 0xD9]
    @Sendable func file(
      _ subject: Subject, fragments: [[UInt8]] = [[0xFF, 0xD8, 0xFF, 0xFE, 0, 4, 1, 2, 0xFF, 0xD9]], frames: Int = 1,
      syntax: String = "1.2.840.10008.1.2.4.50", end: [UInt8]
    ) -> [UInt8] {
      var image = Image(.explicit, subject)
      image.transferSyntax = syntax
      let writer = image.writer
      let frames = frames > 1 ? writer.element(0x0028_0008, "IS", "\(frames)") : []
      return image.head + image.beginning + image.otherIDs + image.middle + frames
        + writer.header(0x7FE0_0010, "OB", 0xFFFF_FFFF) + writer.item([]) + fragments.flatMap { writer.item($0) } + end
    }
    let writer = Writer(.explicit)
    let rle = "1.2.840.10008.1.2.5"
    let kind = "encapsulated data"
    return [
      Recipe(kind, "as the standard has it", readers: .both) { file($0, end: writer.sequenceDelimiter) },
      Recipe(kind, "without a delimiter") { file($0, end: []) },
      Recipe(kind, "without a delimiter, RLE") { file($0, fragments: [[1, 2, 3, 4]], syntax: rle, end: []) },
      Recipe(kind, "without a delimiter, three frames") {
        file($0, fragments: [jpeg, jpeg, jpeg], frames: 3, end: [])
      },
      Recipe(kind, "without a delimiter, a frame in two fragments") {
        file($0, fragments: [Array(jpeg.prefix(6)), Array(jpeg.dropFirst(6))], end: [])
      },
      Recipe(kind, "zeros in the place of the delimiter") { file($0, end: [UInt8](repeating: 0, count: 8)) },
      Recipe(kind, "six zeros in the place of the delimiter") { file($0, end: [UInt8](repeating: 0, count: 6)) },
      Recipe(kind, "many zeros in the place of the delimiter") { file($0, end: [UInt8](repeating: 0, count: 5000)) },
      Recipe(kind, "an item delimiter in its place") { file($0, end: writer.itemDelimiter) },
      Recipe(kind, "a doubled delimiter") { file($0, end: writer.sequenceDelimiter + writer.sequenceDelimiter) },
      Recipe(kind, "padding behind the delimiter") {
        file($0, end: writer.sequenceDelimiter + [UInt8](repeating: 0, count: 100))
      },
      Recipe(kind, "trailing padding in the place of the delimiter") {
        file($0, end: writer.element(0xFFFC_FFFC, "OB", [UInt8](repeating: 0, count: 10)))
      },
      Recipe(kind, "a delimiter that has a length", readers: .both) { file($0, end: writer.mark(0xE0DD, 8)) },
      Recipe(kind, "a film without a delimiter", .doubted) {
        file($0, frames: 25, syntax: "1.2.840.10008.1.2.4.102", end: [])
      },
      Recipe("unfilled", "a cut behind the second of three frames", .unfinished) {
        file($0, fragments: [jpeg, jpeg], frames: 3, end: [])
      },
      Recipe("unfilled", "zeros behind the second of three frames", .unfinished) {
        file($0, fragments: [jpeg, jpeg], frames: 3, end: [UInt8](repeating: 0, count: 4096))
      },
      Recipe("unfilled", "a cut behind the first fragment of a frame", .unfinished) {
        file($0, fragments: [Array(jpeg.prefix(6))], end: [])
      },
      Recipe("unfilled", "a cut behind the offset table", .unfinished) { file($0, fragments: [], end: []) },
      Recipe("unfilled", "a cut within the delimiter", .unfinished) {
        file($0, end: Array(writer.sequenceDelimiter.prefix(4)))
      },
    ]
  }
}
