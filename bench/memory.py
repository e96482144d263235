"""Memory of a full check: a log of 1,000,000 entries against one of 10,000.

Two ways, and the larger ratio counts: a published log, and an office's own with its
database. Each check runs in a process of its own, whose highest resident memory is
read at its end. Signatures are left out, since a million of them take minutes and
nothing is kept of one; all else is done.
"""

# ruff: noqa: S101, T201 - a benchmark asserts; its own program, in a child
from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch
from uuid import UUID

from bench import Ratio, versions
from bench._logs import entries, publish
from dualrandom.canonical import leaf_hash
from dualrandom.keys import load_key
from dualrandom.office.checking import verify_office_log, verify_published_log
from dualrandom.office.lookahead import Lookahead
from dualrandom.office.memory import checkpoint
from dualrandom.office.place import open_office
from dualrandom.office.setup import init_office

SMALL = 10_000
LARGE = 1_000_000
MOST = 1.2


def run() -> Ratio:
    """Measure both ways at both sizes."""
    peaks = {
        way: [_measured(way, size) for size in (SMALL, LARGE)]
        for way in ("published", "office")
    }
    small, large = max(peaks.values(), key=lambda pair: pair[1] / pair[0])
    said = ", ".join(f"{way} {a} and {b} MB" for way, (a, b) in peaks.items())
    return Ratio(
        case=f"highest memory of a check of {LARGE:,} entries ({said})",
        against=f"the same of {SMALL:,} entries",
        ours=large,
        theirs=small,
        at_most=MOST,
        unit="MB",
        versions=versions("sqlalchemy"),
    )


def _measured(way: str, size: int) -> int:
    with TemporaryDirectory() as folder:
        made = {"published": _published, "office": _office}[way]
        made(Path(folder) / "x", size)
        done = subprocess.run(
            [sys.executable, "-m", "bench.memory", way, folder + "/x"],
            capture_output=True,
            text=True,
            check=True,
        )
    return int(done.stdout)


def _published(folder: Path, size: int) -> None:
    publish(folder, entries(size, signed=False))


def _office(folder: Path, size: int) -> None:
    """Make an office whose log is long: its first entries, then rows beside it."""
    init_office(folder, name="示例局", passphrase=None)
    office = open_office(folder, unlock=load_key)
    with office.registry.read() as tx:
        begin = tuple(tx.entries())
    with closing(sqlite3.connect(folder / office.settings.database)) as db, db:
        db.execute("PRAGMA synchronous = OFF")
        prev = leaf_hash(begin[-1]).hex()
        rest = islice(entries(size, begin, signed=False), len(begin), None)
        for seq, data in enumerate(rest, len(begin)):
            leaf = leaf_hash(data).hex()
            row = (seq, prev, str(UUID(int=seq)), leaf, data)
            db.execute("INSERT INTO entry VALUES (?, ?, ?, ?, ?)", row)
            prev = leaf
    checkpoint(office)


def _check(way: str, folder: Path) -> None:
    """Check a log as ``dualrandom log verify`` does, and print the highest memory."""
    with patch.object(Lookahead, "verify", lambda *_: True):
        if way == "published":
            kept = folder / "checkpoint"
            done = verify_published_log(folder, against=kept, policy=None, genesis=None)
        else:
            office = open_office(folder, unlock=load_key)
            done = verify_office_log(office, against=None, policy=None, genesis=None)
    assert (done.exit_code, done.findings) == (0, ())
    # Not by getrusage: that counts what the parent had before this program began.
    status = Path("/proc/self/status").read_text("ascii")
    print(int(status.partition("VmHWM:")[2].split()[0]) // 1024)


if __name__ == "__main__":
    _check(sys.argv[1], Path(sys.argv[2]))
