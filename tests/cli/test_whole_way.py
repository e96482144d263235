"""The whole way, as an officer, a supervisor and a stranger go it."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest

from tests.scripts import stranger

if TYPE_CHECKING:
    from conftest import Run


def test_a_witnessed_draw_agrees_whole_for_both_verifiers(
    drawn: Path, run: Run
) -> None:
    assert run("verify", "draws/2026-001").code == 0
    done = stranger(drawn / "draws/2026-001", "--genesis", drawn / "kept/genesis.entry")
    assert done.returncode == 0, done.stdout
    assert run("log", "verify").code == 0


def test_verify_needs_no_office(
    drawn: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = tmp_path / "elsewhere"
    away.mkdir()
    monkeypatch.chdir(away)
    folder = drawn / "draws/2026-001"
    assert run("verify", folder).code == 6
    assert run("verify", folder, "--genesis", drawn / "kept/genesis.entry").code == 0
    assert run("verify", folder, "--policy", drawn / "public/log/policy").code == 0
    assert run("verify", tmp_path / "nowhere").code == 5


def test_the_public_part_says_what_it_cannot_see(drawn: Path, run: Run) -> None:
    done = run("verify", "public/draws/2026-001")
    assert done.code == 6
    assert "可见部分一致" in done.out
    assert "inspectors.tsv" in done.out
    assert stranger(drawn / "public/draws/2026-001").returncode == 6


def test_a_published_log_is_intact_only_with_an_anchor(drawn: Path, run: Run) -> None:
    assert run("log", "verify", "public/log").code == 6
    kept = drawn.parent / "kept-checkpoint"
    shutil.copy(drawn / "public/log/checkpoint", kept)
    anchored = run(
        *("log", "verify", "public/log", "--against", kept),
        *("--genesis", "kept/genesis.entry"),
    )
    assert anchored.code == 0, anchored.out


def test_why_gives_a_line_that_a_shell_agrees_with(drawn: Path, run: Run) -> None:
    target = (drawn / "draws/2026-001/drawn.tsv").read_text().splitlines()[1]
    done = run("why", "2026-001", target)
    line = next(text for text in done.out.splitlines() if "sha256sum" in text)
    printed = subprocess.run(
        ["sh", "-c", line], capture_output=True, text=True, check=True
    ).stdout
    assert printed.split()[0] in done.out
    known = json.loads(run("why", "2026-001", target, "--json").out)
    assert known["drawn"] is True
    assert known["ticket"] <= known["cutoff"]
    assert known["rank"] <= known["quota"]


def test_why_explains_the_one_just_above_the_line(drawn: Path, run: Run) -> None:
    folder = drawn / "draws/2026-001"
    lines = (folder / "targets.tsv").read_text().splitlines()[1:]
    listed = [line.split("\t")[0] for line in lines]
    every = [json.loads(run("why", "2026-001", i, "--json").out) for i in listed[:40]]
    for known in every:
        assert known["drawn"] == (known["rank"] <= known["quota"])
        plain = f"{known['key']},{known['id']}".encode()
        assert known["ticket"] == hashlib.sha256(plain).hexdigest()


def test_the_export_opens_and_holds_every_drawn_target(drawn: Path, run: Run) -> None:
    assert run("export", "2026-001", "-o", "抽查名单.xlsx").code == 0
    sheet = openpyxl.load_workbook("抽查名单.xlsx").active
    assert sheet is not None
    ids = {str(cell.value) for row in sheet.iter_rows() for cell in row}
    due = (drawn / "draws/2026-001/drawn.tsv").read_text().splitlines()[1:]
    assert set(due) <= ids
    assert run("export", "2026-001", "-o", "抽查名单.csv").code == 0
    rows = list(csv.reader(io.StringIO(Path("抽查名单.csv").read_text("utf-8-sig"))))
    assert {cell for row in rows for cell in row} >= set(due)


def test_packs_hold_what_their_reader_may_see(drawn: Path, run: Run) -> None:
    assert run("pack", "2026-001", "-o", "p.zip").code == 0
    assert run("pack", "2026-001", "--for", "supervisor", "-o", "s.zip").code == 0
    public = set(zipfile.ZipFile("p.zip").namelist())
    whole = set(zipfile.ZipFile("s.zip").namelist())
    assert public < whole
    private = {"inspectors", "conflicts", "teams", "exclusions", "inspector-exclusions"}
    assert whole - public == {f"2026-001/{name}.tsv" for name in private}
    assert run("verify", "s.zip").code == 0


def test_the_site_needs_public_alone(
    drawn: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    web = tmp_path / "web"
    shutil.copytree(drawn / "public", web / "public")
    monkeypatch.chdir(web)
    assert run("site", "build", "-o", "site").code == 0
    assert (web / "site/index.html").is_file()
    assert stranger(web / "site/draws/2026-001").returncode == 6


def test_publishing_again_changes_nothing(drawn: Path, run: Run) -> None:
    before = json.loads(run("publish", "--json").out)
    again = json.loads(run("publish", "--json").out)
    assert again["seq"] is None
    assert again["manifest"] == before["manifest"]
    assert again["written"] == 0


@pytest.mark.parametrize(
    ("options", "names"),
    [
        pytest.param(
            ("--strata", "risk", "--reserves", "10%"), "strata_private", id="private"
        ),
        pytest.param(("--strata", "region", "--area", "same"), "", id="same region"),
        pytest.param(("--strata", "kind", "--area", "cross"), "", id="cross region"),
    ],
)
@pytest.mark.parametrize("sealed", ["", "2100-01-10"], ids=["open", "sealed"])
def test_every_kind_of_draw_agrees(
    office: Path, run: Run, options: tuple[str, ...], names: str, sealed: str
) -> None:
    made = run(
        *("task", "new", "T-2", "--item", "SP-03", "--ratio", "不低于10%"),
        *("--from", "2099-12-01", "--to", "2099-12-31", "--title", "分类", *options),
    )
    assert made.code == 0, made.err
    until = ("--sealed-until", sealed) if sealed else ()
    frozen = run("freeze", "T-2", "--randomness", "dice:21", *until)
    assert frozen.code == 0, frozen.err
    assert run("draw", "T-2", "--dice", "012345678901234567890").code == 0
    assert run("publish").code == 0
    announced = json.loads((office / "draws/T-2/announcement.json").read_text())
    assert ("strata_private" in announced) == bool(names)
    assert ("release" in announced) == bool(sealed)
    for folder in ("draws/T-2", "public/draws/T-2"):
        done = run("verify", folder)
        assert done.code == 6, done.out
        assert "✗" not in done.out
        assert stranger(office / folder).returncode == 6
    public = {path.name for path in (office / "public/draws/T-2").iterdir()}
    assert ("drawn.tsv" in public) == (not sealed)
    assert ("selected.tsv" in public) == (not sealed and not names)


def test_a_total_is_shared_out_with_weighted_tickets(office: Path, run: Run) -> None:
    tickets = [o for c in ("A=1", "B=2", "C=4", "D=9") for o in ("--tickets", c)]
    made = run(
        *("task", "new", "T-3", "--item", "SP-03", "--total", "30", *tickets),
        *("--strata", "region", "--from", "2099-12-01", "--to", "2099-12-31"),
        *("--title", "加权"),
    )
    assert made.code == 0, made.err
    assert run("freeze", "T-3", "--randomness", "lottery:ssq:2026135").code == 0
    assert run("draw", "T-3", "--lottery", "03.09.11.20.25.31+07").code == 0
    assert len((office / "draws/T-3/drawn.tsv").read_text().splitlines()) == 31
    assert run("verify", "draws/T-3").code == 6
    assert stranger(office / "draws/T-3").returncode == 6


def test_parties_bind_themselves_and_open_later(office: Path, run: Run) -> None:
    secret = "ab" * 32
    bound = hashlib.sha256(f"2026-001 县纪委监委 {secret}".encode()).hexdigest()
    source = f"sealed:县纪委监委={bound}"
    assert run("freeze", "2026-001", "--randomness", source).code == 0
    wrong = run("draw", "2026-001", "--secret", f"县纪委监委={'cd' * 32}")
    assert wrong.code == 3
    assert "E605" in wrong.err
    assert run("draw", "2026-001", "--secret", f"县纪委监委={secret}").code == 0
    assert stranger(office / "draws/2026-001").returncode == 6


def test_a_draw_without_enough_inspectors_stands_unmatched(
    office: Path, run: Run, lists: Path
) -> None:
    book = openpyxl.load_workbook(lists / "inspectors.xlsx")
    page = book.active
    assert page is not None
    page.delete_rows(9, page.max_row)
    page.cell(1, page.max_column + 1, "每次抽查上限")
    for row in range(2, page.max_row + 1):
        page.cell(row, page.max_column, "1")
    book.save("few.xlsx")
    imported = run("import", "inspectors", "few.xlsx", "--yes")
    assert imported.code == 0, imported.err
    assert run("task", "edit", "2026-001", "--ratio", "20").code == 0
    frozen = run("freeze", "2026-001", "--randomness", "dice:20")
    assert frozen.code == 0, frozen.err
    done = run("draw", "2026-001", "--dice", "1" * 20)
    assert done.code == 0
    assert "E501" in done.err
    assert not (office / "draws/2026-001/teams.tsv").exists()
    assert run("verify", "draws/2026-001").code == 6
    assert stranger(office / "draws/2026-001").returncode == 6


def test_an_abandonment_takes_a_second_person(office: Path, run: Run) -> None:
    assert run("freeze", "2026-001", "--randomness", "dice:20").code == 0
    alone = run("abandon", "2026-001", "--reason", "名单有误")
    assert alone.code == 4
    own = run("approve", "abandon-2026-001.request", "--key", "keys/officer-01.key")
    assert own.code == 0
    same = run(
        *("abandon", "2026-001", "--reason", "名单有误"),
        *("--approval", "abandon-2026-001.request.approval"),
    )
    assert same.code == 4
    assert "E398" in same.err
    run(
        "approve",
        "abandon-2026-001.request",
        "--key",
        "keys/supervisor/supervisor-01.key",
    )
    ended = run(
        *("abandon", "2026-001", "--reason", "名单有误"),
        *("--approval", "abandon-2026-001.request.approval"),
    )
    assert ended.code == 0, ended.err
    assert run("draw", "2026-001", "--dice", "1" * 20).code == 4
    assert run("log", "verify").code == 0
    assert run("freeze", "2026-001", "--randomness", "dice:20").code == 0
    again = json.loads((office / "draws/2026-001-2/announcement.json").read_text())
    assert again["supersedes"]["draw"] == "2026-001"
    assert run("publish").code == 0


def test_english_is_the_same_data(drawn: Path, run: Run) -> None:
    chinese = json.loads(run("verify", "draws/2026-001", "--json").out)
    english = json.loads(run("verify", "draws/2026-001", "--json", "--lang", "en").out)
    for report in (chinese, english):
        for step in report["steps"]:
            step.pop("text")
    assert chinese == english
    assert "All agrees" in run("--lang", "en", "verify", "draws/2026-001").out
