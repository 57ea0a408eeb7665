"""Runs scenarios again and again, with one fault each: at every file-changing call of every step, or some of them."""

import multiprocessing
import os
import queue
import random
import shutil
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field

import shim
from common import Trouble
from ordeal import Ordeal
from worker import Done, Job, calls_of, faults_of, work


MEMORY = "/dev/shm"


@dataclass
class Tally:
    """What came of one scenario. `calls` is how many file-changing calls it makes without a fault."""

    name: str
    calls: int | None = None
    # How many faults were made, by their kind.
    faults: Counter = field(default_factory=Counter)
    wrong: list = field(default_factory=list)  # of Done
    # Why nothing was done.
    skipped: str | None = None

    def note(self, index, calls, usual):
        """What the scenario calls, and what is wrong with it without a fault."""
        self.calls = calls_of(calls)
        if usual:
            # A fault more would show nothing, unless one asks for it.
            self.wrong.append(Done(Job(index), usual, True))

    def add(self, done):
        self.faults[done.job.kind] += done.fired
        if done.deviations:
            self.wrong.append(done)


@dataclass
class Prepare:
    """What a worker is given to do: run a scenario without a fault; answers its calls and what is wrong already."""

    index: int

    def __call__(self, worker):
        calls, usual = worker.prepared_or_not(self.index)
        return calls, usual, worker.done_before(self.index)


@dataclass
class Sample:
    """Some runs of a scenario or an ordeal, all by one worker; answers a tally."""

    index: int

    def __call__(self, worker):
        options, scenario = worker.options, worker.scenarios[self.index]
        rng, tally = random.Random(f"{options.seed} {scenario.name}"), Tally(scenario.name)
        if issubclass(scenario, Ordeal):
            if scenario.needs_root and not worker.may_mount:
                tally.skipped = "only root can mount and make files immutable"
                return tally
            cases = scenario.cases()
            count = min(max(1, options.sample // 3), len(cases))
            jobs = [Job(self.index, case=case) for case in rng.sample(cases, count)]
        else:
            calls, usual = worker.prepared_or_not(self.index)
            tally.note(self.index, calls, usual)
            jobs = [
                Job(self.index, fault) for fault in faults_of(calls, options, rng) if not usual or options.anyway]
        before = worker.done_before(self.index)
        for job in jobs:
            if job.text in before:
                continue
            if options.ends and time.monotonic() > options.ends:
                break
            tally.add(worker.do(job))
        return tally


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
    # A file to which each run adds a line; what it has already is not done again.
    record: str | None = None
    # Of each scenario, only so many faults, and of each ordeal so many cases.
    sample: int | None = None
    # When, by the monotonic clock, nothing more is begun.
    ends: float | None = None


class Campaign:
    """Workers, and what they are given to do. They run in processes of their own, each with a pair of its own."""

    def __init__(self, scenarios, options):
        self.scenarios, self.options = scenarios, options
        # What is lost with the power is played: no sync has to wait for a disk.
        self.folder = tempfile.mkdtemp(prefix="studypost-faults-", dir=MEMORY if os.path.isdir(MEMORY) else None)
        os.chmod(self.folder, 0o755)
        shim.compile_into(self.folder)
        self.jobs, self.results = multiprocessing.Queue(), multiprocessing.Queue()
        self.workers = [
            multiprocessing.Process(
                target=work, args=(f"{self.folder}/w{number}", scenarios, options, self.jobs, self.results))
            for number in range(options.jobs)
        ]
        for worker in self.workers:
            worker.start()

    def run(self, say, only=None):
        """Runs every scenario; answers a tally of each. `only` is the one fault, or the case, to be made."""
        return self._sample(say) if self.options.sample is not None else self._all(say, only)

    def _all(self, say, only):
        """One scenario after the other, its runs spread over all workers."""
        tallies, rng = [], random.Random(self.options.seed)
        for index, scenario in enumerate(self.scenarios):
            tally = Tally(scenario.name)
            tallies.append(tally)
            if issubclass(scenario, Ordeal):
                jobs = [Job(index, case=case) for case in scenario.cases() if only in (None, case)]
            else:
                self.jobs.put(Prepare(index))
                calls, usual, before = self._result()
                tally.note(index, calls, usual)
                faults = [only] if only else faults_of(calls, self.options, rng)
                jobs = [Job(index, fault) for fault in faults if not usual or self.options.anyway]
                jobs = [job for job in jobs if only or job.text not in before]
            for job in jobs:
                self.jobs.put(job)
            for _ in jobs:
                tally.add(self._result())
            say(tally)
        return tallies

    def _sample(self, say):
        """Each worker has scenarios of its own, in an order that changes with the seed, until the time is over."""
        order = list(range(len(self.scenarios)))
        random.Random(self.options.seed).shuffle(order)
        tallies, waiting = [], 0
        while order or waiting:
            while order and waiting < len(self.workers):
                if self.options.ends and time.monotonic() > self.options.ends:
                    names = ", ".join(self.scenarios[index].name for index in order)
                    say(f"The time is over; left for another day: {names}")
                    order = []
                    break
                self.jobs.put(Sample(order.pop()))
                waiting += 1
            if waiting:
                tallies.append(self._result())
                waiting -= 1
                say(tallies[-1])
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

    def close(self, at_once=False):
        for worker in self.workers:
            worker.terminate() if at_once else self.jobs.put(None)
        for worker in self.workers:
            worker.join(30)
            if worker.is_alive():
                worker.kill()
        if not self.options.keep:
            shutil.rmtree(self.folder, ignore_errors=True)
