"""Ordeals of the services: clocks that jump, a second copy, one that does not run, one study that cannot get on."""

import os
import signal
import subprocess
import time

from ordeal import Ordeal
from scenarios import held_parcel
from studies import Person, Study
from trips import REASON, STRANGER

HOUR, DECADE = 3600, 10 * 365 * 86400


class Clock(Ordeal):
    """The clock jumps by an hour or ten years, either way, at either site, and some time later back again."""

    name = "F12 clock jumps"
    STEPS = ["ch1 collect", "ch1 ship", "ch2 receive", "ch1 ship"]

    @classmethod
    def cases(cls):
        return [
            f"{site} {jump} before step {step}, {back}"
            for site, first in [("ch1", 0), ("ch2", 1)] for jump in (HOUR, -HOUR, DECADE, -DECADE)
            for step in range(first, 4) for back in ("stays", "back after")
        ]

    def live(self, pair):
        site, jump, _, _, step, back = self.case.replace(",", "").split(maxsplit=5)
        self.put(pair)
        for number, words in enumerate(self.STEPS):
            if number == int(step):
                self.jump(pair, site, int(jump))
            self.once(pair, words)
            if number == int(step) and back == "back after":
                self.jump(pair, site, 0)

    def expected(self):
        expected = super().expected()
        if self.case.startswith(f"ch2 {DECADE} ") and self.case.endswith("stays"):
            # By that clock the PACS has not picked up for years what lies in its import folder.
            expected.tolerates("ch2")
        return expected

    def jump(self, pair, site, seconds):
        pair.plans[site].shift = seconds
        pair.plans[site].set()


class Second(Ordeal):
    """A second copy of a service says that there is one, and ends."""

    name = "F14 second copy"

    @classmethod
    def cases(cls):
        return ["collect", "ship", "receive", "run"]

    def live(self, pair):
        site = pair.ch2 if self.case == "receive" else pair.ch1
        first = site.start(self.case, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            time.sleep(1)
            second = site.start(self.case)
            try:
                _, errors = second.communicate(timeout=10)
                said = f"the second ended with {second.returncode}: {errors}"
                self.must(second.returncode > 0 and errors, "stuck", said)
            except subprocess.TimeoutExpired:
                second.kill()
                second.communicate()
                self.must(False, "doubled", "the second copy runs beside the first")
            self.must(first.poll() is None, "crash", "the first copy ended")
        finally:
            first.send_signal(signal.SIGTERM)
            first.wait(30)
        self.put(pair)


class Silent(Ordeal):
    """A service does not run, or hangs: an alert at its site, whatever the journal says."""

    name = "F21 a service is silent"

    @classmethod
    def cases(cls):
        return ["no collect", "no ship", "no receive", "collect hangs", "ship hangs", "receive hangs"]

    def live(self, pair):
        service = self.case.replace("no ", "").replace(" hangs", "")
        site = pair.ch2 if service == "receive" else pair.ch1
        hanging = None
        if self.case.endswith("hangs"):
            hanging = site.start(service, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(1)
            hanging.send_signal(signal.SIGSTOP)
        self.put(pair)
        for words in ["ch1 collect", "ch1 ship"]:
            if words.split()[1] == service:
                break
            self.once(pair, words)
        pair.plans[site.name].passed = HOUR
        pair.plans[site.name].set()
        self.must(self.alerts(site), "alert", "an hour later, nothing says so")
        pair.plans[site.name].passed = 0
        pair.plans[site.name].set()
        if hanging:
            hanging.kill()
            hanging.wait()


class HangUp(Ordeal):
    """SIGHUP, as a terminal that goes away or a reload sends it, has the configuration read again and ends nothing."""

    name = "SIGHUP"

    @classmethod
    def cases(cls):
        return ["collect", "ship", "receive", "run"]

    def live(self, pair):
        site = pair.ch2 if self.case == "receive" else pair.ch1
        path = f"{pair.now}/undo/log-of-service"
        with open(path, "w") as log:
            service = site.start(self.case, stdout=log, stderr=log)
        try:
            self.wait_for(path, "starting")
            time.sleep(0.5)
            service.send_signal(signal.SIGHUP)
            self.wait_for(path, "read again")
            self.must(service.poll() is None, "crash", f"{self.case} ended with {service.returncode}")
        finally:
            service.terminate()
            service.wait(30)
        self.must(service.returncode == 0, "crash", f"{self.case} ended with {service.returncode}")
        self.wait_for(path, "stopped")
        self.put(pair)

    def wait_for(self, path, word):
        for _ in range(100):
            with open(path) as log:
                if word in log.read():
                    return
            time.sleep(0.1)
        self.must(False, "stuck", f"the log does not say {word}")


class OneStuck(Ordeal):
    """One study cannot get on; it waits with an alert, and all others go on; then it does, too."""

    name = "F20 one study is stuck"

    @classmethod
    def cases(cls):
        return ["patient left the list", "name in import", "name in records", "partner's file"]

    def live(self, pair):
        self.other = Study(Person(4))
        getattr(self, "_" + self.case.replace(" ", "_").replace("'", ""))(pair)

    def _others_go_on(self, pair, site="ch2", others=True):
        self.put(pair, self.other)
        self.there_and_back(pair, times=2)
        states = {parcel["study"]: parcel["state"] for parcel in pair.ch1.parcels()}
        state = states.get(self.other.uid)
        self.must(state == "delivered", "stuck", f"the other study is {state}")
        self.must(self.alerts(pair.sites[site]), "alert", f"nothing at {site} says that something is stuck")

    def _patient_left_the_list(self, pair):
        self.study = Study(STRANGER)
        self.put(pair)
        self.there_and_back(pair)
        parcel = held_parcel(pair)
        accept = ("worklist", "accept", parcel, "--patient", Person(2).local_id, "--reason", REASON)
        pair.ch2.succeed(*accept)
        pair.load_patients(pair.ch2, [person for person in pair.PEOPLE if person != Person(2)])
        self._others_go_on(pair)
        self.must(pair.ch2.look("worklist", "list"), "lost", "the study is not on the worklist again")
        pair.load_patients(pair.ch2, pair.PEOPLE)
        # It may have kept the decision, or wait for a new one.
        pair.ch2.run(*accept)

    def _name_in_import(self, pair):
        path = f"{pair.ch2.spool}/import/{self.study.uid}"
        with open(path, "w") as file:
            file.write("in the way")
        self.put(pair)
        self._go_on_beside(pair, path)

    def _name_in_records(self, pair):
        self.put(pair)
        self.once(pair, "ch1 collect")
        (parcel,) = [parcel["id"] for parcel in pair.ch1.parcels()]
        path = f"{pair.ch2.spool}/records/{parcel}.hl7"
        os.mkdir(path)
        self._go_on_beside(pair, path)

    def _go_on_beside(self, pair, path):
        """What is in the way may be gone around, or waited for; never overwritten."""
        self.there_and_back(pair)
        states = {parcel["study"]: parcel["state"] for parcel in pair.ch1.parcels()}
        if states[self.study.uid] == "delivered":
            self.put(pair, self.other)
        else:
            self._others_go_on(pair)
        self.must(os.path.exists(path), "lost", f"{path} was removed")
        os.rmdir(path) if os.path.isdir(path) else os.unlink(path)

    def _partners_file(self, pair):
        path = f"{pair.ch1.root}/partners/ch3.toml"
        with open(path) as file:
            text = file.read()
        with open(path, "w") as file:
            file.write("this = is not [a card")
        self.put(pair)
        self._others_go_on(pair, "ch1")
        with open(path, "w") as file:
            file.write(text)

    def expected(self):
        patient = Person(2) if self.study.person == STRANGER else None
        return super().expected().imports(self.study, patient=patient).imports(self.other).delivered(self.other)


ORDEALS = [Clock, Second, Silent, HangUp, OneStuck]
