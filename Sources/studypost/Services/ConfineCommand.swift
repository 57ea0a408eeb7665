import ArgumentParser
import CPOSIX
import Glibc
import SystemPackage

/// `confine`: becomes a program that reads what other sites sent, such as a decoder of images, which can do nothing but read
/// this one file and write to its standard output.
///
/// It cannot change or make any file, see another one than the system's own, reach a network or another process
/// (landlock(7)), and has bounded memory and time (setrlimit(2)).
struct ConfineCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "confine", abstract: "Become a program that may read one file only.", shouldDisplay: false)

  @Option(name: .long, help: "The file that it may read.") var read: String
  @Argument(parsing: .postTerminator, help: "The program, by its path, and its arguments.") var words: [String]

  /// What a program of Debian reads to begin at all; none of it is of a site.
  private static let system = ["/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/dcmtk"]

  func run() throws {
    guard let program = words.first, program.hasPrefix("/") else {
      throw ValidationError("Name the program by its path, behind --.")
    }
    let (megabyte, seconds) = (rlim_t(1) << 20, rlim_t(20))
    for (resource, limit) in [
      (RLIMIT_AS, 1024 * megabyte), (RLIMIT_CPU, seconds), (RLIMIT_FSIZE, 0), (RLIMIT_CORE, 0), (RLIMIT_NOFILE, 32),
    ] {
      var limits = rlimit(rlim_cur: limit, rlim_max: limit)
      guard setrlimit(__rlimit_resource_t(resource.rawValue), &limits) == 0 else { throw failure("setrlimit(2)") }
    }
    let readable = (Self.system + [read]).map { strdup($0) }
    guard cposix_confine(readable.map { UnsafePointer($0) }, readable.count) == 0 else {
      throw failure("this kernel cannot confine a program (landlock(7))")
    }
    var arguments = words.map { strdup($0) } + [nil]
    var environment: [UnsafeMutablePointer<CChar>?] = [nil]
    execve(program, &arguments, &environment)
    throw failure(program)
  }

  private func failure(_ what: String) -> Failure { Failure(.no, "\(what): \(Errno(rawValue: errno))") }
}
