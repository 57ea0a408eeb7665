internal import SFTP
internal import Spool
internal import SystemPackage

/// One of the connections over which a payload is uploaded.
struct Stream {
  let files: any RemoteFiles
  let source: FilePath
  let path: String
  /// Bytes on their way that are not yet acknowledged, at most.
  var window: Int
  let pace: Pace
  let stop: Stop

  /// Uploads a block, as far as it goes on; what is not there is for another connection, or for later.
  func upload(
    _ part: Range<Int64>, of blocks: Blocks, progress: () -> Void = {}, goesOn: () -> Bool
  ) throws(SFTPError) {
    var reached = part.lowerBound
    do throws(SFTPError) {
      try send(part, goesOn: goesOn) {
        reached = $0
        blocks.reached($0, of: part)
        progress()
      }
    } catch {
      blocks.giveBack(part, from: reached)
      throw error
    }
    if reached == part.upperBound { blocks.done(part) } else { blocks.giveBack(part, from: reached) }
  }

  /// Uploads a part of the payload.
  ///
  /// - Returns: where what is acknowledged ends.
  @discardableResult
  func send(
    _ part: Range<Int64>, goesOn: () -> Bool, progress: (Int64) -> Void
  ) throws(SFTPError) -> Int64 {
    var payment = Payment(for: part, window: window)
    pay(payment.next(after: part.lowerBound), goesOn)
    return try files.upload(from: source, part: part, to: path, window: window) {
      progress($0)
      pay(payment.next(after: $0), goesOn)
    } goesOn: {
      goesOn()
    }
  }

  /// Uploads all that comes after what is there, and has the server sync it.
  ///
  /// - Returns: where what is acknowledged ends.
  func sendRest(
    from offset: Int64, to end: Int64, goesOn: () -> Bool, progress: (Int64) -> Void
  ) throws(SFTPError) -> Int64 {
    var payment = Payment(for: offset..<end, window: window)
    pay(payment.next(after: offset), goesOn)
    return try files.upload(from: source, offset: offset, to: path, window: window) {
      progress($0)
      pay(payment.next(after: $0), goesOn)
    } goesOn: {
      goesOn()
    }
  }

  private func pay(_ bytes: Int64, _ goesOn: () -> Bool) {
    if bytes > 0 { pace.pay(bytes, stop: stop, goesOn: goesOn) }
  }
}
