/// An HL7 version 2 message: segments in order, the first of them MSH (HL7 2.5.1, chapter 2).
///
/// Values are plain text. What separates and escapes them is a matter of ``encoded`` and ``init(parsing:)`` alone, so no
/// value, whatever it holds, can become a field or a segment of its own.
public struct Message: Hashable, Sendable {
  /// The segments, MSH first.
  public var segments: [Segment]

  /// A message of these segments.
  public init(_ segments: [Segment]) {
    self.segments = segments
  }

  /// The first segment of a name, such as "MSA"; `nil` when there is none.
  public subscript(_ name: String) -> Segment? {
    segments.first { $0.name == name }
  }

  /// The message's text with the recommended delimiters `|^~\&`, each segment ended by a CR (2.5.1, 2.5.4 and 2.7).
  public var encoded: String {
    String(decoding: segments.flatMap { $0.encoded(by: .standard) + [Delimiters.carriageReturn] }, as: UTF8.self)
  }
}

/// A line of a message: its name and its fields.
public struct Segment: Hashable, Sendable {
  /// Three letters or digits, such as "PID".
  public let name: String
  /// The fields; the first is number 1. Those of MSH begin with the two that name the delimiters.
  public var fields: [Field]

  /// A segment with its fields from number 1 on. Those of MSH are given from number 3 on.
  public init(_ name: String, _ fields: [Field]) {
    self.name = name
    self.fields = name == "MSH" ? ["|", "^~\\&"] + fields : fields
  }

  /// A segment with the fields whose numbers are given, all others empty.
  public init(_ name: String, _ fields: KeyValuePairs<Int, Field>) {
    let first = name == "MSH" ? 3 : 1
    var all: [Field] = []
    for (number, field) in fields where number >= first {
      let index = number - first
      while all.count <= index { all.append("") }
      all[index] = field
    }
    self.init(name, all)
  }

  /// The field with this number, counted from 1 as the standard does; empty when the segment ends before it.
  public subscript(_ number: Int) -> Field {
    number > 0 && number <= fields.count ? fields[number - 1] : Field()
  }
}

/// A field: repetitions of components of subcomponents of text.
public struct Field: Hashable, Sendable, ExpressibleByStringLiteral {
  /// The text of every subcomponent of every component of every repetition.
  public var repetitions: [[[String]]]

  /// A field of one plain value; empty without an argument.
  public init(_ text: String = "") {
    repetitions = text.isEmpty ? [] : [[[text]]]
  }

  /// A field of one plain value.
  public init(stringLiteral text: String) {
    self.init(text)
  }

  /// A field of components without subcomponents.
  public init(components: [String]) {
    repetitions = [components.map { [$0] }]
  }

  /// A field with everything that a field can have.
  public init(repetitions: [[[String]]]) {
    self.repetitions = repetitions
  }

  /// The text of the first repetition's component with this number, counted from 1; of its first subcomponent.
  public func component(_ number: Int) -> String {
    guard let components = repetitions.first, number > 0, number <= components.count else { return "" }
    return components[number - 1].first ?? ""
  }

  /// The text of the first subcomponent of the first component: all of a field that has only one value.
  public var text: String { component(1) }
}
