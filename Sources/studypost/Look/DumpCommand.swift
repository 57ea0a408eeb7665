import ArgumentParser
import DICOM
import Spool
import SystemPackage

/// `dump`: what is in DICOM files.
struct DumpCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dump",
    abstract: "Show what is in DICOM files, element by element.",
    discussion: """
      One element a line: tag, VR, length in bytes, keyword, value. Pixel data and other long values are shown as their \
      place in the file. A damaged file is shown as far as it makes sense; the exit status is then 1. A file that is \
      no DICOM file at all is told; the exit status is then 65.

      With --json each file is one line: an object of the DICOM JSON model (PS3.18 annex F), in which long values are \
      "?offset=O&length=L", bytes of the file.
      """)

  @Argument(help: ArgumentHelp("DICOM files.", valueName: "file")) var files: [String]
  @Flag(help: "Print the DICOM JSON model.") var json = false
  @Flag(help: "With --json: the file meta information (group 0002), too.") var meta = false
  @Flag(help: "Show long values to their end.") var full = false
  @OptionGroup var reading: ReadingOption

  func validate() throws {
    if files.isEmpty { throw ValidationError("Name a DICOM file.") }
  }

  func run() throws {
    let options = try reading.options
    var worst = Failure.Status?.none
    for name in files {
      let file: DICOMFile
      do {
        file = try DICOMFile.inspect(try absolute(FilePath(name)), options: options)
      } catch let error as DICOMError {
        complain("\(error)")
        worst = .badInput
        continue
      }
      if json {
        try DataSet.writeJSON(meta ? [file.meta, file.dataSet] : [file.dataSet]) { print($0, terminator: "") }
        print()
      } else {
        try Dump(limit: full ? 1 << 24 : 80).print(file, name: name)
      }
      if let damage = file.damage {
        complain("\(damage). What comes before that is shown.")
        worst = worst ?? .no
      }
    }
    if let worst { throw ExitCode(worst.rawValue) }
  }
}

/// How DICOM files that somebody names are read.
struct ReadingOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What text is taken for that declares no character set and is not ASCII: terms such as ISO_IR 100, in the order in which they are tried.",
      valueName: "term"))
  var undeclaredText: [String] = UndeclaredText.default.terms

  var options: ReadingOptions {
    get throws { ReadingOptions(undeclaredText: try UndeclaredText(terms: undeclaredText)) }
  }
}

/// Prints a file for people; whatever comes from it is made harmless.
struct Dump {
  /// How much of a value is shown, in characters.
  var limit: Int

  func print(_ file: DICOMFile, name: String) throws {
    let syntax = UIDNames.name(file.transferSyntax.uid) ?? file.transferSyntax.uid
    var facts = ["\(file.size) bytes", Quoted.text(syntax, limit: 80)]
    if !file.hasPreamble { facts.append("no preamble") }
    if file.hasExecutablePreamble { facts.append("a program in the preamble") }
    if !file.hasMeta { facts.append("no file meta information") }
    if file.lacksPixelData { facts.append("no pixel data") }
    if !file.irregularities.isEmpty { facts.append("irregular") }
    facts.append(file.damage == nil ? "sound" : file.damage?.code == .truncated ? "cut off" : "damaged")
    Swift.print("\(Quoted.text(name, limit: 1024)): \(facts.joined(separator: ", "))")
    for irregularity in file.irregularities {
      Swift.print("  irregular: \(Quoted.text(irregularity.description, limit: 400))")
    }
    if let doubt = file.doubt { Swift.print("  may not be finished: \(Quoted.text(doubt, limit: 400))") }
    for dataSet in [file.command, file.meta, file.dataSet] { try print(dataSet, indent: "") }
  }

  private func print(_ dataSet: DataSet, indent: String) throws {
    for element in dataSet.elements {
      let length = element.hasUndefinedLength ? "undef." : "\(element.length)"
      let words = [
        "\(indent)\(element.tag)", "\(element.vr)", length.padded(8, atStart: true),
        (element.tag.keyword ?? creator(of: element, in: dataSet) ?? "-").padded(36, atStart: false),
        Quoted.text(dataSet.describe(element, limit: limit), limit: limit + 400),
      ]
      Swift.print(words.joined(separator: " ").trimmingSpaces)
      try dataSet.forEachItem(of: element) { index, item in
        Swift.print("\(indent)  [\(index)]")
        try print(item, indent: indent + "    ")
      }
    }
  }

  /// The name in quotation marks under which a private element's block is reserved (PS3.5 7.8.1).
  private func creator(of element: Element, in dataSet: DataSet) -> String? {
    guard element.tag.isPrivate else { return nil }
    if element.tag.element < 0x100 { return "private creator" }
    let block = Tag(element.tag.group, element.tag.element >> 8)
    guard let name = try? dataSet.string(block) else { return "private" }
    return "\"\(Quoted.text(name, limit: 32))\""
  }
}

extension String {
  fileprivate func padded(_ width: Int, atStart: Bool) -> String {
    let space = String(repeating: " ", count: max(0, width - count))
    return atStart ? space + self : self + space
  }

  fileprivate var trimmingSpaces: String { String(self[...(lastIndex { $0 != " " } ?? startIndex)]) }
}
