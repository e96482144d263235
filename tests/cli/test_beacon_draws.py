"""Draws from a public beacon, from the freeze to both verifiers.

The beacons are the tests' own; their chain stands under quicknet's hash, so that both
verifiers know when its rounds come, and its key under that of quicknet.
"""

from __future__ import annotations

import builtins
import datetime as dt
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dualrandom.beacons import certificates
from dualrandom.office import drafting, drawing, freezing, outside
from dualrandom.randomness import (
    CHAINS,
    QUICKNET,
    Beacon,
    Scheme,
    first_round,
)
from tests.beaconmaking import (
    PROXIES,
    Relay,
    TestChain,
    certificate,
    issuer,
    pem,
    published,
    pulse,
)
from tests.draws import approved
from tests.refusals import refused
from tests.scripts import stranger
from tests.snapshot import snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Clock, Run

DICE = "63454660390103169462"
CHINA = dt.timezone(dt.timedelta(hours=8))


@pytest.fixture(name="chain")
def _chain(monkeypatch: pytest.MonkeyPatch) -> TestChain:
    chain = TestChain(Scheme.UNCHAINED_G1)
    monkeypatch.setitem(CHAINS, QUICKNET, chain.known())
    return chain


@pytest.fixture(name="nist")
def _nist(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certificates, "issuers", lambda: (issuer(),))


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


# ── the whole way ────────────────────────────────────────────────────────────


def both_verifiers(office: Path, run: Run, code: int = 0) -> dict[str, list[str]]:
    """Check a draw whole and as the public sees it; return the steps of the whole."""
    genesis = ("--genesis", office / "kept/genesis.entry")
    done = run("verify", "draws/2026-001", *genesis)
    assert done.code == code, done.out
    for folder in ("draws/2026-001", "public/draws/2026-001"):
        other = stranger(office / folder, *genesis)
        # It checks no beacon's signature, and says so.
        assert other.returncode == 6, other.stdout
        assert "\u2717" not in other.stdout
        assert run("verify", folder, *genesis).code in (code, 6)
    assert run("log", "verify").code == 0
    assert run("site", "build", "-o", "../site").code == 0
    return steps(run, "draws/2026-001", *genesis)


def test_a_round_named_by_its_time_makes_a_draw_that_all_can_check(
    office: Path, run: Run, clock: Clock, chain: TestChain
) -> None:
    source, number = ahead(clock, hours=2)
    frozen = run("freeze", "2026-001", "--randomness", source)
    assert frozen.code == 0, frozen.err
    assert str(number) in frozen.err
    announced = json.loads((office / "draws/2026-001/announcement.json").read_text())
    assert announced["randomness"] == [
        {"kind": "drand", "chain": QUICKNET, "round": number}
    ]
    give_to_supervisor(run)
    witness(run)
    clock.pass_by(hours=3)
    made = chain.round(number)
    drawn = run("draw", "2026-001", "--beacon", save("round.json", made))
    assert drawn.code == 0, drawn.err
    proofs = json.loads((office / "draws/2026-001/randomness.json").read_text())
    assert proofs == [{"signature": made["signature"]}]
    witness(run)
    assert run("publish").code == 0
    told = both_verifiers(office, run)
    assert told["source"] == ["agrees"]
    assert told["order"] == ["agrees"]
    assert (
        run("verify", "draws/2026-001").out.count("\u53ef\u516c\u5f00\u6838\u9a8c") == 1
    )


def test_a_chained_round_brings_the_signature_before_it(
    office: Path, run: Run, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    default = next(digest for digest in CHAINS if digest != QUICKNET)
    chain = TestChain(Scheme.CHAINED, genesis=1595431050, period=30)
    monkeypatch.setitem(CHAINS, default, replace(chain.known(), name="default"))
    number = first_round(default, int(clock.now.timestamp()) + 7200).round
    source = f"drand:default:{number}"
    assert run("freeze", "2026-001", "--randomness", source).code == 0
    give_to_supervisor(run)
    witness(run)
    clock.pass_by(hours=3)
    made = chain.round(number)
    assert run("draw", "2026-001", "--beacon", save("round.json", made)).code == 0
    proofs = json.loads((office / "draws/2026-001/randomness.json").read_text())
    fields = ("signature", "previous_signature")
    assert proofs == [{field: made[field] for field in fields}]
    witness(run)
    assert run("publish").code == 0
    assert both_verifiers(office, run)["source"] == ["agrees"]


@pytest.mark.usefixtures("nist")
def test_a_pulse_with_its_certificate_makes_a_draw(
    office: Path, run: Run, clock: Clock
) -> None:
    frozen = run("freeze", "2026-001", "--randomness", "nist:2:1999999")
    assert frozen.code == 0, frozen.err
    assert "1999999" in frozen.err
    give_to_supervisor(run)
    witness(run)
    clock.pass_by(hours=3)
    made = pulse(1999999, clock.now - dt.timedelta(minutes=7))
    Path("certificate.pem").write_text(pem(certificate()))
    drawn = run(
        *("draw", "2026-001", "--beacon", save("pulse.json", {"pulse": made})),
        *("--beacon", "certificate.pem"),
    )
    assert drawn.code == 0, drawn.err
    proofs = json.loads((office / "draws/2026-001/randomness.json").read_text())
    assert proofs == [{"pulse": made, "certificate": pem(certificate())}]
    witness(run)
    assert run("publish").code == 0
    told = both_verifiers(office, run)
    assert told["source"] == ["agrees"]
    assert told["order"] == ["agrees"]


def test_dice_are_logged_first_and_the_beacon_comes_after(
    office: Path, run: Run, clock: Clock, chain: TestChain
) -> None:
    source, number = ahead(clock, hours=2)
    frozen = run("freeze", "2026-001", *two("dice:20", source))
    assert frozen.code == 0, frozen.err
    waiting = run("draw", "2026-001", "--dice", DICE, "--json")
    assert json.loads(waiting.out) == {
        "schema": "dualrandom/draw-waiting/v1",
        "draw": "2026-001",
        "waiting_for": [f"drand {QUICKNET} {number}"],
    }
    again = run("draw", "2026-001", "--dice", DICE)
    assert again.code == 0, again.err
    assert "--beacon" in again.err
    refused(run("draw", "2026-001", "--dice", "1" * 20), 4, "E394")
    refused(run("draw", "2026-001"), 2, "E395")
    give_to_supervisor(run)
    witness(run)
    clock.pass_by(hours=3)
    made = save("round.json", chain.round(number))
    drawn = run("draw", "2026-001", "--beacon", made)
    assert drawn.code == 0, drawn.err
    witness(run)
    assert run("publish").code == 0
    seed = (office / "draws/2026-001/seed.txt").read_text().splitlines()
    assert seed[2] == f"dice {DICE}"
    # The dice's own entry is not in the folder: the order is for the log to tell.
    assert both_verifiers(office, run, 6)["order"] == ["dice_time"]


def two(*sources: str) -> tuple[str, ...]:
    return tuple(word for source in sources for word in ("--randomness", source))


def give_to_supervisor(run: Run) -> None:
    where = ("--for", "supervisor", "-o", "../2026-001.zip")
    assert run("pack", "2026-001", *where).code == 0


def test_a_value_beyond_the_usual_deadline_leaves_a_day_to_draw(
    office: Path, run: Run, clock: Clock, chain: TestChain
) -> None:
    source, _ = ahead(clock, days=30)
    assert run("freeze", "2026-001", "--randomness", source).code == 0
    announced = json.loads((office / "draws/2026-001/announcement.json").read_text())
    late = dt.datetime.fromisoformat(announced["due"]) - clock.now
    assert dt.timedelta(days=31) <= late < dt.timedelta(days=31, seconds=chain.period)


# ── what is refused ──────────────────────────────────────────────────────────


def unchanged(run: Run, office: Path, exit_code: int, code: str, *args: str) -> None:
    before = snapshot(office)
    refused(run(*args), exit_code, code)
    assert snapshot(office) == before


@pytest.mark.parametrize(
    ("source", "exit_code", "code"),
    [
        pytest.param("nist@2099-11-23 10:00", 2, "E629", id="a pulse by its time"),
        pytest.param("drand@", 2, "E168", id="no time"),
        pytest.param("drand@tomorrow", 2, "E168", id="a word"),
        pytest.param("drand@2099-13-01 10:00", 2, "E168", id="a thirteenth month"),
        pytest.param("drand@2099-11-23", 2, "E168", id="a day"),
        pytest.param("drand@2099-11-23 10:00Z", 2, "E168", id="a zone"),
        pytest.param("drand@0000-01-01 00:00", 2, "E168", id="the year 0"),
        pytest.param("drand@9999-12-31 23:59", 2, "E168", id="the end of days"),
        pytest.param("drand:quicknet:9007199254740991", 2, "E168", id="far beyond"),
        pytest.param("drand:quicknet:0", 2, "E168", id="round 0"),
        pytest.param("drand:nonet:7", 2, "E168", id="no chain's name"),
        pytest.param(f"drand:{'ab' * 32}:7", 3, "E610", id="an unknown chain"),
        pytest.param("drand:quicknet:1", 4, "E623", id="the first round"),
        pytest.param("drand@2026-01-01 00:00", 4, "E623", id="a time gone by"),
        pytest.param("drand@2001-01-01 00:00", 4, "E623", id="before drand"),
    ],
)
def test_what_cannot_be_announced_changes_nothing(
    office: Path, run: Run, source: str, exit_code: int, code: str
) -> None:
    unchanged(
        *(run, office, exit_code, code),
        *("freeze", "2026-001", "--randomness", source),
    )


def test_the_round_of_this_very_moment_is_too_early(
    office: Path, run: Run, clock: Clock, chain: TestChain
) -> None:
    number = first_round(QUICKNET, int(clock.now.timestamp())).round
    born = chain.genesis + (number - 1) * chain.period
    clock.now = dt.datetime.fromtimestamp(born, dt.UTC)
    args = ("freeze", "2026-001", "--randomness")
    unchanged(run, office, 4, "E623", *args, f"drand:quicknet:{number}")
    unchanged(run, office, 4, "E623", *args, f"drand@{china(clock.now)}")
    assert run(*args, f"drand:quicknet:{number + 1}").code == 0


@pytest.fixture(name="waiting")
def _waiting(office: Path, run: Run, clock: Clock) -> int:
    """A draw whose round has come; returns the round."""
    source, number = ahead(clock, hours=2)
    assert run("freeze", "2026-001", "--randomness", source).code == 0
    clock.pass_by(hours=3)
    return number


def test_a_beacon_that_is_not_the_announced_one_is_refused(
    office: Path, run: Run, chain: TestChain, waiting: int
) -> None:
    made = chain.round(waiting)
    other = TestChain(Scheme.UNCHAINED_G1, secret=999).round(waiting)
    lost = made | {"signature": other["signature"]}
    Path("empty.json").write_bytes(b"")
    for name, content, exit_code, code in (
        ("next.json", chain.round(waiting + 1), 3, "E622"),
        ("relabelled.json", chain.round(waiting + 1) | {"round": waiting}, 3, "E614"),
        ("stranger.json", other, 3, "E614"),
        ("exchanged.json", lost, 3, "E619"),
        ("no-point.json", {"round": waiting, "signature": "ab" * 48}, 3, "E613"),
        ("short.json", {"round": waiting, "signature": "ab"}, 3, "E612"),
    ):
        save(name, content)
        unchanged(run, office, exit_code, code, "draw", "2026-001", "--beacon", name)
    unchanged(run, office, 3, "E621", "draw", "2026-001", "--beacon", "empty.json")
    unchanged(run, office, 5, "E151", "draw", "2026-001", "--beacon", "nowhere.json")
    unchanged(run, office, 2, "E395", "draw", "2026-001")
    save("round.json", made)
    save("next.json", chain.round(waiting + 1))
    unchanged(
        *(run, office, 3, "E622", "draw", "2026-001"),
        *("--beacon", "round.json", "--beacon", "next.json"),
    )
    # None of these spent the draw.
    assert run("draw", "2026-001", "--beacon", "round.json").code == 0
    refused(run("draw", "2026-001", "--beacon", "round.json"), 4, "E391")


def test_without_the_library_nothing_is_drawn(
    office: Path,
    run: Run,
    chain: TestChain,
    waiting: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = save("round.json", chain.round(waiting))
    without_library(monkeypatch)
    unchanged(run, office, 6, "E611", "draw", "2026-001", "--beacon", made)


def without_library(monkeypatch: pytest.MonkeyPatch) -> None:
    load = builtins.__import__

    def missing(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.startswith("py_ecc"):
            raise ImportError(name)
        return load(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", missing)


def test_a_round_of_the_future_is_made_up_or_the_clock_is_slow(
    office: Path, run: Run, clock: Clock, chain: TestChain
) -> None:
    source, number = ahead(clock, hours=2)
    assert run("freeze", "2026-001", "--randomness", source).code == 0
    made = save("round.json", chain.round(number))
    unchanged(run, office, 4, "E626", "draw", "2026-001", "--beacon", made)


def test_a_beacon_for_a_draw_that_has_none_is_refused(
    office: Path, run: Run, chain: TestChain
) -> None:
    assert run("freeze", "2026-001", "--randomness", "dice:20").code == 0
    made = save("round.json", chain.round(7))
    unchanged(
        *(run, office, 2, "E365", "draw", "2026-001"),
        *("--dice", DICE, "--beacon", made),
    )


def test_an_abandonment_brings_the_round_that_has_come(
    office: Path, run: Run, chain: TestChain, waiting: int
) -> None:
    """The supervisors get whom it would have drawn; nothing of it is a result."""
    line = ("abandon", "2026-001", "--reason", "名单有误")
    unchanged(run, office, 4, "E469", *line)
    made = save("round.json", chain.round(waiting))
    done = approved(run, *line, "--beacon", made)
    assert done.code == 0, done.err
    folder = office / "draws/2026-001"
    assert (folder / "drawn.tsv").is_file()
    assert not (folder / "result.json").exists()
    for options in ((), ("--genesis", office / "kept/genesis.entry")):
        assert run("verify", folder, *options).code == 6
        assert stranger(folder, *options).returncode == 6


def test_attacker_says_that_the_round_cannot_be_had(
    office: Path, run: Run, waiting: int
) -> None:
    """The supervisors are told since when it exists: they fetch it themselves."""
    done = approved(run, "abandon", "2026-001", "--reason", "随机源不可用")
    assert done.code == 0, done.err
    kept = office / "kept/abandoned-2026-001.json"
    assert str(kept.relative_to(office)) in done.err
    [told] = json.loads(kept.read_text("utf-8"))["values"]
    born = CHAINS[QUICKNET].genesis + (waiting - 1) * CHAINS[QUICKNET].period
    assert told["value"] == ""
    assert dt.datetime.fromisoformat(told["since"]).timestamp() == born


# ── attacks ──────────────────────────────────────────────────────────────────


def test_attacker_announces_a_round_whose_value_is_known(
    office: Path,
    run: Run,
    clock: Clock,
    chain: TestChain,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With a program that looks away; whoever checks the folder sees it."""
    for room in (drafting, freezing):  # before the lists are read, and once more
        monkeypatch.setattr(room, "check_ahead", lambda *_: None)
    monkeypatch.setattr(drawing, "check_later", lambda *_: None)
    number = first_round(QUICKNET, int(clock.now.timestamp()) - 3600).round
    source = f"drand:quicknet:{number}"
    assert run("freeze", "2026-001", "--randomness", source).code == 0
    made = save("round.json", chain.round(number))
    assert run("draw", "2026-001", "--beacon", made).code == 0
    done = run("verify", "draws/2026-001")
    assert done.code == 1
    assert steps(run, "draws/2026-001")["order"] == ["E855"]
    assert stranger(office / "draws/2026-001").returncode == 1


@pytest.mark.usefixtures("nist")
def test_attacker_brings_a_pulse_that_is_older_than_the_announcement(
    office: Path, run: Run, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pulse's number does not tell its time; its signature does."""
    assert run("freeze", "2026-001", "--randomness", "nist:2:1999999").code == 0
    made = pulse(1999999, clock.now - dt.timedelta(hours=1))
    whole = save("pulse.json", {"pulse": made, "certificate": pem(certificate())})
    unchanged(run, office, 4, "E625", "draw", "2026-001", "--beacon", whole)
    monkeypatch.setattr(drawing, "check_later", lambda *_: None)
    assert run("draw", "2026-001", "--beacon", whole).code == 0
    told = steps(run, "draws/2026-001")
    assert told["source"] == ["agrees"]
    assert told["order"] == ["E855"]
    logged = run("log", "verify")
    assert (logged.code, "E855" in logged.out) == (1, True)
    assert stranger(office / "draws/2026-001").returncode == 1


def test_attacker_backdates_the_office_clock(
    office: Path, run: Run, clock: Clock, chain: TestChain
) -> None:
    """A week is turned back: only a witness with a clock of its own can tell."""
    known = first_round(QUICKNET, int(clock.now.timestamp()) - 3600).round
    clock.pass_by(hours=-2)
    source = f"drand:quicknet:{known}"
    assert run("freeze", "2026-001", "--randomness", source).code == 0
    clock.pass_by(hours=2)
    give_to_supervisor(run)
    witness(run)
    made = save("round.json", chain.round(known))
    assert run("draw", "2026-001", "--beacon", made).code == 0
    genesis = ("--genesis", "kept/genesis.entry")
    assert run("verify", "draws/2026-001", *genesis).code == 6
    assert steps(run, "draws/2026-001", *genesis)["order"] == ["no_witness"]


def test_attacker_rolls_the_dice_after_the_beacon(
    office: Path, run: Run, clock: Clock, chain: TestChain
) -> None:
    """Whoever knows one value could choose the other."""
    source, number = ahead(clock, hours=2)
    assert run("freeze", "2026-001", *two("dice:20", source)).code == 0
    clock.pass_by(hours=3)
    made = save("round.json", chain.round(number))
    args = ("draw", "2026-001", "--dice", DICE)
    unchanged(run, office, 4, "E625", *args)
    unchanged(run, office, 4, "E625", *args, "--beacon", made)


def test_attacker_logs_the_dice_after_the_beacon_behind_the_programs_back(
    office: Path,
    run: Run,
    clock: Clock,
    chain: TestChain,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source, number = ahead(clock, hours=2)
    assert run("freeze", "2026-001", *two("dice:20", source)).code == 0
    clock.pass_by(hours=3)
    with monkeypatch.context() as patch:
        patch.setattr(drawing, "check_unknown", lambda *_: None)
        assert run("draw", "2026-001", "--dice", DICE).code == 0
    made = save("round.json", chain.round(number))
    unchanged(run, office, 4, "E625", "draw", "2026-001", "--beacon", made)


def test_attacker_types_lottery_numbers_and_dice_together(
    office: Path, run: Run
) -> None:
    """What is in hand is known: dice that are typed now come too late."""
    assert run("freeze", "2026-001", *two("dice:20", "lottery:ssq:2026135")).code == 0
    numbers = ("--lottery", "03.09.11.20.25.31+07")
    both = ("draw", "2026-001", "--dice", DICE, *numbers)
    unchanged(run, office, 4, "E625", *both)
    assert run("draw", "2026-001", "--dice", DICE).code == 0
    assert run("draw", "2026-001", *numbers).code == 0
    assert stranger(office / "draws/2026-001").returncode == 6


def test_attacker_makes_a_value_up(
    office: Path,
    run: Run,
    chain: TestChain,
    waiting: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With a program that believes anything; the signature is not the chain's."""
    forged = TestChain(Scheme.UNCHAINED_G1, secret=4711).round(waiting)
    believed = Beacon(value=forged["randomness"], moment=chain.genesis)
    moment = chain.genesis + (waiting - 1) * chain.period
    believed = Beacon(value=forged["randomness"], moment=moment)
    with monkeypatch.context() as patch:
        patch.setattr(outside, "check_beacon", lambda *_: believed)
        save("forged.json", forged)
        assert run("draw", "2026-001", "--beacon", "forged.json").code == 0
    assert run("verify", "draws/2026-001").code == 1
    assert steps(run, "draws/2026-001")["source"] == ["E614"]
    # The stranger's one file has no such arithmetic: it says so, and ends with 6.
    assert stranger(office / "draws/2026-001").returncode == 6


def test_attacker_signs_a_pulse_in_nists_name(
    office: Path, run: Run, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A certificate of the right name, by an issuer whom nobody knows."""
    assert run("freeze", "2026-001", "--randomness", "nist:2:1999999").code == 0
    clock.pass_by(hours=3)
    own = certificate(signer="test only: beacon")
    made = pulse(1999999, clock.now - dt.timedelta(minutes=7), signed_by=own)
    whole = save("pulse.json", {"pulse": made, "certificate": pem(own)})
    unchanged(run, office, 6, "E620", "draw", "2026-001", "--beacon", whole)
    with monkeypatch.context() as patch:
        patch.setattr(certificates, "check_issuer", lambda *_: None)
        assert run("draw", "2026-001", "--beacon", whole).code == 0
    assert run("verify", "draws/2026-001").code == 6
    told = steps(run, "draws/2026-001")
    assert told["source"] == ["E620"]
    # Nor does a time that nobody vouches for make an order in time.
    assert told["order"] == ["no_witness"]


def test_attacker_changes_the_proof(
    office: Path, run: Run, chain: TestChain, waiting: int
) -> None:
    made = save("round.json", chain.round(waiting))
    assert run("draw", "2026-001", "--beacon", made).code == 0
    file = office / "draws/2026-001/randomness.json"
    data = file.read_bytes()
    at = data.index(b'":"') + 3
    for change in (data[:at] + b"0" + data[at + 1 :], b"[{}]\n", b"[]\n", b""):
        file.write_bytes(change)
        assert run("verify", "draws/2026-001").code == 1
        assert stranger(office / "draws/2026-001").returncode == 1


def test_without_the_library_a_check_says_what_it_left_out(
    office: Path,
    run: Run,
    chain: TestChain,
    waiting: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = save("round.json", chain.round(waiting))
    assert run("draw", "2026-001", "--beacon", made).code == 0
    without_library(monkeypatch)
    done = run("verify", "draws/2026-001")
    assert done.code == 6
    assert "dualrandom[drand]" in done.out
    assert steps(run, "draws/2026-001")["source"] == ["E611"]


def test_a_draw_without_a_beacon_loads_no_library_for_it(drawn: Path) -> None:
    """It takes a second, and whoever checks dice has not installed it."""
    code = (
        "import sys; from dualrandom import cli\n"
        "code = cli.run(['verify', 'draws/2026-001'])\n"
        "loaded = {'py_ecc', 'cryptography.x509', 'urllib.request'} & set(sys.modules)\n"
        "sys.exit(f'{code} {sorted(loaded)}')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert done.stderr.splitlines()[-1] == "0 []"


# ── beacon fetch, beacon check ───────────────────────────────────────────────


@pytest.fixture(name="relay")
def _relay(
    chain: TestChain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Relay]:
    for variable in PROXIES:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.chdir(tmp_path)
    with Relay(chain).serving() as relay:
        yield relay


def test_a_round_is_fetched_checked_and_kept(relay: Relay, run: Run) -> None:
    fetch = ("beacon", "fetch", "drand:quicknet:1000", "-o", "kept.json")
    done = run(*fetch, "--url", f"{relay.base}/")
    assert done.code == 0, done.err
    assert relay.asked == [f"/{QUICKNET}/public/1000"]
    for source in ("drand:quicknet:1000", f"drand:{QUICKNET}:1000"):
        looked = run("beacon", "check", source, "kept.json", "--json")
        assert json.loads(looked.out)["value"] in done.out
        assert json.loads(looked.out)["time"] == "2023-08-23T15:59:24Z"
    refused(run("beacon", "check", "drand:quicknet:1001", "kept.json"), 3, "E622")
    refused(run("beacon", "check", "dice:20", "kept.json"), 2, "E168")
    refused(run("beacon", "check", "drand:quicknet:1000", "nowhere"), 5, "E151")


def test_a_relay_that_lies_leaves_no_file(
    relay: Relay, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUALRANDOM_BEACON_URL", relay.base)
    fetch = ("beacon", "fetch", "drand:quicknet:1000", "-o", "kept.json")
    relay.chain = TestChain(Scheme.UNCHAINED_G1, secret=13)
    refused(run(*fetch), 1, "E614")
    relay.chain = None
    refused(run(*fetch), 5, "E627")
    refused(run(*fetch, "--url", "file:///etc/passwd"), 2, "E624")
    assert not Path("kept.json").exists()
