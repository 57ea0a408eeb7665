"""All scenarios and ordeals, in the order in which they run."""

import accidents
import arrivals
import disks
import journals
import links
import parcels
import services
import sources
import trips

SCENARIOS = [*trips.SCENARIOS, *accidents.SCENARIOS]
ORDEALS = [
    *links.ORDEALS, *parcels.ORDEALS, *arrivals.ORDEALS, *services.ORDEALS, *journals.ORDEALS,
    *disks.ORDEALS, *sources.ORDEALS,
]
