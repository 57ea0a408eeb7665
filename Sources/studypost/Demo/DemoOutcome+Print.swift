import DICOM
import Glibc
import Parcel
import SystemPackage

extension DemoOutcome {
  /// Tells what came of it, and where to look.
  func print(isKept: Bool) {
    Swift.print()
    if problems.isEmpty {
      Swift.print(
        """
        It arrived: \(same) of \(dropped) slices lie in ch2's import folder.
        Their pixels are bit for bit those that were dropped, and both ledgers balance.
        """)
    } else {
      Swift.print("It went WRONG:")
      for problem in problems { Fields(("problem", problem)).print(indent: "  ") }
    }
    printPatient()
    printReceipts()
    printLedgers()
    printPlaces()
    printCommands(isKept: isKept)
    fflush(nil)
  }

  private func printPatient() {
    guard let after else { return }
    Swift.print("\nThe patient's identification, as sent and as imported:")
    var table = Table("ELEMENT", "", "AS CH1 SENT IT", "AS CH2 IMPORTED IT")
    for (name, tag) in [
      ("name", Tag.patientName), ("ID", .patientID), ("issuer of the ID", .issuerOfPatientID),
      ("birth date", .patientBirthDate), ("sex", .patientSex), ("other IDs", .otherPatientIDsSequence),
      ("accession number", .accessionNumber), ("intended recipient", .namesOfIntendedRecipientsOfResults),
      ("original attributes", .originalAttributesSequence),
    ] {
      table.add(name, tag.description, value(of: tag, in: before), value(of: tag, in: after))
    }
    table.print()
  }

  private func value(of tag: Tag, in data: DataSet) -> String? {
    switch tag {
    case .otherPatientIDsSequence:
      let items = data.items(tag).map { item in
        let issuer = (try? item.string(.issuerOfPatientID)) ?? nil
        return ((try? item.string(.patientID)) ?? nil ?? "") + (issuer.map { " (\($0))" } ?? "")
      }
      return items.isEmpty ? nil : items.joined(separator: ", ")
    case .originalAttributesSequence:
      let items = data.items(tag)
      guard let last = items.last else { return nil }
      let system = (try? last.string(.modifyingSystem)) ?? nil
      return "\(last.items(.modifiedAttributesSequence).first?.elements.count ?? 0) elements, by \(system ?? "")"
    default: return (try? data.string(tag)) ?? nil
    }
  }

  private func printReceipts() {
    Swift.print("\nThe receipts of ch2; their signatures hold:")
    var table = Table("STATUS", "AT", "INSTANCES")
    for receipt in receipts { table.add(receipt.status.rawValue, receipt.at, "\(receipt.instances)") }
    table.print(orSay: "none")
  }

  private func printLedgers() {
    Swift.print("\nThe ledgers, in slices:")
    var table = Table("SITE", "TAKEN", "DELIVERED", "ARRIVED", "IMPORTED", "BALANCES")
    for (site, audit) in ledgers {
      let (out, `in`) = (audit.ledger.out, audit.ledger.in)
      table.add(
        site, "\(out.taken)", "\(out.delivered)", "\(`in`.arrived)", "\(`in`.imported)",
        audit.isBalanced ? "yes" : "NO")
    }
    table.print()
  }

  private func printPlaces() {
    Swift.print("\nWhere things lie, in \(folder):")
    var fields = Fields()
    fields.add("the study, for ch2's PACS", imported.map(relative))
    fields.add("the message for ch2's EHR", "ch2/spool/records/")
    fields.add("the sealed parcel", "ch1/spool/outbound/\(parcel)/")
    fields.add("the receipts", "ch2/spool/mailbox/ch1/receipts/")
    fields.add("what the services said", "services.log")
    fields.print(indent: "  ")
  }

  private func relative(_ path: FilePath) -> String {
    var rest = path
    return rest.removePrefix(folder) ? rest.string + "/" : path.string
  }

  private func printCommands(isKept: Bool) {
    if !isKept, problems.isEmpty {
      Swift.print("\nAll of it is removed now. To look around in it, keep it:\n  \(program) demo --keep DIR")
      return
    }
    let ch1 = "--config \(post.ch1.site.configuration.file)"
    let ch2 = "--config \(post.ch2.site.configuration.file)"
    Swift.print(
      """

      Look further:
        \(program) status \(ch1)
        \(program) trace \(parcel.prefix(13)) \(ch2)
        \(program) ledger \(ch2)
        \(program) verify \(folder)/ch1/spool/outbound/\(parcel) \(ch2)
        \(program) patients find TEST \(ch2)
      The services and the OpenSSH server have ended. To start them again, each in a terminal of its own:
        /usr/sbin/sshd -D -e -f \(folder)/sshd/sshd_config
        \(program) run \(ch1)
        \(program) run \(ch2)
      """)
  }

  /// As it was called.
  private var program: String { CommandLine.arguments.first ?? "studypost" }
}
