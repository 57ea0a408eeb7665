"""The scenarios in which every file-changing call fails once: the ways that a study can take."""

import os
import shutil

from scenarios import (
    Expected, Scenario, collect, command, held_parcel, held_study, outside, parcel, quarantined, receive, ship, trip)
from studies import Person, Study

STRANGER = Person(77)
REASON = "identity was checked by phone"


class Normal(Scenario):
    name = "normal"

    def steps(self):
        return [self.drop(), *trip()]


ALL = [Normal]
