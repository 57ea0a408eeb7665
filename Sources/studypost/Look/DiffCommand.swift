import ArgumentParser
import DICOM
import Spool
import SystemPackage

/// `diff`: how two DICOM files differ.
struct DiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Tell how two DICOM files differ, element by element.",
    discussion: """
      Elements are equal that mean the same: in another byte order, character set or padding, with or without their VR \
      or their lengths written. Pixel data and other long values are compared to their last byte. Group lengths do not \
      count. Exit status 0: no difference; 1: there are some, or a file is damaged.

      "-" marks what the first file has, "+" what the second has.
      """)

  @Argument(help: "A DICOM file.") var first: String
  @Argument(help: "The DICOM file to compare it with.") var second: String
  @Flag(help: "Count differences of encoding, too.") var exact = false
  @Flag(help: "Leave out the file meta information (group 0002).") var noMeta = false
  @Option(
    help: ArgumentHelp("Leave out this element, wherever it is: a keyword or (gggg,eeee).", valueName: "element"))
  var ignore: [String] = []
  @Flag(help: "Show long values to their end.") var full = false
  @OptionGroup var reading: ReadingOption
  @OptionGroup var output: JSONOption

  func run() throws {
    var comparison = Comparison()
    comparison.isExact = exact
    comparison.includesMeta = !noMeta
    comparison.valueLimit = full ? 1 << 24 : 60
    comparison.ignored = Set(
      try ignore.map { text in
        guard let tag = Tag(text) else {
          throw ValidationError("'\(text)' is neither a keyword nor a tag such as (0010,0020).")
        }
        return tag
      })
    let files = try [first, second].map { name in
      try DICOMFile.inspect(try absolute(FilePath(name)), options: try reading.options)
    }

    var found: [Difference] = []
    try comparison.differences(files[0], files[1]) { difference in
      if output.json { found.append(difference) } else { print(difference) }
      if !output.json, found.isEmpty { found = [difference] }
    }
    if output.json { try printJSON(.array(found.map(\.json))) } else if found.isEmpty { print("No differences.") }
    for file in files {
      if let damage = file.damage { complain("\(damage). What comes before that is compared.") }
    }
    if !found.isEmpty || files.contains(where: { $0.damage != nil }) {
      throw ExitCode(Failure.Status.no.rawValue)
    }
  }

  private func print(_ difference: Difference) {
    let name = difference.tag.keyword.map { " \($0)" } ?? ""
    Swift.print("\(difference.path)\(name)")
    for (mark, value) in [("-", difference.left), ("+", difference.right)] {
      if let value { Swift.print("  \(mark) \(Quoted.text(value, limit: comparisonLimit))") }
    }
  }

  private var comparisonLimit: Int { full ? 1 << 25 : 500 }

  private func print(_ sentence: String) { Swift.print(sentence) }
}

extension Difference {
  fileprivate var json: JSON {
    ["path": .string(path), "keyword": JSON(tag.keyword), "left": JSON(left), "right": JSON(right)]
  }
}
