"""What came of a campaign, as one table, and each run that ended wrong with the words that repeat it."""

from collections import Counter

from common import say
from outcome import KINDS


def progress(tally):
    """Says of a scenario that is done what went wrong in it; or whatever else there is to say."""
    if isinstance(tally, str):
        return say(tally)
    calls = "" if tally.calls is None else f"{tally.calls} calls, "
    say(f"{tally.name}: {calls}{tally.runs} runs, {len(tally.wrong)} left wrong")
    for done in sorted(tally.wrong, key=lambda done: (done.job.fault.step, done.job.fault.call) if done.job.fault else (0, 0)):
        say(f"  {tally.name}{':' + done.job.text if done.job.text is not None else ' without a fault'}")
        for deviation in done.deviations:
            say(f"    {deviation}")


def table(tallies):
    """Markdown. A run with several deviations stands in several columns."""
    head = ["scenario", "calls", "runs", "left wrong", *KINDS]
    rows = []
    for tally in tallies:
        kinds = Counter(kind for done in tally.wrong for kind in {deviation.kind for deviation in done.deviations})
        rows.append([tally.name, tally.calls or 0, tally.runs, len(tally.wrong), *(kinds[kind] for kind in KINDS)])
    rows.append(["all", *(sum(row[column] for row in rows) for column in range(1, len(head)))])
    lines = ["| " + " | ".join(head) + " |", "|---" + "|--:" * (len(head) - 1) + "|"]
    lines += ["| " + " | ".join(str(cell or (0 if place in (2, 3) else "")) for place, cell in enumerate(row)) + " |" for row in rows]
    return "\n".join(lines) + "\n"
