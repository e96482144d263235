"""Attacks by an officer who goes round the program's own promises, by name.

Each has the office's files and keys, and no second person. ``docs/attacks.md`` lists
them with those on one draw.
"""

from __future__ import annotations

import datetime as dt
import json
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dualrandom.canonical import leaf_hash
from tests.draws import approved, drawn, freeze, new_task, rows
from tests.intruder import Intruder
from tests.refusals import frozen, refused

if TYPE_CHECKING:
    from conftest import Clock, Run

FOLDER = Path("draws/2026-001")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_attacker_writes_a_row_of_changes_to_spare_a_firm(
    office: Path, run: Run
) -> None:
    """A row that no log entry names visits nobody: no cap is reached by it."""
    text = Path("rules.md").read_text("utf-8")
    assert "yearly_cap = 0" in text
    Path("rules.md").write_text(text.replace("yearly_cap = 0", "yearly_cap = 1"))
    assert run("rules", "set", "rules.md").code == 0
    new_task(run, "T-2", "--ratio", "5%", "--reserves", "1/1")
    drawn(run, "T-2")
    folder = office / "draws/T-2"
    first = rows(folder, "drawn.tsv")[0][0]
    spared = rows(folder, "reserves.tsv")[0][0]
    salt = "#salt\t" + "0" * 32
    head, row = (
        "seq\tid\tsubstitute\treason\tevidence",
        f"999\t{first}\t{spared}\t停业\tx",
    )
    (folder / "replacements.tsv").write_text(f"{head}\n{salt}\n{row}\n", "utf-8")
    frozen(office, run)
    out = {row[0] for row in rows(FOLDER, "exclusions.tsv")}
    assert first in out
    assert spared not in out


def test_attacker_damages_a_list_to_abandon_without_the_value(
    office: Path, run: Run, clock: Clock
) -> None:
    """What is known by then is asked for, whatever became of the lists."""
    soon = (clock.now + dt.timedelta(hours=9)).strftime("%Y-%m-%d %H:%M:%S")
    freeze(run, "2026-001", "--randomness", f"drand@{soon}")
    clock.pass_by(hours=2)
    line = ("abandon", "2026-001", "--reason")
    refused(run(*line, "名单有误"), 4, "E469")
    intruder = Intruder(office)
    intruder.flip(f"{FOLDER}/strata.tsv")
    refused(run(*line, "名单有误"), 4, "E469")
    # Without the announcement nobody can tell; so the log says that it is lost.
    (FOLDER / "announcement.json").rename("hidden.json")
    refused(run(*line, "名单有误"), 4, "E250")
    assert approved(run, *line, "文件遗失").code == 0
    told = json.loads(run("log", "list", "--act", "draw.abandon", "--json").out)
    assert "lost" in json.dumps(told)


def test_what_is_not_public_is_its_owner_s_alone(drawn: Path, run: Run) -> None:
    """Whoever shares the machine reads no pack, sheet or page with names in it."""
    new_task(run, "T-2", "--strata", "risk", "--ratio", "20%")
    freeze(run, "T-2")
    for line in (
        ("pack", "2026-001", "--for", "supervisor", "-o", "all.zip"),
        ("archive", "2026-001", "-o", "archive.zip"),
        ("export", "2026-001", "-o", "visits.xlsx"),
        ("export", "targets", "-o", "classes.csv"),
        ("results", "template", "2026-001", "-o", "results.xlsx"),
        ("stage", "T-2", "-o", "classes.html"),
        ("backup", "backup.zip"),
    ):
        assert run(*line).code == 0, line
        assert mode(Path(line[-1])) == 0o600, line
    for line in (
        ("pack", "2026-001", "--for", "public", "-o", "public.zip"),
        ("stage", "2026-001", "-o", "page.html"),
    ):
        assert run(*line).code == 0, line
        assert mode(Path(line[-1])) == 0o644, line


def test_nothing_private_is_written_where_others_see_it(drawn: Path, run: Run) -> None:
    """Not even by a slip: the webmaster copies what lies in public/."""
    for folder in ("public", "draws/2026-001"):
        for line in (
            ("pack", "2026-001", "--for", "supervisor", "-o", "x.zip"),
            ("archive", "2026-001", "-o", "x.zip"),
            ("export", "2026-001", "-o", "x.xlsx"),
            ("export", "targets", "-o", "x.csv"),
            ("results", "template", "2026-001", "-o", "x.xlsx"),
            ("backup", "x.zip"),
        ):
            refused(run(*line[:-1], f"{folder}/{line[-1]}"), 2, "E964")


@pytest.mark.parametrize("line", [("publish",), ("log", "checkpoint")])
def test_attacker_puts_an_entry_into_the_database(
    drawn: Path, run: Run, line: tuple[str, ...]
) -> None:
    """The office signs no tree that holds it, and goes on once it is taken out."""
    intruder = Intruder(drawn)
    copy = intruder.backup()
    entry = bytes(intruder.one("SELECT data FROM entry ORDER BY seq DESC LIMIT 1"))
    size, head = (
        intruder.one(f"SELECT {what} FROM entry ORDER BY seq DESC LIMIT 1")
        for what in ("seq + 1", "leaf")
    )
    forged = entry.replace(b'"seq":%d' % (size - 1), b'"seq":%d' % size)
    leaf = leaf_hash(forged).hex()
    intruder.sql(
        "INSERT INTO entry (seq, prev, op, leaf, data)"
        f" VALUES ({size}, '{head}', 'forged', '{leaf}', X'{forged.hex()}')"
    )
    signed = sorted(Path("kept/checkpoints").iterdir())
    refused(run(*line), 4, "E184")
    assert sorted(Path("kept/checkpoints").iterdir()) == signed
    intruder.restore(copy)
    assert run("publish").code == 0


def test_attacker_takes_an_item_out_after_it_was_drawn_for(
    drawn: Path, run: Run, lists: Path
) -> None:
    """Its versions stay on the page, and until when each was in force."""
    rows = (lists / "items.csv").read_text("utf-8-sig").splitlines()
    kept = [row for row in rows if not row.startswith("SP-03")]
    assert len(kept) == len(rows) - 1
    Path("items.csv").write_text("\n".join(kept) + "\n", "utf-8")
    assert run("import", "items", "items.csv", "--yes").code == 0
    assert run("publish").code == 0
    told = json.loads(Path("public/items.json").read_text("utf-8"))["items"]
    (version,) = [one for one in told if one["code"] == "SP-03"]
    assert version["valid_to"] is not None
