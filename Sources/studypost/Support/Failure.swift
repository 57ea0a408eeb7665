import ArgumentParser
import DICOM
import Desk
import Executor
import Glibc
import Journal
import Parcel
import Patients
import Reconciliation
import Sealing
import Site
import Spool

/// Why a command ends without having done what it was asked, and with which exit status.
struct Failure: Error, CustomStringConvertible {
  /// The exit statuses of sysexits.h that this program uses.
  enum Status: Int32 {
    /// The answer is no: a check failed, nothing was found, the state does not allow it.
    case no = 1
    case usage = 64
    case badInput = 65
    /// The journal is that of a newer version: systemd does not start a service again that ends with it.
    case newerJournal = 76
    case badConfiguration = 78
  }

  let status: Status
  /// What happened and what to do.
  let description: String
  /// The error behind it.
  let cause: (any Error)?

  init(_ status: Status, _ description: String, cause: (any Error)? = nil) {
    self.status = status
    self.description = description
    self.cause = cause
  }
}

extension Failure.Status {
  /// The status that another module's error stands for.
  init(of error: any Error) {
    switch error {
    case let failure as Failure: self = failure.status
    case is ConfigurationError: self = .badConfiguration
    case let error as JournalError where error.code == .missing: self = .badConfiguration
    case let error as JournalError where error.code == .newer: self = .newerJournal
    case let error as PatientsError where error.code == .newer: self = .newerJournal
    case let error as DeskError where [.needsReason, .usage].contains(error.code): self = .usage
    case let error as PatientsError where error.code == .list: self = .badInput
    case is ParcelError, is SealingError, is ReconciliationError, is DICOMError: self = .badInput
    default: self = .no
    }
  }
}

extension Studypost {
  /// Ends the program without taking it apart: other threads may still be on their way out of the runtime, under which its
  /// static objects must not be destroyed. All that has to be durable is durable by now.
  static func end(_ status: Int32) -> Never {
    fflush(nil)
    _exit(status)
  }

  /// Ends the program with what an error stands for; help and the version are no errors.
  static func exit(reporting error: any Error) -> Never {
    if let code = error as? ExitCode { end(code.rawValue) }
    switch error {
    case let error as ConfigurationError:
      for problem in error.problems { complain(problem.description) }
    case let error as PatientsError:
      complain(error.message)
      for entry in error.entries { complain("  \(entry)") }
    case let error as DeskError:
      complain(error.message)
      for line in error.lines { complain("  \(line)") }
    case is Failure, is JournalError, is ExecutorError, is SpoolError, is ParcelError, is SealingError, is DICOMError,
      is ReconciliationError:
      complain("\(error)")
    default:
      let code = exitCode(for: error)
      // ArgumentParser's own: help and version go to standard output, usage errors to standard error.
      if code.isSuccess { exit(withError: error) }
      if code == .validationFailure {
        let message = fullMessage(for: error)
        let rest = message.hasPrefix("Error: ") ? message.dropFirst("Error: ".count) : message[...]
        writeToStandardError("studypost: \(rest)\n")
        end(Failure.Status.usage.rawValue)
      }
      complain("\(error)")
    }
    end(Failure.Status(of: error).rawValue)
  }
}

/// Tells people what went wrong; foreign text in it is made harmless.
func complain(_ message: String) {
  let lines = wrapped("studypost: \(Quoted.text(message, limit: 4096))", width: Terminal.errorWidth, indent: "")
  writeToStandardError(lines.joined(separator: "\n") + "\n")
}

func writeToStandardError(_ text: String) {
  var text = text
  text.withUTF8 { bytes in
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = write(
        STDERR_FILENO, UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: rest)).baseAddress, rest.count)
      if count > 0 { rest = rest.dropFirst(count) } else if count < 0, errno != EINTR { return }
    }
  }
}
