"""Holds the world at the end of a run against what was expected, and names each deviation by its kind."""

import json
import os
import re
from collections import Counter
from dataclasses import dataclass

from common import Trouble
from studies import read_instance

KINDS = [
    "lost", "doubled", "damaged", "forgotten receipt", "waits", "stuck", "left over", "unbalanced", "alert", "crash",
]
LISTS = {what: (what, "list", "--all") for what in ("worklist", "hold", "quarantine")}
# Folders of the spool in which nothing may be left; of the source, whose folders are the PACS's, no file.
EMPTY = ["export", "collect", "unpack", "mailbox/{other}/incoming", "mailbox/{other}/new"]
# Folders whose entries belong to something that a list shows.
# The last number of a parcel to each partner, so that none comes twice after an old journal was restored.
NUMBERS = ".sequence-"
OWNED = {"hold/outbound": "hold", "hold/inbound": "worklist", "quarantine": "quarantine"}


@dataclass(frozen=True)
class Deviation:
    kind: str
    text: str

    def __str__(self):
        return f"{self.kind}: {self.text}"

    @property
    def shape(self):
        """The same for two runs that differ in nothing but names and times."""
        return self.kind, re.sub(r"[0-9a-f-]*\d[0-9a-f.-]*", "#", self.text)


class Outcome:
    """One look at all sites of a scenario. `deviations` is empty where all is as it should be."""

    def __init__(self, pair, scenario, may_split=False):
        """With `may_split`, what was taken from the source may have left in more parcels than otherwise."""
        self.pair, self.scenario, self.expected = pair, scenario, scenario.expected()
        self.may_split = may_split
        self.sender = pair.sites[scenario.sites[0]]
        self.deviations = []
        self.lists = {}
        self.parcels, self.shown = {}, {}
        try:
            if self.expected.may_vanish and self._has_vanished():
                self.expected.waiting, self.expected.receipts = {}, {}
            sites = [pair.sites[name] for name in scenario.sites]
            for site in sites:
                self._look_at_lists(site)
            self._look_at_imports()
            self._look_at_sender()
            for site in sites:
                self._look_for_leftovers(site)
                self._look_at_ledger(site)
        except Trouble as trouble:
            self._add("stuck", str(trouble))

    def _parcels(self, site):
        """Everything that a site ever sent, asked for once."""
        if site.name not in self.parcels:
            self.parcels[site.name] = site.parcels()
        return self.parcels[site.name]

    def _show(self, parcel):
        """What the sender can say of one of its parcels, asked for once."""
        if parcel["id"] not in self.shown:
            self.shown[parcel["id"]] = self.sender.look("queue", "show", parcel["id"])
        return self.shown[parcel["id"]]

    def _has_vanished(self):
        return any(
            event["what"] == "vanished" for parcel in self._parcels(self.sender) for event in self._show(parcel)["events"])

    def _add(self, kind, text):
        self.deviations.append(Deviation(kind, text))

    def _look_at_lists(self, site):
        """The lists are asked for where the status or the disk says that there is something on them."""
        name, alerts = site.name, site.look("status")["alerts"]
        for what, words in LISTS.items():
            wanted, folders = self._wanted(name, what), [f for f, owner in OWNED.items() if owner == what]
            tolerant = name in self.expected.tolerant
            if not wanted and not alerts and all(_names(f"{site.spool}/{folder}") == [] for folder in folders):
                self.lists[name, what] = []
                continue
            self.lists[name, what] = site.look(*words)
            found = len(self.lists[name, what])
            if found > wanted and not tolerant:
                reasons = "; ".join(str(item.get("reason")) for item in self.lists[name, what])
                self._add("waits", f"{name}: {found} on {what}, not {wanted}: {reasons}")
            if found < wanted:
                self._add("lost", f"{name}: {found} on {what}, not {wanted}")
        if not self.expected.waiting.get(name) and name not in self.expected.tolerant:
            for alert in alerts:
                self._add("alert", f"{name}: {alert.get('code')}: {alert.get('message')}")

    def _wanted(self, site, what):
        return self.expected.waiting.get(site, {}).get(what, 0)

    def _look_at_imports(self):
        found, pixels, patients = Counter(), {}, {}
        markers = 0
        for folder in [*self.scenario.import_folders(self.pair), f"{self.pair.now}/pacs"]:
            for path in files_below(folder):
                name = os.path.basename(path)
                if self.scenario.marker and name.endswith(self.scenario.marker):
                    markers += 1
                    continue
                if name == "README":
                    continue
                if name.startswith("."):
                    self._add("left over", path)
                    continue
                read = read_instance(path)
                if read is None:
                    self._add("damaged", f"{path} is not DICOM")
                    continue
                found[read[0]] += 1
                pixels[read[0]], patients[read[0]] = read[1:]
        wrong = {}
        for uid, (digest, copies, patient) in self.expected.imported.items():
            if found[uid] != copies:
                text = f"imported {found[uid]} times, not {copies}{self._whereabouts(uid)}"
                wrong.setdefault(("lost" if found[uid] < copies else "doubled", text), []).append(uid)
            if uid in pixels and pixels[uid] != digest:
                wrong.setdefault(("damaged", "other pixels"), []).append(uid)
            if uid in patients and patients[uid] != patient:
                wrong.setdefault(("damaged", f"given to patient {patients[uid]}, not {patient}"), []).append(uid)
        for uid in found.keys() - self.expected.imported.keys():
            wrong.setdefault(("doubled", "imported, and must not be"), []).append(uid)
        for (kind, text), uids in wrong.items():
            self._add(kind, f"{text}: {len(uids)} instances, such as {uids[0]}")
        if self.expected.markers and markers < self.expected.markers:
            self._add("lost", f"{markers} markers, not {self.expected.markers}")

    def _whereabouts(self, uid):
        """Of an instance that did not arrive: whether a list has its study."""
        for (site, what), items in self.lists.items():
            if any(item.get("study") and uid.startswith(f"{item['study']}.") for item in items):
                return f" (it is on {site}'s {what} list)"
        return ""

    def _look_at_sender(self):
        parcels, sender = self._parcels(self.sender), self.sender.name
        self.sent = {parcel["id"] for parcel in parcels}
        if self.expected.sent is None:
            return
        for study, wanted in self.expected.sent.items():
            own = [parcel for parcel in parcels if parcel["study"] == study]
            states = sorted(parcel["state"] for parcel in own)
            is_split = self.may_split and len(states) > len(wanted) and set(states) == set(wanted)
            if states != sorted(wanted) and not is_split:
                self._add("stuck", f"{sender}'s parcels of {study} are {states}, not {sorted(wanted)}: "
                                   + "; ".join(str(parcel["reason"]) for parcel in own))
            needed = self.expected.receipts.get(study, set())
            known = set()
            for parcel in own if needed else []:
                known |= {receipt["status"] for receipt in self._show(parcel)["receipts"]}
            if needed - known:
                self._add("forgotten receipt", f"{study}: {', '.join(sorted(needed - known))}")
        for study in {parcel["study"] for parcel in parcels} - self.expected.sent.keys():
            self._add("doubled", f"{sender} has parcels of {study}, which must not be")
        if self.expected.told:
            shown = "".join(json.dumps(self._show(parcel), ensure_ascii=False) for parcel in parcels)
            for text in self.expected.told:
                if text not in shown:
                    self._add("forgotten receipt", f"{sender} is not told \"{text}\"")

    def _look_for_leftovers(self, site):
        for folder in EMPTY:
            for other in site.others:
                for path in files_below(f"{site.spool}/{folder.format(other=other)}", folders=folder != "export"):
                    if os.path.basename(path) != "README":
                        self._add("left over", path)
                if "{" not in folder:
                    break
        for folder, what in OWNED.items():
            known = {item["id"] for item in self.lists[site.name, what]}
            for name in _names(f"{site.spool}/{folder}"):
                if name not in known:
                    self._add("left over", f"{site.spool}/{folder}/{name}")
        if outbound := _names(f"{site.spool}/outbound"):
            parcels = {item["id"] for item in self._parcels(site) if item["state"] not in ("cancelled", "discarded")}
            for name in outbound:
                if name not in parcels and not name.startswith(NUMBERS):
                    self._add("left over", f"{site.spool}/outbound/{name}")
        is_known = site is not self.sender and self.expected.sent is not None
        for name in _names(f"{site.spool}/received") if is_known else []:
            if name not in self.sent:
                self._add("left over", f"{site.spool}/received/{name}")
        usual = self.pair.usual | {self.scenario.marker}
        for path in files_below(site.root, folders=True):
            name = os.path.basename(path)
            if name.startswith(".") and name not in usual and not name.startswith(NUMBERS) or name.endswith((".tmp", ".part")):
                self._add("left over", path)

    def _look_at_ledger(self, site):
        ledger = site.look("ledger")
        if not ledger["balanced"]:
            self._add("unbalanced", f"{site.name}: {ledger.get('problems') or ledger}"[:600])


def files_below(folder, folders=False):
    found = []
    for parent, names, files in os.walk(folder):
        found += [f"{parent}/{name}" for name in files + (names if folders else [])]
    return sorted(found)


def _names(folder):
    """The names in a folder, but for its README; nothing where it is not there."""
    try:
        return [name for name in sorted(os.listdir(folder)) if name != "README"]
    except FileNotFoundError:
        return []
