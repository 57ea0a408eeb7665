import ArgumentParser
import Desk
import Spool

extension QueueCommand {
  struct Bulk: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Send parcels after all others.",
      discussion: """
        For what nobody waits for, such as old studies by the thousand: parcels in the bulk lane are sent only when nothing else \
        waits for their partner, and are interrupted as soon as something does. queue pause --bulk stops the lane, queue resume \
        --bulk lets it go on. Name one parcel, or choose by --study or --all-of; parcels that are sealed later are ordinary.

          studypost queue bulk --all-of ch2
        """)

    @OptionGroup var site: SiteOptions
    @Argument(help: "The parcel's id, or its beginning.") var id: String?
    @Option(help: "All parcels of this Study Instance UID that wait.") var study: String?
    @Option(help: "All parcels to this partner that wait, but for urgent and expedited ones.") var allOf: String?
    @Flag(help: "Take them out of the bulk lane: they are ordinary again.") var undo = false

    func run() throws {
      let desk = try site.desk()
      let choices =
        [id.map(Desk.Choice.parcel), study.map(Desk.Choice.study), allOf.map(Desk.Choice.partner)].compactMap(\.self)
      guard let choice = choices.first, choices.count == 1 else {
        throw Failure(.usage, "Name a parcel, or give --study UID, or --all-of PARTNER: one of them.")
      }
      let count = try desk.move(choice, toBulk: !undo)
      let unsealed = undo || id != nil ? 0 : try desk.unsealedStudies()
      let more =
        unsealed > 0
        ? " \(counted(unsealed, "study", "studies")) of this site are not sealed yet: once they are, order it again for them."
        : ""
      guard count > 0 else {
        throw Failure(.no, "No such parcel waits\(undo ? " in the bulk lane" : " in another lane").\(more)")
      }
      tell(
        "\(counted(count, "parcel")): \(undo ? "ordinary again" : "sent when nothing else waits for the partner").\(more)"
      )
    }
  }

  struct Pause: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Pause the bulk lane: its parcels wait until it is resumed.",
      discussion: """
        An upload in the lane is interrupted, and goes on later where it was. status shows the pause, and warns of one that has \
        lasted for a day. What waits does not expire.
        """)

    @OptionGroup var site: SiteOptions
    @OptionGroup var lane: LaneOptions

    func run() throws {
      let desk = try site.desk()
      try lane.check()
      tell(try desk.pauseBulk(to: lane.partner) ? "\(lane) is paused." : "It was paused before.")
    }
  }

  struct Resume: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Resume the bulk lane.",
      discussion: "Without a partner every pause ends, whichever partner it was for.")

    @OptionGroup var site: SiteOptions
    @OptionGroup var lane: LaneOptions

    func run() throws {
      let desk = try site.desk()
      try lane.check()
      guard try desk.resumeBulk(to: lane.partner) else { throw Failure(.no, "\(lane) is not paused.") }
      tell("\(lane) goes on.")
    }
  }

  /// Which lane is paused or resumed, and to whom.
  struct LaneOptions: ParsableArguments, CustomStringConvertible {
    @Flag(help: "The bulk lane; there is no other that can be paused.") var bulk = false
    @Argument(help: "Only to this partner.") var partner: String?

    var description: String { "The bulk lane to \(partner ?? "all partners")" }

    func check() throws {
      guard bulk else { throw Failure(.usage, "Only the bulk lane can be paused. Add --bulk.") }
    }
  }
}
