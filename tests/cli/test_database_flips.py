"""Any byte of an office's database: flipped, it is found, or says the same as before.

Here a sample; ``make flips`` does as many as one has time for.
"""

from __future__ import annotations

import random  # noqa: TID251 - which bytes are flipped, not who is drawn
import shutil
import sqlite3
from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.flips import Flipped
from tests.refusals import check

if TYPE_CHECKING:
    from pathlib import Path

    from tests.refusals import Run

SAMPLE = 500


@pytest.mark.slow
def test_a_flipped_byte_of_the_database_is_found(office: Path) -> None:
    flipped = Flipped(office)
    counts: Counter[str] = Counter()
    for at in random.Random(40).sample(range(len(flipped.whole)), SAMPLE):
        said = flipped.flip(at)
        assert said != "missed", at
        counts[said] += 1
    assert min(counts["found"], counts["same"]) > 0, counts


def test_a_database_that_answers_for_ever(office: Path, run: Run) -> None:
    """A view in the log's place: asked for entries, it would never stop."""
    shutil.copy("office.db", "was.db")
    with closing(sqlite3.connect("office.db")) as raw:
        raw.executescript(
            "DROP TABLE entry;"
            "CREATE VIEW entry AS WITH RECURSIVE n(seq) AS "
            "(SELECT 0 UNION ALL SELECT seq + 1 FROM n) "
            "SELECT seq, '' AS prev, '' AS op, '' AS leaf, x'' AS data FROM n;"
        )
    check(run, office, ("log", "verify"), 5, "E101")


@pytest.mark.parametrize("name", [b'"digest":', b'"version":', b'"list":'])
def test_a_field_of_the_log_that_lost_its_name(
    office: Path, run: Run, name: bytes
) -> None:
    """What looks for documents and lists in the log meets a body without its field."""
    changed = bytes([name[0], name[1] ^ 1, *name[2:]])
    with closing(sqlite3.connect("office.db")) as raw:
        triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        for (trigger,) in raw.execute(triggers).fetchall():
            raw.execute(f'DROP TRIGGER "{trigger}"')
        for seq, data in raw.execute("SELECT seq, data FROM entry").fetchall():
            new = bytes(data).replace(name, changed)
            raw.execute("UPDATE entry SET data = ? WHERE seq = ?", (new, seq))
        raw.commit()
    said = run("log", "verify")
    assert (said.code, said.err) == (1, "")
    assert "E708" in said.out
