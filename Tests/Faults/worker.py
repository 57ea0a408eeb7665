"""A worker: a pair of sites of its own, put into the state before a step for each run."""

import copy
import itertools
import os
import signal
import sys
import tempfile
import traceback
from dataclasses import dataclass

import report
import shim
from common import Trouble, command
from journey import Fault, Journey
from ordeal import private_mounts
from outcome import Deviation
from sites import Pair

@dataclass
class Job:
    """One run: a scenario by its place in the list, and its fault; or an ordeal by its place, and its case."""

    scenario: int
    fault: Fault | None = None
    case: str | None = None

    @property
    def text(self):
        """As --replay takes it, behind the scenario's name."""
        return f"{self.fault.step}:{self.fault.kind}:{self.fault.call}" if self.fault else self.case

    @property
    def kind(self):
        """Of its fault; an ordeal's case is of no kind."""
        return self.fault.kind if self.fault else None

    def __call__(self, worker):
        return worker.do(self)


@dataclass
class Done:
    job: Job
    deviations: list
    fired: bool


class Worker:
    """A pair of sites of its own, which is put into the state before a step for each run."""

    def __init__(self, folder, scenarios, options, may_mount):
        os.makedirs(folder)
        self.may_mount = may_mount
        self.scenarios, self.options = scenarios, options
        self.elsewhere = _second_file_system(folder, may_mount)
        self.folder, self.library = folder, f"{os.path.dirname(folder)}/inject.so"
        self.pair = Pair(f"{folder}/pair", options.binary, self.library, self.elsewhere)
        self.on_disks = None
        self.prepared = None

    def prepare(self, index):
        """Runs a scenario without a fault and keeps the world before each of its steps; answers
        the steps' calls, and what is wrong although nothing happened."""
        pair = self.pair
        pair.load("base")
        scenario = self.scenarios[index]()
        if scenario.needs_elsewhere and not self.elsewhere:
            raise Trouble("there is no second file system, and only root can mount one")
        scenario.set_up(pair)
        undo = any(kind.startswith(("power", "server-")) for kind in self.options.kinds)
        pair.log(shim.LOG_UNDO | shim.LOG_CALLS if undo else shim.LOG_CALLS)
        journey = Journey(pair, scenario)
        journey.begins = self._mark
        self.before, calls = [], []
        for number, step in enumerate(journey.steps):
            self.before.append(journey.snapshot(number))
            try:
                journey.step(number)
            except Trouble as trouble:
                raise Trouble(f"{step.name}: {trouble}") from None
            pair.server.wait_for_sessions()
            calls.append({} if step.kind == "outside" else self._calls(step.site))
        pair.save("ended")
        self.before.append(copy.deepcopy(scenario))
        self.prepared = index
        pair.log(0)
        last = Journey(pair, copy.deepcopy(scenario))
        usual = journey.deviations + last.finish(len(last.steps))
        self.usual = {deviation.shape for deviation in usual}
        return calls, usual

    def _mark(self):
        self.seen = {name: len(self._logged(name)) for name in ("ch1", "ch2", "ch3")}

    def _logged(self, name):
        return [call.what for call in shim.read_log(self.pair.plans[name].log) if call.what not in ("content", "name")]

    def _calls(self, site):
        """What a step called, by plan. sshd's calls stand in the log of ch2."""
        calls = {site: self._logged(site)[self.seen[site]:]}
        if site == "ch1":
            calls["sshd"] = self._logged("ch2")[self.seen["ch2"]:]
        return calls

    def run(self, job):
        if self.prepared != job.scenario:
            self.prepare(job.scenario)
        fault = job.fault
        self.pair.load(f"before-{fault.step}")
        self.pair.log(shim.LOG_UNDO if fault.lost else 0)
        journey = Journey(self.pair, copy.deepcopy(self.before[fault.step]))
        found = journey.finish(fault.step, fault)
        return Done(job, [deviation for deviation in found if deviation.shape not in self.usual], journey.fired)

    def suffer(self, job):
        """Runs one case of an ordeal."""
        ordeal = self.scenarios[job.scenario](job.case, self.options.scale)
        if ordeal.needs_root and not self.may_mount:
            raise Trouble("only root can mount and make files immutable")
        pair = self.pair
        if ordeal.disk:
            # Made once: a site notices when the file system below it is another one.
            if self.on_disks is None:
                self.on_disks = Pair(f"{self.folder}/on-disks", self.options.binary, self.library, disk=ordeal.disk)
            pair = self.on_disks
        self.prepared = None
        pair.load("base")
        return Done(job, ordeal.run(pair), True)

    def prepared_or_not(self, index):
        """What `prepare` answers; a scenario that does not get to its end without a fault has no calls."""
        try:
            calls, usual = self.prepare(index)
        except Trouble as trouble:
            calls, usual = [], [Deviation("stuck", str(trouble))]
        self.record(index, calls=calls_of(calls), deviations=usual)
        return calls, usual

    def done_before(self, index):
        """What the record has of a scenario already."""
        path, name = self.options.record, self.scenarios[index].name
        if not path or not os.path.exists(path):
            return set()
        return {entry["job"] for entry in report.records(path) if entry["scenario"] == name}

    def record(self, index, deviations, **entry):
        if self.options.record:
            report.record(self.options.record, {
                "scenario": self.scenarios[index].name, "kind": None, "job": None, "fired": False, **entry,
                "deviations": [[deviation.kind, deviation.text] for deviation in deviations]})

    def do(self, job):
        try:
            done = self.run(job) if job.fault else self.suffer(job)
        except Trouble as trouble:
            done = Done(job, [Deviation("stuck", str(trouble))], True)
        self.record(job.scenario, done.deviations, kind=job.kind, job=job.text, fired=done.fired)
        return done

    def close(self):
        for pair in (self.pair, self.on_disks):
            if pair:
                pair.close()


def _second_file_system(folder, may_mount):
    """A folder on another file system than the sites', or None."""
    if may_mount:
        # It goes with this process.
        path = f"{folder}/elsewhere"
        os.mkdir(path)
        command("mount", "-t", "tmpfs", "faults", path)
    elif os.stat(tempfile.gettempdir()).st_dev != os.stat(folder).st_dev:
        path = tempfile.mkdtemp(prefix="studypost-faults-")
    else:
        return None
    for site in ("ch1", "ch2"):
        os.mkdir(f"{path}/{site}")
    return path


def work(folder, scenarios, options, jobs, results):
    worker = None
    # Whoever ends the campaign ends the sites and their server, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    may_mount = private_mounts()
    try:
        worker = Worker(folder, scenarios, options, may_mount)
        while True:
            job = jobs.get()
            if job is None:
                break
            results.put(job(worker))
    except Exception:
        results.put(traceback.format_exc())
    finally:
        if worker:
            worker.close()


def calls_of(calls):
    """How many file-changing calls a scenario's services and commands make."""
    return sum(len(names) for by_plan in calls for plan, names in by_plan.items() if plan != "sshd")


def faults_of(calls, options, rng):
    """The faults to be made in a scenario, of its steps' calls: every N-th of each kind, or a sample in which all sorts have
    their share."""
    sorts = {}
    for kind in options.kinds:
        of_kind = [
            fault
            for step, by_plan in enumerate(calls) for plan, names in by_plan.items()
            if (plan == "sshd") == kind.startswith("server")
            for number, what in enumerate(names, 1) if (fault := Fault(step, kind, number)).applies(what)
        ]
        sorts.setdefault(kind.split("-")[0], []).extend(of_kind[rng.randrange(options.every)::options.every])
    if options.sample is None:
        return [fault for faults in sorts.values() for fault in faults]
    shares = [rng.sample(faults, len(faults)) for faults in rng.sample(list(sorts.values()), len(sorts))]
    return [fault for turn in itertools.zip_longest(*shares) for fault in turn if fault][:options.sample]
