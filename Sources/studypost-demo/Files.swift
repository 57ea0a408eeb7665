import FoundationEssentials
import Glibc
import SystemPackage

// The demo's own files: what a PACS, an EHR and an administrator write.

func makeFolder(_ path: FilePath) throws {
  try FileManager.default.createDirectory(atPath: path.string, withIntermediateDirectories: true)
}

func write(_ text: String, to path: FilePath) throws { try Data(text.utf8).write(to: URL(filePath: path.string)) }

func readText(_ path: FilePath) throws -> String { try String(contentsOfFile: path.string, encoding: .utf8) }

/// The names in a folder but READMEs, sorted; none where there is no folder.
func names(in folder: FilePath) -> [String] {
  let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.string)) ?? []
  return names.filter { $0 != "README" }.sorted()
}

/// The bytes of all files below a folder, of hidden ones, too.
func bytes(below folder: FilePath) -> Int64 {
  names(in: folder).reduce(0) { sum, name in
    let path = folder.appending(name)
    var status = stat()
    guard lstat(path.string, &status) == 0 else { return sum }
    return sum + (status.st_mode & S_IFMT == S_IFDIR ? bytes(below: path) : Int64(status.st_size))
  }
}

/// Moves a file within a file system: whoever looks there sees it whole or not at all.
func move(_ file: FilePath, to target: FilePath) throws {
  guard rename(file.string, target.string) == 0 else {
    throw DemoError("\(file): it cannot be moved to \(target): \(Errno(rawValue: errno)).")
  }
}

/// A path from the root.
func absolute(_ path: FilePath) -> FilePath {
  FilePath(FileManager.default.currentDirectoryPath).pushing(path).lexicallyNormalized()
}
