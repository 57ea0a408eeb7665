// What `Tests/Benchmarks/dicom` measures. The names of the files come on standard input, a line each:
//
//     dicom-benchmark read            reads each header, and prints the SOP Instance UID
//     dicom-benchmark coerce FOLDER   writes each instance into the folder, as that of a local patient
//
// The most memory that it ever had resident goes to standard error, in kB.
import DICOM
import Foundation
import Patients
import NationalID
import Reconciliation
import Spool
import SystemPackage

/// The names on standard input.
let paths = sequence(state: ()) { _ in readLine().map { FilePath($0) } }

func read() throws {
  for path in paths {
    print(try DICOMFile.read(path).dataSet.string(.sopInstanceUID) ?? "")
  }
}

/// As the receiver does it, on as many threads as there are processors, but for the order to the disk to begin with what
/// was written.
func coerce(into folder: FilePath) throws {
  let patient = Patient(
    localID: "CH2-000417", nationalID: "56022941797", family: "Phantom", given: "Auguste", birthDate: "19560229",
    sex: "M")
  let coercion = Coercion(
    patient: patient, schemes: [.belgium], siteName: "ch2", sender: "ch1",
    route: .init(path: TagPath(.namesOfIntendedRecipientsOfResults), name: "CH2"), date: Date())
  let paths = Array(paths)
  for start in stride(from: 0, to: paths.count, by: 32) {
    let results = concurrently(Array(paths[start...].prefix(32))) { path in
      Result {
        let file = try DICOMFile.read(path)
        try file.write(applying: try coercion.edit(for: file), to: folder.appending(path.lastComponent?.string ?? ""))
      }
    }
    for result in results { try result.get() }
  }
}

switch CommandLine.arguments.dropFirst() {
case ["read"]: try read()
case let words where words.count == 2 && words.first == "coerce": try coerce(into: FilePath(words[2]))
default:
  FileHandle.standardError.write(Data("usage: dicom-benchmark read | coerce FOLDER\n".utf8))
  exit(64)
}

let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
let peak = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }?.filter(\.isNumber) ?? ""
FileHandle.standardError.write(Data("\(peak)\n".utf8))
