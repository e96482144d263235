"""An office that is not whole: keys, database, settings, disks.

Every case ends with its exit code and its error code, says what, where and what to do
in both languages, and leaves folder and database as they were.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dualrandom import cli
from dualrandom.registry import Registry
from tests.refusals import (
    DICE,
    FREEZE,
    NEW,
    THREE,
    Prepare,
    check,
    draw,
    drawn_already,
    frozen,
    nothing,
    shorter,
)
from tests.snapshot import snapshot

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.refusals import Run

# ── keys, database, settings ─────────────────────────────────────────────────────


@pytest.fixture(scope="session", name="sealed_once")
def _sealed_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office whose keys have a passphrase."""
    folder = tmp_path_factory.mktemp("sealed") / "示例局"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DUALRANDOM_PASSPHRASE", "四个互不相干的词连成一句")
        assert cli.run(["init", str(folder), "--name", "示例市局", "--no-input"]) == 0
    return folder


@pytest.mark.parametrize(
    ("passphrase", "code"),
    [
        pytest.param("三个互不相干的词连成一句", "E782", id="a wrong passphrase"),
        pytest.param("", "E783", id="an empty passphrase"),
        pytest.param(None, "E783", id="no passphrase and nobody to ask"),
    ],
)
@pytest.mark.parametrize("what", ["import", "task"])
def test_a_key_that_stays_locked(
    tmp_path: Path,
    sealed_once: Path,
    run: Run,
    lists: Path,
    monkeypatch: pytest.MonkeyPatch,
    passphrase: str | None,
    code: str,
    what: str,
) -> None:
    office = tmp_path / "示例局"
    shutil.copytree(sealed_once, office)
    monkeypatch.chdir(office)
    monkeypatch.delenv("DUALRANDOM_PASSPHRASE", raising=False)
    if passphrase is not None:
        monkeypatch.setenv("DUALRANDOM_PASSPHRASE", passphrase)
    lines = {
        "import": ("import", "items", str(lists / "items.csv")),
        "task": (*NEW, "--ratio", "3%"),
    }
    check(run, office, lines[what], 3, code)


def test_a_weak_passphrase_makes_no_office(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "in").mkdir()
    monkeypatch.chdir(tmp_path / "in")
    monkeypatch.setenv("DUALRANDOM_PASSPHRASE", "111")
    check(run, tmp_path / "in", ("init", "局", "--name", "局"), 3, "E786")


def readable(office: Path) -> None:
    (office / "keys/officer-01.key").chmod(0o644)


def log_key_readable(office: Path) -> None:
    (office / "keys/log.key").chmod(0o640)


def gone(name: str) -> Callable[[Path], None]:
    def prepare(office: Path) -> None:
        path = office / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()

    return prepare


def kept_no_folder(office: Path) -> None:
    shutil.rmtree(office / "kept")
    (office / "kept").touch()


def written(name: str, data: bytes) -> Callable[[Path], None]:
    def prepare(office: Path) -> None:
        (office / name).write_bytes(data)

    return prepare


def damaged(office: Path) -> None:
    path = office / "office.db"
    data = bytearray(path.read_bytes())
    data[4096:-4096] = b"\xa5" * (len(data) - 8192)
    path.write_bytes(data)


def newer(office: Path) -> None:
    with closing(sqlite3.connect(office / "office.db", isolation_level=None)) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")


TOML = b'name = "x"\n[log]\norigin = "o"\n[database]\nfile = "office.db"\n'


@pytest.mark.parametrize(
    ("prepare", "args", "exit_code", "code"),
    [
        pytest.param(readable, FREEZE, 5, "E781", id="others can read the key"),
        pytest.param(log_key_readable, FREEZE, 5, "E781", id="or the log's key"),
        pytest.param(gone("keys/officer-01.key"), FREEZE, 5, "E789", id="a key is gone"),
        pytest.param(gone("keys/log.key"), FREEZE, 5, "E789", id="the log's key is gone"),
        pytest.param(gone("keys/log.key.pub"), FREEZE, 5, "E789", id="its public half"),
        pytest.param(gone("rules.md"), FREEZE, 5, "E151", id="the rules are gone"),
        pytest.param(
            gone("kept/checkpoints"), FREEZE, 4, "E183", id="what was signed is gone"
        ),
        pytest.param(kept_no_folder, FREEZE, 4, "E183", id="a file in its place"),
        pytest.param(gone("office.db"), ("status",), 5, "E100", id="no database"),
        pytest.param(written("office.db", b""), ("status",), 5, "E101", id="empty"),
        pytest.param(
            written("office.db", b"text" * 999), ("status",), 5, "E101", id="text instead"
        ),
        pytest.param(damaged, ("log", "verify"), 5, "E107", id="a damaged database"),
        pytest.param(newer, ("status",), 5, "E103", id="a newer database"),
        pytest.param(gone("office.toml"), ("status",), 2, "E161", id="no office"),
        pytest.param(gone("office.toml"), FREEZE, 2, "E161", id="no office to freeze in"),
        pytest.param(
            written("office.toml", b"name = "), ("status",), 2, "E162", id="no TOML"
        ),
        pytest.param(written("office.toml", b"\xff"), ("status",), 2, "E162", id="bytes"),
        pytest.param(
            written("office.toml", b'name = "x"\n'), ("status",), 2, "E162", id="no log"
        ),
        pytest.param(written("office.toml", TOML), ("status",), 2, "E162", id="no keys"),
    ],
)  # fmt: skip
def test_an_office_that_is_not_whole(
    office: Path,
    run: Run,
    prepare: Callable[[Path], None],
    args: tuple[str, ...],
    exit_code: int,
    code: str,
) -> None:
    prepare(office)
    check(run, office, args, exit_code, code)


LOCKING = (
    FREEZE,
    (*NEW, "--ratio", "3%"),
    ("task", "delete", "2026-001"),
    ("import", "targets", "less.csv", "--yes"),
)


@pytest.fixture(name="impatient")
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    wait: Any = Registry.open.__func__  # type: ignore[attr-defined]
    monkeypatch.setitem(wait.__kwdefaults__, "wait", 0.05)


@pytest.mark.parametrize("args", LOCKING, ids=lambda args: " ".join(args[:2]))
@pytest.mark.usefixtures("impatient")
def test_a_database_that_somebody_else_is_writing(
    office: Path, run: Run, lists: Path, args: tuple[str, ...]
) -> None:
    shorter(lists, office)
    with closing(sqlite3.connect(office / "office.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        check(run, office, args, 5, "E104")
        other.execute("ROLLBACK")
    assert run(*args).code == 0


@pytest.mark.usefixtures("impatient")
def test_a_locked_database_keeps_dice_and_result_out(office: Path, run: Run) -> None:
    frozen(office, run)
    with closing(sqlite3.connect(office / "office.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        check(run, office, draw("--dice", DICE), 5, "E104")
    assert run(*draw("--dice", DICE)).code == 0


# ── disks ────────────────────────────────────────────────────────────────────────

START = (
    "import sys; from dualrandom.cli import main; sys.argv[0] = 'dualrandom'; main()"
)
LIMITED = f"""
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
limit = int(__import__("os").environ["LIMIT"])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
{START}
"""
# Root may write anywhere, unless it gives that up before the program starts.
HUMBLE = f"""
import ctypes, os, sys
if os.geteuid() == 0 and "HUMBLE" not in os.environ:
    for capability in (1, 2, 3):  # DAC_OVERRIDE, DAC_READ_SEARCH, FOWNER
        ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)
    os.environ["HUMBLE"] = "1"
    os.execv(sys.executable, [sys.executable, "-c", sys.argv[1], *sys.argv[1:]])
del sys.argv[1]
{START}
"""


def apart(
    code: str, *args: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", code, *args],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), **environment},
        check=False,
    )


WRITING: tuple[tuple[Prepare, tuple[str, ...], str], ...] = (
    (nothing, FREEZE, "nothing"),
    (nothing, (*NEW, "--ratio", "3%"), "nothing"),
    (nothing, ("import", "targets", "less.csv", "--yes"), "nothing"),
    (frozen, draw("--dice", DICE), "entries"),
    (drawn_already, ("publish",), "entries"),
    (drawn_already, ("export", "2026-001", "-o", "x.xlsx"), "nothing"),
    (
        drawn_already,
        ("pack", "2026-001", "--for", "supervisor", "-o", "x.zip"),
        "nothing",
    ),
)
"""Lines that write; what they may leave if they fail: a draw's dice stay logged, and
so does what a publication is about to publish."""
each_writing = pytest.mark.parametrize(
    ("prepare", "args", "leaves"),
    [pytest.param(*row, id=" ".join(row[1][:2])) for row in WRITING],
)


def told_once(
    done: subprocess.CompletedProcess[str],
    before: dict[str, str],
    after: dict[str, str],
) -> None:
    """Check that an error was told in three lines, and what is left is whole."""
    assert done.returncode == 5, done
    told = done.stderr[done.stderr.rfind("dualrandom: ") :]
    assert THREE.fullmatch(told), done.stderr
    assert not [name for name in after if name.split("/")[-1].startswith(".")], after
    # The database, and what remembers its newest signed entry, go on with the log.
    going_on = {"office.db", "kept/head.tlog-proof"}
    assert {
        n: d for n, d in before.items() if n not in going_on and after.get(n) != d
    } == {}


@each_writing
@pytest.mark.parametrize("limit", [4_000, 33_000])
def test_a_disk_that_takes_no_more(
    office: Path,
    run: Run,
    lists: Path,
    prepare: Prepare,
    args: tuple[str, ...],
    leaves: str,
    limit: int,
) -> None:
    """No file may grow beyond a limit: writes fail at ever other places."""
    shorter(lists, office)
    prepare(office, run)
    before = snapshot(office)
    with closing(sqlite3.connect(office / "office.db", isolation_level=None)) as other:
        # Somebody reads: the database's shared memory is there and need not grow.
        other.execute("SELECT count(*) FROM entry")
        done = apart(LIMITED, *args, LIMIT=str(limit))
    after = snapshot(office)
    if done.returncode != 0:
        told_once(done, before, after)
        if leaves == "nothing":
            assert after == before
    else:
        assert limit > 10_000, "nothing was written"
    assert run("log", "verify").code == 0
    if done.returncode != 0:
        again = run(*args)
        assert again.code == 0, again.err
    assert run("publish").code == 0
    assert run("log", "verify").code == 0


@pytest.mark.parametrize("step", ["freeze", "draw"])
def test_an_act_that_stands_but_could_not_be_proved(
    office: Path, run: Run, step: str
) -> None:
    if step == "draw":
        frozen(office, run)
    at = office / "kept/checkpoints"
    at.chmod(0o500)
    line = FREEZE if step == "freeze" else draw("--dice", DICE)
    try:
        done = apart(HUMBLE, HUMBLE, *line)
    finally:
        at.chmod(0o755)
    assert done.returncode == 5
    assert "E187" in done.stderr
    assert "dualrandom publish" in done.stderr
    assert run(*line).code == 4, "it stands"
    assert run("log", "verify").code == 0
    assert run("publish").code == 0
    act = "announce" if step == "freeze" else "result"
    assert (office / f"draws/2026-001/log/{act}.tlog-proof").is_file()


@each_writing
def test_a_folder_that_cannot_be_written(
    office: Path,
    run: Run,
    lists: Path,
    prepare: Prepare,
    args: tuple[str, ...],
    leaves: str,
) -> None:
    shorter(lists, office)
    prepare(office, run)
    before = snapshot(office)
    folders = [office, *(path for path in office.rglob("*") if path.is_dir())]
    files = [path for path in office.rglob("*") if path.is_file()]
    modes = {path: path.stat().st_mode for path in (*folders, *files)}
    for path, mode in modes.items():
        path.chmod(mode & ~0o222)
    try:
        done = apart(HUMBLE, HUMBLE, *args)
    finally:
        for path, mode in modes.items():
            path.chmod(mode)
    told_once(done, before, snapshot(office))
    assert snapshot(office) == before
    assert run(*args).code == 0
