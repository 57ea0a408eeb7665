"""Runs scenarios again and again, with one fault each: at every file-changing call of every step, or some of them."""

import multiprocessing
import os
import queue
import random
import shutil
import tempfile
import time
from dataclasses import dataclass, field

import shim
from common import Trouble
from ordeal import Ordeal
from worker import Done, Job, faults_of, work


@dataclass
class Tally:
    """What came of one scenario. `calls` is how many file-changing calls it makes."""

    name: str
    calls: int | None = None
    runs: int = 0
    wrong: list = field(default_factory=list)  # of Done

    def note(self, index, calls, usual):
        """What the scenario calls, and what is wrong with it without a fault."""
        self.calls = sum(len(names) for by_plan in calls for plan, names in by_plan.items() if plan != "sshd")
        if usual:
            # A fault more would show nothing, unless one asks for it.
            self.wrong.append(Done(Job(index), usual, True))

    def add(self, done):
        self.runs += done.fired
        if done.deviations:
            self.wrong.append(done)


@dataclass
class Prepare:
    """What a worker is given to do: run a scenario without a fault; answers its calls and what is wrong already."""

    index: int

    def __call__(self, worker):
        return worker.prepared_or_not(self.index)


@dataclass
class Sample:
    """Some runs of a scenario or an ordeal, all by one worker; answers a tally."""

    index: int

    def __call__(self, worker):
        options, scenario = worker.options, worker.scenarios[self.index]
        rng, tally = random.Random(f"{options.seed} {scenario.name}"), Tally(scenario.name)
        if issubclass(scenario, Ordeal):
            cases = scenario.cases()
            count = min(max(1, options.sample // 3), len(cases))
            jobs = [Job(self.index, case=case) for case in rng.sample(cases, count)]
        else:
            calls, usual = worker.prepared_or_not(self.index)
            tally.note(self.index, calls, usual)
            jobs = [
                Job(self.index, fault) for fault in faults_of(calls, options, rng) if not usual or options.anyway]
        for job in jobs:
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
    # Of each scenario, only so many faults, and of each ordeal so many cases.
    sample: int | None = None
    # Seconds after which nothing more is begun.
    limit: float | None = None


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
                calls, usual = self._result()
                tally.note(index, calls, usual)
                faults = [only] if only else faults_of(calls, self.options, rng)
                jobs = [Job(index, fault) for fault in faults if not usual or self.options.anyway]
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
        begun, tallies, waiting = time.monotonic(), [], 0
        while order or waiting:
            while order and waiting < len(self.workers):
                if self.options.limit and time.monotonic() - begun > self.options.limit:
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
