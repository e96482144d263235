"""A draw's life beyond the draw: rehearsal, release, supplement, verdict, archive."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl

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
from tests.refusals import DICE, refused
from tests.scripts import stranger
from tests.snapshot import snapshot

if TYPE_CHECKING:
    from conftest import Run, Until


def test_a_rehearsal_is_whole_and_counts_for_nothing(office: Path, run: Run) -> None:
    entries = run("status", "--json").out
    done = run("rehearse", "2026-001")
    assert done.code == 0, done.err
    assert "演练" in done.err
    folder = Path("rehearsals/REHEARSAL-2026-001")
    announced = json.loads((folder / "announcement.json").read_text("utf-8"))
    assert announced["title"].startswith("【演练】")
    assert announced["office"].startswith("【演练】")
    sheet = openpyxl.load_workbook(folder.with_suffix(".xlsx")).active
    assert sheet is not None
    marked = ["【演练】" in "".join(str(c.value) for c in row) for row in sheet.rows]
    assert all(marked[1:])
    assert "【演练】" in sheet.title
    code, ours, theirs = both(run, folder)
    assert code == 6
    assert "不可核验" in ours
    assert "不可核验" in theirs
    assert (
        json.loads(run("status", "--json").out)["entries"]
        == json.loads(entries)["entries"]
    )
    assert run("rehearse", "2026-001").code == 0, "as often as one likes"
    # Slipped in among the draws it is neither packed nor published; it takes no id.
    shutil.copytree(folder, "draws/REHEARSAL-2026-001")
    refused(run("pack", "REHEARSAL-2026-001", "-o", "x.zip"), 4, "E390")
    assert run("publish").code == 0
    assert not Path("public/draws/REHEARSAL-2026-001").exists()
    line = ("freeze", "2026-001", "--randomness", "dice:20", "--draw")
    refused(run(*line, "REHEARSAL-2026-001"), 3, "E462")
    refused(run(*line, "rehearsal-2"), 3, "E462")


def test_a_sealed_draw_is_released_on_its_date_and_not_before(
    office: Path, run: Run, until: Until
) -> None:
    drawn(run, "2026-001", "--sealed-until", "2100-01-10")
    assert run("publish").code == 0
    public = Path("public/draws/2026-001")
    assert not (public / "targets.tsv").exists()
    assert not (public / "drawn.tsv").exists()
    refused(run("release", "2026-001"), 4, "E458")
    until("2100-01-10")
    late = json.loads(run("status", "--json").out)["draws"][0]
    assert late["waits"] == ["release"]
    done = run("release", "2026-001")
    assert done.code == 0, done.err
    refused(run("release", "2026-001"), 4, "E466")
    assert run("publish").code == 0
    assert rows(public, "drawn.tsv") == rows(Path("draws/2026-001"), "drawn.tsv")
    assert (public / "selected.tsv").exists()
    assert not (public / "inspectors.tsv").exists()
    told = json.loads(Path("public/draws.json").read_text("utf-8"))["draws"][0]
    assert told["released"] is True
    assert both(run, public)[0] == 6
    assert run("pack", "2026-001", "-o", "p.zip").code == 0
    assert "2026-001/drawn.tsv" in zipfile.ZipFile("p.zip").namelist()
    assert run("log", "verify").code == 0


def test_a_release_that_is_late_is_shown(office: Path, run: Run, until: Until) -> None:
    drawn(run, "2026-001", "--sealed-until", "2100-01-10")
    until("2100-01-12")
    assert run("publish").code == 0
    told = json.loads(Path("public/draws.json").read_text("utf-8"))["draws"][0]
    assert told["late"] is True
    said = json.loads(run("status", "--json").out)["draws"][0]
    assert said["overdue"] is True


def limited(lists: Path, name: str, most: int | None) -> None:
    """Write a sheet in which everybody takes so many posts at most; None: any number.

    The column has to be there to say so: what a sheet does not tell of stays.
    """
    book = openpyxl.load_workbook(lists / "inspectors.xlsx")
    sheet = book.active
    assert sheet is not None
    at = sheet.max_column + 1
    sheet.cell(1, at).value = "每次抽查上限"
    for row in range(2, sheet.max_row + 1):
        sheet.cell(row, at).value = most
    book.save(name)


def test_a_draw_that_cannot_be_staffed_is_supplemented(
    office: Path, run: Run, lists: Path
) -> None:
    limited(lists, "few.xlsx", 1)
    assert run("import", "inspectors", "few.xlsx", "--yes").code == 0
    new_task(run, "T-9", "--ratio", "20%")
    refused(
        run("freeze", "T-9", "--randomness", "dice:20", "--reason", "人员不足"),
        4,
        "E460",
    )
    drawn(run, "T-9")
    folder = Path("draws/T-9")
    assert json.loads((folder / "result.json").read_text())["matched"] is False
    assert both(run, folder)[0] == 6
    assert "supplement" in json.loads(run("status", "--json").out)["draws"][0]["waits"]
    refused(
        run(
            "substitute",
            "T-9",
            rows(folder, "drawn.tsv")[0][0],
            "1",
            "--reason",
            "病假",
        ),
        4,
        "E467",
    )
    limited(lists, "enough.xlsx", None)
    assert run("import", "inspectors", "enough.xlsx", "--yes").code == 0
    freeze(run, "T-9", "--reason", "人员不足")
    second = Path("draws/T-9-2")
    told = json.loads((second / "announcement.json").read_text("utf-8"))
    assert told["supersedes"] == {"draw": "T-9", "reason": "staffing"}
    listed = [row[0] for row in rows(second, "targets.tsv")]
    assert listed == [row[0] for row in rows(folder, "drawn.tsv")]
    assert run("draw", "T-9-2", "--dice", DICE[::-1]).code == 0
    assert json.loads((second / "result.json").read_text())["matched"] is True
    assert sorted(row[0] for row in rows(second, "drawn.tsv")) == listed
    code, ours, theirs = both(run, second)
    assert code == 6, "no witness"
    assert "T-9 的 drawn.tsv" in ours
    assert "T-9 的 drawn.tsv" in theirs
    assert run("log", "verify").code == 0
    refused(
        run("freeze", "T-9", "--randomness", "dice:20", "--reason", "人员不足"),
        4,
        "E460",
    )


def verdict(run: Run) -> Any:
    """A supervisor checks the draw at home, and signs what came of it."""
    line = ("verify", "draws/2026-001", "--genesis", GENESIS, "--sign", SUPERVISOR)
    return run(*line, "-o", "v")


def test_a_supervisor_s_verdict_is_logged_and_published(drawn: Path, run: Run) -> None:
    assert verdict(run).code == 0
    done = run("verdict", "v.approval")
    assert done.code == 0, done.err
    assert "0" in done.out
    assert run("publish").code == 0
    told = json.loads(Path("public/draws.json").read_text("utf-8"))["draws"][0]
    assert [v["verdict"] for v in told["verdicts"]] == [0]
    assert "supervisor" in told["verdicts"][0]["by"]
    seq = told["verdicts"][0]["seq"]
    assert "draw.verify" in run("log", "show", str(seq)).out
    assert run("site", "build", "-o", "site").code == 0
    page = Path("site/draws/2026-001.html").read_text("utf-8")
    assert f"{told['verdicts'][0]['by']}：全部一致（日志第 {seq} 条）" in page
    assert run("log", "verify").code == 0
    assert run("verdict", "v.approval").out == done.out, "once, however often"
    # Whoever has the log is told by both verifiers; the office has its own.
    told_by = f"{told['verdicts'][0]['by']} 核验，全部一致"
    log = ("draws/2026-001", "--genesis", GENESIS, "--log", "public/log")
    assert told_by in run("verify", "draws/2026-001").out
    assert told_by in run("verify", *log).out
    assert told_by in stranger(*log).stdout
    assert told_by not in run("verify", *log[:3]).out


def test_attacker_touches_a_verdict(drawn: Path, run: Run) -> None:
    assert verdict(run).code == 0
    whole = Path("v.approval").read_bytes()
    before = snapshot(drawn)
    Intruder(drawn).edit("v.approval", b'"verdict":0', b'"verdict":6')
    refused(run("verdict", "v.approval"), 4, "E398")
    Path("v.approval").write_bytes(whole)
    Intruder(drawn).edit("v.papers/report.json", b'"exit_code":0', b'"exit_code":6')
    refused(run("verdict", "v.approval"), 3, "E450")
    Intruder(drawn).edit("v.papers/report.json", b'"exit_code":6', b'"exit_code":0')
    assert snapshot(drawn) == before
    line = ("verify", "draws/2026-001", "--genesis", GENESIS, "-o", "own")
    assert run(*line, "--sign", "keys/officer-01.key").code == 0
    refused(run("verdict", "own.approval"), 4, "E398")


def test_an_archive_is_checked_again_with_what_is_in_it(
    drawn: Path, run: Run, tmp_path: Path
) -> None:
    assert verdict(run).code == 0
    assert run("verdict", "v.approval").code == 0
    made = run("archive", "2026-001", "-o", "a.zip")
    assert made.code == 0, made.err
    data = Path("a.zip").read_bytes()
    assert run("archive", "2026-001", "-o", "b.zip").code == 0
    assert Path("b.zip").read_bytes() == data
    with zipfile.ZipFile("a.zip") as archive:
        archive.extractall(tmp_path / "kept")
    folder = tmp_path / "kept/2026-001-archive"
    sums = ["sha256sum", "--quiet", "-c", "SHA256SUMS"]
    subprocess.run(sums, cwd=folder, check=True)
    command = [
        sys.executable,
        "-I",
        "-S",
        "verify.py",
        "2026-001",
        "--genesis",
        "genesis.entry",
    ]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout
    acts = b"".join(
        p.read_bytes() for p in sorted((folder / "entries").glob("*.entry"))
    )
    for act in ("draw.announce", "draw.dice", "draw.result", "draw.verify"):
        assert act.encode() in acts
    Intruder(drawn).flip("draws/2026-001/teams.tsv")
    refused(run("archive", "2026-001", "-o", "c.zip"), 1, "E171")


def test_only_what_has_ended_is_archived(office: Path, run: Run) -> None:
    freeze(run, "2026-001")
    refused(run("archive", "2026-001", "-o", "a.zip"), 4, "E465")


def test_an_abandonment_hands_over_the_selection_that_would_have_been(
    office: Path, run: Run
) -> None:
    """Dice that were logged are known: whoever abandons then has seen the outcome."""
    freeze(run, "2026-001")
    logged_only(office, DICE)
    done = approved(run, "abandon", "2026-001", "--reason", "任务取消")
    assert done.code == 0, done.err
    assert "本来会抽中" in done.err
    folder = Path("draws/2026-001")
    would = rows(folder, "drawn.tsv")
    assert would
    assert not (folder / "result.json").exists()
    assert run("publish").code == 0
    assert not Path("public/draws/2026-001/drawn.tsv").exists()
    assert both(run, folder)[0] == 6
