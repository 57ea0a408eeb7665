"""One run of a scenario: its steps, a fault in one of them, and what comes after."""

import copy
import errno
from dataclasses import dataclass

import shim
from common import Trouble
from outcome import Deviation, Outcome

ROUNDS = 4
LATER = 3600
# Calls that a full disk can refuse.
NEED_SPACE = {"create", "write", "mkdir", "rename", "link", "symlink", "fsync", "syncfs", "truncate"}


@dataclass(frozen=True)
class Fault:
    """What happens at the k-th call of a step."""

    step: int
    kind: str
    call: int

    POWER = {"power-contents": "contents", "power-names": "names", "power-both": "both"}

    def applies(self, what):
        """Whether it can happen to a call of this kind."""
        if self.kind == "enospc":
            return what in NEED_SPACE
        return what == "write" if self.kind == "short" else True

    @property
    def lost(self):
        """What goes with the power, if it does."""
        return self.POWER.get(self.kind.removeprefix("server-"))

    @property
    def is_failure(self):
        """Whether a call fails, and the process goes on."""
        return self.kind in ("enospc", "eio", "short")

    @property
    def is_servers(self):
        return self.kind.startswith("server")

    def arm(self, plan):
        if self.kind in ("kill", "server") or self.lost:
            plan.set(shim.KILL, self.call)
        elif self.kind == "short":
            plan.set(shim.SHORT, self.call)
        else:
            plan.set(shim.FAIL, self.call, {"enospc": errno.ENOSPC, "eio": errno.EIO}[self.kind])


class Journey:
    def __init__(self, pair, scenario):
        self.pair, self.scenario = pair, scenario
        self.steps = scenario.steps()
        self.deviations = []
        self.fired = False
        # Called when the words of a step are found, before it begins.
        self.begins = lambda: None

    def snapshot(self, index):
        """Keeps the world as it is before a step; answers a scenario that can go on from there."""
        self.pair.save(f"before-{index}")
        return copy.deepcopy(self.scenario)

    def step(self, index, fault=None):
        step = self.steps[index]
        words = self._words(index)
        if step.kind == "outside":
            step.act(self.pair)
            return
        site = self.pair.sites[step.site]
        self.begins()
        if fault:
            result = self._with_fault(step, site, words, fault)
            # Nobody repeats a command that said that it was done.
            if not step.is_repeated or step.kind == "command" and result.status == 0:
                return
        result = self._run(step, site, words)
        self._note(step, site, result, may_refuse=fault is not None)

    def _run(self, step, site, words):
        return site.run(*words, until=step.until and (lambda: step.until(self.pair)))

    def _with_fault(self, step, site, words, fault):
        plan = self.pair.plans["sshd" if fault.is_servers else site.name]
        fault.arm(plan)
        result = self._run(step, site, words)
        self.fired = plan.fired > 0
        plan.set()
        wanted = self.fired and not fault.is_servers and not fault.is_failure
        if result.crashed and not (wanted and result.status == -9):
            self._add("crash", f"{site.name}: {result}")
        if fault.lost:
            self.pair.server.wait_for_sessions()
            self.pair.lose_power("ch2" if fault.is_servers else site.name, fault.lost)
        return result

    def _note(self, step, site, result, may_refuse):
        if result.crashed:
            self._add("crash", f"{site.name}: {result}")
        elif result.status != 0 and not (may_refuse and step.kind == "command"):
            # A service that fails is tried again in the rounds that follow; a command is not.
            if step.kind == "command":
                self._add("stuck", f"{site.name}: {result}")

    def _words(self, index):
        """The command of a step. Where what it relies on has not happened, the services before it get another chance; then
        all of them, after an hour: what was lost on the way is looked for only after a while."""
        # Time is counted from one look to the next; then one finds out what is missing, and one has it arrive.
        chances = [
            lambda: self._run_services_before(index), self._round, lambda: self._let_pass(LATER), *[self._round] * 5,
        ]
        for chance in chances:
            try:
                return self.steps[index].words_for(self.pair)
            except Trouble:
                chance()
        return self.steps[index].words_for(self.pair)

    def _run_services_before(self, index):
        """The last row of services before a step."""
        end = index
        while end > 0 and self.steps[end - 1].kind != "service":
            end -= 1
        begin = end
        while begin > 0 and self.steps[begin - 1].kind == "service":
            begin -= 1
        for before in self.steps[begin:end]:
            self._run(before, self.pair.sites[before.site], before.words)

    def finish(self, begin, fault=None):
        """The steps from one on, the fault in the first of them; then rounds until all is well, or will never be."""
        try:
            for index in range(begin, len(self.steps)):
                self.step(index, fault if index == begin else None)
        except Trouble as trouble:
            self._add("stuck", f"{self.steps[index].name}: {trouble}")
        # A file that the collector could not take at once is a late one, where a study is complete as soon as it is there.
        may_split = fault is not None and fault.is_failure and self.steps[begin].name == "collect"
        for number in range(ROUNDS):
            if number == ROUNDS - 1:
                # What is looked at again after a while has its while.
                self._let_pass(LATER)
                self._round()
            failures = self._round(everything=True) if number else self._glance()
            outcome = Outcome(self.pair, self.scenario, may_split)
            if not outcome.deviations and not failures:
                break
        self.deviations += outcome.deviations
        for failure in failures:
            self._add("crash" if failure.crashed else "stuck", str(failure))
        return self.deviations

    def _let_pass(self, seconds):
        for plan in self.pair.plans.values():
            plan.shift += seconds
            plan.set()

    def _glance(self):
        """All services of every site, in one process each: nearly always, there is nothing left to do."""
        results = [self.pair.sites[site].run("run", "--once") for site in self.scenario.sites]
        return [result for result in results if result.status != 0]

    def _round(self, everything=False):
        """From the source to the receipt; every service of every site, if asked. Answers those that failed."""
        sender, *receivers = self.scenario.sites
        words = [(sender, "collect"), (sender, "ship"), *((site, "receive") for site in receivers), (sender, "ship")]
        results = [self.pair.sites[site].run(service, "--once") for site, service in words]
        if everything:
            results += [result for site in self.scenario.sites for result in self.pair.run_all(site)]
        return [result for result in results if result.status != 0]

    def _add(self, kind, text):
        self.deviations.append(Deviation(kind, text))
