import ArgumentParser
import Desk
import FoundationEssentials
import Parcel
import Sealing
import Site
import Spool
import SystemPackage

/// Where a parcel by hand gets its keys from: from files that are named, else from a site.
struct ParcelKeys: ParsableArguments {
  @OptionGroup var site: SiteOptions
  @Option(
    name: .long,
    help: "Who must have signed it: a card, an OpenSSH public key file, or the key itself. Default: the site's partner."
  )
  var signer: String?

  /// Verifies a parcel. Nothing of its payload is decrypted or parsed.
  func verify(_ folder: FilePath, isCancelled: () -> Bool) throws -> VerifiedParcel {
    let (key, sender) = try signer.map(Self.signer) ?? signerOfSite(folder)
    // Who opens a parcel by hand has no site whose limits could be meant.
    let limits = ParcelLimits(maxExpanded: .max, maxInstances: 10_000_000)
    let payload = try Disk().status(of: folder.appending(ParcelFolder.payload))
    let line = ProgressLine("verifying", of: payload?.size ?? 0)
    do {
      return try VerifiedParcel(
        verifying: folder, signer: key, sender: sender, recipient: nil, limits: limits, mayShareFiles: true,
        isCancelled: isCancelled, progress: line.advance)
    } catch let errno as Errno {
      throw Failure(.badInput, "\(folder): the parcel cannot be read: \(errno).")
    }
  }

  /// A key from what was named, and the site whose card it is on.
  private static func signer(_ named: String) throws -> (any SSHSigner, sender: String?) {
    if let key = try? SSHPublicKey(named) { return (key, nil) }
    let path = FilePath(named)
    let text = String(decoding: try readFile(path, limit: PartnerCard.sizeLimit), as: UTF8.self)
    if let key = try? SSHPublicKey(text.trimmingCharacters) { return (key, nil) }
    guard path.extension == "toml" else {
      throw Failure(.badInput, "\(path): it is neither a card (.toml) nor an OpenSSH public key.")
    }
    let card = try readCard(path)
    return (card.signingKey, card.site.text)
  }

  /// The key of the partner whom the manifest names, or the site's own. The manifest is believed only when it is signed
  /// by that key.
  private func signerOfSite(_ folder: FilePath) throws -> (any SSHSigner, sender: String?) {
    let file = folder.appending(ParcelFolder.manifest)
    let manifest = try Manifest(parsing: readFile(file, limit: Manifest.largest), file: file)
    let configuration: Configuration
    do {
      configuration = try site.configuration()
    } catch let error as Failure {
      throw Failure(.no, "\(error.description) Or name the sender's card or key with --signer.")
    } catch {
      throw Failure(
        .usage, "There is no site here whose partners could be asked: name the sender's card or key with --signer.")
    }
    guard let sender = SiteName(manifest.sender) else {
      throw Failure(.badInput, "\(file): it names no site as its sender.")
    }
    if sender == configuration.site { return (try Keys.load(configuration.keys).signing.publicKey, sender.text) }
    let book = try PartnerBook.load(configuration.partners, owner: configuration.site)
    guard let partner = book[sender] else {
      throw Failure(
        .no, "\(file): its sender \(sender) is no partner of \(configuration.site). Name its key with --signer.")
    }
    return (partner.signers, sender.text)
  }
}

extension String {
  fileprivate var trimmingCharacters: String {
    var text = self[...]
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}

extension VerifiedParcel {
  /// Tells people what the manifest says.
  func print() {
    var fields = Fields()
    fields.add("parcel", manifest.parcel)
    fields.add("from", "\(manifest.sender), number \(manifest.sequence)")
    fields.add("to", manifest.recipient)
    fields.add("sealed", manifest.created)
    fields.add("holds", "\(counted(manifest.instances, "instance")), \(bytesInWords(manifest.expanded))")
    fields.add("payload", bytesInWords(manifest.payload.bytes))
    fields.print()
  }
}
