import DICOM
import Glibc

/// What is fuzzed: `FUZZ_SUBJECT` says it.
enum Subject: String {
  case reading, editing, text, pixels

  static let chosen: Subject = {
    guard let name = getenv("FUZZ_SUBJECT"), let subject = Subject(rawValue: String(cString: name)) else {
      fail("FUZZ_SUBJECT is to be reading, editing, text or pixels")
    }
    return subject
  }()
}

/// Called by libFuzzer for each input (https://llvm.org/docs/LibFuzzer.html).
@c(LLVMFuzzerTestOneInput)
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: data, count: size))
  switch Subject.chosen {
  case .reading: read(bytes)
  case .editing: edit(bytes)
  case .text: text(bytes)
  case .pixels: pixels(bytes)
  }
  return 0
}

/// Small enough that going beyond them shows as memory or time.
let options: ReadingOptions = {
  var limits = Limits()
  limits.valueBytes = 4 << 10
  limits.headerBytes = 1 << 20
  limits.elements = 20_000
  // So few that sequences are read again.
  limits.keptElements = 400
  limits.inflatedBytes = 1 << 20
  return ReadingOptions(limits: limits)
}()

/// The value, or the module's own error: any other is a finding.
func attempt<Value>(_ body: () throws -> Value) -> Result<Value, DICOMError> {
  do {
    return .success(try body())
  } catch let error as DICOMError {
    return .failure(error)
  } catch {
    fail("an error of another type: \(error)")
  }
}

/// Ends the run with a finding.
func fail(_ finding: String) -> Never {
  fatalError(finding)
}
