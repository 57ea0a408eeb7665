"""All scenarios, in the order in which they run."""

import accidents
import parcels
import trips

SCENARIOS = [
    trips.Normal, trips.Addressed, trips.Accepted, trips.Rejected, trips.Discarded, trips.Undone, trips.Released,
    trips.ReleasedParcel, trips.Retried, trips.Cancelled, trips.Held, trips.LetGo, trips.Late, trips.LateHeld,
    trips.Again, trips.Resent, trips.TwoRecipients,
    accidents.TwiceHeld, accidents.TwiceAccepted, accidents.TwiceImported, accidents.TwiceRejected,
    accidents.TwiceQuarantined, accidents.RefusedByDigest, accidents.Manifest, accidents.Flat, accidents.Marked,
    accidents.Watched, accidents.SourceElsewhere, accidents.ImportElsewhere, accidents.FalseFile,
]

ORDEALS = [*parcels.ORDEALS]
