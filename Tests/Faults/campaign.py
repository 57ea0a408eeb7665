"""Runs scenarios again and again, with one fault each: at every file-changing call of every step, or some of them."""

import copy
import multiprocessing
import os
import queue
import random
import shutil
import tempfile
import traceback
from dataclasses import dataclass, field

import shim
from common import Trouble
from journey import Fault, Journey
from outcome import Deviation
from sites import Pair

MEMORY = "/dev/shm"


@dataclass
class Job:
    """One run: a scenario by its place in the list, and its fault; without one, the run shows that all is well."""

    scenario: int
    fault: Fault | None = None


@dataclass
class Done:
    job: Job
    deviations: list
    fired: bool = True


@dataclass
class Tally:
    """What came of one scenario. `calls` is how many file-changing calls it makes."""

    name: str
    calls: int = 0
    runs: int = 0
    skipped: str = ""
    wrong: list = field(default_factory=list)  # of Done


@dataclass
class Options:
    binary: str
    kinds: list
    every: int = 1
    seed: int = 0
    jobs: int = 2
    keep: bool = False
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
        """Runs a scenario without a fault and keeps the world before each of its steps; answers the steps' calls."""
        pair = self.pair
        pair.load("base")
        scenario = self.scenarios[index]()
        scenario.set_up(pair)
        undo = any(kind.startswith(("power", "server-")) for kind in self.options.kinds)
        pair.log(shim.LOG_UNDO | shim.LOG_CALLS if undo else shim.LOG_CALLS)
        journey = Journey(pair, scenario)
        self.before, calls = [], []
        seen = {name: 0 for name in pair.plans}
        for number, step in enumerate(journey.steps):
            self.before.append(journey.snapshot(number))
            for plan in pair.plans.values():
                plan.set()
            journey.step(number)
            pair.server.wait_for_sessions()
            calls.append({} if step.kind == "outside" else self._calls(step.site, seen))
        if journey.deviations:
            raise Trouble("; ".join(str(deviation) for deviation in journey.deviations))
        pair.save("ended")
        self.before.append(copy.deepcopy(scenario))
        pair.log(0)
        self.prepared, self.undo = index, undo
        return calls

    def _calls(self, site, seen):
        """What a step called, by plan. sshd's calls stand in the log of ch2."""
        logged = [call for call in shim.read_log(self.pair.plans[site].log) if call.what not in ("content", "name")]
        calls = {site: [call.what for call in logged[seen[site]:]]}
        seen[site] = len(logged)
        if site == "ch1":
            served = [
                call for call in shim.read_log(self.pair.plans["sshd"].log) if call.what not in ("content", "name")]
            calls["sshd"] = [call.what for call in served[seen["ch2"]:]]
            seen["ch2"] = len(served)
        return calls

    def run(self, job):
        if self.prepared != job.scenario:
            self.prepare(job.scenario)
        begin = job.fault.step if job.fault else len(self.before) - 1
        self.pair.load(f"before-{begin}" if job.fault else "ended")
        self.pair.log(shim.LOG_UNDO if job.fault and job.fault.lost else 0)
        journey = Journey(self.pair, copy.deepcopy(self.before[begin]))
        return Done(job, journey.finish(begin, job.fault), journey.fired or job.fault is None)

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
    try:
        worker = Worker(folder, scenarios, options)
        while True:
            job = jobs.get()
            if job is None:
                break
            if isinstance(job, int):
                try:
                    results.put((job, worker.prepare(job)))
                except Trouble as trouble:
                    results.put((job, str(trouble)))
                continue
            try:
                results.put(worker.run(job))
            except Trouble as trouble:
                results.put(Done(job, [Deviation("stuck", str(trouble))]))
    except BaseException:
        results.put(traceback.format_exc())
    finally:
        if worker:
            worker.close()


def faults_of(calls, options, rng):
    """The faults to be made in a scenario, of its steps' calls; every N-th of each kind."""
    faults = []
    for kind in options.kinds:
        of_kind = []
        for step, by_plan in enumerate(calls):
            for plan, names in by_plan.items():
                if (plan == "sshd") != kind.startswith("server"):
                    continue
                for number, what in enumerate(names, 1):
                    fault = Fault(step, kind, number)
                    if fault.applies(what):
                        of_kind.append(fault)
        faults += of_kind[rng.randrange(options.every)::options.every] if options.every > 1 else of_kind
    return faults


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
        for index, scenario in enumerate(self.scenarios):
            tally = Tally(scenario.name)
            tallies.append(tally)
            self.jobs.put(index)
            _, calls = self._result()
            if isinstance(calls, str):
                tally.wrong.append(Done(Job(index), [Deviation("stuck", f"without any fault: {calls}")]))
                say(tally)
                continue
            tally.calls = sum(len(names) for by_plan in calls for plan, names in by_plan.items() if plan != "sshd")
            jobs = [Job(index)] + [Job(index, fault) for fault in ([only] if only else faults_of(calls, self.options, rng))]
            for job in jobs:
                self.jobs.put(job)
            for _ in jobs:
                done = self._result()
                tally.runs += done.fired
                if done.deviations:
                    tally.wrong.append(done)
            say(tally)
        return tallies

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

    def close(self):
        for _ in self.workers:
            self.jobs.put(None)
        for worker in self.workers:
            worker.join(30)
            if worker.is_alive():
                worker.terminate()
        if not self.options.keep:
            shutil.rmtree(self.folder, ignore_errors=True)
