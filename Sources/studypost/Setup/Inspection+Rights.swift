import Glibc
import Installation
import Site
import Spool
import SystemPackage

// What must be possible at an installed site is tried, as the users whom it concerns.

extension Inspection {
  /// Tries what the services and the accounts of PACS and EHR must be able to do.
  mutating func inspect(_ installation: Installation) async {
    let missing = installation.missing(of: installation.steps)
    if missing.isEmpty {
      pass("users, groups and folders")
    } else {
      let list = missing.map(\.missing).joined(separator: "; ")
      add(
        Check(
          what: "users, groups and folders", result: .failed,
          detail: "not as they must be: \(list). Run: studypost setup --yes"))
    }
    for place in installation.unlistedPlaces {
      add(
        Check(
          what: "studypost-\(place.service) may write in \(place.path)", result: .failed,
          detail: "its unit lets it write in the spool alone. Write into \(place.dropIn): [Service] and below it "
            + "ReadWritePaths=\(place.path). Then run: systemctl daemon-reload; systemctl restart studypost-\(place.service)"
        ))
    }
    for trial in installation.trials(process: getpid()) { await look(trial) }
    if installation.pacsAccounts.isEmpty {
      add(
        Check(
          what: "accounts of PACS and EHR", result: .noted,
          detail:
            "no account is a member of the group \(Installation.pacsGroup), so none can write into the sources or "
            + "take from import. Run: studypost setup --yes --pacs ACCOUNT"))
    }
  }

  /// Tries what a partner's login may do, and what it must not.
  mutating func inspectMailbox(of partner: SiteName, at installation: Installation) async {
    do {
      let login = try PartnerLogin(of: partner, at: installation)
      guard Account.named(login.name) != nil else {
        throw Failure(
          .no, "there is no account \(login.name), so it cannot deliver here. Run: studypost partner add with its card."
        )
      }
      await look(try installation.trial(ofMailboxOf: partner, process: getpid()))
      let problems = try await installation.problems(ofServerFor: login)
      if problems.isEmpty {
        pass("sshd locks \(login.name) in")
      } else {
        add(Check(what: "sshd locks \(login.name) in", result: .failed, detail: problems.joined(separator: " ")))
      }
    } catch {
      add(Check(what: "login of \(partner)", result: .failed, detail: sentence(error)))
    }
  }

  private mutating func look(_ trial: Trial) async {
    do {
      let program = try ownProgram()
      let wrong = try await trial.run(on: Disk()) { trier, attempt in
        try await trier.attempt(attempt, program: program)
      }
      add(Check(what: trial.what, result: wrong == nil ? .passed : .failed, detail: wrong))
    } catch {
      add(Check(what: trial.what, result: .failed, detail: sentence(error)))
    }
  }
}
