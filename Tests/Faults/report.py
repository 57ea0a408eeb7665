"""What came of a campaign, as one table, and each run that ended wrong with the words that repeat it."""

import json
from collections import Counter

from common import say
from outcome import KINDS

# As the table shows them: what is made at a call, and the kinds of faults that are of that sort.
SORTS = {
    "kill": ["kill"], "ENOSPC": ["enospc"], "EIO": ["eio"], "short write": ["short"],
    "power": ["power-contents", "power-names", "power-both"],
    "sshd": ["server", "server-power-contents", "server-power-names", "server-power-both"],
    "ordeal": [None],
}


def progress(tally):
    """Says of a scenario that is done what went wrong in it; or whatever else there is to say."""
    if isinstance(tally, str):
        return say(tally)
    if tally.skipped:
        return say(f"{tally.name}: skipped: {tally.skipped}")
    calls = "" if tally.calls is None else f"{tally.calls} calls, "
    say(f"{tally.name}: {calls}{tally.faults.total()} runs, {len(tally.wrong)} left wrong")
    for done in sorted(tally.wrong, key=place):
        say(f"  {tally.name}{':' + done.job.text if done.job.text is not None else ' without a fault'}")
        for deviation in done.deviations:
            say(f"    {deviation}")


def place(done):
    fault = done.job.fault
    return (fault.step, fault.call) if fault else (0, 0)


def table(tallies):
    """Markdown: how many faults of each sort were made, and of the runs that ended wrong, how. A run with several deviations
    stands in several columns."""
    rows = []
    for tally in tallies:
        made = [sum(tally.faults[kind] for kind in kinds) for kinds in SORTS.values()]
        kinds = Counter(kind for done in tally.wrong for kind in {deviation.kind for deviation in done.deviations})
        rows.append([tally.name, tally.calls or 0, *made, len(tally.wrong), *(kinds[kind] for kind in KINDS)])
    rows.append(["all", *(sum(row[column] for row in rows) for column in range(1, len(rows[0])))])
    head = ["scenario", "calls", *SORTS, "left wrong", *KINDS]
    # Nothing is said of what is nowhere.
    shown = [column for column, name in enumerate(head) if name in ("scenario", "left wrong") or rows[-1][column]]
    lines = ["| " + " | ".join(head[column] for column in shown) + " |", "|---" + "|--:" * (len(shown) - 1) + "|"]
    for row in rows:
        cells = [str(row[column] or (0 if head[column] == "left wrong" else "")) for column in shown]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def record(path, entry):
    """Adds a line to a file of records: several campaigns may write there at a time."""
    with open(path, "a") as file:
        file.write(json.dumps(entry) + "\n")


def records(path):
    """What `record` wrote; a line that a kill cut is left out."""
    with open(path) as file:
        for line in file:
            try:
                yield json.loads(line)
            except ValueError:
                continue
