internal import Executor
internal import Spool
internal import Subprocess
internal import Synchronization
public import SystemPackage

/// Makes pictures of instances by DCMTK's tools, each in a process that may read that one file and do nothing else: what
/// decodes pixels of other sites is the likeliest of all programs to be made to do something else.
public struct Renderer: Sendable {
  /// Why there is no picture.
  struct Failure: Error { var why: String }

  /// This program; it is run as `PROGRAM confine --read FILE -- TOOL ARGUMENT…`.
  private let program: FilePath
  /// Where DCMTK's tools lie.
  private let tools: FilePath

  /// The longest edge of a picture, in pixels.
  private static let edge = 512
  /// A picture of twice that edge that cannot be compressed at all still fits.
  private static let largestPicture = 4 << 20
  /// The tool is ended after this.
  private static let longest = Duration.seconds(30)
  /// PNG 1.2, section 3.1.
  private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  /// - Parameters:
  ///   - program: `studypost`.
  ///   - tools: the folder of `dcmj2pnm` and `dcml2pnm`.
  public init(program: FilePath, tools: FilePath = "/usr/bin") {
    self.program = program
    self.tools = tools
  }

  /// A picture of one frame as a PNG, with the window that the file asks for, or else one over all its values.
  ///
  /// - Throws: ``Failure``; `CancellationError` where the stop was requested.
  func picture(of file: FilePath, _ shape: ImageShape, stop: Stop) throws -> [UInt8] {
    let tool = tools.appending(shape.isJPEGLS ? "dcml2pnm" : "dcmj2pnm")
    var arguments = ["--write-png", "--meta-none", "--frame", "\(shape.frame)"]
    if max(shape.rows, shape.columns) > Self.edge {
      arguments += [shape.columns >= shape.rows ? "--scale-x-size" : "--scale-y-size", "\(Self.edge)"]
    }
    let windows = shape.isGreyscale ? (shape.hasWindow ? [["--use-window", "1"]] : []) + [["--min-max-window"]] : [[]]
    var failure = Failure(why: "it was not tried")
    for window in windows {
      do {
        return try run([tool.string] + arguments + window + [file.string], reading: file, stop: stop)
      } catch let error as Failure {
        failure = error
      }
    }
    throw failure
  }

  private func run(_ words: [String], reading file: FilePath, stop: Stop) throws -> [UInt8] {
    let ended = Ended()
    let task = Task { [program] in
      await ended.set {
        try await within(Self.longest) {
          let tool = try await Subprocess.run(
            .path(program), arguments: Arguments(["confine", "--read", file.string, "--"] + words),
            environment: .custom([:]), output: .bytes(limit: Self.largestPicture), error: .discarded)
          return (tool.terminationStatus, tool.standardOutput)
        }
      }
    }
    while ended.result == nil {
      ended.bell.wait(.seconds(1), stop: stop)
      if stop.isRequested { task.cancel() }
    }
    if stop.isRequested { throw CancellationError() }
    guard let (status, picture) = try? ended.result?.get() else {
      throw Failure(why: "decoding it failed or took too long")
    }
    guard status.isSuccess, picture.starts(with: Self.signature) else {
      throw Failure(why: "the decoder (DCMTK) cannot read it: \(status)")
    }
    return picture
  }

  /// What a task that another thread waits for came to.
  private final class Ended: Sendable {
    typealias Value = (TerminationStatus, [UInt8])
    let bell = Bell()
    private let state = Mutex<Result<Value?, any Error>?>(nil)

    var result: Result<Value?, any Error>? { state.withLock { $0 } }

    func set(_ body: () async throws -> Value?) async {
      let result: Result<Value?, any Error>
      do { result = .success(try await body()) } catch { result = .failure(error) }
      state.withLock { $0 = result }
      bell.ring()
    }
  }
}
