"""Keys come, go and are replaced: by acts that somebody else approves, or not at all."""

from __future__ import annotations

import json
import shutil
import stat
from typing import TYPE_CHECKING

import pytest

from tests.refusals import check, refused

if TYPE_CHECKING:
    from pathlib import Path

    from tests.refusals import Run

SUPERVISOR = "keys/supervisor/supervisor-01.key"
WORDS = "四个互不相干的词连成一句"


@pytest.fixture(name="origin")
def _origin(office: Path) -> str:
    text = (office / "office.toml").read_text("utf-8")
    return text.partition('origin = "')[2].partition('"')[0]


def made(run: Run, name: str, file: str) -> str:
    """Make a key on a machine of its holder's; return the public file."""
    assert run("key", "new", f"../{file}", "--name", name, "--plain").code == 0
    return f"../{file}.pub"


def approved(run: Run, *args: object, by: str = SUPERVISOR) -> str:
    """Ask for an act, have it approved, carry it out; return what was said."""
    asked = run(*args)
    assert asked.code == 4, asked.err
    request = asked.err.partition(".request")[0].split()[-1].rpartition("：")[2]
    request += ".request"
    assert run("approve", request, "--key", by).code == 0, request
    said = run(*args, "--approval", f"{request}.approval")
    assert said.code == 0, said.err
    return str(said.out)


def use(office: Path, field: str, file: str) -> None:
    """Put a private key where office.toml points."""
    due = {"officer": "officer-01", "log": "log"}[field]
    for end in ("", ".pub"):
        shutil.copy(f"../{file}{end}", office / f"keys/{due}.key{end}")


def keys(run: Run) -> dict[str, dict[str, object]]:
    found = json.loads(run("key", "list", "--json").out)["keys"]
    return {key["key"].rpartition("+")[2]: key for key in found}


def test_a_new_key_is_its_holders_alone(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"  # no office
    home.mkdir()
    monkeypatch.chdir(home)
    monkeypatch.setenv("DUALRANDOM_PASSPHRASE", WORDS)
    said = run("key", "new", "officer-02.key", "--name", "a/officer-02")
    assert said.code == 0
    assert said.out.startswith("a/officer-02+")
    file = home / "officer-02.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert b"OPENSSH" in file.read_bytes()
    assert WORDS not in said.out + said.err
    check(run, home, ("key", "new", "officer-02.key", "--name", "a/b"), 3, "E780")
    for weak in ("20261120", "13800138000", "aaaaaaaaaaaa", "abcdefghijkl", "短口令"):
        monkeypatch.setenv("DUALRANDOM_PASSPHRASE", weak)
        said = run("key", "new", "x.key", "--name", "a/b")
        assert weak not in refused(said, 3, "E786")
    monkeypatch.delenv("DUALRANDOM_PASSPHRASE")
    check(run, home, ("key", "new", "x.key", "--name", "a/b"), 3, "E790")


def test_a_second_officer(office: Path, run: Run, origin: str, lists: Path) -> None:
    public = made(run, f"{origin}/officer-02", "two")
    add = ("key", "add", public, "--role", "officer")
    assert f"{origin}/officer-02" in approved(run, *add)
    check(run, office, add, 4, "E748")
    use(office, "officer", "two")
    assert run("import", "targets", lists / "targets.csv", "--yes").code in (0, 4)
    assert run("freeze", "2026-001", "--randomness", "dice:20").code == 0
    assert run("log", "verify").code == 0


def test_nobody_adds_a_key_alone(office: Path, run: Run, origin: str) -> None:
    add = ("key", "add", made(run, f"{origin}/friend", "f"), "--role", "supervisor")
    assert run(*add).code == 4
    assert run("approve", "key-add-friend.request", "--key", "../f").code == 0
    signed = ("--approval", "key-add-friend.request.approval")
    refused(run(*add, *signed), 4, "E398")
    assert run("approve", "key-add-friend.request", "--key", SUPERVISOR).code == 0
    other = ("key", "add", made(run, f"{origin}/foe", "foe"), "--role", "supervisor")
    refused(run(*other, *signed), 4, "E398")
    assert run(*add, *signed).code == 0


def test_a_stolen_key_is_revoked_and_what_it_did_is_suspect(
    office: Path, run: Run, origin: str
) -> None:
    approved(
        run, "key", "add", made(run, f"{origin}/officer-02", "2"), "--role=officer"
    )
    for end in ("", ".pub"):
        shutil.copy(office / f"keys/officer-01.key{end}", office / f"../1{end}")
    use(office, "officer", "2")
    revoke = ("key", "revoke", f"{origin}/officer-01", "--suspect-from", "3")
    check(run, office, (*revoke[:-1], "99"), 3, "E122")
    approved(run, *revoke)
    check(run, office, revoke, 4, "E121")
    said = run("log", "verify", "--json")
    notes = [note["code"] for note in json.loads(said.out)["notes"]]
    assert (said.code, "E774" in notes) == (0, True)
    old = next(k for k in keys(run).values() if k["name"] == f"{origin}/officer-01")
    assert (old["suspect_from"], old["role"]) == (3, "officer")
    use(office, "officer", "1")
    freeze = ("freeze", "2026-001", "--randomness", "dice:20")
    refused(run(*freeze), 4, "E736")
    use(office, "officer", "2")
    check(run, office, ("key", "revoke", f"{origin}/officer-02"), 4, "E123")
    check(run, office, ("key", "revoke", f"{origin}/supervisor-01"), 4, "E123")


@pytest.mark.parametrize(
    ("file", "code"), [(SUPERVISOR, "E735"), ("../stranger", "E734")]
)
def test_the_wrong_key_writes_nothing(
    file: str, code: str, office: Path, run: Run, origin: str
) -> None:
    made(run, f"{origin}/officer-01", "stranger")
    for end in ("", ".pub"):
        shutil.copy(f"{file}{end}", f"keys/officer-01.key{end}")
    freeze = ("freeze", "2026-001", "--randomness", "dice:20")
    refused(run(*freeze), 4, code)
    assert run("log", "verify").code == 0


def test_an_officer_gets_a_new_key(office: Path, run: Run, origin: str) -> None:
    approved(
        run, "key", "add", made(run, f"{origin}/officer-02", "2"), "--role=officer"
    )
    rotate = ("key", "rotate", made(run, f"{origin}/officer-01", "new"))
    use(office, "officer", "2")  # the holder of the old one signs nothing any more
    assert "撤销" in approved(run, *rotate)
    assert "加入" in approved(run, *rotate)
    check(run, office, rotate, 4, "E124")
    use(office, "officer", "new")
    assert run("freeze", "2026-001", "--randomness", "dice:20").code == 0
    assert run("log", "verify").code == 0


@pytest.mark.parametrize("name", ["officer-01", "supervisor-01"])
def test_the_last_of_its_kind_is_not_replaced_before_another_is_there(
    office: Path, run: Run, origin: str, name: str
) -> None:
    """Its next key could not be appended any more, or nobody could approve it."""
    rotate = ("key", "rotate", made(run, f"{origin}/{name}", "next"))
    check(run, office, rotate, 4, "E123")
    role = name.partition("-")[0]
    other = made(run, f"{origin}/{role}-02", "2")
    approved(run, "key", "add", other, f"--role={role}")
    if role == "officer":
        use(office, "officer", "2")
    assert "撤销" in approved(run, *rotate)
    assert "加入" in approved(
        run, *rotate, by="../2" if role != "officer" else SUPERVISOR
    )


def test_the_log_gets_a_new_key(office: Path, run: Run, origin: str) -> None:
    """Checkpoints go on, witnesses go on, and a kept genesis entry is enough."""
    witness = (
        *("log", "cosign", "public/log", "--key", SUPERVISOR, "--state", "../state"),
        *("--genesis", "kept/genesis.entry", "-o", "../cosigned"),
    )
    assert run("publish").code == 0
    assert run(*witness).code == 0
    rotate = ("key", "rotate", made(run, origin, "log-2"))
    assert "加入" in approved(run, *rotate)
    assert run("publish").code == 0  # both count: still by the old one
    assert run(*witness).code == 0
    use(office, "log", "log-2")
    assert run("publish").code == 0
    assert "撤销" in approved(run, *rotate)
    assert run("publish").code == 0
    assert run(*witness).code == 0
    assert run("log", "witness", "../cosigned").code == 0
    kept = ("--genesis", "kept/genesis.entry", "--against", "../state")
    assert run("log", "verify", "public/log", *kept).code == 0
    assert run("log", "verify").code == 0
    # Here the office's own log is followed; elsewhere the reader gives one.
    assert run("freeze", "2026-001", "--randomness", "dice:20").code == 0
    assert trust_of(run) == ("agrees", "no_quorum")
    assert trust_of(run, "--genesis", "kept/genesis.entry") == (None, "log_key_later")
    log = ("--genesis", "kept/genesis.entry", "--log", "public/log")
    assert trust_of(run, *log) == ("agrees", "no_quorum")
    assert trust_of(run, *log[2:]) == ("agrees", "no_quorum")
    (office / "office.db").rename("away.db")
    assert trust_of(run) == (None, "log_key_later"), "as far as the genesis entry goes"


def trust_of(run: Run, *words: str) -> tuple[str | None, str]:
    """Return how the log was followed, and what is said of its key."""
    report = json.loads(run("verify", "draws/2026-001", "--json", *words).out)
    told = {s["name"]: s["code"] or s["verdict"] for s in report["steps"]}
    return told.get("log_keys"), told["log_trust"]


def test_the_old_log_key_signs_no_more(office: Path, run: Run, origin: str) -> None:
    rotate = ("key", "rotate", made(run, origin, "log-2"))
    approved(run, *rotate)
    approved(run, *rotate)
    refused(run("log", "checkpoint"), 4, "E120")
    use(office, "log", "log-2")
    assert run("log", "checkpoint").code == 0
