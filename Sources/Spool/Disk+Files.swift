internal import Glibc
public import SystemPackage

extension Disk {
  /// Creates a file to be written piece by piece; one that exists, or a symbolic link in its place, is an error.
  public func create(_ path: FilePath, mode: UInt32 = 0o640) throws(SpoolError) -> FileWriter {
    FileWriter(try OpenFile(system, Place(path), .writeOnly, [.create, .exclusiveCreate, .noFollow], mode: mode))
  }

  /// Opens a regular file to be read piece by piece.
  ///
  /// - Parameter followingLink: whether the path may be a symbolic link: for what a person named.
  /// - Throws: ``SpoolError`` `unfit` where something else lies there.
  public func open(_ path: FilePath, followingLink: Bool = false) throws(SpoolError) -> FileReader {
    try FileReader(system, Place(path), path, followingLink: followingLink)
  }

  /// Reads a whole small regular file.
  ///
  /// - Parameter followingLink: whether the path may be a symbolic link: for what a person named.
  /// - Throws: ``SpoolError`` `unfit` where it is not a regular file, `tooLarge` where it has more bytes than the limit.
  public func readSmall(_ path: FilePath, limit: Int, followingLink: Bool = false) throws(SpoolError) -> [UInt8] {
    try FileReader(system, Place(path), path, followingLink: followingLink).whole(limit: limit)
  }

  /// Puts a whole file in place with exactly this mode, durable when the call returns.
  ///
  /// - Parameter replacing: an existing one is replaced at one stroke; else it is an error.
  public func write(
    _ bytes: some Sequence<UInt8>, to path: FilePath, mode: UInt32 = 0o640, replacing: Bool = true
  ) throws(SpoolError) {
    let temporary = path.hidden("tmp")
    try removeFile(temporary)
    do throws(SpoolError) {
      let file = try OpenFile(
        system, Place(temporary), .writeOnly, [.create, .exclusiveCreate, .noFollow], mode: mode)
      try call("set the mode of", temporary, try system.setMode(file.descriptor, mode))
      var failure: SpoolError?
      Array(bytes).withUnsafeBytes { buffer in
        do throws(SpoolError) { try file.write(at: 0, buffer) } catch { failure = error }
      }
      if let failure { throw failure }
      try file.sync()
      try call("put in place", path, try system.rename(Place(temporary), to: Place(path), replacing: replacing))
      try sync(directory: path.folder)
    } catch {
      try? removeFile(temporary)
      throw error
    }
  }

  /// Writes a small file in place, made if it is not there, and makes nothing durable: for what means nothing after a power
  /// cut. Who reads it meanwhile may see it half written.
  public func note(_ bytes: [UInt8], in path: FilePath) throws(SpoolError) {
    let file = try OpenFile(system, Place(path), .writeOnly, [.create, .noFollow], mode: 0o644)
    var failure: SpoolError?
    bytes.withUnsafeBytes { buffer in
      do throws(SpoolError) { try file.write(at: 0, buffer) } catch { failure = error }
    }
    if let failure { throw failure }
    try call("cut", path, try system.truncate(file.descriptor, to: Int64(bytes.count)))
  }

  /// Appends to a file that others read or rotate, made if it is not there; durable when the call returns. What a kill left
  /// half a line is ended first.
  public func append(_ bytes: [UInt8], to path: FilePath) throws(SpoolError) {
    let isNew = try status(of: path) == nil
    let file = try OpenFile(system, Place(path), .readWrite, [.create, .noFollow], mode: 0o640)
    let size = try call("look at", path, try system.status(of: file.descriptor)).size
    var last: [UInt8] = [UInt8(ascii: "\n")]
    var failure: SpoolError?
    last.withUnsafeMutableBytes { buffer in
      do throws(SpoolError) {
        if size > 0 { _ = try call("read", path, try system.read(file.descriptor, at: size - 1, into: buffer)) }
      } catch { failure = error }
    }
    let all = (last[0] == UInt8(ascii: "\n") ? [] : [UInt8(ascii: "\n")]) + bytes
    all.withUnsafeBytes { buffer in
      do throws(SpoolError) { if failure == nil { try file.write(at: size, buffer) } } catch { failure = error }
    }
    if let failure { throw failure }
    try file.sync()
    if isNew { try sync(directory: path.folder) }
  }

  /// Copies a file to a new one and checks what reached the disk against what was read: for a claim from another file
  /// system. Durable when the call returns; the source is untouched.
  ///
  /// - Throws: ``SpoolError`` `unfit` where the source changed meanwhile or the copy differs.
  public func copyVerified(_ from: FilePath, to: FilePath) throws(SpoolError) {
    guard let before = try status(of: from), before.kind == .file else {
      throw SpoolError(.unfit, from, "is not a regular file (any more).")
    }
    let source = try open(from)
    let target = try OpenFile(system, Place(to), .readWrite, [.create, .exclusiveCreate, .noFollow])
    do throws(SpoolError) {
      try source.all { (offset, bytes) throws(SpoolError) in
        try target.write(at: offset, bytes)
        return true
      }
      try target.sync()
      // Read back from the disk, not from the cache that the write filled.
      system.dropCache(of: target.descriptor)
      guard try target.status().size == before.size, try same(from, to), try status(of: from) == before else {
        throw SpoolError(.unfit, from, "changed while it was copied; it will be copied again.")
      }
      try sync(directory: to.folder)
    } catch {
      try? removeFile(to)
      throw error
    }
  }

  /// Whether two files hold the same bytes.
  public func same(_ first: FilePath, _ second: FilePath) throws(SpoolError) -> Bool {
    guard try status(of: first)?.size == status(of: second)?.size else { return false }
    let (a, b) = (try open(first), try open(second))
    let other = UnsafeMutableRawBufferPointer.allocate(byteCount: FileReader.blockSize, alignment: 16)
    defer { other.deallocate() }
    var equal = true
    try a.all { (offset, bytes) throws(SpoolError) in
      let there = UnsafeMutableRawBufferPointer(rebasing: other[..<bytes.count])
      guard try b.fill(there, at: offset) == bytes.count, let one = bytes.baseAddress, let two = there.baseAddress
      else {
        equal = false
        return false
      }
      equal = memcmp(one, two, bytes.count) == 0
      return equal
    }
    return equal
  }

  /// Gives a file a second name; never in place of something that exists. The caller syncs the directory after a batch.
  public func link(_ from: FilePath, to: FilePath) throws(SpoolError) {
    try call("link to \(to)", from, try system.link(Place(from), to: Place(to)))
  }

  /// Removes a file, if it is there. The caller has made sure that the next copy is durable.
  public func removeFile(_ path: FilePath) throws(SpoolError) { try removeFile(Place(path), path) }

  func removeFile(_ place: Place, _ path: FilePath) throws(SpoolError) {
    do throws(SpoolError) {
      try call("remove", path, try system.unlink(place))
    } catch {
      if error.errno != .noSuchFileOrDirectory { throw error }
    }
  }

  /// Lets a file's content go and leaves its name, where the whole folder will go soon. Making and removing thousands of
  /// files in turn is slow on ext4 without a journal, which searches past every number that was free only lately.
  public func empty(_ path: FilePath) throws(SpoolError) {
    let file = try OpenFile(system, Place(path), .writeOnly, [.noFollow, .nonBlocking])
    try call("empty", path, try system.truncate(file.descriptor, to: 0))
  }
}
