import Foundation
import SystemPackage
import Testing

/// Two programs that read DICOM and know nothing of this one.
enum Oracles {
  /// pydicom and dcmdump are both there.
  static let areHere: Bool = {
    FileManager.default.isExecutableFile(atPath: "/usr/bin/dcmdump")
      && (try? run("/usr/bin/python3", ["-c", "import pydicom"])) != nil
  }()

  /// The files that pydicom and dcmdump read to their end, without an error and with the UIDs of an instance.
  static func bothRead(_ files: [FilePath]) throws -> [FilePath] {
    guard areHere else { return [] }
    let answer = try run("/usr/bin/python3", ["-W", "ignore", "-c", program] + files.map(\.string))
    return answer.split(separator: "\n").map { FilePath(String($0)) }
  }

  private static let program = #"""
    import logging, subprocess, sys
    from concurrent.futures import ThreadPoolExecutor
    import pydicom
    logging.disable(logging.CRITICAL)
    def reads(path):
      try:
        ds = pydicom.dcmread(path, force=True)
        ds.decode()
        whole = all(ds.get(k) for k in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "SOPClassUID"))
        for element in ds: str(element.value)
      except Exception: return None
      if not whole: return None
      done = subprocess.run(["dcmdump", "-M", "-q", path], capture_output=True)
      said = done.stdout + done.stderr
      return path if done.returncode == 0 and b"E: " not in said and b"\nW: " not in said else None
    with ThreadPoolExecutor(2) as pool:
      for path in pool.map(reads, sys.argv[1:]):
        if path: print(path)
    """#

  private static func run(_ program: String, _ arguments: [String]) throws -> String {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    struct Failed: Error {}
    guard process.terminationStatus == 0 else { throw Failed() }
    return String(decoding: data, as: UTF8.self)
  }
}
