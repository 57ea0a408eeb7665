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

  /// Uploads blocks, one after the other, as far as it goes on; what is not there is for another connection, or for later.
  ///
  /// - Parameter next: takes the next one.
  func upload(
    _ blocks: Blocks, next: () -> Range<Int64>?, progress: () -> Void = {}, goesOn: () -> Bool
  ) throws(SFTPError) {
    var current: (part: Range<Int64>, reached: Int64)?
    func end() {
      if let (part, reached) = current {
        if reached == part.upperBound { blocks.done(part) } else { blocks.giveBack(part, from: reached) }
      }
      current = nil
    }
    defer { end() }
    try send(
      {
        end()
        guard let part = next() else { return nil }
        current = (part, part.lowerBound)
        return part
      }, goesOn: goesOn
    ) { position in
      current?.reached = position
      if let part = current?.part { blocks.reached(position, of: part) }
      progress()
    }
  }

  /// Uploads a part of the payload.
  ///
  /// - Returns: where what is acknowledged ends.
  func send(_ part: Range<Int64>, goesOn: () -> Bool, progress: (Int64) -> Void) throws(SFTPError) -> Int64 {
    var rest: Range<Int64>? = part
    var reached = part.lowerBound
    try send({ rest.take() }, goesOn: goesOn) {
      reached = $0
      progress($0)
    }
    return reached
  }

  private func send(
    _ next: () -> Range<Int64>?, goesOn: () -> Bool, progress: (Int64) -> Void
  ) throws(SFTPError) {
    var payment: Payment?
    func pay(after position: Int64) {
      if let bytes = payment?.next(after: position) { self.pay(bytes, goesOn) }
    }
    try files.upload(
      from: source,
      parts: { () throws(SFTPError) in
        guard let part = next() else { return nil }
        payment = Payment(for: part, window: window)
        pay(after: part.lowerBound)
        return part
      }, to: path, window: window
    ) {
      progress($0)
      pay(after: $0)
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
