/// What a fixed word means that stands beside a study, a parcel, a file or an alert, and what to do about it.
///
/// One list for `studypost explain`, the manual page and the handbook; the tests see that no word is missing.
public struct Explanation: Sendable, Equatable {
  /// Where the word stands.
  public enum Kind: String, Sendable, CaseIterable {
    /// A study waits before it is sent: `studypost hold`.
    case hold
    /// A file stays in its source: `studypost hold files`.
    case file
    /// A study waits before it is imported: `studypost worklist`.
    case worklist
    /// Something was refused by this site: `studypost quarantine`.
    case quarantine
    /// A partner refused a parcel: `studypost queue`.
    case refused
    /// Something needs a person: `studypost status`.
    case alert
    /// How far something is, or in which order it goes: every list.
    case state
  }

  /// Where the word stands.
  public var kind: Kind
  /// The word.
  public var code: String
  /// What happened: a sentence or two.
  public var meaning: String
  /// What to do: a sentence or two.
  public var remedy: String

  init(_ kind: Kind, _ code: String, _ meaning: String, _ remedy: String) {
    (self.kind, self.code, self.meaning, self.remedy) = (kind, code, meaning, remedy)
  }

  /// Every word, those of one kind together.
  public static let all = holds + files + worklist + quarantine + refusals + alerts + states

  /// What a word means; several where it stands in several places.
  public static func of(_ code: String) -> [Explanation] { all.filter { $0.code == code } }
}

extension Explanation.Kind {
  /// The heading of the words of this kind.
  public var title: String {
    switch self {
    case .hold: "Studies that wait before they are sent"
    case .file: "Files that stay in a source"
    case .worklist: "Studies that wait before they are imported"
    case .quarantine: "What this site refused"
    case .refused: "Parcels that a partner refused"
    case .alert: "Alerts"
    case .state: "How far things are"
    }
  }

  /// Where such words are shown, and what can be decided there.
  public var introduction: String {
    switch self {
    case .hold:
      "`studypost hold list` shows them, with the reason in `hold/outbound/ID/WHY.txt`. A person decides with "
        + "`studypost hold route ID --to PARTNER` or `studypost hold discard ID --reason TEXT`, or drops the study into a "
        + "partner's folder."
    case .file:
      "`studypost hold files` shows them. They lie where the PACS put them, and go on by themselves as soon as they are "
        + "whole."
    case .worklist:
      "`studypost worklist list` shows them. A person compares what the sender says with the local patients "
        + "(`studypost worklist show ID`) and decides: `accept ID --patient LOCALID --reason TEXT`, or `reject ID --reason "
        + "TEXT`. A study may have several of these reasons at once."
    case .quarantine:
      "`studypost quarantine list` shows them, with the reason in `quarantine/NAME/WHY.txt`. What can be put right is "
        + "released (`studypost quarantine release NAME`) and looked at again; the rest is discarded with a reason."
    case .refused:
      "`studypost queue list` shows them. The partner's word stands beside them; `studypost queue show ID` has what its "
        + "clerk wrote. A person decides: `studypost queue retry ID`, `resend ID`, or `discard ID --reason TEXT`."
    case .alert:
      "`studypost status` lists them with since when and what to do; they go by themselves when their cause is gone. "
        + "`studypost status --check` ends with 1 where there are warnings and 2 where something is critical; `[alerts] "
        + "command` hands each to a program of yours."
    case .state:
      "Lists, `studypost queue show ID` and `studypost trace` name so the states of studies, parcels and messages, what of a "
        + "study a parcel holds, and in which order parcels go. What is on its way goes on by itself."
    }
  }
}
