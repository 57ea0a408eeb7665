// How far things are, what of a study a parcel holds, and in which order parcels go.

extension Explanation {
  static let states: [Explanation] = [
    // Both ways.
    Explanation(
      .state, "held",
      "A study waits for a person before it is sent or imported. A parcel that is `held by` a partner waits for a person there.",
      "`studypost hold list` and `studypost worklist list` show what waits here."),
    Explanation(
      .state, "discarded", "A person let it go, or it was kept in quarantine for as long as it had to be.",
      "Nothing: `studypost trace ID` has who, when and why."),

    // Sending.
    Explanation(
      .state, "collecting", "Images of the study come in, and more may follow.",
      "Nothing: when none has come for `quiet`, or its marker is there, it is sealed. An urgent one leaves meanwhile."
    ),
    Explanation(
      .state, "ready", "The study is complete, and its recipients are known: it is being sealed, or waits for that.",
      "Nothing."),
    Explanation(
      .state, "sealed", "The parcel is packed, signed and encrypted, and waits for its turn to be sent.",
      "Nothing: `studypost queue list` says what it waits for."),
    Explanation(
      .state, "shipped", "The parcel was put into the partner's mailbox. Only a receipt proves that it is there.",
      "Nothing: the receipt comes by itself."),
    Explanation(.state, "received", "The partner's receipt says that the parcel is safe there.", "Nothing."),
    Explanation(
      .state, "delivered", "The partner's receipt says that all of the parcel is imported.",
      "Nothing. `studypost queue resend ID` sends it once more."),
    Explanation(
      .state, "refused", "The partner refused the parcel; its word for why stands beside it.",
      "`studypost queue show ID`, then retry, resend or discard it."),
    Explanation(
      .state, "expired", "The parcel could not be delivered within `ship.expire_after`.",
      "`studypost queue retry ID`, or `queue discard ID --reason TEXT`"),
    Explanation(
      .state, "damaged", "The parcel's files here are damaged or gone.",
      "Export the study again, then `studypost queue discard ID --reason TEXT`."),
    Explanation(
      .state, "cancelled", "A person called the parcel back before it was sent.",
      "Nothing. To send it nevertheless, export the study again."),

    // Receiving.
    Explanation(.state, "arrived", "The parcel is here, its signature holds, and it is to be opened.", "Nothing."),
    Explanation(
      .state, "accepted",
      "It is known whose study it is: its identification is to be rewritten. Of a message: the EHR took it over.",
      "Nothing."),
    Explanation(
      .state, "staged", "The identification is rewritten, and the images are on their way into the import folder.",
      "Nothing."),
    Explanation(
      .state, "offered", "The images lie in the import folder, and the PACS has not picked them up.",
      "Nothing. If it stays so, look whether the PACS picks up there."),
    Explanation(
      .state, "imported", "The images lie in the import folder, or the PACS has picked them up.", "Nothing."),
    Explanation(
      .state, "rejected", "A person here rejected the study; its sender was told why.",
      "`studypost quarantine release NAME` puts it back on the worklist."),
    Explanation(
      .state, "quarantined", "It was refused by this site's rules, and lies in quarantine.",
      "`studypost quarantine list`"),
    Explanation(.state, "released", "A person let it out of quarantine, to be looked at again.", "Nothing."),

    // Messages to the EHR.
    Explanation(.state, "written", "A message lies where the EHR reads it, or was taken from there.", "Nothing."),
    Explanation(
      .state, "deferred", "The EHR cannot take a message now (AR or CR).", "Nothing: it is written again by itself."),
    Explanation(
      .state, "failed", "The EHR finds an error in a message (AE or CE).",
      "`studypost records show ID`, then `records retry ID`, or `records discard ID --reason TEXT`."),

    // What of a study a parcel holds.
    Explanation(.state, "complete", "The parcel holds the study.", "Nothing."),
    Explanation(
      .state, "incomplete", "The parcel holds the study but for images that could not be sent; `missing` says why.",
      "Put those right, and export them again."),
    Explanation(
      .state, "supplement", "The parcel holds images that came after the study had been sealed.", "Nothing."),
    Explanation(
      .state, "portion", "The parcel holds some images of an urgent study, of which more are to come.",
      "Nothing: the last parcel of the study tells the partner that it is complete."),
    Explanation(
      .state, "whole", "All portions of an urgent study are here.", "Nothing."),
    Explanation(
      .state, "again",
      "The parcel holds a study that the partner has: it is imported there once more. In the history also: "
        + "something arrived, or was answered, once more.", "Nothing."),

    // In which order parcels go.
    Explanation(
      .state, "lane",
      "Which parcels go before which others to the same partner: `urgent`, `expedited`, `ordinary` or `bulk`, in this order.",
      "`studypost queue expedite ID` and `queue bulk ID` put a parcel into another lane."),
    Explanation(
      .state, "urgent",
      "The study does not wait until it is complete: its images leave as they come, before all others and at any time.",
      "Nothing. A study is urgent that lies in `export/PARTNER/urgent/`, says so in its own elements, or is routed by a rule "
        + "with `urgent = true`."),
    Explanation(
      .state, "expedited", "A person wants the parcel sent before all others but urgent ones, at any time.",
      "`studypost queue bulk ID` and then `queue bulk ID --undo` make it ordinary again."),
    Explanation(.state, "ordinary", "The parcel goes in its turn, while the partner's `window` is open.", "Nothing."),
    Explanation(
      .state, "bulk", "The parcel goes when nothing else waits for the partner, while its `window` is open.",
      "`studypost queue bulk ID --undo` makes it ordinary, `studypost queue resume --bulk` ends a pause."),
    Explanation(
      .state, "window",
      "The times of day at which ordinary and bulk parcels are sent to a partner, set by `window` in its file.",
      "`studypost queue expedite ID` sends a parcel at once; `studypost config explain window` tells how times are written."
    ),
  ]
}
