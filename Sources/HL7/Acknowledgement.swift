/// What a system says of a message that it got: MSA and ERR (2.5.1, 2.14.8 and 2.14.5).
public struct Acknowledgement: Sendable, Hashable {
  /// What becomes of the message, by MSA-1 of table 0008.
  public enum Verdict: Sendable, Hashable {
    /// AA or CA: it is taken over.
    case accepted
    /// AE or CE: there is an error in it.
    case error
    /// AR or CR: it cannot be taken now.
    case rejected
  }

  /// MSA-1: `AA`, `AE`, `AR`, `CA`, `CE` or `CR`.
  public var code: String
  /// What that means.
  public var verdict: Verdict
  /// MSA-2, the control id of the message that is answered.
  public var controlID: String
  /// What is said beside it: MSA-3, and of each ERR the error's text and the messages for people.
  public var words: String

  /// Reads an answer.
  ///
  /// - Returns: nil where the message answers none.
  /// - Throws: ``HL7Error`` `segment` where MSA says neither what nor which message.
  public init?(_ message: Message) throws(HL7Error) {
    guard let segment = message["MSA"] else { return nil }
    code = segment[1].text.uppercased()
    controlID = segment[2].text
    guard let verdict = Self.verdicts[code] else {
      throw HL7Error(.segment, "MSA-1 is none of AA, AE, AR, CA, CE and CR")
    }
    guard !controlID.isEmpty else { throw HL7Error(.segment, "MSA-2 does not say which message is answered") }
    self.verdict = verdict
    var said = [segment[3].text]
    for error in message.segments where error.name == "ERR" {
      said += [error[3].component(2), error[8].text, error[7].text]
    }
    var seen: Set<String> = []
    words = said.filter { !$0.isEmpty && $0 != "\"\"" && seen.insert($0).inserted }.joined(separator: "; ")
  }

  private static let verdicts: [String: Verdict] = [
    "AA": .accepted, "CA": .accepted, "AE": .error, "CE": .error, "AR": .rejected, "CR": .rejected,
  ]
}
