import Foundation
import SystemPackage

/// Programs that are not ours, run to compare with.
enum Oracle {
  static let python = "/usr/bin/python3"

  static var hasPydicom: Bool { FileManager.default.fileExists(atPath: Corpus.root.string) }
  static func has(_ program: String) -> Bool { FileManager.default.isExecutableFile(atPath: program) }

  struct Failed: Error, CustomStringConvertible {
    let description: String
  }

  /// Standard output of the program; standard error too, if asked.
  static func run(_ program: String, _ arguments: [String], withErrors: Bool = false) throws -> Data {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = withErrors ? output : FileHandle.nullDevice
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return data
  }

  /// One line for each element that pydicom sees, at every depth: tag (with the path to it), VR, checksum, text.
  struct Line: Codable, Hashable {
    var path: String
    var vr: String
    /// Bytes, or items; nil (as the checksum) for what pydicom no longer has the bytes of.
    var length: Int?
    var sum: UInt32?
    var text: [String]?

    /// How `other` differs, where both know the same thing.
    func contradicts(_ other: Line) -> Bool {
      func differ<T: Equatable>(_ left: T?, _ right: T?) -> Bool { left != nil && right != nil && left != right }
      return path != other.path || vr != other.vr || differ(length, other.length) || differ(sum, other.sum)
        || differ(text, other.text)
    }
  }

  /// What differs between two readings of a file, for people.
  static func differences(_ left: [Line], _ right: [Line]) -> [String] {
    func byPath(_ lines: [Line]) -> [String: Line] { Dictionary(lines.map { ($0.path, $0) }) { $1 } }
    let (left, right) = (byPath(left), byPath(right))
    return Set(left.keys).union(right.keys).sorted().compactMap { path in
      guard let one = left[path] else { return "\(path) only there: \(right[path]?.brief ?? "")" }
      guard let other = right[path] else { return "\(path) only here: \(one.brief)" }
      return one.contradicts(other) ? "\(path): \(one.brief) here, \(other.brief) there" : nil
    }
  }

  /// What pydicom reads in each file; nil for what it cannot read.
  static func elements(_ files: [FilePath]) throws -> [[Line]?] {
    let data = try run(python, ["-c", script] + files.map(\.string))
    let result = try JSONDecoder().decode([[Line]?].self, from: data)
    guard result.count == files.count else { throw Failed(description: "pydicom answered for \(result.count) files") }
    return result
  }

  private static let script = #"""
    import json, sys, warnings, zlib
    warnings.simplefilter("ignore")
    import logging
    logging.disable(logging.CRITICAL)
    import pydicom
    from pydicom.dataelem import RawDataElement

    TEXT = {"SH", "LO", "ST", "LT", "UC", "UT", "PN", "AE", "AS", "CS", "DA", "DS", "DT", "IS", "TM", "UI", "UR"}
    WHOLE = {"ST", "LT", "UT", "UR"}

    def text(element):
        value = element.value
        if value is None:
            return []
        values = value if isinstance(value, (list, pydicom.multival.MultiValue)) else [value]
        # Numbers and dates as they were written; a name's original is bytes.
        originals = [getattr(v, "original_string", v) for v in values]
        result = [str(o if isinstance(o, str) else v or "") for o, v in zip(originals, values)]
        if element.VR in WHOLE:
            result = [v.rstrip(" \0") for v in result]
            return [v for v in result if v]
        result = [v.strip(" \0") for v in result]
        return [] if result == [""] else result

    def walk(dataset, prefix, lines):
        for tag in list(dataset._dict.keys()):
            raw = dataset._dict[tag]
            path = prefix + "(%04X,%04X)" % (tag.group, tag.element)
            israw = isinstance(raw, RawDataElement)
            bytes_ = raw.value if israw else None
            try:
                element = dataset[tag]
            except Exception:
                element = None
            vr = element.VR if element is not None else raw.VR
            if vr == "SQ":
                lines.append({"path": path, "vr": "SQ", "length": len(element.value)})
                for index, item in enumerate(element.value):
                    walk(item, path + "[%d]." % index, lines)
                continue
            line = {"path": path, "vr": vr or ""}
            if israw:
                bytes_ = bytes_ or b""
                line.update(length=len(bytes_), sum=zlib.adler32(bytes_))
            if element is not None and vr in TEXT:
                line["text"] = text(element)
            lines.append(line)

    files = []
    for name in sys.argv[1:]:
        try:
            dataset = pydicom.dcmread(name, force=True)
            lines = []
            if hasattr(dataset, "file_meta"):
                walk(dataset.file_meta, "", lines)
            walk(dataset, "", lines)
            files.append(lines)
        except Exception as error:
            files.append(None)
    print(json.dumps(files))
    """#
}

extension Oracle.Line {
  fileprivate var brief: String { "\(vr) \(length ?? -1) \(sum ?? 0) \(text ?? [])" }
}
