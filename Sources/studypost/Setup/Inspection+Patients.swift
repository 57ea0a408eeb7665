import Desk
import Foundation
import Journal
import Patients
import Site
import Spool

extension Inspection {
  /// Looks into the patient index: whole, of this version, for its owner's eyes, and fresh.
  mutating func inspectPatients(_ configuration: Configuration) {
    let path = configuration.patientIndex
    guard let status = try? Disk().status(of: path), status.size > 0 else {
      return add(
        Check(
          what: "patient index \(path)", result: .noted,
          detail: "there is none yet, so every study waits for a person. Load a list: studypost patients import FILE"))
    }
    let index = look("patient index \(path), \(bytesInWords(status.size))") {
      let index = try PatientIndex(at: path)
      let damage = try index.structuralDamage()
      guard damage.isEmpty else {
        throw Failure(
          .no,
          "\(path): it is damaged: \(damage.prefix(3).joined(separator: "; ")). Stop studypost-receive, move it away, and load "
            + "the patient list again: studypost patients import FILE")
      }
      guard status.mode & 0o007 == 0 else {
        throw Failure(
          .no, "\(path): everyone on this machine may read patients' names in it. Run: chmod o= \(path)")
      }
      return index
    }
    guard let index else { return }
    do {
      try inspectAge(index.count(), index.lastList(), configuration.patients.maxAge)
    } catch {
      add(Check(what: "patient list", result: .failed, detail: sentence(error)))
    }
  }

  private mutating func inspectAge(_ count: Int, _ last: Date?, _ limit: Duration?) {
    let patients = counted(count, "patient")
    guard let last else {
      return add(
        Check(
          what: "patient list", result: .noted,
          detail: count == 0
            ? "no list was ever loaded, so every study waits for a person. Drop one into patients/."
            : "\(patients), by messages; no list was ever loaded"))
    }
    let told = "\(patients), last list taken on \(timeInWords(journalTime(last)))"
    guard let limit, Date().timeIntervalSince(last) > limit.inSeconds else {
      return pass("patient list: \(told)")
    }
    add(
      Check(
        what: "patient list", result: .noted,
        detail:
          "\(told): longer ago than patients.max_age. Look whether the EHR still writes lists into patients/."
      ))
  }
}
