"""What the benchmarks of uploads share: a parcel of noise, and a partner's settings."""

import os
import random
import sqlite3

import common
import ct_study


class Noise:
    """Pixels that nothing compresses."""

    def __init__(self, path, count):
        self.path, self.count = path, count
        rng = random.Random(5)
        with open(path, "wb") as file:
            for _ in range(count):
                file.write(rng.randbytes(ct_study.PIXEL_BYTES))


def seal(sites, folder, number, noise, instances):
    ready = f"{folder}/study-{number}"
    ct_study.write_study(ready, number, noise, instances)
    os.rename(ready, f"{sites.folder}/ch1/spool/export/{os.path.basename(ready)}")
    for _ in range(3):
        sites._run("ch1", "collect", "--once")
    with sqlite3.connect(f"file:{sites.folder}/ch1/journal.sqlite?mode=ro", uri=True) as journal:
        rows = journal.execute(
            "SELECT id, payloadBytes FROM outboundParcel WHERE study = ? AND state = 'sealed'",
            (ct_study.study_uid(number),)).fetchall()
    if len(rows) != 1:
        raise common.Trouble(f"{len(rows)} parcels were sealed")
    return rows[0]


def settings(folder, site, other, lines):
    """What is set at a site for a partner, in place of what was."""
    path = f"{folder}/{site}/partners/{other}.toml"
    with open(path) as file:
        text = file.read()
    mark = "# For this benchmark:\n"
    if text.startswith(mark):
        text = text.split("\n# As it was:\n", 1)[1]
    with open(path, "w") as file:
        file.write(mark + "\n".join(lines) + "\n# As it was:\n" + text)
