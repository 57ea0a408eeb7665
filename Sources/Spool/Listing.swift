public import SystemPackage

/// What a walk through folders finds, and what it passes over.
public enum Listing {
  /// One regular file found by a walk.
  public struct Found: Sendable {
    /// Where it lies.
    public let path: FilePath
    /// What it was when it was seen.
    public let status: FileStatus
  }

  /// Why a walk passes something over.
  public enum PassedOver: Sendable, Equatable {
    /// A folder deeper than the walk goes.
    case tooDeep
    /// Links are never followed.
    case symbolicLink
    /// A FIFO, a socket or a device.
    case special
  }
}

extension Disk {
  /// All regular files below a folder, following no link, not even one that takes a folder's place meanwhile.
  ///
  /// - Parameters:
  ///   - depth: how many folders deep.
  ///   - limit: at most so many files, then the walk ends: the rest is seen when these have gone.
  ///   - passOver: asked about a folder below the root, or a file, that cannot be looked at: true goes on without it.
  ///   - passedOver: told what is there and is neither a file nor a folder to look into, and why.
  ///   - skip: names of files and folders to leave alone.
  public func files(
    below root: FilePath, depth: Int = 16, limit: Int = 100_000, passOver: (SpoolError) -> Bool = { _ in false },
    passedOver: (FilePath, Listing.PassedOver) -> Void = { _, _ in }, skip: (String) -> Bool
  ) throws(SpoolError) -> [Listing.Found] {
    var found: [Listing.Found] = []
    // The folder above stays open until all in it has been seen.
    var folders: [(name: FilePath.Component, above: DirectoryHandle, depth: Int)] = []
    // The root may be a link: that is the administrator's choice.
    var next: (folder: DirectoryHandle, depth: Int)? =
      (try DirectoryHandle(self, Place(root), root, followingLink: true), 0)
    while found.count < limit {
      if next == nil {
        guard let (name, above, depth) = folders.popLast() else { break }
        do throws(SpoolError) {
          next = (try above.openDirectory(name), depth)
        } catch {
          // A folder may vanish while it is walked, or something else may take its place; the root may not.
          if error.code == .missing || error.code == .unfit || passOver(error) { continue }
          throw error
        }
      }
      guard let (folder, level) = next else { break }
      next = nil
      do throws(SpoolError) {
        var hasMore = true
        while hasMore {
          let portion = try folder.entries(limit: 4096)
          hasMore = portion.hasMore
          for name in portion.names where !skip(name.string) {
            let path = folder.path.appending(name)
            let status: FileStatus
            do throws(SpoolError) {
              guard let there = try folder.status(of: name) else { continue }
              status = there
            } catch {
              if passOver(error) { continue }
              throw error
            }
            switch status.kind {
            case .file:
              found.append(Listing.Found(path: path, status: status))
              if found.count >= limit { return found }
            case .directory:
              if level + 1 < depth { folders.append((name, folder, level + 1)) } else { passedOver(path, .tooDeep) }
            case .symbolicLink: passedOver(path, .symbolicLink)
            case .other: passedOver(path, .special)
            }
          }
        }
      } catch {
        if level > 0, error.code == .missing || error.path == folder.path && passOver(error) { continue }
        throw error
      }
    }
    return found
  }
}
