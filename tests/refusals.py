"""How the command line refuses: three lines, an exit code, and nothing done.

check(run, office, ("freeze", "T-9", "--randomness", "dice:20"), 4, "E381")
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import openpyxl

from tests.snapshot import snapshot

DICE = "63454660390103169462"
FREEZE = ("freeze", "2026-001", "--randomness", "dice:20")
PERIOD = ("--from", "2099-12-01", "--to", "2099-12-31", "--title", "例")
NEW = ("task", "new", "T-2", "--item", "SP-03", *PERIOD)

THREE = re.compile(
    r"dualrandom: (?:错误|error)\[(?P<code>E[0-9]{3})\][:：] .+\n"
    r"  (?:位置|where): .+\n"
    r"(?:  - .+\n|  … .+\n)*"
    r"  (?:办法|do): .+\n"
)


class Said(Protocol):
    """What a command answered."""

    code: int
    out: str
    err: str


Run = Callable[..., Any]
Prepare = Callable[[Path, Run], None]


def refused(said: Said, exit_code: int, code: str) -> str:
    """Check that a command said no as it should; return its three lines."""
    assert said.code == exit_code, said.err
    assert said.out == ""
    at = said.err.rfind("dualrandom: ")
    found = THREE.fullmatch(said.err[at:])
    assert found is not None, said.err
    assert found["code"] == code, said.err
    return found[0]


def check(
    run: Run, office: Path, args: Sequence[str], exit_code: int, code: str
) -> str:
    """Type a line in both languages; return what was said in Chinese.

    A refused sheet may come back with its faults marked; nothing else is written, in
    the office or beside it. What is beside it is one test's alone.
    """
    around = office.parent
    before = snapshot(around)
    chinese = refused(run(*args), exit_code, code)
    english = refused(run("--lang", "en", *args), exit_code, code)
    assert chinese != english
    copies = {*around.rglob("*.问题*.xlsx"), *around.rglob("*.Problem*.xlsx")}
    assert bool(copies) == (code == "E220")
    for copy in copies:
        copy.unlink()
    assert snapshot(around) == before
    return chinese


def sheet(office: Path, name: str, *rows: Sequence[Any]) -> None:
    """Write a sheet as its suffix says."""
    if name.endswith(".csv"):
        lines = [",".join(map(str, row)) for row in rows]
        (office / name).write_text("\n".join(lines) + "\n", "utf-8")
        return
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for row in rows:
        page.append(list(row))
    book.save(office / name)


def shorter(lists: Path, office: Path) -> None:
    """Put a list of targets there that lacks the last one."""
    text = (lists / "targets.csv").read_text("utf-8-sig").splitlines()
    (office / "less.csv").write_text("\n".join(text[:-1]) + "\n", "utf-8")


def nothing(office: Path, run: Run) -> None:
    """The office as it is."""


def frozen(office: Path, run: Run) -> None:
    """An announcement waits for its dice."""
    assert run(*FREEZE).code == 0


def drawn_already(office: Path, run: Run) -> None:
    """It has them."""
    frozen(office, run)
    assert run("draw", "2026-001", "--dice", DICE).code == 0


def draw(*options: str) -> tuple[str, ...]:
    """A line that draws."""
    return ("draw", "2026-001", *options)
