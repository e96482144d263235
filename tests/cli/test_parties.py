"""Several parties: secrets on their own machines, approvals by their own keys."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dualrandom.office import looking
from tests.draws import GENESIS, SUPERVISOR, approved, both, rows
from tests.intruder import Intruder
from tests.refusals import refused
from tests.snapshot import snapshot

if TYPE_CHECKING:
    from conftest import Clock, Run

ONE, OTHER = "dualrandom.invalid", "renda"
FOLDER = "draws/2026-001"


def add_supervisor(run: Run) -> None:
    """The people's congress gets a key of its own, by the first supervisor's word."""
    name = f"{OTHER}/supervisor-01"
    assert run("key", "new", "renda.key", "--name", name, "--plain").code == 0
    line = ("key", "add", "renda.key.pub", "--role", "supervisor")
    assert run(*line).code == 4
    request = next(Path().glob("key-*.request")).name
    assert run("approve", request, "--key", SUPERVISOR).code == 0
    done = run(*line, "--approval", f"{request}.approval")
    assert done.code == 0, done.err


def bind(run: Run, *parties: str) -> list[str]:
    """Let parties make secrets; return what the office writes for them."""
    words: list[str] = []
    for party in parties:
        said = run("secret", "new", "2026-001", party, "-o", f"{party}.secret")
        assert said.code == 0, said.err
        assert Path(f"{party}.secret").stat().st_mode & 0o777 == 0o600
        assert run("secret", "commit", f"{party}.secret").out == said.out
        words += ["--randomness", said.out.strip()]
    return words


def witness(run: Run) -> None:
    assert run("publish").code == 0
    assert (
        run("pack", "2026-001", "--for", "supervisor", "-o", "2026-001.zip").code == 0
    )
    line = ("log", "cosign", "public/log", "--key", SUPERVISOR, "--state", "state")
    assert run(*line, "--draws", ".", "-o", "cosigned").code == 0
    assert run("log", "witness", "cosigned").code == 0


def announced(run: Run, *parties: str) -> list[str]:
    """Two parties approve, the office announces, a witness cosigns."""
    add_supervisor(run)
    asked = run("freeze", "2026-001", *bind(run, *parties), "--ask")
    assert asked.code == 4, asked.err
    assert "多方见证" in asked.err
    request = "freeze-2026-001.request"
    signed = []
    for number, key in enumerate((SUPERVISOR, "renda.key")):
        said = run("approve", request, "--key", key)
        assert "announcement.json" in said.err
        shutil.move(f"{request}.approval", f"{number}.approval")
        signed += ["--approval", f"{number}.approval"]
    done = run("freeze", "2026-001", *signed)
    assert done.code == 0, done.err
    assert not Path("prepared/2026-001").exists()
    return signed


def opened(run: Run, party: str) -> list[str]:
    assert (
        run("pack", "2026-001", "--for", "supervisor", "-o", "2026-001.zip").code == 0
    )
    said = run(
        "secret", "reveal", f"{party}.secret", "2026-001.zip", "--genesis", GENESIS
    )
    assert said.code == 0, said.err
    return ["--secret", said.out.strip()]


def class_of(run: Run) -> Any:
    told = json.loads(run("verify", FOLDER, "--genesis", GENESIS, "--json").out)
    return told["standing"], {s["name"]: s["verdict"] for s in told["steps"]}


def test_parties_make_a_draw_that_they_can_verify(office: Path, run: Run) -> None:
    announced(run, ONE, OTHER)
    witness(run)
    secrets = [*opened(run, ONE), *opened(run, OTHER)]
    done = run("draw", "2026-001", *secrets)
    assert done.code == 0, done.err
    witness(run)
    code, ours, theirs = both(run, FOLDER)
    assert code == 0, ours + theirs
    assert "多方见证，各方已以自己的密钥批准" in theirs
    assert class_of(run)[0] == "parties"
    assert run("publish").code == 0
    line = json.loads(Path("public/draws.json").read_text("utf-8"))
    assert "parties" in json.dumps(line)
    assert run("log", "verify").code in (0, 6)


def test_parties_without_a_key_of_their_name_are_compared_by_people(
    office: Path, run: Run
) -> None:
    announced(run, "县纪委监委", "市人大")
    witness(run)
    secrets = [*opened(run, "县纪委监委"), *opened(run, "市人大")]
    assert run("draw", "2026-001", *secrets).code == 0
    witness(run)
    code, _, theirs = both(run, FOLDER)
    assert code == 0
    assert "请核对批准公告的密钥是否分属各方" in theirs
    assert class_of(run)[1]["parties"] == "people"


def test_attacker_invents_a_party(office: Path, run: Run) -> None:
    """Two secrets of the office's own, and nobody's approval: not verifiable."""
    assert run("freeze", "2026-001", *bind(run, "纪委", "人大")).code == 0
    witness(run)
    secrets = []
    for party in ("纪委", "人大"):
        value = json.loads(Path(f"{party}.secret").read_text("utf-8"))["value"]
        secrets += ["--secret", f"{party}={value}"]
    assert run("draw", "2026-001", *secrets).code == 0
    witness(run)
    code, ours, theirs = both(run, FOLDER)
    assert code == 6
    assert "不可核验" in ours
    assert "不可核验" in theirs
    standing, steps = class_of(run)
    assert standing == "none"
    assert steps["order"] == "unchecked"


@pytest.mark.parametrize("key", ["keys/log.key", "keys/officer-01.key"])
def test_attacker_approves_for_a_party_with_the_office_s_own_key(
    office: Path, run: Run, key: str
) -> None:
    asked = run("freeze", "2026-001", *bind(run, "纪委", "人大"), "--ask")
    assert asked.code == 4, asked.err
    found = sorted(Path("keys").glob("*.key"))
    own = key if Path(key).exists() else str(found[0])
    assert run("approve", "freeze-2026-001.request", "--key", own).code == 0
    before = snapshot(office)
    line = ("freeze", "2026-001", "--approval", "freeze-2026-001.request.approval")
    refused(run(*line), 4, "E398")
    assert snapshot(office) == before


def test_attacker_announces_something_else_than_was_approved(
    office: Path, run: Run, lists: Path
) -> None:
    """Prepared anew the announcement is another one; after other lists it is stale."""
    words = bind(run, ONE, "市人大")
    assert run("freeze", "2026-001", *words, "--ask").code == 4
    request = "freeze-2026-001.request"
    assert run("approve", request, "--key", SUPERVISOR).code == 0
    line = ("freeze", "2026-001", "--approval", f"{request}.approval")
    shutil.copy(f"{request}.approval", "first.approval")
    assert run("freeze", "2026-001", *words, "--ask").code == 4
    refused(run(*line[:3], "first.approval"), 4, "E398")
    assert run("approve", request, "--key", SUPERVISOR).code == 0
    Intruder(office).flip("prepared/2026-001/targets.tsv")
    refused(run(*line), 4, "E464")
    Intruder(office).flip("prepared/2026-001/targets.tsv")
    rows = (lists / "targets.csv").read_text("utf-8-sig").splitlines()
    Path("less.csv").write_text("\n".join(rows[:-1]) + "\n", "utf-8")
    assert run("import", "targets", "less.csv", "--yes").code == 0
    refused(run(*line), 4, "E464")


def test_attacker_exchanges_the_announcement_while_a_party_verifies(
    office: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A secret is opened for what was verified, whatever lies there a moment later."""
    announced(run, ONE, OTHER)
    witness(run)
    stood = hashlib.sha256(Path(FOLDER, "announcement.json").read_bytes()).hexdigest()
    honest = looking.verify_draw

    def slow(*args: Any, **options: Any) -> Any:
        report = honest(*args, **options)
        Intruder(office).edit(f"{FOLDER}/announcement.json", b"2099", b"2098")
        return report

    monkeypatch.setattr(looking, "verify_draw", slow)
    line = ("secret", "reveal", f"{ONE}.secret", FOLDER, "--genesis", GENESIS)
    assert run(*line).code == 0
    value = json.loads(Path(f"{ONE}.secret").read_text("utf-8"))
    assert value["opened"] == stood


def test_attacker_has_parties_approve_and_recuses_afterwards(
    office: Path, run: Run, clock: Clock
) -> None:
    """What was approved knows nothing of a recusal that came since."""
    assert run("freeze", "2026-001", *bind(run, ONE, "市人大"), "--ask").code == 4
    request = "freeze-2026-001.request"
    assert run("approve", request, "--key", SUPERVISOR).code == 0
    line = ("freeze", "2026-001", "--approval", f"{request}.approval")
    for option in (("--dry-run",), ("--draw", "x"), ("--randomness", "dice:20")):
        refused(run(*line, *option), 2, "E252")
    target = rows(Path("prepared/2026-001"), "targets.tsv")[0][0]
    person = rows(Path("prepared/2026-001"), "inspectors.tsv")[0][0]
    add = ("recusals", "add", person, target, "--reason", "亲属")
    clock.pass_by(minutes=1)
    assert run(*add).code == 0
    refused(run(*line), 4, "E464")


def test_attacker_holds_a_secret_back(office: Path, run: Run) -> None:
    """The draw ends in an abandonment that names the party; nobody draws again."""
    announced(run, ONE, OTHER)
    witness(run)
    known = opened(run, ONE)
    before = snapshot(office)
    refused(run("draw", "2026-001", *known), 2, "E395")
    assert snapshot(office) == before
    reason = ("--reason", "密值未公开")
    refused(run("abandon", "2026-001", *reason), 3, "E452")
    refused(run("abandon", "2026-001", *reason, "--party", "谁"), 3, "E452")
    done = approved(run, "abandon", "2026-001", *reason, "--party", OTHER, *known)
    assert done.code == 0, done.err
    logged = run("log", "list", "--act", "draw.abandon", "--json").out
    assert OTHER in logged
    # What the others opened is the supervisors', though no selection can be made of it.
    kept = json.loads(Path("kept/abandoned-2026-001.json").read_text("utf-8"))
    assert [bool(v["value"]) for v in kept["values"]] == [True, False]
    code, _, _ = both(run, FOLDER)
    assert code in (0, 6)
    refused(run("draw", "2026-001", *known), 4, "E392")


def test_a_secret_is_opened_only_for_an_announcement_that_stands(
    office: Path, run: Run
) -> None:
    announced(run, ONE, OTHER)
    line = ("secret", "reveal", f"{ONE}.secret", FOLDER)
    refused(run(*line, "--genesis", GENESIS), 1, "E632")
    witness(run)
    refused(run(*line), 1, "E632")
    other = ("secret", "new", "2026-001", ONE, "-o", "other.secret")
    assert run(*other).code == 0
    refused(run("secret", "reveal", "other.secret", FOLDER, *line[4:]), 1, "E631")
    log = ("--log", "public/log")
    assert run(*line, "--genesis", GENESIS, *log).code == 0
    value = json.loads(Path(f"{ONE}.secret").read_text("utf-8"))
    assert value["opened"]
    Path(f"{ONE}.secret").chmod(0o644)
    refused(run(*line, "--genesis", GENESIS), 3, "E630")
    Path(f"{ONE}.secret").chmod(0o600)
    # Shown another announcement with the same commitment, the party does not open it.
    Intruder(office).edit(f"{ONE}.secret", value["opened"].encode(), b"0" * 64)
    refused(run(*line, "--genesis", GENESIS), 4, "E633")
