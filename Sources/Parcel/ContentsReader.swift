internal import PixelFilter

/// Reads `contents.json` as a stream: the instances one after the other, and at the end what it says of the study, since
/// its keys may come in any order.
final class ContentsReader {
  private let json: JSONReader
  private var place = Place.start
  private var seen: Set<String> = []

  private var format: String?
  private var study: String?
  private var part: Contents.Part?
  private var closedBy: Contents.Closed?
  private var route: Contents.Route?
  private var missing: [Contents.Missing]?
  private var portion: Contents.Portion?

  private enum Place { case start, keys, instances, end }

  /// Keys and elements that an instance may take, known and unknown ones together.
  private static let elementsOfInstance = 32
  /// Those of all that stands beside the instances.
  private static let otherElements = 4096

  /// - Parameters:
  ///   - instances: how many there may be.
  ///   - capacity: the size of the memory that `input` is asked to fill.
  ///   - input: writes some of the file and returns how many bytes; 0 at the end.
  init(
    instances: Int = Contents.most, capacity: Int = 64 << 10,
    input: @escaping (UnsafeMutableRawBufferPointer) throws -> Int
  ) {
    let limits = JSONReader.Limits(elements: instances * Self.elementsOfInstance + Self.otherElements)
    json = JSONReader(limits: limits, capacity: capacity, input: input)
  }

  /// The next instance, unchecked; nil at the end of the whole file.
  ///
  /// - Throws: ``JSONFault``; what the input throws.
  func next() throws -> Contents.Instance? {
    if place == .start {
      try json.beginObject()
      place = .keys
    }
    while place != .end {
      if place == .instances {
        if try json.nextElement() { return try instance() }
        place = .keys
      }
      try nextKey()
    }
    return nil
  }

  /// What it says of the study, once ``next()`` has come to the end.
  ///
  /// - Throws: ``JSONFault``.
  func header() throws -> Contents {
    let instances = seen.contains("instances") ? true : nil
    _ = try required(instances, "instances")
    var contents = Contents(
      study: try required(study, "study"), part: try required(part, "part"),
      closedBy: try required(closedBy, "closedBy"), route: try required(route, "route"), missing: missing,
      portion: portion)
    contents.format = try required(format, "format")
    if let fault = contents.fault { throw JSONFault(fault) }
    return contents
  }

  private func nextKey() throws {
    guard let key = try json.nextKey() else {
      try json.finish()
      place = .end
      return
    }
    switch key {
    case "format": format = try once(key, json.text)
    case "study": study = try once(key, json.text)
    case "part":
      part = Contents.Part(rawValue: try once(key, json.text))
      if part == nil { throw JSONFault("is a part that this version does not know") }
    case "closedBy": closedBy = try once(key, closed)
    case "route": route = try once(key, routed)
    case "missing": missing = try once(key, missed)
    case "portion": portion = try once(key, portioned)
    case "instances":
      try once(key, json.beginArray)
      place = .instances
    default: try json.skip()
    }
  }

  /// Reads the value of a key that may stand there only once: of two, no two readers need take the same.
  private func once<Value>(_ key: String, _ read: () throws -> Value) throws -> Value {
    guard seen.insert(key).inserted else { throw JSONFault("has \"\(key)\" twice") }
    return try read()
  }

  private func required<Value>(_ value: Value?, _ key: String) throws -> Value {
    guard let value else { throw JSONFault("lacks \"\(key)\"") }
    return value
  }

  /// What stands at a key of an object. It has stood there where it is `null`, too.
  private struct Found<Value> {
    var value: Value?
    var isThere = false
  }

  private func set<Value>(_ found: inout Found<Value>, _ key: String, _ read: () throws -> Value) throws {
    guard !found.isThere else { throw JSONFault("has \"\(key)\" twice") }
    found.isThere = true
    if try !json.null() { found.value = try read() }
  }

  private func required<Value>(_ found: Found<Value>, _ key: String) throws -> Value {
    try required(found.value, key)
  }

  private func instance() throws -> Contents.Instance {
    var (file, sop, kind) = (Found<String>(), Found<String>(), Found<String>())
    var (series, syntax, sha256) = (Found<String>(), Found<String>(), Found<String>())
    var bytes = Found<Int64>()
    var filter = Found<PixelFilter>()
    try json.beginObject()
    while let key = try json.nextKey() {
      switch key {
      case "file": try set(&file, key, json.text)
      case "sopInstanceUID": try set(&sop, key, json.text)
      case "sopClassUID": try set(&kind, key, json.text)
      case "seriesInstanceUID": try set(&series, key, json.text)
      case "transferSyntaxUID": try set(&syntax, key, json.text)
      case "bytes": try set(&bytes, key, json.integer)
      case "sha256": try set(&sha256, key, json.text)
      case "filter": try set(&filter, key) { try PixelFilter(reading: json) }
      default: try json.skip()
      }
    }
    var instance = Contents.Instance(
      number: 0, sopInstanceUID: try required(sop, "sopInstanceUID"), sopClassUID: try required(kind, "sopClassUID"),
      seriesInstanceUID: try required(series, "seriesInstanceUID"),
      transferSyntaxUID: try required(syntax, "transferSyntaxUID"), bytes: try required(bytes, "bytes"),
      sha256: try required(sha256, "sha256"), filter: filter.value)
    instance.file = try required(file, "file")
    return instance
  }

  private func closed() throws -> Contents.Closed {
    var rule = Found<String>()
    var seconds = Found<Double>()
    var expected = Found<Int>()
    try json.beginObject()
    while let key = try json.nextKey() {
      switch key {
      case "rule": try set(&rule, key, json.text)
      case "seconds": try set(&seconds, key, json.number)
      case "expected": try set(&expected, key) { Int(try json.integer()) }
      default: try json.skip()
      }
    }
    return .init(rule: try required(rule, "closedBy.rule"), seconds: seconds.value, expected: expected.value)
  }

  private func routed() throws -> Contents.Route {
    var rule = Found<String>()
    var value = Found<String>()
    try json.beginObject()
    while let key = try json.nextKey() {
      switch key {
      case "rule": try set(&rule, key, json.text)
      case "value": try set(&value, key, json.text)
      default: try json.skip()
      }
    }
    return .init(rule: try required(rule, "route.rule"), value: try required(value, "route.value"))
  }

  private func portioned() throws -> Contents.Portion? {
    if try json.null() { return nil }
    var number = Found<Int>()
    var last = Found<Contents.Portion.Last>()
    try json.beginObject()
    while let key = try json.nextKey() {
      switch key {
      case "number": try set(&number, key) { Int(try json.integer()) }
      case "last": try set(&last, key, ended)
      default: try json.skip()
      }
    }
    return .init(number: try required(number, "portion.number"), last: last.value)
  }

  private func ended() throws -> Contents.Portion.Last {
    var instances = Found<Int>()
    var parcels = Found<[String]>()
    try json.beginObject()
    while let key = try json.nextKey() {
      switch key {
      case "instances": try set(&instances, key) { Int(try json.integer()) }
      case "parcels":
        try set(&parcels, key) {
          var ids: [String] = []
          try json.beginArray()
          while try json.nextElement() {
            ids.append(try json.text())
            guard ids.count <= Contents.Portion.Last.most else {
              throw JSONFault("names more than \(Contents.Portion.Last.most) portions")
            }
          }
          return ids
        }
      default: try json.skip()
      }
    }
    return .init(
      instances: try required(instances, "portion.last.instances"),
      parcels: try required(parcels, "portion.last.parcels"))
  }

  private func missed() throws -> [Contents.Missing]? {
    if try json.null() { return nil }
    var missing: [Contents.Missing] = []
    try json.beginArray()
    while try json.nextElement() {
      var count = Found<Int>()
      var reason = Found<String>()
      try json.beginObject()
      while let key = try json.nextKey() {
        switch key {
        case "count": try set(&count, key) { Int(try json.integer()) }
        case "reason": try set(&reason, key, json.text)
        default: try json.skip()
        }
      }
      missing.append(
        .init(count: try required(count, "missing.count"), reason: try required(reason, "missing.reason")))
      guard missing.count <= Contents.Missing.most else {
        throw JSONFault("gives more than \(Contents.Missing.most) reasons for missing instances")
      }
    }
    return missing
  }
}
