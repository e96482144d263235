"""Whatever stands in a list, a log or a file's name: it steers no terminal.

- One office whose every free text is hostile, and every command that shows some of it.
- Outsiders' files: logs, checkpoints, sheets, names of files, arguments.
- The one place through which all of it goes, with every character there is.

Each line is looked at twice: for people, and as JSON, which must still say the same.
"""

from __future__ import annotations

import base64
import io
import json
import shutil
import sqlite3
import sys
import unicodedata
from contextlib import closing, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dualrandom import cli
from dualrandom.cli import show
from dualrandom.errors import InputError, Where, problem
from dualrandom.messages import shown
from dualrandom.registry.cells import ANY, NAMED, TEXT
from dualrandom.registry.lists import KINDS
from dualrandom.registry.tables import metadata
from tests.logmaking import LogMaker, MadeKey
from tests.verifier.conftest import verifier

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Run

TURNS = "\u202eexe\u2066a\u200bb\ufeff\u00adc\U000e0041"
"""What a sheet's cell may hold, and a reader would be misled by."""
STEERS = f"\x1b[2J\x9b31m\r\nFAKE\x07\x7f\u2028{TURNS}"
"""What only an outsider's file or argument holds: it moves the cursor, too."""
FREE = (ANY, NAMED)
TARGET = "919900056180339987"
EVERY = [
    chr(code)
    for code in range(sys.maxunicode + 1)
    if unicodedata.category(chr(code)) in {"Cc", "Cf", "Zl", "Zp"}
]

ALL = "".join(EVERY)
VISIBLE = ("\\u202e", "\\u001b", "\\u009b", "exeabc")
"""As signs that it was shown: the last one where a sheet's reader took the rest away."""


def clean(text: str) -> str:
    """Check that a terminal obeys nothing in a text, and that no line is made up."""
    lines = text.split("\n")
    bad = {c for line in lines for c in line if not c.isprintable() and c != "\u3000"}
    assert not bad, {f"{ord(c):04x}" for c in bad}
    assert not [line for line in lines if line.startswith("FAKE")]
    return text


# ── the one place ────────────────────────────────────────────────────────────────


def texts(value: Any) -> str:
    """Return all words of a JSON value, keys included."""
    if isinstance(value, dict):
        return "".join(map(texts, (*value, *value.values())))
    return "".join(map(texts, value)) if isinstance(value, list) else str(value)


def _error() -> InputError:
    made = (problem("E366", Where(file=ALL, sheet=ALL), field=ALL, value=ALL),)
    where = Where(file=ALL, sheet=ALL, step=ALL)
    return InputError("E101", where=where, detail=ALL, problems=made)


EXITS: dict[str, Callable[[], object]] = {
    "data": lambda: show.data(ALL),
    "talk": lambda: show.talk(ALL),
    "styled": lambda: show.data(show.styled(ALL, "red")),
    "table": lambda: show.table([ALL], [[ALL]]),
    "error": lambda: show.error(_error(), as_json=False),
    "error as JSON": lambda: show.error(_error(), as_json=True),
    "bug": lambda: show.bug(ALL, as_json=False),
    "bug as JSON": lambda: show.bug(ALL, as_json=True),
    "warnings": lambda: show.warnings(_error().problems),
    "JSON": lambda: show.document({ALL: [ALL]}),
}


@pytest.mark.parametrize("way", EXITS)
def test_every_character_by_every_way_out(
    way: str, capsys: pytest.CaptureFixture[str]
) -> None:
    EXITS[way]()
    said = capsys.readouterr()
    assert "\\u202e" in clean(said.out + said.err)
    if way == "JSON":
        assert texts(json.loads(said.out)) == ALL + ALL


def test_a_styled_line_is_styled_by_us_alone(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    show.data(show.styled(f"a\x1b[31m{STEERS}", "bold"))
    out = capsys.readouterr().out
    assert out.startswith("\x1b[1ma\\u001b[31m")
    assert out.endswith("\x1b[0m\n")
    assert out.count("\x1b") == 2
    show.document_text(f"第一条\n\x1b[2J{TURNS}\n")
    assert "第一条\n\\u001b[2J" in clean(capsys.readouterr().out)


# ── an office full of it ─────────────────────────────────────────────────────────

LINES: tuple[tuple[str, ...], ...] = (
    ("items", "revised", "某法", "--on", "2026-03-01"),
    ("penalties", "import", "penalties.csv"),
    ("objections", "import", "objections.csv"),
    ("import", "items", "items.csv", "--changes", "--yes", "--reason", TURNS),
)
FILES = {
    "penalties.csv": (
        "行政处罚决定书文号,当事人,案由,处罚依据,处罚内容,决定机关,决定日期,公示期\n"
        "罚1,店,由,据,容,关,2026-03-01,三年\n"
    ),
    "objections.csv": "异议编号,收到日期,提出人,异议内容\nY-1,2026-03-11,店,未营业\n",
    "items.csv": "编号,抽查事项名称\nSP-03,另一事项\n",
}


@pytest.fixture(scope="module", name="full")
def _full(tmp_path_factory: pytest.TempPathFactory, prepared: Path) -> Path:
    """An office in whose database every free text steers, by an insider's hand."""
    folder = tmp_path_factory.mktemp("full") / "局"
    shutil.copytree(prepared, folder)
    settings = folder / "office.toml"
    named = settings.read_text("utf-8").replace("示例市局", f"示例市局{TURNS}")
    settings.write_text(named, "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name, text in FILES.items():
            Path(name).write_text(text, "utf-8")
        for line in LINES:
            assert cli.run(list(line)) == 0, line
    with closing(sqlite3.connect(folder / "office.db")) as raw, raw:
        raw.execute("DROP TRIGGER change_update_never")
        raw.execute("UPDATE change SET reason = ?, changed_by = ?", [STEERS] * 2)
        for kind in KINDS:
            free = [c.name for c in kind.columns[kind.key :] if c.form is TEXT]
            free = [c.name for c in kind.columns if c.name in free and c.rule in FREE]
            public = [n for n in free if n in metadata.tables[kind.table].c]
            raw.execute(f"DROP TRIGGER {kind.table}_update_close")
            cells = ", ".join(f'"{name}" = ?1' for name in public)
            now = f"UPDATE {kind.table} SET {cells} WHERE seq_to IS NULL"
            raw.execute(now, [TURNS])
        raw.execute("UPDATE task SET scope = '', strata_by = ''")
    return folder


SHOWN: dict[str, tuple[str, ...]] = {
    "the office": ("status",),
    "items": ("items", "list"),
    "an item's versions": ("items", "history", "SP-03"),
    "what changed of items": ("items", "diff", "v1", "v2"),
    "targets": ("targets", "list"),
    "targets counted": ("targets", "list", "--count-by", "region"),
    "a target": ("targets", "show", TARGET),
    "an inspector": ("inspectors", "show", "A-001"),
    "recusals": ("recusals", "list"),
    "tasks": ("task", "list"),
    "a task": ("task", "show", "2026-001"),
    "penalties": ("penalties", "list"),
    "objections": ("objections", "list"),
}


@pytest.mark.parametrize("name", SHOWN)
def test_what_an_office_holds(
    name: str, full: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(full)
    said = run(*SHOWN[name])
    assert said.code == 0, said.err
    assert shown(TURNS) in clean(said.out + said.err)
    told = run(*SHOWN[name], "--json")
    if told.code == 0:
        assert TURNS in texts(json.loads(clean(told.out)))


# ── what outsiders bring ─────────────────────────────────────────────────────────


def _named(folder: Path) -> Path:
    """Make a file whose name steers, as far as a file's name may."""
    path = folder / f"{STEERS}.csv"
    path.write_text("什么,什么也不是\n1,2\n", "utf-8")
    return path


def _cells(folder: Path) -> Path:
    path = folder / "cells.csv"
    path.write_text(f"编号,名称,成立日期\nX-1,店,{TURNS}\n", "utf-8")
    return path


def _log(folder: Path, *, strange: bool = True) -> Path:
    """Publish a log whose keys' names turn and steer; one of them is not known."""
    name = "a\u202eb\u200b\x9b31m"
    log = LogMaker(
        origin=f"{name}.example/x", officers=(f"{name}/o",), supervisors=(f"{name}/s",)
    )
    log.change(by=MadeKey(f"{name}/t") if strange else None)
    for path, data in log.published().items():
        at = folder / "log" / path
        at.parent.mkdir(parents=True, exist_ok=True)
        at.write_bytes(data)
    return folder / "log"


def _forked(folder: Path) -> Path:
    path = folder / "forked"
    text, _, lines = (folder / "log/checkpoint").read_bytes().rpartition(b"\n\n")
    head = text.rpartition(b"\n")[0]
    path.write_bytes(head + b"\n" + base64.b64encode(bytes(32)) + b"\n\n" + lines)
    return path


def _note(folder: Path) -> Path:
    path = folder / "note"
    path.write_bytes(LogMaker(origin="a\u202eb\u200b").checkpoint())
    return path


def _draw(folder: Path) -> Path:
    at = folder / "2026-001"
    at.mkdir()
    (at / f"{STEERS}.tsv").write_bytes(b"x")
    (at / "announcement.json").write_bytes(f'{{"draw":"{TURNS}"}}\n'.encode())
    return at


OUTSIDE: dict[str, Callable[[Path], tuple[object, ...]]] = {
    "a sheet's name": lambda at: ("import", "targets", _named(at)),
    "a sheet's cells": lambda at: ("import", "targets", _cells(at), "--dry-run"),
    "a log's names": lambda at: ("log", "verify", _log(at)),
    "two logs": lambda at: ("log", "compare", _log(at), _note(at)),
    "a fork": lambda at: (
        *("log", "compare", _log(at, strange=False)),
        _forked(at),
    ),
    "a draw's files": lambda at: ("verify", _draw(at)),
    "a path": lambda at: ("verify", at / STEERS),
    "an argument": lambda _: ("freeze", STEERS, "--randomness", "dice:20"),
    "a value": lambda _: ("freeze", "2026-001", "--randomness", STEERS),
    "an option": lambda _: ("status", f"--{STEERS}"),
    "a command": lambda _: (STEERS,),
    "a language": lambda _: ("--lang", STEERS, "status"),
    "a number": lambda _: ("task", "edit", "2026-001", "--posts", STEERS),
    "a name of an office": lambda at: ("init", at / "x", "--name", STEERS),
    "a key's name": lambda at: ("key", "new", at / "k", "--name", STEERS),
    "an address": lambda at: (
        "init",
        at / "x",
        "--name",
        "x",
        "--database",
        f"postgresql://u@h/d?{TURNS}=1",
    ),
    "a scope": lambda _: ("task", "edit", "2026-001", "--scope", f"{STEERS} = 1"),
    "a backup": lambda at: ("restore", _named(at), "--check"),
}


@pytest.mark.parametrize("how", ["", "--json"])
@pytest.mark.parametrize("name", OUTSIDE)
def test_what_outsiders_bring(
    name: str,
    how: str,
    tmp_path: Path,
    full: Path,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(full)
    line = [*OUTSIDE[name](tmp_path), *([how] if how else [])]
    said = run(*line)
    text = clean(said.out + said.err)
    if not (how and "--json" in text):  # a command that has no such option
        assert any(sign in text for sign in VISIBLE), text


def test_the_one_file_check_shows_no_escape_either(tmp_path: Path) -> None:
    for given in (_draw(tmp_path), tmp_path / STEERS):
        for more in ([], ["--json"], ["--lang", "en"]):
            out, err = io.StringIO(), io.StringIO()
            with redirect_stdout(out), redirect_stderr(err):
                verifier.main([str(given), *more])
            text = clean(out.getvalue() + err.getvalue())
            assert any(sign in text for sign in VISIBLE), text
