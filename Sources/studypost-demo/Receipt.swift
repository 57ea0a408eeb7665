import LoopbackSSHD
import SystemPackage

/// A receipt, as its file says.
struct Receipt: Decodable {
  let parcel, manifest, status, at: String
  let instances: Int
}

extension PartnerDocument {
  /// Whether the partner has signed a file, as anybody can tell: with OpenSSH's own tool.
  func hasSigned(_ file: FilePath, namespace: String, scratch: FilePath) throws -> Bool {
    let allowed = scratch.appending("allowed_signers")
    try write("\(site) \(signingKey)\n", to: allowed)
    let arguments = ["-Y", "verify", "-f", allowed.string, "-I", site, "-n", namespace, "-s", file.string + ".sig"]
    let verifier = try Child("/usr/bin/ssh-keygen", arguments, input: file, output: scratch.appending("verified"))
    return verifier.waitForEnd() == 0
  }
}
