"""Attacks on one draw, by name; ``docs/attacks.md`` says which test is whose.

Each is made by somebody with the office's files, database and keys. It fails, or is
found: the exit code, and the file, step or code that is named.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from dualrandom import audit
from dualrandom.canonical import leaf_hash, tree_hash
from dualrandom.keys import load_key
from dualrandom.office import journal
from dualrandom.office.place import open_office
from tests.draws import (
    GENESIS,
    SUPERVISOR,
    approved,
    both,
    drawn,
    freeze,
    logged_only,
    new_task,
    rows,
)
from tests.intruder import Intruder
from tests.refusals import DICE, FREEZE, draw, frozen, refused
from tests.snapshot import snapshot

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Run

FOLDER = Path("draws/2026-001")


def steps(run: Run, folder: object, *options: str) -> dict[str, list[str]]:
    """Return the codes of a check's steps that did not agree, by step."""
    told = json.loads(run("verify", folder, "--json", *options).out)
    found: dict[str, list[str]] = {}
    for step in told["steps"]:
        if step["code"]:
            found.setdefault(step["name"], []).append(step["code"])
    return found


def forge(office: Path, name: str, edit: Callable[[bytes], bytes]) -> None:
    """Change a frozen table, and make the announcement name the new digest."""
    path = office / FOLDER / name
    data = edit(path.read_bytes())
    path.write_bytes(data)
    announced = json.loads((office / FOLDER / "announcement.json").read_bytes())
    announced["files"][name] |= {
        "rows": sum(not r.startswith(b"#") for r in data.splitlines()[1:]),
        "bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
    }
    announced["files"][name].pop("root", None)
    Intruder(office).document(f"{FOLDER}/announcement.json", files=announced["files"])


# ── before the draw ──────────────────────────────────────────────────────────────


def test_attacker_refreezes_until_the_list_suits(office: Path, run: Run) -> None:
    """One announcement a task; another takes a second person, and names the first."""
    frozen(office, run)
    before = snapshot(office)
    refused(run(*FREEZE), 4, "E383")
    refused(run(*FREEZE, "--draw", "another", "--reason", "再来"), 4, "E383")
    assert snapshot(office) == before
    # Folder and row are made to vanish: the log remembers.
    shutil.move(FOLDER, office.parent / "hidden")
    intruder = Intruder(office)
    seq = intruder.one("SELECT seq_from FROM draw")
    intruder.sql("DELETE FROM draw", f"DELETE FROM change WHERE seq = {seq}")
    refused(run(*FREEZE), 4, "E189")
    assert run("log", "verify").code == 1


def test_attacker_opens_two_announcements_for_one_task(office: Path, run: Run) -> None:
    frozen(office, run)
    Intruder(office).sql("UPDATE draw SET state = 'abandoned'")
    before = snapshot(office)
    refused(run(*FREEZE), 4, "E189")
    assert snapshot(office) == before
    assert run("log", "verify").code == 1


def test_attacker_draws_twice(drawn: Path, run: Run) -> None:
    """Whatever the folder and the database say, the log has its one result."""
    refused(run(*draw("--dice", DICE)), 4, "E391")
    for name in ("result.json", "seed.txt", "selected.tsv", "drawn.tsv", "teams.tsv"):
        (FOLDER / name).unlink()
    shutil.rmtree(FOLDER / "log")
    intruder = Intruder(drawn)
    seq = intruder.one("SELECT seq_from FROM draw WHERE state = 'drawn'")
    intruder.sql(
        "DELETE FROM draw WHERE state = 'drawn'",
        "UPDATE draw SET seq_to = NULL",
        f"DELETE FROM change WHERE seq = {seq}",
    )
    for dice in (DICE, DICE[::-1]):
        refused(run(*draw("--dice", dice)), 4, "E391")
    assert run("log", "verify").code == 1


def test_attacker_leaves_a_firm_out_of_list_and_exclusions(
    office: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that was tampered with drops it; the logged directory still has it."""
    from dualrandom.office import drafting

    spared: list[str] = []
    honest = drafting.gather

    def tampered(task: Any, *, directory: Any, **rest: Any) -> Any:
        kept = list(directory)
        spared.append(kept.pop(7)[0].id)
        return honest(task, directory=kept, **rest)

    monkeypatch.setattr(drafting, "gather", tampered)
    frozen(office, run)
    told = steps(run, FOLDER)
    assert told["scope"] == ["people_scope"], "supervisors compare list and directory"
    announced = json.loads((FOLDER / "announcement.json").read_bytes())
    digest = announced["registry"]["targets"]
    directory = (office / "kept" / f"{digest}.tsv").read_text("utf-8")
    assert hashlib.sha256(directory.encode()).hexdigest() == digest
    listed = {row[0] for row in rows(FOLDER, "targets.tsv")}
    listed |= {row[0] for row in rows(FOLDER, "exclusions.tsv")}
    known = {line.split("\t")[0] for line in directory.splitlines()[1:]}
    assert spared[0] in known - listed
    # Taken out of the directory itself, no list can be frozen at all.
    Intruder(office).sql(f"DELETE FROM target WHERE id = '{spared[0]}'")
    new_task(run, "T-2", "--ratio", "3%")
    assert spared[0] in refused(
        run("freeze", "T-2", "--randomness", "dice:20"), 4, "E189"
    )


def test_attacker_puts_a_firm_into_an_unannounced_stratum(
    office: Path, run: Run
) -> None:
    frozen(office, run)
    at = f"{FOLDER}/strata.tsv"
    whole = Path(at).read_bytes()
    Intruder(office).edit(at, b"\tall\t", b"\tnone\t")
    assert at in refused(run(*draw("--dice", DICE)), 4, "E393")
    code, ours, theirs = both(run, FOLDER)
    assert (code, "strata.tsv" in ours, "strata.tsv" in theirs) == (1, True, True)
    Path(at).write_bytes(whole)
    # With an announcement that fits: the rule itself objects, and so does the log.
    forge(office, "strata.tsv", lambda data: data.replace(b"\tall\t", b"\tnone\t", 1))
    assert "E817" in steps(run, FOLDER)["strata"]
    assert both(run, FOLDER)[0] == 1
    assert run("log", "verify").code == 1


def test_attacker_recuses_everybody_for_one_firm(
    office: Path, run: Run, lists: Path
) -> None:
    book = openpyxl.load_workbook(lists / "inspectors.xlsx")
    sheet = book.active
    assert sheet is not None
    firm = str(Intruder(office).one("SELECT id FROM target ORDER BY id LIMIT 1"))
    for row in range(2, sheet.max_row + 1):
        sheet.cell(row, sheet.max_column).value = firm
    book.save("all.xlsx")
    assert run("import", "inspectors", "all.xlsx", "--yes").code == 0
    before = snapshot(office)
    assert firm in refused(run(*FREEZE), 4, "E363")
    assert snapshot(office) == before


def test_attacker_adds_a_conflict_afterwards(office: Path, run: Run) -> None:
    """An inspector who is not wanted is recused once the announcement stands."""
    frozen(office, run)
    firm = rows(FOLDER, "targets.tsv")[0][0]
    person = rows(FOLDER, "inspectors.tsv")[0][0]
    added = f"{firm}\t{person}\t亲属\n".encode()

    def add(data: bytes) -> bytes:
        head, *rest = data.splitlines(keepends=True)
        return b"".join([head, rest[0], *sorted({*rest[1:], added})])

    path = FOLDER / "conflicts.tsv"
    whole = path.read_bytes()
    path.write_bytes(add(whole))
    assert "conflicts.tsv" in refused(run(*draw("--dice", DICE)), 4, "E393")
    code, ours, theirs = both(run, FOLDER)
    assert (code, "conflicts.tsv" in ours, "conflicts.tsv" in theirs) == (1, True, True)
    path.write_bytes(whole)
    forge(office, "conflicts.tsv", add)
    refused(run(*draw("--dice", DICE)), 4, "E393")
    assert steps(run, FOLDER)["announce_entry"] == ["E851"], "the log names another"
    assert both(run, FOLDER)[0] == 1


def test_attacker_strips_a_source(office: Path, run: Run) -> None:
    """Two sources were announced; the office would rather know the only one."""
    said = run("secret", "new", "2026-001", "纪委", "-o", "s")
    bound = ("--randomness", said.out.strip(), "--randomness", "dice:20")
    assert run("freeze", "2026-001", *bound).code == 0
    refused(run(*draw("--dice", DICE)), 2, "E395")
    secret = json.loads(Path("s").read_text("utf-8"))["value"]
    assert run(*draw("--dice", DICE, "--secret", f"纪委={secret}")).code == 0
    whole = {p: p.read_bytes() for p in (FOLDER / "seed.txt", FOLDER / "result.json")}
    lines = (FOLDER / "seed.txt").read_bytes().splitlines(keepends=True)
    stripped = b"".join([*lines[:2], lines[3]])
    (FOLDER / "seed.txt").write_bytes(stripped)
    digest = hashlib.sha256(stripped).hexdigest()
    Intruder(office).document(f"{FOLDER}/result.json", seed_file=digest)
    assert "E602" in steps(run, FOLDER)["seed"]
    assert both(run, FOLDER)[0] == 1
    for path, data in whole.items():
        path.write_bytes(data)
    announced = json.loads((FOLDER / "announcement.json").read_bytes())
    only = announced["randomness"][1:]
    Intruder(office).document(f"{FOLDER}/announcement.json", randomness=only)
    assert both(run, FOLDER)[0] == 1
    assert run("log", "verify").code == 1


def log_as_an_officer(office: Path, act: str, **body: str) -> None:
    """Append an entry with an officer's key, past every command."""
    opened = open_office(office, unlock=load_key)
    with journal.writing(opened) as (tx, _):
        signer = opened.officer()
        if act == "draw.result":
            keys = {"keys": journal.log_keys(journal.told(opened, tx), signer)}
            journal.append(opened, tx, act, {**body, **keys}, signer=signer)
        else:
            journal.append(opened, tx, act, dict(body), signer=signer)


def test_attacker_draws_with_other_dice_than_were_rolled(
    office: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A whole draw, made on a copy with better dice, is logged as the result."""
    frozen(office, run)
    copy = tmp_path / "copy"
    shutil.copytree(office, copy)
    logged_only(office, DICE)
    monkeypatch.chdir(copy)
    assert run(*draw("--dice", "7" * 20)).code == 0
    monkeypatch.chdir(office)
    for made in (copy / FOLDER).iterdir():
        if made.is_file() and not (office / FOLDER / made.name).exists():
            shutil.copy(made, office / FOLDER)
    announced = (office / FOLDER / "announcement.json").read_bytes()
    log_as_an_officer(
        office,
        "draw.result",
        draw="2026-001",
        commitment=hashlib.sha256(announced).hexdigest(),
        result=hashlib.sha256((FOLDER / "result.json").read_bytes()).hexdigest(),
    )
    refused(run("publish"), 1, "E859")
    found = run("log", "verify")
    assert found.code == 1
    assert "E859" in found.out
    assert "draws/2026-001/seed.txt" in found.out


def test_attacker_releases_a_sealed_draw_too_early(office: Path, run: Run) -> None:
    drawn(run, "2026-001", "--sealed-until", "2100-01-10")
    refused(run("release", "2026-001"), 4, "E458")
    announced = (office / FOLDER / "announcement.json").read_bytes()
    log_as_an_officer(
        office,
        "draw.release",
        draw="2026-001",
        commitment=hashlib.sha256(announced).hexdigest(),
    )
    refused(run("publish"), 1, "E860")
    found = run("log", "verify")
    assert found.code == 1
    assert "E860" in found.out


def backdate(office: Path, time: str) -> None:
    """Rewrite the log from the announcement on, with the office's own keys."""
    opened = open_office(office, unlock=load_key)
    with opened.registry.read() as tx:
        made = list(tx.entries())
    signers = {k.name: k for k in (opened.officer(), opened.log_signer())}
    first = audit.parse_entry((office / FOLDER / "log/announce.entry").read_bytes())[0]
    for seq in range(first.seq, len(made)):
        entry = audit.parse_entry(made[seq])[0]
        prev = leaf_hash(made[seq - 1]).hex()
        moment = time if seq == first.seq else entry.time
        changed = replace(entry, prev=prev, time=moment)
        made[seq] = audit.sign_entry(changed, signers[entry.by])
    leaves = [leaf_hash(data) for data in made]
    for act in ("announce", "result"):
        proof = audit.parse_proof(
            (office / FOLDER / f"log/{act}.tlog-proof").read_bytes()
        )
        old = audit.parse_checkpoint(proof.checkpoint)
        size = old.checkpoint.size
        signed = audit.sign_checkpoint(
            replace(old.checkpoint, root=tree_hash(leaves[:size])), opened.log_signer()
        )
        for line in old.note.signatures[1:]:  # the witness's, as it was
            signed = audit.add_signature(signed, line)
        path = audit.inclusion_proof(leaves[:size], proof.index, size)
        forged = audit.Proof(index=proof.index, path=path, checkpoint=signed)
        (office / FOLDER / f"log/{act}.entry").write_bytes(made[proof.index])
        (office / FOLDER / f"log/{act}.tlog-proof").write_bytes(
            audit.proof_bytes(forged)
        )


def test_attacker_backdates_the_announcement_under_a_witness(
    drawn: Path, run: Run
) -> None:
    assert both(run, FOLDER)[0] == 0
    backdate(drawn, "2026-01-05T01:00:00Z")
    code, _, theirs = both(run, FOLDER)
    assert code == 1
    assert "supervisor" in theirs
    assert steps(run, FOLDER)["announce_entry"] == ["E853"]


def test_attacker_backdates_the_announcement_without_a_witness(
    office: Path, run: Run
) -> None:
    """Nobody else kept anything: it cannot be told, and that is what is said."""
    drawn(run, "2026-001")
    backdate(office, "2026-01-05T01:00:00Z")
    code, ours, _ = both(run, FOLDER)
    assert code == 6
    assert steps(run, FOLDER, "--genesis", GENESIS)["order"] == ["no_witness"]
    assert "先后无人见证" in ours


# ── after the draw ───────────────────────────────────────────────────────────────


@pytest.fixture(name="later")
def _later(office: Path, run: Run) -> Path:
    """A draw with reserves, one of which stepped in, and a substitution."""
    new_task(run, "R-1", "--ratio", "5%", "--reserves", "100%")
    drawn(run, "R-1")
    at = Path("draws/R-1")
    gone = rows(at, "selected.tsv")[0][1]
    closed = ("--reason", "停业", "--evidence", "照片")
    assert approved(run, "replace", "R-1", gone, *closed).code == 0
    target, post, _ = next(row for row in rows(at, "teams.tsv") if row[0] != gone)
    assert (
        approved(run, "substitute", "R-1", target, post, "--reason", "病假").code == 0
    )
    return office


@pytest.mark.parametrize(
    ("name", "column", "pool"),
    [
        pytest.param(
            "replacements.tsv", 2, "reserves.tsv", id="picks a reserve by hand"
        ),
        pytest.param(
            "substitutions.tsv", 4, "inspectors.tsv", id="substitutes a friend"
        ),
    ],
)
def test_attacker_chooses_who_steps_in(
    later: Path, run: Run, name: str, column: int, pool: str
) -> None:
    at = Path("draws/R-1")
    due = rows(at, name)[0]
    taken = {value for row in rows(at, name) for value in row}
    taken |= {row[2] for row in rows(at, "teams.tsv")}
    friend = next(row[0] for row in rows(at, pool) if row[0] not in taken)
    Intruder(later).edit(f"{at}/{name}", due[column].encode(), friend.encode())
    told = steps(run, at)["changes"]
    assert "E841" in told
    code, _, theirs = both(run, at)
    assert code == 1
    assert name in theirs
    said = run("log", "verify")
    assert said.code == 1
    assert f"R-1/{name}" in said.out
    refused(
        run("replace", "R-1", "x", "--reason", "停业", "--evidence", "x"), 1, "E171"
    )


@pytest.mark.parametrize(
    "what", ["a row is added", "a row is taken away", "the table goes"]
)
def test_attacker_edits_a_table_of_changes(later: Path, run: Run, what: str) -> None:
    path = Path("draws/R-1/replacements.tsv")
    lines = path.read_bytes().splitlines(keepends=True)
    if what == "the table goes":
        path.unlink()
        said = run("log", "verify")
        assert said.code == 0, "withheld, or erased by law: no fault of the log"
        assert "replacements.tsv" in said.out
        more = ("--reason", "停业", "--evidence", "x")
        refused(run("replace", "R-1", "x", *more), 5, "E170")
        return
    spare = rows(Path("draws/R-1"), "reserves.tsv")[1][0]
    stepped = lines[-1].split(b"\t")[2].decode()
    extra = f"8\t{stepped}\t{spare}\t停业\tx\n".encode()
    path.write_bytes(
        b"".join(lines[:-1] if "away" in what else [*lines[:2], extra, *lines[2:]])
    )
    said = run("log", "verify")
    assert said.code == 1
    assert "replacements.tsv" in said.out


def test_attacker_lets_a_supervisor_approve_one_and_writes_another(
    office: Path, run: Run
) -> None:
    """The digest that was approved is that of the table that is written."""
    new_task(run, "R-1", "--ratio", "5%", "--reserves", "100%")
    drawn(run, "R-1")
    one, other = (row[1] for row in rows(Path("draws/R-1"), "selected.tsv")[:2])
    closed = ("--reason", "停业", "--evidence", "照片")
    assert run("replace", "R-1", one, *closed).code == 4
    assert run("approve", "replace-R-1.request", "--key", SUPERVISOR).code == 0
    before = snapshot(office)
    signed = ("--approval", "replace-R-1.request.approval")
    refused(run("replace", "R-1", other, *closed, *signed), 4, "E398")
    refused(run("replace", "R-1", one, *closed[:3], "别的凭据", *signed), 4, "E398")
    assert snapshot(office) == before
    freeze(run, "2026-001")
