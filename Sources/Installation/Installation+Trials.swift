public import Site
internal import Spool
internal import SystemPackage

extension Installation {
  /// The umasks with which programs write.
  private static let masks: [UInt32] = [0o022, 0o027, 0o077]
  /// The one right that `collect` has beside those of its user, in its sources: a writer may let nobody read its files.
  private static let collectCapabilities = ["dac_override"]

  /// A name that all services pass over.
  private func probe(_ process: Int32) -> String { ".studypost-check-\(process)" }

  /// The accounts of PACS and EHR.
  public var pacsAccounts: [String] { (AccountGroup.named(Self.pacsGroup)?.members ?? []).sorted() }

  /// What must be possible at any site, whoever its partners are.
  ///
  /// - Parameter process: a number that makes the names of what is tried unlike those of another process.
  public func trials(process: Int32) -> [Trial] {
    let spool = Spool(configuration.spool, run: configuration.run)
    let name = probe(process)
    let services = Trier(Self.user)
    var trials: [Trial] = []
    for folder in Folder.allCases where folder != .mailbox {
      let file = spool[folder].appending(name)
      var trial = Trial(
        "the services in \(spool[folder])", remedy: "Run: studypost setup --yes", traces: [file])
      trial.add(services, "write in \(spool[folder])", .put(file))
      trial.add(services, "remove what they wrote in \(spool[folder])", .remove(file))
      trials.append(trial)
    }
    for account in pacsAccounts {
      for source in configuration.sources {
        for mask in Self.masks { trials.append(taking(from: source.path, by: account, mask, name)) }
      }
      trials.append(pickingUp(from: configuration.importing.path, by: account, name))
      trials.append(answering(in: spool, by: account, name))
    }
    return trials
  }

  /// What the PACS drops, also in a folder that it makes, the collector takes.
  private func taking(from source: FilePath, by account: String, _ mask: UInt32, _ name: String) -> Trial {
    let collector = Trier(Self.user, capabilities: Self.collectCapabilities)
    let writer = Trier(account, mask: mask)
    let folder = source.appending(name)
    let taken = Spool(configuration.spool, run: configuration.run)[.collect].appending(name)
    var trial = Trial(
      "take from \(source) what \(account) drops with umask 0\(String(mask, radix: 8))",
      remedy: sharing(source), traces: [folder, taken])
    trial.add(writer, "make a folder in \(source)", .makeFolder(folder))
    trial.add(writer, "write there", .put(folder.appending("probe")))
    trial.add(collector, "read what \(account) wrote there", .read(folder.appending("probe")))
    trial.add(collector, "take what \(account) wrote there", .take(folder.appending("probe"), to: taken))
    trial.add(collector, "remove the folder that \(account) made there", .removeFolder(folder))
    trial.add(collector, "read what it took", .read(taken))
    return trial
  }

  /// What the receiver imports, the PACS reads and removes.
  private func pickingUp(from folder: FilePath, by account: String, _ name: String) -> Trial {
    let receiver = Trier(Self.user, mask: 0o002)
    let reader = Trier(account)
    // As the receiver does it: prepared elsewhere, and put here by a rename.
    let staged = Spool(configuration.spool, run: configuration.run)[.unpack].appending(name)
    let study = folder.appending(name)
    var trial = Trial(
      "pick up from \(folder) as \(account)", remedy: sharing(folder), traces: [study, staged])
    trial.add(receiver, "write in the spool's unpack/", .makeFolder(staged))
    trial.add(receiver, "write in the spool's unpack/", .put(staged.appending("probe")))
    if (try? disk.mount(of: folder)) == (try? disk.mount(of: staged.removingLastComponent())) {
      trial.add(receiver, "put a study into \(folder)", .take(staged, to: study))
    } else {
      trial.add(receiver, "make a study's folder in \(folder)", .makeFolder(study))
      trial.add(receiver, "put a study into \(folder)", .put(study.appending("probe")))
    }
    trial.add(reader, "read what is imported in \(folder)", .read(study.appending("probe")))
    trial.add(reader, "remove what is imported in \(folder)", .remove(study.appending("probe")))
    trial.add(reader, "remove a study's folder in \(folder)", .removeFolder(study))
    return trial
  }

  /// The EHR takes messages, and puts lists down that the receiver takes.
  private func answering(in spool: Spool, by account: String, _ name: String) -> Trial {
    let receiver = Trier(Self.user, mask: 0o002)
    let system = Trier(account, mask: 0o027)
    let message = spool[.records].appending(name)
    let list = spool[.patients].appending(name)
    let done = spool[.patientsDone].appending(name)
    var trial = Trial(
      "records and patient lists as \(account)", remedy: "Run: studypost setup --yes", traces: [message, list, done])
    trial.add(receiver, "write in \(spool[.records])", .put(message))
    trial.add(system, "read a message in \(spool[.records])", .read(message))
    trial.add(system, "remove a message in \(spool[.records])", .remove(message))
    trial.add(system, "put a list into \(spool[.patients])", .put(list))
    trial.add(receiver, "read a list in \(spool[.patients])", .read(list))
    trial.add(receiver, "take a list from \(spool[.patients])", .take(list, to: done))
    return trial
  }

  /// What a partner's login may do in its mailbox, what it must not, and that the receiver takes what it delivered.
  ///
  /// - Parameter process: as in ``trials(process:)``.
  public func trial(ofMailboxOf partner: SiteName, process: Int32) throws -> Trial {
    let login = Trier(try PartnerLogin(of: partner, at: self).name, mask: 0o007)
    let receiver = Trier(Self.user, mask: 0o002)
    let spool = Spool(configuration.spool, run: configuration.run)
    let mailbox = spool.mailbox(partner.text)
    let name = "\(Mailbox.probePrefix)check-\(process)"
    let (sent, arrived) = (mailbox.incoming.appending(name), mailbox.new.appending(name))
    let taken = spool[.unpack].appending(name)
    let receipt = mailbox.receipts.appending(name)
    var trial = Trial(
      "mailbox of \(partner)", remedy: "Run: studypost partner add with its card, which mends it.",
      traces: [sent, arrived, taken, receipt, mailbox.root.appending(name)])
    trial.add(login, "upload into \(mailbox.incoming)", .makeFolder(sent))
    trial.add(login, "upload into \(mailbox.incoming)", .put(sent.appending("probe")))
    trial.add(login, "deliver into \(mailbox.new) by a rename", .take(sent, to: arrived))
    trial.add(receiver, "take a parcel from \(mailbox.new)", .take(arrived, to: taken))
    trial.add(receiver, "read a parcel that it took", .read(taken.appending("probe")))
    trial.add(receiver, "remove a parcel that it took", .remove(taken.appending("probe")))
    trial.add(receiver, "write a receipt in \(mailbox.receipts)", .put(receipt))
    trial.add(login, "read a receipt in \(mailbox.receipts)", .read(receipt))
    trial.forbid(login, "remove a receipt in \(mailbox.receipts)", .remove(receipt))
    trial.forbid(login, "write in \(mailbox.receipts)", .put(mailbox.receipts.appending(name + "-x")))
    trial.forbid(login, "write in \(mailbox.root)", .put(mailbox.root.appending(name)))
    for file in [configuration.file, configuration.journal, configuration.patientIndex] {
      trial.forbid(login, "read \(file)", .read(file))
    }
    return trial
  }

  private func sharing(_ folder: FilePath) -> String {
    let path = commandLine([folder.string])
    return "Run: chgrp \(Self.pacsGroup) \(path); chmod 2770 \(path); "
      + "setfacl -R -m u:\(Self.user):rwX,g:\(Self.pacsGroup):rwX,d:u:\(Self.user):rwx,d:g:\(Self.pacsGroup):rwx \(path)"
  }
}
