internal import Spool
internal import Subprocess
internal import SystemPackage

extension Installation {
  /// What of sshd's settings, as they are in force for a partner's login, would let it do more than deliver.
  ///
  /// - Returns: what is wrong, in sentences.
  /// - Throws: ``InstallationError`` where sshd cannot be asked.
  public func problems(ofServerFor login: PartnerLogin) async throws -> [String] {
    let text: String
    do {
      let ended = try await Subprocess.run(
        .path("/usr/sbin/sshd"),
        arguments: ["-T", "-C", "user=\(login.name),host=localhost,addr=127.0.0.1"],
        output: .string(limit: 1 << 20), error: .string(limit: 16 << 10))
      guard ended.terminationStatus.isSuccess else {
        throw InstallationError(
          "sshd -T: \(ended.standardError.split(separator: "\n").joined(separator: " "))")
      }
      text = ended.standardOutput
    } catch let error as InstallationError {
      throw error
    } catch {
      throw InstallationError("sshd cannot be asked for its settings: \(error). Is openssh-server installed?")
    }
    return Self.problems(ofSettings: text, keys: Self.authorizedKeys)
  }

  /// - Parameter text: as `sshd -T` prints it: a keyword in small letters and its value, one a line.
  static func problems(ofSettings text: String, keys: FilePath) -> [String] {
    var settings: [Substring: Substring] = [:]
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ", maxSplits: 1)
      if words.count == 2 { settings[words[0]] = words[1] }
    }
    let wanted: [(key: Substring, isRight: (Substring) -> Bool, setting: String)] = [
      ("chrootdirectory", { $0 == "%h" }, "ChrootDirectory %h"),
      (
        "forcecommand", { $0.hasPrefix("internal-sftp") && $0.contains("-u 0007") },
        "ForceCommand internal-sftp -u 0007"
      ),
      ("disableforwarding", { $0 == "yes" }, "DisableForwarding yes"),
      ("permittty", { $0 == "no" }, "PermitTTY no"),
      ("passwordauthentication", { $0 == "no" }, "PasswordAuthentication no"),
      ("kbdinteractiveauthentication", { $0 == "no" }, "KbdInteractiveAuthentication no"),
      ("authorizedkeysfile", { $0 == "\(keys)/%u" }, "AuthorizedKeysFile \(keys)/%u"),
    ]
    return wanted.filter { !$0.isRight(settings[$0.key] ?? "") }
      .map { "\($0.key) is \(settings[$0.key] ?? "not set"): sshd needs “\($0.setting)” for group \(partnersGroup)." }
  }
}
