"""Ordeals of what arrives: a parcel that ends the process, numbers that are missing or come twice, what is damaged while it
waits."""

import os
import shutil

import shim
from accidents import flip
from common import Trouble
from journals import journal_files
from ordeal import Ordeal
from parcels import sealed
from scenarios import Expected, held_parcel, held_study, parcel, quarantined
from studies import Person, Study
from trips import REASON, STRANGER


class Crashing(Ordeal):
    """A parcel that makes the process crash is not looked at a third time: it goes to quarantine, and others go on."""

    name = "a parcel that ends the process"

    # Where: what its thread writes first, or what one that works for it does.
    PLACES = {"opening": "/unpack/study-", "coercing": "/import/"}

    @classmethod
    def cases(cls):
        return list(cls.PLACES)

    def live(self, pair):
        self.put(pair)
        self.once(pair, "ch1 collect", "ch1 ship")
        plan = pair.plans["ch2"]
        for _ in range(2):
            plan.set(shim.CRASH, self.first_call(pair))
            result = pair.ch2.run("receive", "--once")
            self.must(result.crashed, "stuck", f"it did not crash: {result}")
        plan.set()
        self.other = Study(Person(4))
        self.put(pair, self.other)
        self.there_and_back(pair)
        states = {item["study"]: item["state"] for item in pair.ch1.parcels()}
        self.must(states[self.other.uid] == "delivered", "stuck", f"the other study is {states[self.other.uid]}")
        pair.ch2.succeed("quarantine", "release", quarantined(pair))

    def first_call(self, pair):
        """The number of the call by which the first file of the study is written; nothing has happened afterwards."""
        pair.save("unopened")
        pair.plans["ch2"].log_level = shim.LOG_CALLS
        pair.plans["ch2"].set()
        self.once(pair, "ch2 receive")
        calls = shim.read_log(pair.plans["ch2"].log)
        pair.plans["ch2"].log_level = 0
        pair.load("unopened")
        for number, call in enumerate(calls, 1):
            if self.PLACES[self.case] in call.path and "/unpack/study-" in call.path and call.what == "write":
                return number
        raise Trouble("no call of the receiver writes a study")

    def expected(self):
        return super().expected().imports(self.other).delivered(self.other)


class Numbers(Ordeal):
    """A number that is missing stands in the history; one that comes twice is an alert. Both parcels are handled as usual."""

    name = "numbers of parcels"

    @classmethod
    def cases(cls):
        return ["missing", "twice"]

    def live(self, pair):
        self.other = Study(Person(4))
        self.put(pair)
        if self.case == "missing":
            self.once(pair, "ch1 collect")
            pair.ch1.succeed("queue", "cancel", parcel(pair, "sealed"))
            self.put(pair, self.other)
            self.there_and_back(pair)
            told = pair.ch2.run("trace", parcel(pair, "delivered")).output
            self.must("number 1" in told and "Not here" in told, "alert", f"nothing says that number 1 is missing: {told}")
            return
        kept = f"{pair.now}/undo/yesterday"
        os.mkdir(kept)
        for path in journal_files(pair.ch1):
            shutil.copy2(path, kept)
        self.there_and_back(pair)
        # The journal and all that shows which numbers were used.
        for path in journal_files(pair.ch1):
            os.unlink(path)
        for name in os.listdir(kept):
            shutil.copy2(f"{kept}/{name}", pair.ch1.root)
        for folder in sealed(pair):
            shutil.rmtree(folder)
        os.unlink(f"{pair.ch1.spool}/outbound/.sequence-ch2")
        self.put(pair, self.other)
        self.there_and_back(pair)
        codes = [alert["code"] for alert in self.alerts(pair.ch2)]
        self.must("sequence" in codes, "alert", f"nothing says that a number comes twice: {codes}")

    def expected(self):
        if self.case == "missing":
            return Expected().imports(self.other).delivered(self.other).known(self.study, "cancelled")
        return Expected(sent=None).imports(self.study, self.other).tolerates("ch1", "ch2")


class DamagedWaiting(Ordeal):
    """A bit flips in what waits: nothing wrong leaves or is imported, and what is whole comes again."""

    name = "F17 damaged while it waits"

    @classmethod
    def cases(cls):
        return ["on the worklist", "in collect"]

    def live(self, pair):
        if self.case == "on the worklist":
            self.study = Study(STRANGER)
            self.put(pair)
            self.there_and_back(pair)
            flip(f"{pair.ch2.spool}/received/{held_parcel(pair)}/payload.tar.zst.age")
            self.accept(pair)
            # Refused, sent once more, and on the worklist again.
            self.there_and_back(pair, times=3)
            if pair.ch2.look("worklist", "list"):
                self.accept(pair)
            return
        pair.ch1.configure({"source.quiet": "1h", "source.partial_after": "1h"})
        self.put(pair)
        self.once(pair, "ch1 collect")
        (folder,) = (entry.path for entry in os.scandir(f"{pair.ch1.spool}/collect") if entry.is_dir())
        flip(f"{folder}/{sorted(os.listdir(folder))[0]}", at=5000)
        pair.ch1.configure({"source.quiet": "0s", "source.partial_after": "1s"})
        self.there_and_back(pair)
        pair.ch1.succeed("hold", "discard", held_study(pair), "--reason", REASON)
        self.once(pair, "ch1 collect")
        self.put_again(pair)
        self.there_and_back(pair)

    def accept(self, pair):
        pair.ch2.succeed(
            "worklist", "accept", held_parcel(pair), "--patient", Person(2).local_id, "--reason", REASON)
        self.once(pair, "ch2 receive", "ch1 ship")

    def expected(self):
        # The damaged copy lies in quarantine until a person lets it go.
        patient = Person(2) if self.study.person == STRANGER else None
        return Expected(sent=None).imports(self.study, patient=patient).tolerates("ch2")


ORDEALS = [Crashing, Numbers, DamagedWaiting]
