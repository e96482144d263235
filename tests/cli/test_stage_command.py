"""`dualrandom stage`: a page from a frozen draw, and nothing half done."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from tests.refusals import DICE, FREEZE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run


def test_a_page_of_a_frozen_draw(office: Path, run: Run) -> None:
    assert run(*FREEZE).code == 0
    said = run("stage", "2026-001", "-o", "stage.html", "--rehearsal")
    assert (said.code, said.out) == (0, "公开抽取页：stage.html\n")
    assert "不公开" not in said.err
    page = (office / "stage.html").read_text("utf-8")
    assert '"rehearsal": true' in page
    assert run("--lang", "en", "stage", "2026-001", "-o", "stage.html").code == 0
    assert '"lang": "en"' in (office / "stage.html").read_text("utf-8")


def test_the_program_prints_what_the_last_screen_shows(office: Path, run: Run) -> None:
    assert run(*FREEZE).code == 0
    said = run("draw", "2026-001", "--dice", DICE).out.splitlines()
    folder = office / "draws/2026-001"
    for name in ("seed.txt", "selected.tsv", "drawn.tsv"):
        digest = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        (line,) = [line for line in said if line.startswith(name)]
        assert line.removeprefix(name).replace(" ", "") == digest


@pytest.mark.parametrize(
    ("draw", "out", "code"),
    [
        pytest.param("2026-001", "stage.htm", "E918", id="another name"),
        pytest.param("2026-009", "stage.html", "E390", id="no such draw"),
        pytest.param("../x", "stage.html", "E390", id="a path"),
    ],
)
def test_refusals(office: Path, run: Run, draw: str, out: str, code: str) -> None:
    assert run(*FREEZE).code == 0
    said = run("stage", draw, "-o", out)
    assert said.code != 0
    assert f"[{code}]" in said.err
    assert not (office / out).exists()
