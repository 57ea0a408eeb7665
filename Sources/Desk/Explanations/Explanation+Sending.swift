// What the sender's side tells.

extension Explanation {
  static let holds: [Explanation] = [
    Explanation(
      .hold, "no-recipient",
      "Nothing says where the study should go: it lies in no partner's folder, and no routing rule found a name in it.",
      "Route it to a partner. If this happens to all studies of one device, let it write the recipient, or use drop folders."
    ),
    Explanation(
      .hold, "unknown-recipient",
      "A name stands where only a recipient can stand, and it is neither a partner nor an alias of one; or the partner was "
        + "removed since.",
      "Route it to the partner that is meant. Add the name to `aliases` in the partner's file, so that it is known from then on."
    ),
    Explanation(
      .hold, "conflicting-recipients",
      "The study names more than one recipient, and not the same in each image; or its folder and its images disagree.",
      "Ask who exported it, and route it to one partner or several."),
    Explanation(
      .hold, "not-forwarded",
      "The study names this site itself, or the recipient's name in it cannot be read. It may have come from a partner.",
      "Look whether it was exported by mistake; else route it."),
    Explanation(
      .hold, "conflicting-instances",
      "Two files have the same SOP Instance UID and different contents. Only one of them can be right.",
      "Compare them (`studypost hold show ID` names both, `studypost diff` tells the difference), discard the study, and "
        + "export it again."),
    Explanation(
      .hold, "damaged", "A file that was taken in is not what it was, and nobody wrote it: the disk may be failing.",
      "Discard the study and export it again. Have the disk looked at."),
    Explanation(
      .hold, "unknown", "The journal was rebuilt from the spool, which does not tell why this study waited.",
      "Look at the study, then route or discard it."),
  ]

  static let files: [Explanation] = [
    Explanation(
      .file, "unfinished",
      "The copy was not finished: the file ends too early, a part of it was reserved and never written, or its writer still "
        + "holds it open. No half image is ever sent.",
      "Finish the copy, or export the file again. Remove it if it is of no use. A whole file that was written sparse: "
        + "`cp --sparse=never`."),
    Explanation(
      .file, "no-pixel-data",
      "The file is whole as DICOM, and has no pixels though it says that it is an image: it may have been cut before them.",
      "Wait: after `partial_after` it is taken as it is. Export it again if pixels are missing."),
  ]

  static let refusals: [Explanation] = [
    Explanation(
      .refused, "left-out", "The partner imported the study but for some images, of another patient for example.",
      "`studypost queue show ID` has what the person there wrote. Put them right and export them again as a study of their own."
    ),
    Explanation(
      .refused, "digest", "The payload did not arrive as it was sent. It was sent once more, and refused again.",
      "Look at the network and at both disks; then `queue retry`."),
    Explanation(
      .refused, "signature", "This site's signature does not hold there: the partner has another card of this site.",
      "Send the partner this site's card (`studypost card`); then `queue retry`."),
    Explanation(
      .refused, "lost",
      "The parcel had arrived, and the partner's copy was lost before it was imported. It was sent once more, and that was lost, too.",
      "Ask the partner about its disk; then `queue retry`, or `queue resend` where the partner has discarded the entry."
    ),
    Explanation(.refused, "manifest", "The manifest cannot be read there.", "`queue retry`. Tell the partner."),
    Explanation(.refused, "folder", "The parcel did not arrive with exactly its three files.", "`queue retry`."),
    Explanation(
      .refused, "sender", "The partner expects another sender in this mailbox.",
      "Ask the partner whether this site logs in with the right account."),
    Explanation(
      .refused, "recipient", "The parcel is addressed to another site.",
      "Check the partner's card: `studypost partner list`."
    ),
    Explanation(
      .refused, "limit", "It exceeds a limit that the partner has set.",
      "Ask the partner to raise the limit that its alert names; then `queue retry`."),
    Explanation(
      .refused, "contents", "It does not hold what it announces.", "`queue resend ID` makes it anew. Tell the partner."),
    Explanation(
      .refused, "duplicate-conflict", "The partner has another parcel of the same name, or other instances.",
      "Ask the partner which study it has."),
    Explanation(
      .refused, "rejected-by-clerk", "A person there rejected the study; `queue show ID` has what that person wrote.",
      "Talk to the partner; then discard it here, or send it again."),
  ]
}
