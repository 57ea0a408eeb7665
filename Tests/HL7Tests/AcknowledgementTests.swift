import HL7
import Testing

@Suite struct AcknowledgementTests {
  private func read(_ lines: String...) throws -> Acknowledgement? {
    try Acknowledgement(Message(parsing: lines.joined(separator: "\r")))
  }

  private static let header = #"MSH|^~\&|EHR|CH2|STUDYPOST|ch2|20261128||ACK^R01^ACK|77|P|2.5.1"#

  @Test(arguments: [
    ("AA", Acknowledgement.Verdict.accepted), ("CA", .accepted), ("ae", .error), ("CE", .error), ("AR", .rejected),
    ("CR", .rejected),
  ])
  func aCodeOfEitherModeSaysWhatBecomesOfTheMessage(_ code: String, _ verdict: Acknowledgement.Verdict) throws {
    let answer = try #require(try read(Self.header, "MSA|\(code)|0193"))
    #expect(answer.verdict == verdict && answer.controlID == "0193" && answer.words == "")
  }

  @Test func theErrorsWordsAreThoseForPeopleEachOnce() throws {
    let answer = try read(
      Self.header, "MSA|AE|0193|Patient unknown",
      "ERR||PID^1^3|204^Unknown key identifier^HL70357|E|||No such \\T\\ such",
      "ERR|||204^Unknown key identifier|E||||Call 4711")
    #expect(answer?.words == "Patient unknown; Unknown key identifier; No such & such; Call 4711")
  }

  @Test func whatAnswersNothingIsNoAnswer() throws {
    #expect(try read(Self.header, "PID|1") == nil)
    for bad in ["MSA", "MSA|XX|0193", "MSA|AA", "MSA||0193"] {
      let error = #expect(throws: HL7Error.self) { try read(Self.header, bad) }
      #expect(error?.code == .segment, "\(bad)")
    }
  }
}
