"""Attacks on the second pair of eyes: forks, cut logs, borrowed and forged signatures."""

from __future__ import annotations

import base64
import json
import shutil
from typing import TYPE_CHECKING

import pytest

from dualrandom.office import witnessing
from tests.intruder import Intruder
from tests.refusals import DICE, FREEZE, check, draw, frozen, refused
from tests.snapshot import snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from dualrandom.audit import LogReport, LogTrust
    from tests.refusals import Run, Said

SUPERVISOR = "keys/supervisor/supervisor-01.key"
PACK = ("pack", "2026-001", "--for", "supervisor", "-o", "../packs/2026-001.zip")


@pytest.fixture(name="desk")
def _desk(office: Path) -> Path:
    """The supervisor's own folder: key, packs, state."""
    desk = office.parent
    (desk / "packs").mkdir()
    shutil.move(office / SUPERVISOR, desk / "supervisor-01.key")
    shutil.move(f"{office / SUPERVISOR}.pub", desk / "supervisor-01.key.pub")
    return desk


def cosign(run: Run, log: object = "public/log", **options: object) -> Said:
    given = {
        "key": "../supervisor-01.key",
        "state": "../state",
        "draws": "../packs",
        "out": "../cosigned",
    } | options
    words = [word for name, value in given.items() for word in (f"--{name}", value)]
    return run("log", "cosign", log, *words)  # type: ignore[no-any-return]


def announced(office: Path, run: Run) -> None:
    """A draw is announced and published, and the supervisor has its pack."""
    frozen(office, run)
    assert run("publish").code == 0
    assert run(*PACK).code == 0


# ── what a witness is shown ──────────────────────────────────────────────────────


def test_a_fork_is_shown_to_the_witness(office: Path, desk: Path, run: Run) -> None:
    """The office signs two histories, one for the witness and one for the public."""
    announced(office, run)
    other = office.parent / "other"
    shutil.copytree(office, other)
    assert cosign(run).code == 0
    state = (desk / "state").read_bytes()
    # The other history: the same office, the same keys, another announcement.
    intruder = Intruder(other)
    last = intruder.one("SELECT max(seq) FROM entry")
    intruder.sql(f"DELETE FROM entry WHERE seq = {last}")
    for kept in (other / "kept/checkpoints").iterdir():
        if int(kept.name) > last:
            kept.unlink()
    fork = publish_in(run, other)
    assert (fork / "checkpoint").read_bytes() != state
    (desk / "cosigned").unlink()
    assert "E768" in refused(cosign(run, fork), 1, "E172")
    evidence = desk / "state.refused"
    assert evidence.read_bytes() == (fork / "checkpoint").read_bytes()
    assert (desk / "state").read_bytes() == state, "the witness still knows the first"
    assert not (desk / "cosigned").exists()
    # Shown a second fork, the first evidence stays.
    first = evidence.read_bytes()
    cut = cut_log(run, other)
    assert "E769" in refused(cosign(run, cut), 1, "E172")
    assert evidence.read_bytes() == first
    assert len(list(desk.glob("state.refused*"))) == 2


def publish_in(run: Run, office: Path) -> Path:
    """Publish for other eyes: what was shown before would stop a forking office."""
    shutil.rmtree(office / "public")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(office)
        assert run("publish").code == 0
    return office / "public/log"


def cut_log(run: Run, office: Path) -> Path:
    """Publish the office's log as it was when it was made."""
    intruder = Intruder(office)
    intruder.sql(
        "DELETE FROM entry WHERE seq > 6",
        "DELETE FROM draw",
        "DELETE FROM change WHERE list = 'draws'",
    )
    for kept in (office / "kept/checkpoints").iterdir():
        if int(kept.name) > 7:
            kept.unlink()
    return publish_in(run, office)


def test_a_smaller_log_is_shown_to_the_witness(
    office: Path, desk: Path, run: Run
) -> None:
    announced(office, run)
    other = office.parent / "other"
    shutil.copytree(office, other)
    assert cosign(run).code == 0
    small = cut_log(run, other)
    before = (desk / "state").read_bytes()
    assert "E769" in refused(cosign(run, small, out="../again"), 1, "E172")
    assert not (desk / "again").exists()
    assert (desk / "state").read_bytes() == before


@pytest.mark.parametrize("name", ["checkpoint", "tile/0/000.p", "tile/entries/000.p"])
def test_an_edited_log_is_not_cosigned(
    office: Path, desk: Path, run: Run, name: str
) -> None:
    announced(office, run)
    parts = sorted((office / "public/log").glob(f"{name}*"))
    path = next(
        p for top in parts for p in (sorted(top.rglob("*")) or [top]) if p.is_file()
    )
    Intruder(office).flip(
        path.relative_to(office).as_posix(), at=len(path.read_bytes()) // 2
    )
    assert cosign(run).code == 1
    assert not (desk / "cosigned").exists()
    assert not (desk / "state").exists()


@pytest.mark.parametrize("name", ["announcement.json", "targets.tsv", "conflicts.tsv"])
def test_a_witness_without_the_announced_files_refuses(
    office: Path, desk: Path, run: Run, name: str
) -> None:
    announced(office, run)
    (desk / "packs/2026-001.zip").unlink()
    refused(cosign(run), 4, "E173")
    shutil.copytree(office / "draws/2026-001", desk / "packs/2026-001")
    (desk / "packs/2026-001" / name).unlink()
    assert name in refused(cosign(run), 4, "E173")
    shutil.copy(office / "draws/2026-001" / name, desk / "packs/2026-001" / name)
    Intruder(desk).flip(f"packs/2026-001/{name}")
    assert name in refused(cosign(run), 4, "E173")
    assert not (desk / "cosigned").exists()
    assert not (desk / "state").exists()
    shutil.copy(office / "draws/2026-001" / name, desk / "packs/2026-001" / name)
    assert cosign(run).code == 0


def test_a_broken_pack_is_no_pack(office: Path, desk: Path, run: Run) -> None:
    announced(office, run)
    pack = desk / "packs/2026-001.zip"
    pack.write_bytes(pack.read_bytes()[:-40])
    refused(cosign(run), 4, "E173")


def test_somebody_who_is_no_supervisor_cosigns(
    office: Path, desk: Path, run: Run
) -> None:
    announced(office, run)
    before = snapshot(desk)
    said = cosign(run, key="keys/officer-01.key")
    assert said.code == 4, said.err
    assert snapshot(desk) == before


def test_the_witness_state_is_not_a_checkpoint(
    office: Path, desk: Path, run: Run
) -> None:
    announced(office, run)
    refused(cosign(run, state="office.toml"), 2, "E704")
    assert (office / "office.toml").read_text("utf-8").startswith("name")


def test_the_checkpoint_is_exchanged_while_the_witness_verifies(
    office: Path, desk: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A shared folder may hold something else a moment later: that is not signed."""
    announced(office, run)
    honest = witnessing.published_report

    def slow(folder: Path, trust: LogTrust) -> LogReport:
        report = honest(folder, trust)
        first, *_ = sorted((office / "kept/checkpoints").iterdir())
        shutil.copy(first, folder / "checkpoint")
        return report

    monkeypatch.setattr(witnessing, "published_report", slow)
    refused(cosign(run), 1, "E251")
    assert not (desk / "cosigned").exists()
    assert not (desk / "state").exists()


# ── what comes back to the office ────────────────────────────────────────────────


def lines_of(desk: Path) -> tuple[list[str], str]:
    """Return a cosigned checkpoint as lines, and the supervisor's among them."""
    lines = (desk / "cosigned").read_text("utf-8").splitlines()
    return lines, next(line for line in lines if "supervisor" in line)


def forged(line: str) -> str:
    """Return a signature line with another signature."""
    head, _, value = line.rpartition(" ")
    data = bytearray(base64.b64decode(value))
    data[-1] ^= 1
    return f"{head} {base64.b64encode(data).decode()}"


def test_a_forged_cosignature_is_not_taken_in(
    office: Path, desk: Path, run: Run
) -> None:
    """In a proof it would make every check of the draw fail, for good."""
    announced(office, run)
    assert cosign(run).code == 0
    lines, own = lines_of(desk)
    file = desk / "forged"
    file.write_text("\n".join(lines).replace(own, forged(own)) + "\n", "utf-8")
    check(run, office, ("log", "witness", str(file)), 3, "E708")
    assert run("verify", "draws/2026-001").code == 6
    assert run("log", "witness", "../cosigned").code == 0


def test_a_strangers_cosignature_is_not_taken_in(
    office: Path, desk: Path, run: Run
) -> None:
    announced(office, run)
    assert cosign(run).code == 0
    lines, own = lines_of(desk)
    value = own.rpartition(" ")[2]
    file = desk / "stranger"
    file.write_text(
        "\n".join([*lines, f"— example.org/witness {value}"]) + "\n", "utf-8"
    )
    check(run, office, ("log", "witness", str(file)), 4, "E185")


def test_an_uncosigned_checkpoint_is_not_taken_in(office: Path, run: Run) -> None:
    assert run("publish").code == 0
    check(run, office, ("log", "witness", "public/log/checkpoint"), 4, "E186")


def test_another_logs_checkpoint_is_not_taken_in(
    office: Path, desk: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(desk)
    assert run("init", "another", "--name", "另一局", "--no-input").code == 0
    monkeypatch.chdir(desk / "another")
    assert run("publish").code == 0
    own = desk / "another" / SUPERVISOR
    assert cosign(run, key=own, state="../state2", out="../cosigned2").code == 0
    monkeypatch.chdir(office)
    check(run, office, ("log", "witness", "../cosigned2"), 4, "E181")
    check(run, office, ("log", "witness", "office.toml"), 3, "E704")
    check(run, office, ("log", "witness", "nowhere"), 5, "E151")


# ── approvals ────────────────────────────────────────────────────────────────────

REQUEST = "abandon-2026-001.request"


def abandon(run: Run, reason: str = "名单有误", name: str = "2026-001") -> Said:
    approval = ("--approval", f"{REQUEST}.approval")
    return run("abandon", name, "--reason", reason, *approval)  # type: ignore[no-any-return]


def approved(office: Path, run: Run) -> None:
    frozen(office, run)
    assert run("abandon", "2026-001", "--reason", "名单有误").code == 4
    said = run("approve", REQUEST, "--key", SUPERVISOR)
    assert said.code == 0, said.err
    assert "终止抽取（draw.abandon）" in said.err, "whoever signs sees what"
    assert "原因：名单有误（list_wrong）" in said.err
    assert "2026-001" in said.err


def test_an_approval_is_replayed_for_another_draw(office: Path, run: Run) -> None:
    approved(office, run)
    assert abandon(run).code == 0
    assert run(*FREEZE).code == 0
    before = snapshot(office)
    refused(abandon(run, name="2026-001-2"), 4, "E398")
    refused(abandon(run), 4, "E392")
    assert snapshot(office) == before
    assert run(*("draw", "2026-001-2", "--dice", DICE)).code == 0


def test_an_approval_is_used_for_another_reason(office: Path, run: Run) -> None:
    approved(office, run)
    before = snapshot(office)
    refused(abandon(run, reason="任务取消"), 4, "E398")
    assert snapshot(office) == before


@pytest.mark.parametrize("field", ["reason", "draw", "commitment", "keys"])
def test_an_approval_is_edited(office: Path, run: Run, field: str) -> None:
    approved(office, run)
    path = office / f"{REQUEST}.approval"
    text, _, signature = path.read_text("utf-8").partition("\n\n")
    value = json.loads(text)
    value["body"][field] = {
        "reason": "staffing",
        "draw": "2026-002",
        "commitment": "0" * 64,
        "keys": value["body"]["keys"][:-1],
    }[field]
    packed = json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    path.write_text(f"{packed}\n\n{signature}", "utf-8")
    before = snapshot(office)
    reason = "人员不足" if field == "reason" else "名单有误"
    refused(abandon(run, reason=reason), 4, "E398")
    assert snapshot(office) == before


def test_the_officer_approves_alone(office: Path, run: Run) -> None:
    frozen(office, run)
    assert run("abandon", "2026-001", "--reason", "名单有误").code == 4
    assert run("approve", REQUEST, "--key", "keys/officer-01.key").code == 0
    before = snapshot(office)
    refused(abandon(run), 4, "E398")
    assert snapshot(office) == before


@pytest.mark.parametrize("what", ["entry", "checkpoint", "text", "fields", "list"])
def test_a_supervisor_is_asked_to_sign_something_else(
    office: Path, run: Run, what: str
) -> None:
    """A signature over an entry's text would be an entry by the supervisor."""
    entry = (office / "kept/genesis.entry").read_bytes().split(b"\n\n")[0] + b"\n"
    checkpoint = max((office / "kept/checkpoints").iterdir()).read_bytes()
    made = {
        "entry": entry,
        "checkpoint": checkpoint.split(b"\n\n")[0] + b"\n",
        "text": "请签字\n".encode(),
        "fields": b'{"act":"draw.abandon","body":{},"log":"x","op":"y","seq":7}\n',
        "list": b'["act","body","log","op"]\n',
    }[what]
    (office / "x.request").write_bytes(made)
    before = snapshot(office)
    said = run("approve", "x.request", "--key", SUPERVISOR)
    assert said.code == 3, said.err
    assert "E179" in said.err or "E802" in said.err
    assert snapshot(office) == before


def test_a_draw_goes_on_after_a_refused_abandonment(office: Path, run: Run) -> None:
    approved(office, run)
    approval = office / f"{REQUEST}.approval"
    whole = approval.read_bytes()
    approval.write_bytes(whole.replace(b"list_wrong", b"staffing", 1))
    refused(abandon(run), 4, "E398")
    assert run(*draw("--dice", DICE)).code == 0
    approval.write_bytes(whole)
    refused(abandon(run), 4, "E391")
    assert run("log", "verify").code == 0
