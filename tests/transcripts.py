"""Console blocks of a page, and a session that types them and compares what is said.

- A block is fenced as ``console``, or stands in a comment that begins ``<!-- console``:
  what somebody else does meanwhile, which the reader of that page need not see.
- ``$ `` begins a command; one that ends in a backslash goes on in the next line.
- The lines beneath are all that it says; none: anything. ``…`` is any text within a
  line; alone on a line it is any lines, or none. ``^C`` is typed once something is said.
- A command ends with 0, or the next one is ``echo $?`` with the code beneath.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import signal
import subprocess
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from dualrandom import cli

BLOCK = re.compile(
    r"^```console\n(?P<seen>.*?)^```$|^<!-- console\b[^\n]*\n(?P<hidden>.*?)^-->$",
    re.DOTALL | re.MULTILINE,
)
SHELL = re.compile(r"[|&;<>()$`*?~]|^(?!dualrandom )")
"""What only a shell can do; all else is our command, run in this process."""
CODE = "echo $?"
INTERRUPT = "^C"


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command of a page, and the lines beneath it."""

    line: int
    text: str
    beneath: tuple[str, ...]
    hidden: bool


def commands(page: str) -> list[Command]:
    """Return the commands of a page, in order."""
    found = []
    for block in BLOCK.finditer(page):
        hidden = block["seen"] is None
        group = "hidden" if hidden else "seen"
        first = page.count("\n", 0, block.start(group)) + 1
        text, beneath, at = "", [], first
        rows = [*enumerate(block[group].splitlines(), first), (0, "$ ")]
        for number, row in rows:
            if text.endswith("\\"):
                text = text[:-1].rstrip() + " " + row.removeprefix(">").strip()
            elif row.startswith("$ "):
                if text:
                    found.append(
                        Command(
                            line=at, text=text, beneath=tuple(beneath), hidden=hidden
                        )
                    )
                text, beneath, at = row[2:].strip(), [], number
            else:
                assert text, f"line {number}: a block begins with a command"
                beneath.append(row)
    return found


def pattern(lines: tuple[str, ...]) -> re.Pattern[str]:
    """Return what the lines beneath a command allow it to say."""
    out = ""
    for line in lines:
        if line.strip() == "…":
            out += r"(?:[^\n]*\n)*?"
        else:
            out += r"[^\n]*".join(map(re.escape, line.rstrip().split("…"))) + r"[ ]*\n"
    return re.compile(out)


@dataclass(slots=True)
class Session:
    """A person at a terminal, in a folder of their own."""

    folder: Path
    code: int = 0

    def play(self, page: str) -> None:
        """Type all commands of a page; fail at the first that is not as written."""
        typed = commands(page)
        assert typed
        for command, after in zip(typed, [*typed[1:], None], strict=True):
            said = self.type(command)
            at = f"line {command.line}: {command.text}\n{said}"
            if command.beneath:
                assert pattern(command.beneath).fullmatch(said), at
            if after is None or after.text != CODE:
                assert self.code == 0, f"exit code {self.code}, {at}"

    def type(self, command: Command) -> str:
        """Run one command and return all that it says."""
        text = command.text
        if any(line.startswith(INTERRUPT) for line in command.beneath):
            return self._interrupted(text)
        return self._shell(text) if SHELL.search(text) else self._ours(text)

    def _ours(self, text: str) -> str:
        said = io.StringIO()
        with (
            contextlib.chdir(self.folder),
            contextlib.redirect_stdout(said),
            contextlib.redirect_stderr(said),
        ):
            self.code = cli.run(shlex.split(text)[1:])
        return said.getvalue()

    def _interrupted(self, text: str) -> str:
        """Let a command that goes on say one line, then type Ctrl-C."""
        with subprocess.Popen(
            ["bash", "-c", f"exec {text}"],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            # Whoever runs the tests in the background has it ignored.
            preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - no threads here
        ) as running:
            assert running.stdout is not None
            first = running.stdout.readline()
            running.send_signal(signal.SIGINT)
            said = first + INTERRUPT + running.stdout.read()
        self.code = running.returncode
        return said

    def _shell(self, text: str) -> str:
        if text == CODE:
            said, self.code = f"{self.code}\n", 0
            return said
        reading, writing = os.pipe()
        done = subprocess.run(
            ["bash", "-c", f'{text}\ncode=$?; pwd >&{writing}; exit "$code"'],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            pass_fds=(writing,),
            check=False,
            start_new_session=True,  # nobody can be asked for a passphrase
        )
        os.close(writing)
        with os.fdopen(reading, encoding="utf-8") as file:
            self.folder = Path(file.read().strip() or self.folder)
        self.code = done.returncode
        return done.stdout


def environment(language: str) -> dict[str, str]:
    """Return what a reader's shell has: the installed command, and no settings."""
    return {
        "DUALRANDOM_LANG": language,
        "LC_ALL": "C.UTF-8",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONIOENCODING": "utf-8",
        "PYTHONUNBUFFERED": "1",  # data and talk in the order they are said
    }
