internal import PixelFilter

extension PixelFilter {
  /// As `contents.json` has it.
  var json: String {
    """
    {"bigEndian":\(shape.isBigEndian),"bytes":\(shape.bytesPerSample),"columns":\(shape.columns),\
    "components":\(shape.components),"count":\(count),"name":"\(Self.name)","offset":\(offset),\
    "planar":\(shape.isPlanar),"rows":\(shape.rows),"signed":\(shape.isSigned),"version":\(Self.version)}
    """
  }

  /// What `contents.json` says.
  ///
  /// - Throws: ``JSONFault`` where it is another filter, or one of pixels that cannot be; what the input throws.
  init(reading json: JSONReader) throws {
    var name: String?
    var numbers: [String: Int64] = [:]
    var flags: [String: Bool] = [:]
    try json.beginObject()
    while let key = try json.nextKey() {
      guard name == nil || key != "name", numbers[key] == nil, flags[key] == nil else {
        throw JSONFault("has \"\(key)\" twice")
      }
      switch key {
      case "name": name = try json.text()
      case "bytes", "columns", "components", "count", "offset", "rows", "version": numbers[key] = try json.integer()
      case "bigEndian", "planar", "signed": flags[key] = try json.bool()
      default: try json.skip()
      }
    }
    guard name == Self.name, numbers["version"] == Int64(Self.version) else {
      throw JSONFault("uses a pixel filter that this version does not know")
    }
    func number(_ key: String) throws -> Int64 {
      guard let number = numbers[key] else { throw JSONFault("lacks \"filter.\(key)\"") }
      return number
    }
    func flag(_ key: String) throws -> Bool {
      guard let flag = flags[key] else { throw JSONFault("lacks \"filter.\(key)\"") }
      return flag
    }
    do {
      try self.init(
        offset: number("offset"), count: number("count"),
        shape: BandShape(
          columns: Int(number("columns")), rows: Int(number("rows")), bytesPerSample: Int(number("bytes")),
          components: Int(number("components")), isPlanar: flag("planar"), isSigned: flag("signed"),
          isBigEndian: flag("bigEndian")))
    } catch let error as PixelFilterError {
      throw JSONFault("has a filter of pixels that cannot be: \(error.message)")
    }
  }
}
