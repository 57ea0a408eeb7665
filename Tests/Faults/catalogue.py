"""All scenarios and ordeals, in the order in which they run."""

import accidents
import journals
import links
import parcels
import services
import trips

SCENARIOS = [*trips.SCENARIOS, *accidents.SCENARIOS]
ORDEALS = [*links.ORDEALS, *parcels.ORDEALS, *services.ORDEALS, *journals.ORDEALS]
