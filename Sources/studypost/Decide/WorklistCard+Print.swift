import Desk
import Journal
import Reconciliation
import Spool

// What a clerk must see of one study to decide whose it is.

extension Desk.WorklistCard {
  func print() {
    var head = Fields()
    head.add("assigned", parcel.assignee)
    head.add("proposal", proposal?.words)
    head.add("waits", "for \(ageInWords(since: parcel.since))")
    head.add("from", parcel.sender + (contact.map { " (\($0))" } ?? ""))
    head.add("study", parcel.study)
    head.add("part", parcel.part)
    head.add(
      "holds",
      "\(counted(entry.instances, "instance")), \(bytesInWords(entry.bytes))"
        + (entry.parts.count > 1 ? ", in \(entry.parts.count) parts" : ""))
    for picture in preview?.pictures ?? [] {
      let series = [picture.modality, picture.description].compactMap(\.self).joined(separator: " ")
      let what = "\(series.isEmpty ? "series" : series), \(counted(picture.instances, "instance"))"
      head.add(
        "picture", "\(what): \(picture.file.map { "\(previewFolder.appending($0))" } ?? picture.problem ?? "none")")
    }
    if let others = preview?.others, others > 0 { head.add("picture", "\(others) more series have none") }
    head.add("missing", parcel.missingReason.map { "\($0), says \(parcel.sender)" })
    for identity in decision?.identities.prefix(1) ?? [] {
      head.add("study date", identity.studyDate)
      head.add("modality", identity.modalities.joined(separator: ", "))
      head.add("description", identity.studyDescription)
      head.add("accession", identity.accessionNumber)
    }
    head.print()

    Swift.print("\nWhy a person must decide:")
    var reasons = Fields()
    // What several patients' images say against each other is told of each group.
    let ofImages: [Decision.Code] = [.twoPatients, .deidentified, .undecodable, .contradictory]
    for reason in decision?.reasons ?? [] where groups.count < 2 || ofImages.contains(reason.code) {
      reasons.add(reason.code.rawValue, reason.sentence)
    }
    // What no policy says: other contents, what a person took back, what cannot be rewritten.
    if let code = parcel.reasonCode, Decision.Code(rawValue: code) == nil {
      reasons.add(code, parcel.reason)
    } else if decision?.reasons.isEmpty ?? true {
      reasons.add("reason", entry.reason ?? "none was written down")
    }
    for sentence in earlierInWords { reasons.add("earlier", sentence) }
    for event in undone { reasons.add("\(event.at.prefix(10))", event.detail) }
    reasons.add("request", request.map { "This site \($0.words) (studypost records show \($0.message.id))." })
    reasons.print(indent: "  ")

    if !comments.isEmpty {
      Swift.print("\nComments:")
      var lines = Fields()
      for comment in comments { lines.add("\(comment.at.prefix(16)) \(comment.actor ?? "")", comment.detail) }
      lines.print(indent: "  ")
    }

    if !groups.isEmpty { return printGroups() }
    guard let decision else { return }
    for (index, identity) in decision.identities.enumerated() {
      Swift.print(decision.identities.count == 1 ? "\nThe sender says:" : "\nThe sender's patient \(index + 1):")
      identity.fields(valid: decision, judgements).print(indent: "  ")
    }
    for candidate in decision.candidates { candidate.print(priors[candidate.patient.localID] ?? []) }
    if decision.candidates.isEmpty { Swift.print("\nNo local patient has this national identifier.") }
    if let further = decision.further {
      Swift.print("\nLocal patients who may be meant, the likeliest first:")
      var fields = Fields()
      for ranked in further { fields.add(ranked.patient.localID, ranked.inWords) }
      fields.print(indent: "  ")
    }
  }
}

extension Desk.WorklistCard {
  /// Of each group what its images say, and who it may be.
  private func printGroups() {
    for group in groups {
      Swift.print("\nGroup \(group.group.number), \(counted(group.group.instances, "image")):")
      var fields = group.group.identity.fields(valid: group.decision, judgements)
      for series in group.group.series {
        let what = [series.modality, series.description].compactMap(\.self).joined(separator: " ")
        fields.add("series", "\(what.isEmpty ? series.uid : what), \(counted(series.instances, "image"))")
      }
      let identity = group.group.identity
      if identity.name == nil, identity.birthDate == nil, identity.patientID == nil {
        fields.add("patient", "not named: these images may be of any of them")
      }
      if let patient = group.patient { fields.add("patient", "everything agrees with local patient \(patient)") }
      fields.print(indent: "  ")
      if group.patient == nil {
        for candidate in group.decision.candidates { candidate.print(priors[candidate.patient.localID] ?? [], "  ") }
        var further = Fields()
        for ranked in group.decision.further ?? [] { further.add(ranked.patient.localID, ranked.inWords) }
        if !further.isEmpty {
          Swift.print("  may be, the likeliest first:")
          further.print(indent: "    ")
        } else if group.decision.candidates.isEmpty {
          Swift.print("  No local patient was found who may be meant.")
        }
      }
    }
  }
}

extension StudyIdentity {
  fileprivate func fields(valid decision: Decision, _ judgements: [String: String]) -> Fields {
    var fields = Fields()
    fields.add("name", name)
    fields.add("birth name", birthName)
    for other in otherNames { fields.add("other name", other) }
    fields.add("born", birthDate)
    fields.add("sex", sex)
    if isDeidentified { fields.add("identity", "removed by the sender (0012,0062)") }
    for identifier in identifiers {
      let issuer = [identifier.issuer, identifier.issuerUID].compactMap(\.self).joined(separator: ", ")
      let isUsed = identifier == decision.identifierSource
      fields.add(
        "identifier",
        "\(identifier.value), issuer \(issuer.isEmpty ? "not named" : issuer), in \(identifier.source.rawValue)"
          + (isUsed ? decision.identifier.map { " - valid \($0.scheme) \($0.value), looked up" } ?? "" : "")
          + (isUsed ? "" : judgements[identifier.value].map { " - \($0)" } ?? ""))
    }
    return fields
  }
}

extension Candidate {
  fileprivate func print(_ priors: [Desk.Prior], _ indent: String = "") {
    Swift.print(
      "\(indent.isEmpty ? "\n" : indent)Local patient \(patient.localID)\(patient.active ? "" : " (not active)"):")
    var table = Table("  ", "FIELD", "SENDER", "LOCAL", "SCORE")
    for comparison in comparisons {
      table.add(
        comparison.agrees ? "  " : "≠ ", comparison.field.rawValue, comparison.sender, comparison.local,
        comparison.score.map { "\((($0) * 1000).rounded() / 1000)" } ?? "")
    }
    table.print()
    for prior in priors {
      let what = [prior.subject?.day, prior.subject?.modality, prior.subject?.description].compactMap(\.self)
      Swift.print(
        "  prior: \(Quoted.text(what.joined(separator: ", "), limit: 200)), from \(prior.parcel.sender), imported on "
          + "\(prior.parcel.since.prefix(10))")
    }
  }
}
