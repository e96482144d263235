"""``dualrandom --version`` against a Typer application that does nothing else.

Both are small scripts as pip writes them, run by the same interpreter, one after the
other in turn, so that a busy moment of the machine meets both; medians are compared.
"""

# ruff: noqa: S101 - a benchmark asserts that both sides solved the case
from __future__ import annotations

import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from statistics import median

from bench import Ratio, timed, versions
from dualrandom import __version__

PAIRS = 25
_OURS = "from dualrandom.cli import main\nimport sys\nsys.exit(main())\n"
_BARE = """\
import typer

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


def show(value: bool) -> None:
    if value:
        print("bare {version}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def main(version: bool = typer.Option(False, "--version", callback=show)) -> None:
    pass


app()
"""


def run() -> Ratio:
    """Start each side 25 times, in turn, after one start that is not counted."""
    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as folder:
        mine, bare = Path(folder, "dualrandom"), Path(folder, "bare")
        mine.write_text(_OURS, "utf-8")
        bare.write_text(_BARE.replace("{version}", version("typer")), "utf-8")
        assert __version__ in _start(mine)[1]
        assert version("typer") in _start(bare)[1]
        for _ in range(PAIRS):
            ours.append(_start(mine)[0])
            theirs.append(_start(bare)[0])
    return Ratio(
        case=f"--version, median of {PAIRS} starts in turn",
        against="bare Typer application",
        ours=median(ours),
        theirs=median(theirs),
        at_most=1.5,
        versions=versions("typer", "click"),
    )


def _start(script: Path) -> tuple[float, str]:
    command = [sys.executable, str(script), "--version"]
    seconds, done = timed(
        lambda: subprocess.run(command, check=True, capture_output=True, text=True)
    )
    return seconds, done.stdout
