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
    for done in sorted(tally.wrong, key=place):
        say(f"  {tally.name}{':' + done.job.text if done.job.text is not None else ' without a fault'}")
        for deviation in done.deviations:
            say(f"    {deviation}")


def place(done):
    fault = done.job.fault
    return (fault.step, fault.call) if fault else (0, 0)


def table(tallies):
    """Markdown. A run with several deviations stands in several columns."""
    head = ["scenario", "calls", "runs", "left wrong", *KINDS]
    rows = []
    for tally in tallies:
        kinds = Counter(kind for done in tally.wrong for kind in {deviation.kind for deviation in done.deviations})
        rows.append([tally.name, tally.calls or 0, tally.runs, len(tally.wrong), *(kinds[kind] for kind in KINDS)])
    rows.append(["all", *(sum(row[column] for row in rows) for column in range(1, len(head)))])
    lines = ["| " + " | ".join(head) + " |", "|---" + "|--:" * (len(head) - 1) + "|"]
    for row in rows:
        # Of the numbers, only those of runs are worth a zero.
        cells = [str(cell or (0 if column in (2, 3) else "")) for column, cell in enumerate(row)]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"
