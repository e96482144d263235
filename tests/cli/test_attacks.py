"""Attacks by name: what an insider does behind the program's back, and who notices.

Files are edited on disk and rows by SQL, never through the program; then the exit code
and the file, list or entry that is named are looked at.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.draws import logged_only
from tests.intruder import Intruder
from tests.refusals import DICE, FREEZE, NEW, draw, frozen, refused
from tests.snapshot import snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from tests.refusals import Run

SOMEBODY = "(SELECT id FROM target ORDER BY id LIMIT 1 OFFSET 7)"
FROZEN = ("targets", "strata", "inspectors", "conflicts", "exclusions")
FROZEN_FILES = (*(f"{name}.tsv" for name in FROZEN), "inspector-exclusions.tsv")


def bad_log(run: Run, *options: str) -> str:
    """Check that the log is found wrong; return what was said, as data."""
    said = run("log", "verify", *options)
    assert said.code == 1, said.out + said.err
    assert run("log", "verify", "--lang", "en", *options).code == 1
    return str(said.out)


def unchanged(run: Run, office: Path, exit_code: int, code: str, *args: str) -> str:
    """Check that a command refuses and changes nothing; return its three lines."""
    before = snapshot(office)
    told = refused(run(*args), exit_code, code)
    assert snapshot(office) == before
    return told


# ── the database ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("statement", "who", "list_name"),
    [
        pytest.param(
            f"UPDATE target SET name = '友商' WHERE id = {SOMEBODY}",
            f"SELECT {SOMEBODY}", "targets", id="a target's name",
        ),
        pytest.param(
            "UPDATE target_private SET risk = 'D' WHERE risk = 'A' AND id = "
            "(SELECT id FROM target_private WHERE risk = 'A' LIMIT 1)",
            "SELECT min(id) FROM target_private WHERE risk = 'A'", "targets",
            id="a target's risk class",
        ),
        pytest.param(
            "UPDATE inspector SET valid_until = '2199-12-31' WHERE id = "
            "(SELECT id FROM inspector WHERE certificate <> '' LIMIT 1)",
            "SELECT id FROM inspector WHERE certificate <> '' LIMIT 1", "inspectors",
            id="an inspector's certificate",
        ),
        pytest.param(
            "UPDATE item SET basis = '某规定' WHERE code = 'SP-03'",
            "SELECT 'SP-03'", "items", id="an item's legal basis",
        ),
        pytest.param(
            "UPDATE task SET quotas = replace(quotas, '3/100', '1/100')",
            "SELECT '2026-001'", "tasks", id="a task's quota",
        ),
        pytest.param(
            "UPDATE recusal SET reason = 'x'",
            "SELECT inspector FROM recusal", "recusals", id="a recusal's reason",
        ),
        pytest.param(
            f"DELETE FROM target WHERE id = {SOMEBODY}",
            f"SELECT {SOMEBODY}", "targets", id="a deleted target",
        ),
        pytest.param(
            "DELETE FROM recusal",
            "SELECT inspector FROM recusal", "recusals", id="a deleted recusal",
        ),
        pytest.param(
            "INSERT INTO recusal (inspector, target, reason, seq_from)"
            " SELECT (SELECT id FROM inspector LIMIT 1 OFFSET 9), target, '', seq_from"
            " FROM recusal",
            "SELECT id FROM inspector LIMIT 1 OFFSET 9", "recusals",
            id="an added recusal",
        ),
        pytest.param(
            f"UPDATE target SET seq_to = seq_from + 3 WHERE id = {SOMEBODY}",
            f"SELECT {SOMEBODY}", "targets", id="a target retired by hand",
        ),
    ],
)  # fmt: skip
def test_an_insider_edits_a_row(
    office: Path, run: Run, statement: str, who: str, list_name: str
) -> None:
    intruder = Intruder(office)
    name = str(intruder.one(who))
    intruder.sql(statement)
    said = bad_log(run)
    assert name in said
    assert f"“{list_name}”" in said or list_name in said
    told = unchanged(run, office, 4, "E189", *FREEZE)
    assert name in told


def test_an_insider_edits_a_version_that_is_past(
    office: Path, run: Run, lists: Path
) -> None:
    """History decides what an earlier draw was made from."""
    rows = (lists / "targets.csv").read_text("utf-8-sig").splitlines()
    changed = [rows[0], rows[1].replace("示例", "改名", 1), *rows[2:]]
    (office / "new.csv").write_text("\n".join(changed) + "\n", "utf-8")
    assert run("import", "targets", "new.csv", "--yes").code == 0
    assert run("log", "verify").code == 0
    intruder = Intruder(office)
    name = str(intruder.one("SELECT id FROM target WHERE seq_to IS NOT NULL"))
    intruder.sql("UPDATE target SET address = 'x' WHERE seq_to IS NOT NULL")
    assert name in bad_log(run)


def test_a_row_is_not_named_once_its_kept_file_is_gone(office: Path, run: Run) -> None:
    """The list still is: its digest stands in the log, its salt in the database."""
    intruder = Intruder(office)
    intruder.sql(f"UPDATE target SET name = 'x' WHERE id = {SOMEBODY}")
    for kept in (office / "kept").glob("*.tsv"):
        kept.unlink()
    said = bad_log(run)
    assert "E331" in said
    assert "targets" in said


def test_kept_files_alone_prove_nothing(office: Path, run: Run) -> None:
    """What they hold can be made anew: gone or edited, the lists are what was logged."""
    kept = sorted((office / "kept").glob("*.tsv"))
    kept[0].unlink()
    kept[1].write_bytes(b"something else\n")
    assert run("log", "verify").code == 0


def test_an_insider_takes_a_trigger_away(office: Path, run: Run) -> None:
    with closing(sqlite3.connect(office / "office.db", isolation_level=None)) as raw:
        raw.execute("DROP TRIGGER entry_delete_never")
    assert "entry_delete_never" in bad_log(run)


def test_an_insider_puts_the_clock_of_a_draw_back(office: Path, run: Run) -> None:
    """A drawn draw made open again is still drawn: the log says so."""
    frozen(office, run)
    assert run(*draw("--dice", DICE)).code == 0
    intruder = Intruder(office)
    seq = intruder.one("SELECT seq_from FROM draw WHERE state = 'drawn'")
    intruder.sql(
        "DELETE FROM draw WHERE state = 'drawn'",
        "UPDATE draw SET seq_to = NULL",
        f"DELETE FROM change WHERE seq = {seq}",
    )
    unchanged(run, office, 4, "E391", *draw("--dice", "0" * 20))
    unchanged(run, office, 4, "E189", *FREEZE)
    assert "2026-001" in bad_log(run)


# ── the log ──────────────────────────────────────────────────────────────────────


def test_an_insider_rewrites_an_entry(drawn: Path, run: Run) -> None:
    intruder = Intruder(drawn)
    seq = intruder.one(
        "SELECT seq FROM entry WHERE CAST(data AS TEXT) LIKE '%draw.dice%'"
    )
    intruder.sql(
        "UPDATE entry SET data = CAST(replace(CAST(data AS TEXT),"
        f" '{DICE}', '{'0' * 20}') AS BLOB) WHERE seq = {seq}"
    )
    assert f"#{seq}" in bad_log(run)
    unchanged(run, drawn, 4, "E184", "publish")
    # An act goes on from the tree that was signed; nothing is signed over the edit.
    assert run(*NEW, "--ratio", "3%").code == 0
    unchanged(run, drawn, 4, "E184", "log", "checkpoint")
    said = bad_log(run)
    assert f"#{seq}" in said
    assert "E768" in said, "the database does not come to the root that was signed"


def test_an_insider_rewrites_the_newest_signed_entry(drawn: Path, run: Run) -> None:
    """It stands for all before it, whether its proof is at hand or not."""
    intruder = Intruder(drawn)
    size = int(max((drawn / "kept/checkpoints").iterdir()).name)
    intruder.sql(
        f"UPDATE entry SET data = CAST(data || x'0a' AS BLOB) WHERE seq = {size - 1}",
    )
    for hidden in (False, True):
        if hidden:
            (drawn / "kept/head.tlog-proof").unlink()
        unchanged(run, drawn, 4, "E180", *NEW, "--ratio", "3%")
        for line in (("publish",), ("log", "checkpoint")):
            assert f"#{size - 1}" in unchanged(run, drawn, 4, "E184", *line)


@pytest.mark.parametrize("left", ["nothing", "another's", "garbage"])
def test_the_proof_of_the_newest_entry_is_only_a_shortcut(
    drawn: Path, run: Run, left: str
) -> None:
    at = drawn / "kept/head.tlog-proof"
    others = (drawn / "draws/2026-001/log/announce.tlog-proof").read_bytes()
    at.unlink()
    if left != "nothing":
        at.write_bytes({"another's": others, "garbage": b"\xff\n"}[left])
    assert run(*NEW, "--ratio", "3%").code == 0
    assert run("publish").code == 0
    assert run("log", "verify").code == 0


def test_an_insider_rewrites_an_entry_and_all_its_columns(
    drawn: Path, run: Run
) -> None:
    intruder = Intruder(drawn)
    data = bytes(intruder.one("SELECT data FROM entry WHERE seq = 3"))
    forged = data.replace(b'"added":120', b'"added":121')
    assert forged != data
    leaf = hashlib.sha256(b"\0" + forged).hexdigest()
    intruder.sql(
        f"UPDATE entry SET data = x'{forged.hex()}', leaf = '{leaf}' WHERE seq = 3",
        f"UPDATE entry SET prev = '{leaf}' WHERE seq = 4",
    )
    assert "#3" in bad_log(run)


@pytest.mark.parametrize("count", [1, 3])
def test_an_insider_cuts_the_tail(drawn: Path, run: Run, count: int) -> None:
    intruder = Intruder(drawn)
    last = intruder.one("SELECT max(seq) FROM entry")
    intruder.sql(f"DELETE FROM entry WHERE seq > {last - count}")
    said = bad_log(run)
    assert "E769" in said
    unchanged(run, drawn, 4, "E180", "log", "checkpoint")
    # With the result's entry gone, its files look like those of a draw cut off.
    unchanged(run, drawn, 4, "E180", "publish")


def test_an_insider_takes_an_entry_out(drawn: Path, run: Run) -> None:
    intruder = Intruder(drawn)
    intruder.sql("DELETE FROM entry WHERE seq = 5")
    assert "#5" in bad_log(run)
    unchanged(run, drawn, 4, "E189", *FREEZE, "--reason", "再抽")


def test_an_old_database_is_put_back(office: Path, run: Run, lists: Path) -> None:
    """Whatever would be appended now would be a fork of what was signed."""
    intruder = Intruder(office)
    old = intruder.backup()
    frozen(office, run)
    assert run(*draw("--dice", DICE)).code == 0
    intruder.restore(old)
    rows = (lists / "targets.csv").read_text("utf-8-sig").splitlines()
    (office / "less.csv").write_text("\n".join(rows[:-1]) + "\n", "utf-8")
    for line in (
        FREEZE,
        (*NEW, "--ratio", "3%"),
        ("import", "targets", "less.csv", "--yes"),
        ("publish",),
        ("log", "checkpoint"),
    ):
        unchanged(run, office, 4, "E180", *line)
    assert (office / "draws/2026-001/result.json").is_file()
    assert "E769" in bad_log(run)
    assert run("status").code == 0


def test_an_old_database_and_a_new_history(office: Path, run: Run) -> None:
    """A second history of the same length has another root."""
    intruder = Intruder(office)
    old = intruder.backup()
    frozen(office, run)
    signed = office / "kept/checkpoints"
    kept = {path.name: path.read_bytes() for path in signed.iterdir()}
    intruder.restore(old)
    newest = max(kept)
    (signed / newest).unlink()
    assert run("freeze", "2026-001", "--randomness", "dice:30").code == 4, (
        "E188 or E180"
    )
    shutil.rmtree(office / "draws/2026-001")
    assert run("freeze", "2026-001", "--randomness", "dice:30").code == 0
    (signed / newest).write_bytes(kept[newest])
    assert "E768" in bad_log(run)
    unchanged(run, office, 4, "E180", *draw("--dice", "1" * 30))


def test_what_was_signed_is_hidden(drawn: Path, run: Run) -> None:
    shutil.rmtree(drawn / "kept/checkpoints")
    assert run("log", "verify").code == 6
    unchanged(run, drawn, 4, "E183", "publish")
    unchanged(run, drawn, 4, "E183", *FREEZE, "--reason", "再抽")


def test_what_was_signed_is_edited(drawn: Path, run: Run) -> None:
    newest = max((drawn / "kept/checkpoints").iterdir())
    name = newest.relative_to(drawn).as_posix()
    Intruder(drawn).flip(name, at=-30)
    assert run("log", "verify").code == 1


def test_the_genesis_entry_is_hidden_or_exchanged(
    drawn: Path,
    run: Run,
    prepared: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept = drawn / "kept/genesis.entry"
    own = kept.read_bytes()
    kept.unlink()
    without = run("log", "verify")
    assert without.code == 0, "its own checkpoint still anchors it"
    monkeypatch.chdir(tmp_path)
    assert run("init", "another", "--name", "另一局", "--no-input").code == 0
    monkeypatch.chdir(drawn)
    shutil.copy(tmp_path / "another/kept/genesis.entry", kept)
    assert "E767" in bad_log(run)
    kept.write_bytes(own)
    assert run("log", "verify").code == 0


# ── files after the freeze ───────────────────────────────────────────────────────


@pytest.mark.parametrize("name", [*FROZEN_FILES, "announcement.json"])
def test_a_frozen_file_is_swapped(office: Path, run: Run, name: str) -> None:
    frozen(office, run)
    at = f"draws/2026-001/{name}"
    Intruder(office).flip(at)
    assert at in unchanged(run, office, 4, "E393", *draw("--dice", DICE))
    assert at in bad_log(run)
    assert at in unchanged(run, office, 1, "E171", "publish")
    assert run("verify", "draws/2026-001").code == 1


@pytest.mark.parametrize("name", ["targets.tsv", "announcement.json"])
def test_a_frozen_file_is_taken_away(office: Path, run: Run, name: str) -> None:
    frozen(office, run)
    at = f"draws/2026-001/{name}"
    (office / at).unlink()
    assert at in unchanged(run, office, 4, "E393", *draw("--dice", DICE))
    said = run("log", "verify")
    assert said.code == 0, "withheld, or erased by law: the log stands"
    assert at in said.out
    assert run("verify", "draws/2026-001").code == 6


def test_list_announcement_and_database_are_swapped_together(
    office: Path, run: Run
) -> None:
    """All that lies in the office is exchanged; the log alone still knows better."""
    frozen(office, run)
    intruder = Intruder(office)
    folder = office / "draws/2026-001"
    rows = (folder / "targets.tsv").read_bytes().splitlines(keepends=True)
    spared = b"".join(rows[:5] + rows[6:])
    announced = json.loads((folder / "announcement.json").read_text("utf-8"))
    old = hashlib.sha256((folder / "announcement.json").read_bytes()).hexdigest()
    announced["files"]["targets.tsv"] |= {
        "rows": len(rows) - 2,
        "bytes": len(spared),
        "sha256": hashlib.sha256(spared).hexdigest(),
    }
    (folder / "targets.tsv").write_bytes(spared)
    intruder.document("draws/2026-001/announcement.json", files=announced["files"])
    new = hashlib.sha256((folder / "announcement.json").read_bytes()).hexdigest()
    intruder.sql(f"UPDATE draw SET commitment = '{new}' WHERE commitment = '{old}'")
    unchanged(run, office, 4, "E393", *draw("--dice", DICE))
    said = bad_log(run)
    assert "announcement.json" in said
    assert "E336" in said
    unchanged(run, office, 1, "E171", "publish")


DRAWN_FILES = (
    "seed.txt", "randomness.json", "result.json", "selected.tsv", "drawn.tsv", "teams.tsv",
)  # fmt: skip


@pytest.mark.parametrize("name", DRAWN_FILES)
def test_a_drawn_file_is_edited(drawn: Path, run: Run, name: str) -> None:
    at = f"draws/2026-001/{name}"
    Intruder(drawn).flip(at)
    assert at in bad_log(run)
    assert at in unchanged(run, drawn, 1, "E171", "publish")
    assert at in unchanged(run, drawn, 1, "E171", "export", "2026-001", "-o", "x.xlsx")
    verified = run("verify", "draws/2026-001")
    assert verified.code == 1
    assert name in verified.out


def test_a_result_is_made_up_whole(drawn: Path, run: Run) -> None:
    """Selected, drawn and result are exchanged, all digests right: recomputed, wrong."""
    intruder = Intruder(drawn)
    folder = drawn / "draws/2026-001"
    chosen = (folder / "drawn.tsv").read_text("utf-8").splitlines()[1]
    every = (folder / "targets.tsv").read_text("utf-8").splitlines()[1:]
    listed = [row.split("\t")[0] for row in every]
    other = next(
        i for i in listed if i not in (folder / "drawn.tsv").read_text("utf-8")
    )
    result = json.loads((folder / "result.json").read_text("utf-8"))
    for name in ("drawn.tsv", "selected.tsv", "teams.tsv"):
        path = folder / name
        text = path.read_text("utf-8").replace(chosen, other)
        head, *rows = text.splitlines(keepends=True)
        if name == "drawn.tsv":
            rows.sort()
        path.write_text("".join([head, *rows]), "utf-8")
        data = path.read_bytes()
        result["files"][name] |= {
            "bytes": len(data),
            "sha256": hashlib.sha256(data).hexdigest(),
        }
    intruder.document("draws/2026-001/result.json", files=result["files"])
    verified = run("verify", "draws/2026-001")
    assert verified.code == 1
    assert "selected.tsv" in verified.out
    assert "draws/2026-001/result.json" in bad_log(run)
    unchanged(run, drawn, 1, "E171", "publish")
    unchanged(run, drawn, 1, "E171", "export", "2026-001", "-o", "x.xlsx")
    unchanged(run, drawn, 1, "E171", "why", "2026-001", other)


def test_a_result_that_was_never_logged_is_not_published(
    office: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A draw that was tried on a copy, and is slipped into the folder."""
    frozen(office, run)
    trial = tmp_path / "trial"
    shutil.copytree(office, trial)
    monkeypatch.chdir(trial)
    assert run(*draw("--dice", DICE)).code == 0
    monkeypatch.chdir(office)
    for name in DRAWN_FILES:
        shutil.copy(trial / "draws/2026-001" / name, office / "draws/2026-001" / name)
    unchanged(run, office, 4, "E178", "publish")
    assert run("log", "verify").code == 0, "a draw that was cut off looks the same"
    assert run(*draw("--dice", DICE[::-1])).code == 0, "only what is drawn now counts"
    assert run("publish").code == 0
    assert run("log", "verify").code == 0


def test_other_dice_after_a_crash(office: Path, run: Run) -> None:
    """Dice stand once they are logged, whether the draw went on or not."""
    frozen(office, run)
    logged_only(office, DICE)
    told = unchanged(run, office, 4, "E394", *draw("--dice", "0" * 20))
    assert DICE in told
    assert run(*draw("--dice", DICE)).code == 0
    assert run("log", "verify").code == 0


# ── what is published ────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "name",
    [
        "draws/2026-001/targets.tsv",
        "draws/2026-001/result.json",
        "items.json",
        "draws.json",
    ],
)
def test_the_webmaster_edits_what_is_published(
    drawn: Path, run: Run, name: str
) -> None:
    Intruder(drawn).flip(f"public/{name}")
    told = unchanged(run, drawn, 1, "E909", "site", "build", "-o", "site")
    assert f"public/{name}" in told
    assert run("publish").code == 0, "the next publication brings back what was logged"
    assert run("site", "build", "-o", "site").code == 0


def test_the_webmaster_takes_a_file_away(drawn: Path, run: Run) -> None:
    (drawn / "public/draws/2026-001/drawn.tsv").unlink()
    told = unchanged(run, drawn, 1, "E909", "site", "build", "-o", "site")
    assert "drawn.tsv" in told


def test_the_webmaster_edits_file_and_manifest(drawn: Path, run: Run) -> None:
    """Then the pages can be built; whoever checks the draw or the log is not fooled."""
    intruder = Intruder(drawn)
    name = "draws/2026-001/drawn.tsv"
    old = hashlib.sha256((drawn / "public" / name).read_bytes()).hexdigest()
    intruder.flip(f"public/{name}")
    new = hashlib.sha256((drawn / "public" / name).read_bytes()).hexdigest()
    intruder.edit("public/manifest.json", old.encode(), new.encode())
    verified = run("verify", "public/draws/2026-001")
    assert verified.code == 1
    assert "drawn.tsv" in verified.out
    manifest = hashlib.sha256((drawn / "public/manifest.json").read_bytes()).hexdigest()
    logged = run("log", "list", "--act", "notice.publish", "--json").out
    assert manifest not in logged


def test_a_strangers_file_in_public_is_not_deleted(drawn: Path, run: Run) -> None:
    (drawn / "public/note.html").write_text("mine")
    told = refused(run("publish"), 4, "E906")
    assert "note.html" in told
    assert (drawn / "public/note.html").read_text() == "mine"
    assert run("log", "verify").code == 0


def test_an_old_copy_of_the_whole_office_put_back_is_behind_what_was_published(
    office: Path, run: Run
) -> None:
    """Database, folders and signing memory go back together; the pages do not."""
    frozen(office, run)
    assert run("publish").code == 0
    old = office.parent / "old"
    shutil.copytree(office, old)
    assert run(*draw("--dice", DICE)).code == 0
    assert run("publish").code == 0
    for name in ("office.db", "kept", "draws"):
        at = office / name
        shutil.rmtree(at) if at.is_dir() else at.unlink()
        copy = shutil.copytree if (old / name).is_dir() else shutil.copy
        copy(old / name, at)
    unchanged(run, office, 4, "E180", *draw("--dice", DICE[::-1]))
    unchanged(run, office, 4, "E180", "publish")
    # What somebody else put there stops nobody.
    shutil.copy(old / "public/log/checkpoint", office / "public/log/checkpoint")
    forged = (office / "public/log/checkpoint").read_bytes()
    lines = forged.split(b"\n")
    (office / "public/log/checkpoint").write_bytes(
        b"\n".join([lines[0], b"999", *lines[2:]])
    )
    assert run(*draw("--dice", DICE)).code == 0
