"""Every kind of draw goes from lists to both verifiers' agreement.

- Here: strata, private, weighted, totals, sealed, both; joint, off site; lottery, dice
  with another source, local; a draw that supersedes another.
- test_field: strata by anything, weighted with reserves, targeted and not, joint,
  experts, area modes, who is away, recusals by day, limits, several items, batches, caps.
- test_beacon_draws: drand chained and quicknet, NIST, dice before a beacon.
- test_parties: sealed by parties, named and not; a secret held back.
- test_changes: reserves, replaced, substituted, in a chain; recused afterwards.
- test_life: rehearsed, released, supplementary, abandoned with known values, verdicts.
"""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from dualrandom.randomness import commitment_of
from tests.draws import (
    GENESIS,
    SUPERVISOR,
    approved,
    both,
    drawn,
    freeze,
    new_task,
)
from tests.refusals import DICE

if TYPE_CHECKING:
    from conftest import Run

RISK = [
    w
    for c in "ABCD"
    for w in ("--ratio", f"{c}={ {'A': 5, 'B': 5, 'C': 10, 'D': 30}[c] }%")
]
KINDS = {
    "regions": (("--strata", "region", "--ratio", "不低于3%", "--area", "same"), ()),
    "private": (("--strata", "risk", *RISK, "--reserves", "20%"), ()),
    "weighted": (("--ratio", "5%", "--tickets", "A=1", "--tickets", "D=4"), ()),
    "total": (("--strata", "region", "--total", "30", "--area", "cross"), ()),
    "sealed": (("--ratio", "6", "--reserves", "50%"), ("--sealed-until", "2100-01-10")),
    "both": (("--strata", "risk", *RISK), ("--sealed-until", "2100-01-10")),
}
SHOWN = {
    "regions": {"targets", "strata", "selected", "drawn"},
    "private": {"targets", "drawn"},
    "weighted": {"targets", "drawn"},
    "total": {"targets", "strata", "selected", "drawn"},
    "sealed": set(),
    "both": set(),
}
"""Which tables everyone gets, before a release."""


def test_every_kind_from_lists_to_both_verifiers(office: Path, run: Run) -> None:
    for kind, (how, until) in KINDS.items():
        new_task(run, kind, *how)
        freeze(run, kind, *until)
    assert run("publish").code == 0
    for kind in KINDS:
        assert run("pack", kind, "--for", "supervisor", "-o", f"{kind}.zip").code == 0
    line = ("log", "cosign", "public/log", "--key", SUPERVISOR, "--state", "state")
    assert run(*line, "--draws", ".", "-o", "cosigned").code == 0
    assert run("log", "witness", "cosigned").code == 0
    for kind in KINDS:
        done = run("draw", kind, "--dice", DICE)
        assert done.code == 0, (kind, done.err)
    assert run("publish").code == 0
    for kind in KINDS:
        assert run("pack", kind, "--for", "supervisor", "-o", f"{kind}.zip").code == 0
    assert run(*line, "--draws", ".", "-o", "again").code == 0
    assert run("log", "witness", "again").code == 0
    assert run("publish").code == 0
    for kind in KINDS:
        code, ours, theirs = both(run, Path("draws") / kind)
        assert code == 0, (kind, ours, theirs)
        code, ours, theirs = both(run, Path("public/draws") / kind)
        assert code == 6, (kind, ours, theirs)
        tables = {p.stem for p in (Path("public/draws") / kind).glob("*.tsv")}
        assert tables - {"reserves"} == SHOWN[kind], kind
        # The pack is the folder; what everyone gets is what was published.
        assert run("pack", kind, "--for", "supervisor", "-o", "s.zip").code == 0
        assert both(run, "s.zip")[0] == 0
        assert run("pack", kind, "-o", "p.zip").code == 0
        names = {n.partition("/")[2] for n in zipfile.ZipFile("p.zip").namelist()}
        at = Path("public/draws") / kind
        assert names == {
            p.relative_to(at).as_posix() for p in at.rglob("*") if p.is_file()
        }
    assert run("log", "verify").code == 0


def test_a_draw_of_two_departments_off_site_and_of_one_post(
    office: Path, run: Run
) -> None:
    """A joint draw's posts come from pools of their own; off site one post suffices."""
    new_task(
        run,
        "joint",
        "--ratio",
        "3%",
        "--posts",
        "执法证:2",
        "--posts",
        "SP-03+执法证:1",
    )
    new_task(
        run, "desk", "--ratio", "3%", "--posts", "执法证:1", "--off-site", "书面检查"
    )
    for kind in ("joint", "desk"):
        drawn(run, kind)
        code, ours, _ = both(run, Path("draws") / kind)
        assert code == 6, ours
        assert "先后无人见证" in ours
    shutil.rmtree("draws/desk/log")
    assert run("verify", "draws/desk", "--genesis", GENESIS).code == 6


LOTTERY = ("--lottery", "03.09.11.20.25.31+07")
SOURCES: dict[str, tuple[tuple[str, ...], tuple[tuple[str, ...], ...], str]] = {
    "lottery": (("lottery:ssq:2026135",), (LOTTERY,), "可公开核验"),
    "dice-lottery": (
        ("dice:20", "lottery:dlt:26135"),
        (("--dice", DICE), ("--lottery", "01.05.12.23.35+03.11")),
        "可公开核验",
    ),
    "party-dice": (
        (f"sealed:纪委={commitment_of('party-dice', '纪委', 'ab' * 32)}", "dice:20"),
        (("--secret", f"纪委={'ab' * 32}", "--dice", DICE),),
        "现场见证",
    ),
    "local": (("local",), ((),), "不可核验"),
}


def test_every_other_source_from_lists_to_both_verifiers(
    office: Path, run: Run
) -> None:
    for kind, (sources, steps, word) in SOURCES.items():
        new_task(run, kind, "--ratio", "3%")
        freeze(run, kind, *(w for source in sources for w in ("--randomness", source)))
        for values in steps:
            done = run("draw", kind, *values)
            assert done.code == 0, (kind, done.err)
        code, ours, theirs = both(run, Path("draws") / kind)
        assert code == 6, (kind, ours)  # nobody witnessed it
        assert word in ours, kind
        assert word in theirs, kind
    assert run("log", "verify").code == 0


def test_a_draw_that_supersedes_another(office: Path, run: Run) -> None:
    """Both stay; both verifiers check either for itself."""
    freeze(run, "2026-001")
    assert approved(run, "abandon", "2026-001", "--reason", "名单有误").code == 0
    freeze(run, "2026-001")
    assert run("draw", "2026-001-2", "--dice", DICE).code == 0
    assert run("publish").code == 0
    for folder in ("2026-001", "2026-001-2"):
        for place in ("draws", "public/draws"):
            code, ours, theirs = both(run, Path(place) / folder)
            assert code == 6, (folder, ours, theirs)
