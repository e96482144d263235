"""The power goes in the middle of it: what is left is whole, and can be gone on with.

A child of this process types a line and is killed (SIGKILL) at moments spread over the
time that the line takes.
"""

from __future__ import annotations

import os
import shutil
import signal
import time
from typing import TYPE_CHECKING

import pytest

from dualrandom import cli
from tests.refusals import DICE, FREEZE, draw, shorter

if TYPE_CHECKING:
    from pathlib import Path

    from tests.refusals import Run

KILLS = 5
"""For each line."""
GOLDEN = 0.618034
"""Its multiples, without their whole part, fall evenly, however many there are."""


def child(line: tuple[str, ...]) -> int:
    """Start a process that types a line and says nothing; return its id."""
    pid = os.fork()
    if pid:
        return pid
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    code = 99
    try:
        code = cli.run(list(line))
    finally:
        os._exit(code)


def duration(line: tuple[str, ...]) -> float:
    """Return how long a line takes when nobody disturbs it."""
    started = time.monotonic()
    _, status = os.waitpid(child(line), 0)
    assert os.waitstatus_to_exitcode(status) == 0, line
    return time.monotonic() - started


def killed(line: tuple[str, ...], after: float) -> bool:
    """Type a line and kill it; say whether it was not done yet."""
    pid = child(line)
    time.sleep(after)
    os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status) == -signal.SIGKILL


def leftovers(office: Path) -> list[str]:
    """Return what a run that was cut off leaves, and a whole one does not."""
    hidden = [path for path in office.rglob(".*") if "checkpoints" not in path.parts]
    return [path.relative_to(office).as_posix() for path in hidden]


IMPORT = ("import", "targets", "less.csv", "--yes")
TASK = ("task", "edit", "2026-001", "--title", "改了名的任务")
LINES: dict[str, tuple[tuple[tuple[str, ...], ...], tuple[str, ...], str]] = {
    "import": ((), IMPORT, ""),
    "task": ((), TASK, ""),
    "freeze": ((), FREEZE, "E383"),
    "draw": ((FREEZE,), draw("--dice", DICE), "E391"),
    "publish": ((FREEZE, draw("--dice", DICE)), ("publish",), ""),
    "publish again": ((FREEZE, ("publish",), draw("--dice", DICE)), ("publish",), ""),
}


@pytest.mark.parametrize("name", LINES)
def test_killed_in_the_middle(
    tmp_path: Path,
    prepared: Path,
    run: Run,
    lists: Path,
    name: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before, line, done_already = LINES[name]
    ready = tmp_path / "ready"
    shutil.copytree(prepared, ready)
    shorter(lists, ready)
    monkeypatch.chdir(ready)
    for step in before:
        assert run(*step).code == 0
    shutil.copytree(ready, tmp_path / "trial")
    monkeypatch.chdir(tmp_path / "trial")
    takes = duration(line)
    stopped = 0
    for number in range(KILLS):
        office = tmp_path / f"office-{number}"
        shutil.copytree(ready, office)
        monkeypatch.chdir(office)
        after = takes * (number * GOLDEN % 1)
        if killed(line, after):
            stopped += 1
        else:  # the machine was busy when it was timed
            takes = after
        check_whole(office, run, line, done_already)
        shutil.rmtree(office)
    assert stopped > 1, "killed when it was done already"


def check_whole(
    office: Path, run: Run, line: tuple[str, ...], done_already: str
) -> None:
    """Check that nothing is broken, and that the line can be typed again."""
    first = run("log", "verify")
    assert first.code == 0, first.out
    assert run("status").code == 0
    again = run(*line)
    if again.code != 0:
        assert done_already, again.err
        assert done_already in again.err, again.err
    assert run("publish").code == 0
    last = run("log", "verify")
    assert last.code == 0, last.out
    assert leftovers(office) == []
    for folder in (office / "draws").iterdir():
        checked = run("verify", folder, "--json")
        assert checked.code == 6, checked.out
        assert "unlisted" not in checked.out


def test_killed_twice(
    tmp_path: Path,
    prepared: Path,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A whole draw, each line killed once or twice before it is done."""
    office = tmp_path / "示例局"
    shutil.copytree(prepared, office)
    monkeypatch.chdir(office)
    lines = (FREEZE, ("publish",), draw("--dice", DICE), ("publish",))
    for number, line in enumerate(lines):
        for again in (1, 2):
            killed(line, 0.15 * (again * (number + 1) * GOLDEN % 1))
        done = run(*line)
        assert done.code == 0 or "E383" in done.err or "E391" in done.err, done.err
    assert run("log", "verify").code == 0
    assert run("verify", "draws/2026-001").code == 6
    assert run("verify", "public/draws/2026-001").code == 6
    assert run("site", "build", "-o", "../site").code == 0
