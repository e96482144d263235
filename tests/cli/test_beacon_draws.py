"""Draws from a public beacon, from the freeze to both verifiers.

The beacons are the tests' own; their chain stands under quicknet's hash, so that both
verifiers know when its rounds come, and its key under that of quicknet.
"""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dualrandom.beacons import certificates
from dualrandom.office import place
from dualrandom.randomness import CHAINS, QUICKNET, Scheme, first_round
from tests.beaconmaking import (
    TestChain,
    issuer,
    published,
)

if TYPE_CHECKING:
    from conftest import Run

ROOT = Path(__file__).parent.parent.parent
VERIFIER = ROOT / "reports" / "verifier" / "verify.py"
DICE = "63454660390103169462"
CHINA = dt.timezone(dt.timedelta(hours=8))


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


@pytest.fixture(name="chain")
def _chain(monkeypatch: pytest.MonkeyPatch) -> TestChain:
    chain = TestChain(Scheme.UNCHAINED_G1)
    monkeypatch.setitem(CHAINS, QUICKNET, chain.known())
    return chain


@pytest.fixture(name="nist")
def _nist(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certificates, "issuers", lambda: (issuer(),))


def stranger(folder: Path, *options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "-S", VERIFIER, folder, *options]
    return subprocess.run(
        list(map(str, command)), capture_output=True, text=True, check=False
    )


def china(moment: dt.datetime) -> str:
    return moment.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")


def ahead(clock: Clock, **time: int) -> tuple[str, int]:
    """Return a source so far ahead, and its round."""
    moment = clock.now + dt.timedelta(**time)
    return f"drand@{china(moment)}", first_round(
        QUICKNET, int(moment.timestamp())
    ).round


def save(name: str, made: dict[str, Any]) -> str:
    Path(name).write_bytes(published(made))
    return name


def steps(run: Run, *args: object) -> dict[str, list[str]]:
    """Return the verdicts and codes of a verification, by the step's name."""
    report = json.loads(run("verify", *args, "--json").out)
    found: dict[str, list[str]] = {}
    for step in report["steps"]:
        found.setdefault(step["name"], []).append(step["code"] or step["verdict"])
    return found


def witness(run: Run) -> None:
    """Publish, have a supervisor cosign, take the cosignature in."""
    for args in (
        ["publish"],
        [
            *("log", "cosign", "public/log", "--state", "../state", "--draws", ".."),
            *("--key", "keys/supervisor/supervisor-01.key", "-o", "../cosigned"),
        ],
        ["log", "witness", "../cosigned"],
    ):
        done = run(*args)
        assert done.code == 0, done.err


def test_a_round_named_by_its_time_makes_a_draw_that_all_can_check(
    office: Path, run: Run, clock: Clock, chain: TestChain
) -> None:
    source, number = ahead(clock, hours=2)
    frozen = run("freeze", "2026-001", "--randomness", source)
    assert frozen.code == 0, frozen.err
    assert f"第 {number} 轮" in frozen.err
    announced = json.loads((office / "draws/2026-001/announcement.json").read_text())
    assert announced["randomness"] == [
        {"kind": "drand", "chain": QUICKNET, "round": number}
    ]
    assert (
        "2026-001.zip"
        in run("pack", "2026-001", "--for", "supervisor", "-o", "../2026-001.zip").out
    )
    witness(run)
    clock.pass_by(hours=3)
    made = chain.round(number)
    drawn = run("draw", "2026-001", "--beacon", save("round.json", made))
    assert drawn.code == 0, drawn.err
    proofs = json.loads((office / "draws/2026-001/randomness.json").read_text())
    assert proofs == [{"signature": made["signature"]}]
    witness(run)
    assert run("publish").code == 0
    done = run("verify", "draws/2026-001", "--genesis", "kept/genesis.entry")
    assert done.code == 0, done.out
    assert "可公开核验" in done.out
    other = stranger(
        office / "draws/2026-001", "--genesis", office / "kept/genesis.entry"
    )
    assert other.returncode == 6, other.stdout
    assert "✗" not in other.stdout
