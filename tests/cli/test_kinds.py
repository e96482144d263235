"""Every kind of draw goes from lists to both verifiers' agreement.

Beacons: test_beacon_draws; parties: test_parties; replaced, substituted: test_changes;
rehearsed, sealed and released, supplementary, abandoned: test_life.
"""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.draws import GENESIS, SUPERVISOR, both, drawn, freeze, new_task
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
