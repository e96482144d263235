"""Checking a draw of 200,000 targets against drawing it, both ours.

A folder with two strata, 3 % of each drawn, two posts each. To draw is to read the
frozen lists, hold them to their digests, select, match and make all files; to check is
all that ``dualrandom verify`` does with the folder. The one-file verifier's time is
printed beside it and has no bound.
"""

# ruff: noqa: S101 - a benchmark asserts that both sides solved the case
from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from bench import Ratio, timed, versions
from dualrandom.canonical import sha256
from dualrandom.documents import parse_announcement
from dualrandom.model import Quota, Rounding
from dualrandom.model import Ratio as Share
from dualrandom.office.looking import verify_path
from dualrandom.office.outcome import Made, load_frozen, make
from dualrandom.randomness import line
from dualrandom.verify import Report, Verdict
from tests.factories import DICE, make_folder

TARGETS = 200_000
INSPECTORS = 200
QUOTA = Quota(ratio=Share(p=3, q=100), round=Rounding.UP)
ROUNDS = 2
UNTRUSTED = 6
"""The exit code where all agrees and no key is trusted."""
ALONE = Path(__file__).parent.parent / "reports" / "verifier" / "verify.py"


def run() -> Ratio:
    """Take the best of two turns each, in turn."""
    checks, draws = [], []
    with tempfile.TemporaryDirectory() as parent:
        folder = make_folder(
            Path(parent), targets=TARGETS, inspectors=INSPECTORS, quota=QUOTA
        )
        for _ in range(ROUNDS):
            seconds, report = timed(lambda: verify_path(folder, None))
            checks.append(seconds)
            seconds, made = timed(lambda: _draw(folder))
            draws.append(seconds)
        alone, code = timed(lambda: _alone(folder))
        _check(folder, report, made, code)
    return Ratio(
        case=(
            f"check a draw of {TARGETS:,} targets, {INSPECTORS} inspectors;"
            f" verify.py takes {alone:.1f} s"
        ),
        against="drawing it",
        ours=min(checks),
        theirs=min(draws),
        at_most=2,
        versions=versions(),
    )


def _draw(folder: Path) -> Made:
    data = (folder / "announcement.json").read_bytes()
    frozen = load_frozen(folder, sha256(data))
    [source] = parse_announcement(data).randomness
    return make(frozen, [line(source, DICE)], [{}])


def _alone(folder: Path) -> int:
    command = [sys.executable, "-I", "-S", str(ALONE), str(folder)]
    return subprocess.run(command, check=False, capture_output=True).returncode


def _check(folder: Path, report: Report, made: Made, code: int) -> None:
    """Assert that all was drawn and checked; only trust, a matter of keys, lacks."""
    for name, data in made.files.items():
        assert (folder / name).read_bytes() == data, name
    agreed = {s.name for s in report.steps if s.verdict is Verdict.AGREES}
    assert {"selection", "reserves", "drawn", "teams", "staffing"} <= agreed
    assert report.exit_code == code == UNTRUSTED
