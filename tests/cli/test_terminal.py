"""The command line as a person has it: a terminal, a pipe that closes, a full disk.

A terminal is a pair of pseudo-terminals: what is typed is what a person would type, at
the prompt and not before.
"""

from __future__ import annotations

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from codecs import getincrementaldecoder
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dualrandom import cli
from dualrandom.cli.app import build
from tests.refusals import DICE, FREEZE, NEW, THREE, frozen, shorter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.refusals import Run

START = (
    "import sys; from dualrandom.cli import main; sys.argv[0] = 'dualrandom'; main()"
)
LONGEST = 300
"""Seconds to wait for a prompt on a busy machine."""


def environment(**more: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "TERM")}
    return {
        **kept,
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "TERM": "xterm-256color",
        **more,
    }


@dataclass
class Terminal:
    """A person at a terminal, who answers prompts."""

    seen: str = ""
    code: int | None = None
    _fed: list[str] = field(default_factory=list)

    @staticmethod
    def _log_in(terminal: int) -> None:
        os.login_tty(terminal)
        # Whoever runs the tests in the background has it ignored, and so would we.
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    def type(
        self, *line: str, answers: Sequence[tuple[str, str]] = (), **more: str
    ) -> str:
        """Type a line, and the answers once their prompts are there."""
        here, there = pty.openpty()
        child = subprocess.Popen(
            [sys.executable, "-c", START, *line],
            env=environment(**more),
            preexec_fn=lambda: self._log_in(there),  # noqa: PLW1509 - no threads here
        )
        os.close(there)
        self.seen, waiting = "", list(answers)
        decoder = getincrementaldecoder("utf-8")("replace")  # a read may end mid-sign
        end = time.monotonic() + LONGEST
        from_here = 0
        try:
            while time.monotonic() < end:
                if not select.select([here], [], [], 0.05)[0]:
                    continue
                try:
                    data = os.read(here, 65_536)
                except OSError:  # the other side has gone
                    break
                self.seen += decoder.decode(data)
                if waiting and waiting[0][0] in self.seen[from_here:]:
                    from_here = len(self.seen)
                    os.write(here, f"{waiting.pop(0)[1]}\n".encode())
        finally:
            os.close(here)
            self.code = child.wait(timeout=LONGEST)
        assert not waiting, (waiting, self.seen)
        return self.seen


@pytest.fixture(name="terminal")
def _terminal() -> Terminal:
    return Terminal()


def plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)


# ── asked ────────────────────────────────────────────────────────────────────────


def test_dice_are_asked_twice(office: Path, run: Run, terminal: Terminal) -> None:
    frozen(office, run)
    spaced = " ".join(DICE)
    seen = terminal.type(
        *("draw", "2026-001"),
        answers=[
            ("骰子", DICE),
            ("再输入一次", DICE[::-1]),
            ("重新输入", DICE),
            ("再输入一次", spaced),
        ],
    )
    assert terminal.code == 0, seen
    assert (office / "draws/2026-001/seed.txt").read_text().endswith(f"dice {DICE}\n")


def test_a_question_that_is_left(office: Path, run: Run, terminal: Terminal) -> None:
    """Ctrl-C and Ctrl-D at a prompt: 130, and nothing done."""
    frozen(office, run)
    for key in ("\x03", "\x04"):
        terminal.type("draw", "2026-001", answers=[("骰子", key)])
        assert terminal.code == 130
    assert not (office / "draws/2026-001/seed.txt").exists()


def test_a_change_is_shown_and_asked(
    office: Path, lists: Path, terminal: Terminal
) -> None:
    shorter(lists, office)
    line = ("import", "targets", "less.csv")
    seen = terminal.type(*line, answers=[("[y/N]", "n")])
    assert terminal.code == 4, seen
    assert "注销 1" in seen
    assert "E370" in seen
    seen = terminal.type(*line, answers=[("[y/N]", "y")])
    assert terminal.code == 0, seen


def test_nobody_waits_while_somebody_is_asked(
    office: Path, run: Run, lists: Path, terminal: Terminal
) -> None:
    """A question that stays open over lunch does not lock the office."""
    import threading

    shorter(lists, office)
    made: list[int] = []

    class Colleague(threading.Thread):
        def run(self) -> None:
            done = subprocess.run(
                [sys.executable, "-c", START, *NEW, "--ratio", "3%"],
                env=environment(),
                check=False,
                capture_output=True,
            )
            made.append(done.returncode)

    here, there = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", START, "import", "targets", "less.csv"],
        stdin=there, stdout=there, stderr=there, env=environment(),
    ) as asking:  # fmt: skip
        os.close(there)
        seen = b""
        while b"[y/N]" not in seen:
            seen += os.read(here, 4096)
        colleague = Colleague()
        colleague.start()
        colleague.join(LONGEST)
        os.write(here, b"y\n")
        assert asking.wait(LONGEST) == 0
    os.close(here)
    assert made == [0]
    assert run("log", "verify").code == 0


def test_a_passphrase_is_asked_once_and_never_shown(
    tmp_path: Path, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DUALRANDOM_PASSPHRASE", raising=False)
    monkeypatch.chdir(tmp_path)
    secret = "four unrelated words here"
    seen = terminal.type(
        *("init", "局", "--name", "示例市局"),
        answers=[("为密钥设一个口令", secret), ("再输入一次", secret)],
    )
    assert terminal.code == 0, seen
    assert secret not in seen
    monkeypatch.chdir(tmp_path / "局")
    seen = terminal.type("publish", answers=[("口令", secret)])
    assert terminal.code == 0, seen
    assert secret not in seen
    assert seen.count("的口令") == 1, "officer's key and log's key share it"
    seen = terminal.type(
        "publish", answers=[("的口令", "wrong one here"), ("的口令", secret)]
    )
    assert terminal.code == 0, seen


# ── shown ────────────────────────────────────────────────────────────────────────


def test_colours_on_a_terminal_only(drawn: Path, run: Run, terminal: Terminal) -> None:
    line = ("verify", "draws/2026-001")
    colour = re.compile(r"\x1b\[[0-9;]*3[0-7][0-9;]*m")
    assert colour.search(terminal.type(*line))
    assert not colour.search(terminal.type(*line, NO_COLOR="1"))
    assert not colour.search(terminal.type(*line, TERM="dumb"))
    assert "\x1b" not in run(*line).out


def test_what_takes_long_shows_that_it_goes_on(
    office: Path, terminal: Terminal, run: Run
) -> None:
    seen = terminal.type(*FREEZE)
    assert terminal.code == 0, seen
    busy = re.compile("正在[^…]+……")  # what it is at, one after the other
    assert busy.search(seen)
    assert "正在" not in busy.sub("", plain(seen))
    assert "正在" not in run("publish").err


def test_columns_stand_beneath_each_other(drawn: Path, run: Run) -> None:
    from dualrandom.cli.show import width

    lines = [
        line
        for line in run("verify", "draws/2026-001").out.splitlines()
        if "  文件  " in line
    ]
    starts = {width(line[: line.index(".")].rpartition("  ")[0]) for line in lines}
    assert len(starts) == 1
    table = run("log", "list").out.splitlines()
    at = table[0].index("行为")
    assert {width(line[:at]) for line in table[:1]} == {width(table[0][:at])}


# ── pipes ────────────────────────────────────────────────────────────────────────


def piped(*line: str, **more: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-c", START, *line],
        capture_output=True,
        env=environment(**more),
        check=False,
    )


@pytest.mark.parametrize("encoding", ["gbk", "ascii", "utf-8"])
def test_a_pipe_of_another_encoding(drawn: Path, encoding: str) -> None:
    done = piped("verify", "draws/2026-001", PYTHONIOENCODING=encoding)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count(b"Traceback") == 0
    text = done.stdout.decode(encoding)
    assert "announcement.json" in text
    if encoding == "gbk":
        assert "√ 一致" in text
        assert "\\u" not in text
    refused = piped("verify", "nowhere", PYTHONIOENCODING=encoding)
    assert refused.returncode == 5
    assert b"E150" in refused.stderr


def test_a_reader_that_leaves_hears_no_complaint(drawn: Path) -> None:
    """As in ``… | head -1``: no traceback, and the answer's own exit code."""
    for line, code in ((("log", "list"), 0), (("verify", "public/draws/2026-001"), 6)):
        read, write = os.pipe()
        os.close(read)
        with closing(os.fdopen(write, "wb")) as gone:
            done = subprocess.run(
                [sys.executable, "-c", START, *line],
                stdout=gone,
                stderr=subprocess.PIPE,
                env=environment(),
                check=False,
            )
        assert done.returncode == code
        assert b"Error" not in done.stderr
        assert b"E1" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device here")
@pytest.mark.parametrize("line", [("log", "list"), ("status",), ("--version",)])
def test_data_that_cannot_be_written_is_told(
    drawn: Path, line: tuple[str, ...]
) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-c", START, *line],
            stdout=full,
            stderr=subprocess.PIPE,
            env=environment(),
            check=False,
        )
    told = done.stderr.decode()
    assert done.returncode == 5, told
    assert THREE.search(told), told
    assert "E177" in told


# ── usage and JSON ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("line", "told"),
    [
        pytest.param(("nosuch",), "nosuch", id="an unknown command"),
        pytest.param(("task", "nosuch"), "nosuch", id="an unknown command of a group"),
        pytest.param(("--nosuch",), "--nosuch", id="an unknown option"),
        pytest.param(("status", "--nosuch"), "--nosuch", id="an option it has not"),
        pytest.param(("verify",), "FOLDER", id="an argument is missing"),
        pytest.param(("status", "x"), "x", id="an argument too many"),
        pytest.param(("log", "show", "x"), "SEQ", id="not a number"),
        pytest.param(("import", "people", "x.csv"), "people", id="not a list"),
        pytest.param(("--lang", "fr", "status"), "fr", id="an unknown language"),
        pytest.param(("status", "--lang"), "--lang", id="a language is missing"),
    ],
)
def test_a_line_that_is_no_line(
    office: Path, run: Run, line: tuple[str, ...], told: str
) -> None:
    said = run(*line)
    assert said.code == 2
    assert said.out == ""
    assert THREE.fullmatch(said.err), said.err
    assert told in said.err


def test_what_the_system_says_is_said_in_the_reader_s_language(
    office: Path, run: Run
) -> None:
    assert "没有这个文件或文件夹" in run("verdict", "nowhere").err
    said = run("--lang", "en", "verdict", "nowhere").err
    assert "there is no such file or folder" in said


def test_a_line_of_a_group_is_named_whole() -> None:
    """What went wrong is told of ``key add``, not of ``key``."""
    assert {group.name for group in build().registered_groups} == {*cli._GROUPS}


FAILING = (
    ("verify", "nowhere"), ("status", "--nosuch"), ("log", "verify", "nowhere"),
    ("log", "list", "--nosuch"), ("import", "items", "nowhere"),
    ("import", "targets", "less.csv"), ("freeze", "T-9", "--randomness", "dice:20"),
    ("freeze", "2026-001", "--randomness", "dice:2"), ("draw", "T-9"), ("why", "T-9", "x"),
    ("task", "show", "T-9"), ("init", ".", "--name", "x"), ("nosuch",),
)  # fmt: skip


@pytest.mark.parametrize("line", FAILING, ids=" ".join)
@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_an_error_as_json_is_one_object(
    office: Path, run: Run, lists: Path, line: tuple[str, ...], lang: str
) -> None:
    shorter(lists, office)
    said = run(*line, "--json", "--lang", lang)
    assert said.code in (2, 3, 4, 5)
    assert said.out == ""
    told = json.loads(said.err)
    assert set(told) == {"schema", "code", "what", "where", "fix", "problems"}
    assert told["schema"] == "dualrandom/error/v1"
    assert all(told[name] for name in ("code", "what", "where", "fix"))


def test_every_way_to_ask_for_a_language(
    office: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = ("task", "show", "T-9")
    english = run("--lang", "en", *line).err
    assert "error[E381]" in english
    assert run(*line, "--lang=en").err == english
    monkeypatch.setenv("DUALRANDOM_LANG", "en_GB.UTF-8")
    assert run(*line).err == english
    assert "错误[E381]" in run(*line, "--lang", "zh-CN").err
    monkeypatch.setenv("DUALRANDOM_LANG", "C")
    assert "错误[E381]" in run(*line).err
