"""What a scenario is: sites that are set up, steps that follow one another, and how it must end."""

import os
import shutil
from dataclasses import dataclass, field
from typing import Callable

from common import Trouble
from studies import Person, Study


@dataclass
class Step:
    """One thing that happens: a service that does all it can, a command of a person, or something from outside."""

    kind: str
    site: str | None
    words: tuple | Callable | None = None
    act: Callable | None = None
    name: str = ""
    # A service that does not end by itself runs until this holds.
    until: Callable | None = None
    # Whether it runs again after a fault in it; if not, the world goes on first.
    is_repeated: bool = True

    # Raises Trouble while what the step relies on has not happened yet.
    needs: Callable | None = None

    def words_for(self, pair):
        if self.needs:
            self.needs(pair)
        return self.words(pair) if callable(self.words) else self.words


def collect(site="ch1"):
    return Step("service", site, ("collect", "--once"), name="collect")


def ship(site="ch1"):
    return Step("service", site, ("ship", "--once"), name="ship")


def receive(site="ch2", is_repeated=True):
    return Step("service", site, ("receive", "--once"), name="receive", is_repeated=is_repeated)


def collect_until(condition):
    """The collector as a service, where something takes its time."""
    return Step("service", "ch1", ("collect",), name="collect for a while", until=condition)


def command(site, words, name):
    """`words` are the command's, or make them of the pair at the time when it is given."""
    return Step("command", site, words, name=name)


def outside(act, name, needs=None):
    return Step("outside", None, act=act, name=name, needs=needs)


def trip():
    """From the source to the receipt."""
    return [collect(), ship(), receive(), ship()]


@dataclass
class Expected:
    """How the world must be in the end."""

    # SOP Instance UID -> (digest of the pixels, how often it was imported, the patient who has it)
    imported: dict = field(default_factory=dict)
    # Study -> the states of its parcels at ch1; None: whatever they are.
    sent: dict | None = field(default_factory=dict)
    # Study -> statuses that ch1 must know by a receipt.
    receipts: dict = field(default_factory=dict)
    # Site -> how many wait there for a person, by list.
    waiting: dict = field(default_factory=dict)
    # Sites at which any number may wait, and alerts may stand.
    tolerant: set = field(default_factory=set)
    # How many markers lie in the import folders.
    markers: int = 0
    # Texts that ch1 can show of its parcels.
    told: list = field(default_factory=list)
    # Where a power cut takes what is damaged out of a mailbox, a whole copy comes: then nothing waits, nor was refused.
    may_vanish: bool = False

    def imports(self, *studies, copies=1, patient=None):
        for study in studies:
            for uid, pixels in study.instances.items():
                self.imported[uid] = (pixels, copies, (patient or study.person).local_id)
        return self

    def delivered(self, study, parcels=1):
        return self.known(study, *["delivered"] * parcels, receipts={"received", "imported"})

    def known(self, study, *states, receipts=()):
        """What ch1 knows of a study's parcels in the end."""
        self.sent[study.uid], self.receipts[study.uid] = list(states), set(receipts)
        return self

    def tolerates(self, *sites):
        self.tolerant |= set(sites)
        return self

    def waits(self, site, **lists):
        self.waiting[site] = lists
        return self

    def unless_it_vanishes(self):
        self.may_vanish = True
        return self


class Scenario:
    """Subclasses give a name, settings, steps and the expectation. One object serves one run; a run that begins in the
    middle has it copied, so it keeps only what can be copied."""

    name = ""
    # Site -> settings.
    settings = {}
    # The sender, and who receives.
    sites = ("ch1", "ch2")
    # The name of the file that ch2 writes last.
    marker = None
    # Whether a folder on a second file system is needed.
    needs_elsewhere = False

    def __init__(self):
        self.study = Study(Person(1))
        self.drops = 0

    def set_up(self, pair):
        for site, settings in self.settings.items():
            pair.sites[site].configure(settings)

    def steps(self):
        raise NotImplementedError

    def expected(self):
        return Expected().imports(self.study).delivered(self.study)

    # Things from outside.

    def drop(self, study=None, into=None):
        """The PACS puts a study into a source at one stroke: as a whole folder."""
        study = study or self.study

        def act(pair):
            self.drops += 1
            ready = f"{pair.now}/ch1/.ready"
            study.write(ready)
            target = f"{into(pair) if into else pair.ch1.spool + '/export'}/drop{self.drops}"
            shutil.move(ready, target)

        return outside(act, "drop")

    def pick_up(self):
        """ch2's PACS takes everything out of the import folder."""

        def act(pair):
            for source in self.import_folders(pair):
                for name in sorted(os.listdir(source)):
                    if name == "README" or name.startswith(".") and name != self.marker:
                        continue
                    shutil.move(f"{source}/{name}", f"{pair.now}/pacs/{len(os.listdir(pair.now + '/pacs'))}-{name}")

        return outside(act, "pick up", needs=self.need_imports)

    def need_imports(self, pair):
        if not any(set(os.listdir(folder)) - {"README"} for folder in self.import_folders(pair)):
            raise Trouble("nothing is in the import folder")

    def import_folders(self, pair):
        return [f"{pair.sites[site].spool}/import" for site in self.sites[1:]]


def only(items, what):
    """The one item of a list; a step that needs it cannot go on without it."""
    if len(items) != 1:
        raise Trouble(f"{len(items)} {what}")
    return items[0]


def held_parcel(pair):
    """The parcel of the one study on the worklist; the first, where it came in parts."""
    items = pair.ch2.look("worklist", "list")
    parts = items[1:] if items and all(item["study"] == items[0]["study"] for item in items) else []
    return only(items[:len(items) - len(parts)], "studies on the worklist")["id"]


def held_study(pair):
    return only(pair.ch1.look("hold", "list"), "studies held at ch1")["id"]


def parcel(pair, *states):
    found = [item for item in pair.ch1.parcels() if item["state"] in states]
    return only(found, f"parcels {' or '.join(states)}")["id"]


def quarantined(pair, site="ch2"):
    return only(pair.sites[site].look("quarantine", "list"), "entries in quarantine")["id"]
