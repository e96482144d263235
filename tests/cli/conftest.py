"""An office as an officer has it, and the command line to drive it."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from dualrandom import cli
from dualrandom.office import place

ROOT = Path(__file__).parent.parent.parent
DICE = "63454660390103169462"
TASK = (
    *("task", "new", "2026-001", "--item", "SP-03", "--ratio", "3%"),
    *("--posts", "执法证:2", "--from", "2099-12-01", "--to", "2099-12-31"),
    *("--title", "食品经营监督检查"),
)


@dataclass(frozen=True)
class Said:
    code: int
    out: str
    err: str


Run = Callable[..., Said]
Until = Callable[[str], None]


class Clock:
    """The office's clock, which tests move on."""

    def __init__(self) -> None:
        self.now = dt.datetime.now(dt.UTC).replace(microsecond=0)

    def __call__(self) -> dt.datetime:
        return self.now

    def pass_by(self, **time: int) -> None:
        self.now += dt.timedelta(**time)


@pytest.fixture(name="clock")
def _clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    defaults = place.open_office.__kwdefaults__
    assert defaults is not None
    monkeypatch.setitem(defaults, "clock", clock)
    return clock


@pytest.fixture(name="run")
def _run(capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*args: object) -> Said:
        capsys.readouterr()
        code = cli.run([str(arg) for arg in args])
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return Said(code=code, out=said.out, err=said.err)

    return run


@pytest.fixture(name="until")
def _until(monkeypatch: pytest.MonkeyPatch) -> Until:
    """Let the office's clock stand at noon of a day, whatever today is."""

    def stand(day: str) -> None:
        moment = dt.datetime.fromisoformat(f"{day}T04:00:00+00:00")
        defaults = place.open_office.__kwdefaults__
        assert defaults is not None
        monkeypatch.setitem(defaults, "clock", lambda: moment)

    return stand


@pytest.fixture(scope="session", name="lists")
def _lists(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fictional lists: 120 targets, 30 inspectors, 7 items."""
    folder = tmp_path_factory.mktemp("lists")
    made = [sys.executable, ROOT / "tools/sample.py", folder]
    subprocess.run([*made, "--targets", "120", "--inspectors", "30"], check=True)
    return folder


@pytest.fixture(scope="session", name="prepared")
def _prepared(tmp_path_factory: pytest.TempPathFactory, lists: Path) -> Path:
    """An office with all lists imported and one task; copied by each test."""
    folder = tmp_path_factory.mktemp("prepared") / "示例局"
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder.parent)
        assert cli.run(["init", "示例局", "--name", "示例市局", "--no-input"]) == 0
        patch.chdir(folder)
        assert cli.run(["import", "items", str(lists / "items.csv")]) == 0
        assert cli.run(["import", "targets", str(lists / "targets.csv")]) == 0
        people = str(lists / "inspectors.xlsx")
        assert cli.run(["import", "inspectors", people]) == 0
        assert cli.run(list(TASK)) == 0
    return folder


@pytest.fixture(scope="session", name="drawn_once")
def _drawn_once(tmp_path_factory: pytest.TempPathFactory, prepared: Path) -> Path:
    """The same, witnessed, drawn and published."""
    folder = tmp_path_factory.mktemp("drawn") / "示例局"
    shutil.copytree(prepared, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        witness = (
            [
                *("log", "cosign", "public/log", "--state", "../state", "--draws"),
                *("..", "--key", "keys/supervisor/supervisor-01.key"),
                *("-o", "../cosigned"),
            ],
            ["log", "witness", "../cosigned"],
        )
        for args in (
            ["freeze", "2026-001", "--randomness", "dice:20"],
            ["publish"],
            ["pack", "2026-001", "--for", "supervisor", "-o", "../2026-001.zip"],
            *witness,
            ["draw", "2026-001", "--dice", DICE],
            ["publish"],
            *witness,
            ["publish"],
        ):
            assert cli.run(args) == 0, args
    return folder


@pytest.fixture(name="office")
def _office(tmp_path: Path, prepared: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the prepared office; the test stands in it."""
    folder = tmp_path / "示例局"
    shutil.copytree(prepared, folder)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture(name="drawn")
def _drawn(tmp_path: Path, drawn_once: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the office after its draw; the test stands in it."""
    folder = tmp_path / "示例局"
    shutil.copytree(drawn_once, folder)
    monkeypatch.chdir(folder)
    return folder
