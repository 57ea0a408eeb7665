import Foundation
import Parcel
import Sealing
import SystemPackage
import Testing

@Suite struct ReceiptTests {
  let scratch: Scratch
  let key = SigningKey()
  let id = ParcelID().text

  init() throws { scratch = try Scratch() }

  private func receipt(_ status: Receipt.Status, reason: String? = nil) -> Receipt {
    Receipt(
      parcel: id, manifest: sha256([1]), recipient: "ch2", status: status, at: "2026-11-23T22:31:00Z", instances: 3,
      reason: reason)
  }

  /// Reads the text as a receipt that is signed as it stands.
  private func read(
    _ text: String, name: String? = nil, namespace: String = Receipt.namespace, key: SigningKey? = nil
  ) throws -> Receipt {
    let signature = try SSHSignature.sign(Array(text.utf8), namespace: namespace, with: key ?? self.key)
    return try Receipt(
      verifying: Array(text.utf8), signature: Array(signature.utf8), signer: self.key.publicKey,
      file: scratch.path(name ?? "\(id).imported.json"))
  }

  private func text(_ change: (inout [String: Any]) -> Void = { _ in }) throws -> String {
    var object = try Forgery.object(receipt(.imported))
    change(&object)
    return String(decoding: try Forgery.json(object), as: UTF8.self)
  }

  @Test(arguments: Receipt.Status.allCases)
  func aReceiptIsReadAsItWasWritten(status: Receipt.Status) throws {
    let receipt = receipt(status, reason: status == .refused ? "duplicate-conflict" : nil)
    try receipt.write(into: scratch.root, signedBy: key)
    #expect(try scratch.tree().keys.sorted() == ["\(id).\(status).json", "\(id).\(status).json.sig"])
    let read = try Receipt(
      verifying: scratch.read(receipt.name), signature: scratch.read(receipt.name + ".sig"), signer: key.publicKey,
      file: scratch.path(receipt.name))
    #expect(read == receipt)
    let parsed = try #require(Receipt.parse(name: receipt.name))
    #expect(parsed.parcel.text == id && parsed.status == status)
  }

  @Test func theTextHasEveryKeyAndANullReason() throws {
    try receipt(.received).write(into: scratch.root, signedBy: key)
    let expected = """
      {"at":"2026-11-23T22:31:00Z","format":"studypost-receipt/1","instances":3,"manifest":"\(sha256([1]))",\
      "note":null,"parcel":"\(id)","reason":null,"recipient":"ch2","status":"received"}
      """
    #expect(String(decoding: try scratch.read("\(id).received.json"), as: UTF8.self) == expected)
  }

  @Test func writingAgainReplaces() throws {
    try receipt(.refused, reason: "digest").write(into: scratch.root, signedBy: key)
    try receipt(.refused, reason: "contents").write(into: scratch.root, signedBy: key)
    let read = try Receipt(
      verifying: scratch.read("\(id).refused.json"), signature: scratch.read("\(id).refused.json.sig"),
      signer: key.publicKey, file: scratch.path("\(id).refused.json"))
    #expect(read.reason == "contents")
  }

  @Test func aForgedReceiptIsRefused() throws {
    expectRefusal(.receipt) { _ = try read(self.text(), key: SigningKey()) }
    expectRefusal(.receipt) { _ = try read(self.text(), namespace: Manifest.namespace) }
    let text = try self.text()
    let signature = try SSHSignature.sign(Array(text.utf8), namespace: Receipt.namespace, with: key)
    for offset in 0..<text.utf8.count {
      var flipped = Array(text.utf8)
      flipped[offset] ^= 1
      expectRefusal(.receipt) {
        _ = try Receipt(
          verifying: flipped, signature: Array(signature.utf8), signer: key.publicKey,
          file: scratch.path("\(id).imported.json"))
      }
    }
    expectRefusal(.receipt) {
      _ = try Receipt(
        verifying: Array(text.utf8), signature: [], signer: key.publicKey, file: scratch.path("\(id).imported.json"))
    }
  }

  @Test func aReceiptUnderAnothersNameIsRefused() throws {
    _ = try read(text())
    for name in ["\(id).received.json", "\(ParcelID()).imported.json", "\(id).imported.json.sig", id] {
      expectRefusal(.receipt) { _ = try read(text(), name: name) }
    }
  }

  @Test func aReceiptOfAnotherFormIsRefused() throws {
    let changes: [(String, Any?)] = [
      ("format", "studypost-receipt/2"), ("parcel", "../x"), ("manifest", "00"), ("status", "lost"), ("status", nil),
      ("recipient", "CH 2"), ("recipient", "ch2\u{1B}[2J"), ("at", "yesterday"), ("instances", -1), ("instances", "3"),
      ("reason", "two words"), ("reason", "line\nline"), ("reason", String(repeating: "r", count: 65)),
      ("reason", "\u{202E}tsegid"), ("reason", 5),
    ]
    for (key, value) in changes {
      let text = try self.text { $0[key] = value }
      let error = #expect(throws: ParcelError.self, "\(key)") { try read(text) }
      #expect(error?.code == .receipt, "\(key)")
    }
    for text in ["", "null", "[]", "{"] { expectRefusal(.receipt) { _ = try read(text) } }
  }

  @Test func aNoteIsReadByTheSenderAlone() throws {
    let sender = AgeIdentity()
    let text = "Wrong patient: Ærøskøbing^Test.\nCall us."
    var refusal = receipt(.refused, reason: "rejected-by-clerk")
    refusal.note = try Receipt.seal(note: text, to: sender.recipient)
    try refusal.write(into: scratch.root, signedBy: key)
    #expect(!String(decoding: try scratch.read(refusal.name), as: UTF8.self).contains("patient"))
    let read = try Receipt(
      verifying: scratch.read(refusal.name), signature: scratch.read(refusal.name + ".sig"), signer: key.publicKey,
      file: scratch.path(refusal.name))
    #expect(read == refusal)
    #expect(try read.openedNote(with: sender) == text)
    expectRefusal(.receipt) { _ = try read.openedNote(with: AgeIdentity()) }
    #expect(try receipt(.received).openedNote(with: sender) == nil)
  }

  @Test func aNoteIsBounded() throws {
    let sender = AgeIdentity()
    let longest = String(repeating: "é", count: Receipt.longestNote / 2)
    let note = try Receipt.seal(note: longest, to: sender.recipient)
    #expect(note.utf8.count <= Receipt.largestNote)
    #expect(try read(text { $0["note"] = note }).openedNote(with: sender) == longest)
    expectRefusal(.limit) { _ = try Receipt.seal(note: longest + "x", to: sender.recipient) }
    let long = try AgeText.seal([UInt8](repeating: 1, count: 7000), to: sender.recipient)
    let notes: [Any] = ["", "plain text", note + note, String(note.dropFirst()), long, "\u{1B}[2J" + note, 5]
    for note in notes {
      let text = try self.text { $0["note"] = note }
      let error = #expect(throws: ParcelError.self) { try read(text) }
      #expect(error?.code == .receipt)
    }
  }

  @Test func aReceiptWithoutAReasonKeyIsRead() throws {
    #expect(try read(text { $0["reason"] = nil }).reason == nil)
    #expect(try read(text { $0["later"] = "unknown keys are passed over" }).status == .imported)
  }

  @Test(arguments: [
    "", ".", "..", "README", "x.received.json", "{}.received.json.sig", "{}.lost.json", "{}.received", "{}.json",
    "{}..json", ".{}.received.json", "{}.received.json.", "../{}.received.json", "{}.received.JSON",
  ])
  func whatIsNoReceiptsNameIsNotTakenForOne(pattern: String) {
    #expect(Receipt.parse(name: pattern.replacing("{}", with: id)) == nil)
  }
}
