"""docs/spec/draw-v1.md is run: every shell block, in one shell, from top to bottom."""

from __future__ import annotations

import re
import shutil
import tomllib
from pathlib import Path

import pytest

from dualrandom.tables import CHANGES, FROZEN, RESULTS
from dualrandom.verify import Verdict, verify_draw
from tests.scripts import stranger
from tests.specpages import BLOCK, Block, run_blocks

ROOT = Path(__file__).parents[2]
SPEC = ROOT / "docs" / "spec" / "draw-v1.md"
TEXT = SPEC.read_text("utf-8")
TOOLS = ("sh", "sha256sum", "sort", "tr", "cut", "grep", "head", "tail", "tee")
CORE = ("announcement", "canonical", "documents", "draw", "fields")
CORE += ("model", "randomness", "tables")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("by-hand")


@pytest.fixture(scope="module")
def blocks(folder: Path) -> list[Block]:
    """Run the whole page as a reader would who copies block after block."""
    return run_blocks(TEXT, folder, TOOLS)


def test_every_block_prints_what_stands_beneath_it(blocks: list[Block]) -> None:
    assert len(blocks) > 12
    for block in blocks:
        assert block.printed == block.beneath, f"{SPEC.name}:{block.line}\n{block.code}"


def test_every_fence_is_a_block_that_is_run() -> None:
    fences = re.findall(r"^```(\w+)$", TEXT, re.MULTILINE)
    assert set(fences) == {"sh", "text"}
    assert fences.count("sh") == len(BLOCK.findall(TEXT))
    beneath = sum(1 for _, text in BLOCK.findall(TEXT) if text)
    assert fences.count("text") == beneath


@pytest.mark.usefixtures("blocks")
def test_the_draw_by_hand_agrees(folder: Path) -> None:
    """Everything that can be computed agrees; only the log is missing."""
    made = folder / "2026-001"
    files = {path.name: path.read_bytes() for path in made.iterdir()}
    report = verify_draw(made.name, files, verifier=lambda *_: False, trust=None)
    assert Verdict.DIFFERS not in {s.verdict for s in report.steps}
    unchecked = {s.file for s in report.steps if s.verdict == Verdict.UNCHECKED}
    assert all(file and file.startswith("log/") for file in unchecked)
    done = {s.file for s in report.steps if s.verdict == Verdict.AGREES}
    assert {"selected.tsv", "drawn.tsv", "teams.tsv"} <= done
    assert report.exit_code == 6


@pytest.mark.usefixtures("blocks")
def test_the_one_file_verifier_agrees_with_the_draw_by_hand(folder: Path) -> None:
    run = stranger(folder / "2026-001")
    assert run.returncode == 6, run.stdout + run.stderr


@pytest.mark.usefixtures("blocks")
def test_a_draw_by_hand_that_was_touched_differs(folder: Path, tmp_path: Path) -> None:
    """The two tests above could fail: one letter, and they would."""
    made = tmp_path / "2026-001"
    shutil.copytree(folder / "2026-001", made)
    data = (made / "teams.tsv").read_bytes()
    (made / "teams.tsv").write_bytes(data.replace(b"A-03", b"A-01"))
    files = {path.name: path.read_bytes() for path in made.iterdir()}
    report = verify_draw(made.name, files, verifier=lambda *_: False, trust=None)
    assert report.exit_code == 1
    assert "teams.tsv" in {s.file for s in report.steps if s.verdict == Verdict.DIFFERS}


# ── what the text says in tables ─────────────────────────────────────────────────


def section(number: int) -> str:
    start = TEXT.index(f"\n## {number}. ")
    end = TEXT.find("\n## ", start + 1)
    return TEXT[start : end if end > 0 else None]


def test_sections_are_numbered_as_they_are_cited() -> None:
    numbers = re.findall(r"^## (\d+)\. ", TEXT, re.MULTILINE)
    assert numbers == [str(n) for n in range(1, 12)]
    cited = {
        number
        for path in (ROOT / "dualrandom").rglob("*.py")
        for number in re.findall(r"draw-v1 §(\d+)", path.read_text("utf-8"))
    }
    assert cited <= set(numbers)
    assert {"1", "2", "3", "4", "5", "6", "7"} <= cited


def test_parts_that_are_cited_by_name_exist() -> None:
    names = {
        (number, name)
        for path in (ROOT / "dualrandom").rglob("*.py")
        for number, name in re.findall(
            r'draw-v1 §(\d)[, ]+"([^"]+)"', path.read_text("utf-8")
        )
    }
    assert names
    for number, name in names:
        assert f"**{name}" in section(int(number)), (number, name)


def test_columns_are_those_of_the_tables() -> None:
    told = {
        name: tuple(re.findall(r"`([a-z]+)`", columns))
        for name, columns in re.findall(
            r"^\| `([a-z-]+\.tsv)` \|.*\|([^|]*)\|$", section(2), re.MULTILINE
        )
    }
    assert told == {kind.name: kind.columns for kind in (*FROZEN, *RESULTS, *CHANGES)}


def test_every_refusal_has_a_sentence_and_every_code_a_rule() -> None:
    told = set(re.findall(r"E\d{3}", section(9)))
    catalogue = tomllib.loads(
        (ROOT / "dualrandom" / "locale" / "en.toml").read_text("utf-8")
    )
    assert told <= catalogue.keys()
    raised = {
        code
        for name in CORE
        for code in re.findall(
            r'"(E\d{3})"', (ROOT / "dualrandom" / f"{name}.py").read_text("utf-8")
        )
    }
    reported = {
        code
        for path in (ROOT / "dualrandom" / "verify").rglob("*.py")
        for code in re.findall(r'"(E[^7]\d{2})"', path.read_text("utf-8"))
    }  # those with a 7 are log-v1's
    assert raised | reported <= told


def test_worked_values_stand_in_the_table_too() -> None:
    rows = re.findall(
        r"^\| `(,[^`]+)` \| `([0-9a-f]{64})` \|$", section(8), re.MULTILINE
    )
    block = next(b for b in BLOCK.findall(section(8)) if "for rest in" in b[0])
    assert [value for _, value in rows] == block[1].splitlines()
    words = block[0].split("; do")[0].replace("\\\n", " ").split()
    assert [rest for rest, _ in rows] == words[3:]
