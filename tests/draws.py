"""Draws as an office makes them, for tests that look at what becomes of them.

freeze(run, "P-1", "--strata", "risk", "--ratio", "A=50%")
approved(run, "replace", "2026-001", ID, "--reason", "停业", "--evidence", "照片")
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dualrandom.keys import load_key
from dualrandom.office import journal
from dualrandom.office.place import open_office
from tests.refusals import DICE, PERIOD
from tests.scripts import stranger

if TYPE_CHECKING:
    from pathlib import Path

SUPERVISOR = "keys/supervisor/supervisor-01.key"
GENESIS = "kept/genesis.entry"


def new_task(run: Any, task: str, *options: str) -> None:
    """Make a task of two posts with certificates."""
    posts = () if "--posts" in options else ("--posts", "执法证:2")
    done = run("task", "new", task, "--item", "SP-03", *PERIOD, *posts, *options)
    assert done.code == 0, done.err


def freeze(run: Any, task: str, *options: str) -> None:
    """Announce a task's draw; with dice unless other randomness is named."""
    dice = () if "--randomness" in options else ("--randomness", "dice:20")
    done = run("freeze", task, *dice, *options)
    assert done.code == 0, done.err


def drawn(run: Any, task: str, *options: str) -> None:
    """Announce and draw with dice."""
    freeze(run, task, *options)
    done = run("draw", task, "--dice", DICE)
    assert done.code == 0, done.err


def approved(run: Any, *command: str) -> Any:
    """Ask, let the supervisor approve, carry out; return what was said last."""
    asked = run(*command)
    assert (asked.code, "E167" in asked.err) == (4, True), asked.err
    request = f"{command[0]}-{command[1]}.request"
    signed = run("approve", request, "--key", SUPERVISOR)
    assert signed.code == 0, signed.err
    return run(*command, "--approval", f"{request}.approval")


def both(run: Any, folder: object, *, genesis: str = GENESIS) -> tuple[int, str, str]:
    """Let both verifiers check a folder; they agree. Return the code and both texts."""
    ours = run("verify", folder, "--genesis", genesis)
    theirs = stranger(folder, "--genesis", genesis)
    assert ours.code == theirs.returncode, ours.out + theirs.stdout
    return ours.code, ours.out, theirs.stdout


def rows(folder: Path, name: str) -> list[list[str]]:
    """Return the records of a table, without header, salt and strata."""
    lines = (folder / name).read_text("utf-8").splitlines()[1:]
    return [line.split("\t") for line in lines if not line.startswith("#")]


def logged_only(office: Path, dice: str) -> None:
    """Leave an office as a draw does that dies right after it logged its dice."""
    opened = open_office(office, unlock=load_key)
    with journal.writing(opened) as (tx, _):
        life = journal.open_draw(journal.told(opened, tx), "2026-001")
        body = {
            "draw": life.draw,
            "commitment": life.commitment,
            "source": 0,
            "digits": dice,
        }
        journal.append(opened, tx, "draw.dice", body, signer=opened.officer())
