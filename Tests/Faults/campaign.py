"""Runs scenarios again and again, with one fault each: at every file-changing call of every step, or some of them."""

import copy
import multiprocessing
import os
import queue
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
from dataclasses import dataclass, field

import shim
from common import Trouble
from journey import Fault, Journey
from ordeal import Ordeal, private_mounts
from outcome import Deviation
from sites import Pair

MEMORY = "/dev/shm"


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


@dataclass
class Done:
    job: Job
    deviations: list
    fired: bool


@dataclass
class Tally:
    """What came of one scenario. `calls` is how many file-changing calls it makes."""

    name: str
    calls: int | None = 0
    runs: int = 0
    wrong: list = field(default_factory=list)  # of Done


@dataclass
class Options:
    binary: str
    kinds: list
    every: int = 1
    seed: int = 0
    jobs: int = 2
    keep: bool = False
    anyway: bool = False
    scale: float = 1.0
    # Of each scenario, only so many faults, and of each ordeal so many cases.
    sample: int | None = None
    # Seconds after which nothing more is begun.
    limit: float | None = None


class Worker:
    """A pair of sites of its own, which is put into the state before a step for each run."""

    def __init__(self, folder, scenarios, options):
        os.makedirs(folder)
        self.scenarios, self.options = scenarios, options
        self.elsewhere = _second_file_system(folder)
        self.pair = Pair(f"{folder}/pair", options.binary, f"{os.path.dirname(folder)}/inject.so", self.elsewhere)
        self.prepared = None

    def prepare(self, index):
        """Runs a scenario without a fault and keeps the world before each of its steps; answers
        the steps' calls, and what is wrong although nothing happened."""
        pair = self.pair
        pair.load("base")
        scenario = self.scenarios[index]()
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
        self.prepared = None
        self.pair.load("base")
        return Done(job, ordeal.run(self.pair), True)

    def close(self):
        self.pair.close()


def _second_file_system(folder):
    """A folder on another file system than the sites', or None."""
    if not os.path.isdir(MEMORY) or os.stat(MEMORY).st_dev == os.stat(folder).st_dev:
        return None
    path = tempfile.mkdtemp(prefix="studypost-faults-", dir=MEMORY)
    for site in ("ch1", "ch2"):
        os.mkdir(f"{path}/{site}")
    return path


def _work(folder, scenarios, options, jobs, results):
    worker = None
    # Whoever ends the campaign ends the sites and their server, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    private_mounts()
    try:
        worker = Worker(folder, scenarios, options)
        while True:
            job = jobs.get()
            if job is None:
                break
            if isinstance(job, int):
                try:
                    results.put(worker.prepare(job))
                except Trouble as trouble:
                    results.put(([], [Deviation("stuck", str(trouble))]))
                continue
            try:
                results.put(worker.run(job) if job.fault else worker.suffer(job))
            except Trouble as trouble:
                results.put(Done(job, [Deviation("stuck", str(trouble))], True))
    except Exception:
        results.put(traceback.format_exc())
    finally:
        if worker:
            worker.close()


def faults_of(calls, options, rng):
    """The faults to be made in a scenario, of its steps' calls: every N-th of each kind, or a sample of all."""
    faults = []
    for kind in options.kinds:
        of_kind = [
            fault
            for step, by_plan in enumerate(calls) for plan, names in by_plan.items()
            if (plan == "sshd") == kind.startswith("server")
            for number, what in enumerate(names, 1) if (fault := Fault(step, kind, number)).applies(what)
        ]
        faults += of_kind[rng.randrange(options.every)::options.every]
    return faults if options.sample is None else rng.sample(faults, min(options.sample, len(faults)))


class Campaign:
    """Workers, and what they are given to do. They run in processes of their own, each with a pair of its own."""

    def __init__(self, scenarios, options):
        self.scenarios, self.options = scenarios, options
        self.folder = tempfile.mkdtemp(prefix="studypost-faults-")
        os.chmod(self.folder, 0o755)
        shim.compile_into(self.folder)
        self.jobs, self.results = multiprocessing.Queue(), multiprocessing.Queue()
        self.workers = [
            multiprocessing.Process(
                target=_work, args=(f"{self.folder}/w{number}", scenarios, options, self.jobs, self.results))
            for number in range(options.jobs)
        ]
        for worker in self.workers:
            worker.start()

    def run(self, say, only=None):
        """Runs every scenario; answers a tally of each. `only` is the one fault to be made."""
        tallies = []
        rng = random.Random(self.options.seed)
        begun = time.monotonic()
        for index, scenario in enumerate(self.scenarios):
            if self.options.limit and time.monotonic() - begun > self.options.limit:
                left_out = ", ".join(scenario.name for scenario in self.scenarios[index:])
                raise Trouble(f"the time is over before these had their turn: {left_out}")
            tally = Tally(scenario.name)
            tallies.append(tally)
            if issubclass(scenario, Ordeal):
                tally.calls = None
                cases = [case for case in scenario.cases() if only in (None, case)]
                if self.options.sample is not None:
                    cases = rng.sample(cases, min(max(1, self.options.sample // 3), len(cases)))
                self._gather([Job(index, case=case) for case in cases], tally)
                say(tally)
                continue
            self.jobs.put(index)
            calls, usual = self._result()
            if usual:
                # A fault more would show nothing, unless one asks for it.
                tally.wrong.append(Done(Job(index), usual, True))
            tally.calls = sum(len(names) for by_plan in calls for plan, names in by_plan.items() if plan != "sshd")
            faults = [only] if only else faults_of(calls, self.options, rng)
            jobs = [Job(index, fault) for fault in faults if not usual or self.options.anyway]
            self._gather(jobs, tally)
            say(tally)
        return tallies

    def _gather(self, jobs, tally):
        for job in jobs:
            self.jobs.put(job)
        for _ in jobs:
            done = self._result()
            tally.runs += done.fired
            if done.deviations:
                tally.wrong.append(done)

    def _result(self):
        while True:
            try:
                result = self.results.get(timeout=5)
            except queue.Empty:
                if not all(worker.is_alive() for worker in self.workers):
                    raise Trouble("a worker ended unexpectedly") from None
                continue
            if isinstance(result, str):
                raise Trouble(result)
            return result

    def close(self, at_once=False):
        for worker in self.workers:
            worker.terminate() if at_once else self.jobs.put(None)
        for worker in self.workers:
            worker.join(30)
            if worker.is_alive():
                worker.kill()
        if not self.options.keep:
            shutil.rmtree(self.folder, ignore_errors=True)
