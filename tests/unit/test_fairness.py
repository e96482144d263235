"""A fairness report passes what is fair, and fails what only looks so."""

from __future__ import annotations

import json
import math
import sys
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

from dualrandom.errors import EnvironmentProblem, InputError, VerificationError
from dualrandom.fairness import Lists, fairness
from dualrandom.fairness.chances import Question, upper_tail
from dualrandom.fairness.plot import svg
from dualrandom.model import (
    Area,
    Conflict,
    Inspector,
    InspectorId,
    Post,
    Quota,
    Ratio,
    Rounding,
    Strata,
    Stratum,
    StratumRow,
    Target,
    TargetId,
)
from dualrandom.office.fairness import study
from tests.factories import make_folder

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from dualrandom.fairness import Fairness

SEED = "a fixed seed, so that these tests never fail by chance"


# ── chi-square ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("chi_square", "freedom", "p"),
    # From printed tables: critical values at 10, 5, 1 and 0.1 %.
    [
        (2.706, 1, 0.10),
        (3.841, 1, 0.05),
        (10.828, 1, 0.001),
        (18.307, 10, 0.05),
        (23.209, 10, 0.01),
        (29.588, 10, 0.001),
        (63.167, 50, 0.10),
        (124.342, 100, 0.05),
        (0.0, 7, 1.0),
    ],
)
def test_the_printed_tables(chi_square: float, freedom: int, p: float) -> None:
    assert upper_tail(chi_square, freedom) == pytest.approx(p, rel=1e-3)


@pytest.mark.parametrize("freedom", [2, 4, 30, 400, 20_000])
@pytest.mark.parametrize("times", [0.2, 0.9, 0.99, 1.0, 1.01, 1.1, 1.5])
def test_even_freedoms_are_sums_of_poisson(freedom: int, times: float) -> None:
    """With 2k degrees it is the chance of fewer than k events where x/2 are due."""
    half = freedom * times / 2
    terms = (
        j * math.log(half) - half - math.lgamma(j + 1) for j in range(freedom // 2)
    )
    exact = math.fsum(map(math.exp, terms))
    assert upper_tail(2 * half, freedom) == pytest.approx(exact, rel=1e-7, abs=1e-12)


def test_too_even_is_as_odd_as_too_uneven() -> None:
    def p(chi_square: float) -> float:
        return Question(name="q", about="", chi_square=chi_square, freedom=100).p

    assert p(99.33) == pytest.approx(1, abs=0.01)
    assert p(20) < 1e-9
    assert p(250) < 1e-9


# ── targets ──────────────────────────────────────────────────────────────────────


def lists_of(*sizes: int, tickets: int = 1, **more: Any) -> Lists:
    """Return strata of these sizes; of each a fifth is drawn."""
    fifth = Quota(ratio=Ratio(p=1, q=5), round=Rounding.UP)
    return Lists(
        rows=tuple(
            StratumRow(
                id=TargetId(f"T{s}-{n:04}"), stratum=f"s{s}", tickets=1 + n % tickets
            )
            for s, size in enumerate(sizes)
            for n in range(size)
        ),
        strata=Strata(
            strata=tuple(
                Stratum(name=f"s{s}", rows=size, quota=fifth)
                for s, size in enumerate(sizes)
            )
        ),
        reserves=None,
        **more,
    )


@pytest.mark.parametrize("tickets", [1, 3], ids=["one ticket each", "one to three"])
def test_a_draw_by_the_rule_passes(tickets: int) -> None:
    made = fairness(lists_of(60, 25, tickets=tickets), seed=SEED, runs=400, teams=0)
    assert made.failed == ()
    assert len(made.questions) == 3 * 2 * tickets
    assert [(s.name, s.quota, s.drawn) for s in made.shares] == [
        ("s0", 12, 12 * 400),
        ("s1", 5, 5 * 400),
    ]


def start_of(key: str) -> int:
    """Return a random start for a draw of every fifth."""
    return int(key, 16) % 5


def every_fifth(lists: Lists, key: str) -> Iterable[TargetId]:
    return [row.id for row in lists.rows[start_of(key) :: 5]]


def always_the_same(lists: Lists, _: str) -> Iterable[TargetId]:
    return [row.id for row in lists.rows[::5]]


def a_block(lists: Lists, key: str) -> Iterable[TargetId]:
    ids = [row.id for row in lists.rows] * 2
    start = int(key, 16) % len(lists.rows)
    return ids[start : start + len(lists.rows) // 5]


def mostly_the_top(lists: Lists, key: str) -> Iterable[TargetId]:
    """A share of a random number that is used without a thought: r² for r."""
    ids = [row.id for row in lists.rows]
    chosen = []
    for n in range(len(ids) // 5):
        r = int(sha256(f"{key} {n}".encode()).hexdigest()[:8], 16) / 2**32
        chosen.append(ids.pop(int(r**1.3 * len(ids))))
    return chosen


@pytest.mark.parametrize(
    ("drawing", "fails"),
    [
        pytest.param(every_fifth, "targets_spread", id="every k-th, random start"),
        pytest.param(always_the_same, "targets_alike", id="every k-th, fixed start"),
        pytest.param(a_block, "targets_spread", id="a block of neighbours"),
        pytest.param(mostly_the_top, "targets_position", id="rather the top"),
    ],
)
def test_what_only_looks_random_fails(drawing: Any, fails: str) -> None:
    made = fairness(lists_of(60), seed=SEED, runs=400, teams=0, drawing=drawing)
    assert fails in {question.name for question in made.failed}


def test_fair_draws_fail_as_rarely_as_is_said() -> None:
    """400 reports, 1,200 answers: one report in 1,000 is wrong; p is spread evenly."""
    reports = [
        fairness(lists_of(20), seed=f"{SEED} {n}", runs=60, teams=0) for n in range(400)
    ]
    assert sum(bool(made.failed) for made in reports) <= 3
    values = [q.p for made in reports for q in made.questions]
    assert len(values) == 1_200
    assert sum(p < 0.1 for p in values) <= 160
    assert sum(p < 0.01 for p in values) <= 24


# ── teams ────────────────────────────────────────────────────────────────────────


def staffed(inspectors: dict[str, int], *, recused: bool = False) -> Lists:
    """Return 30 targets in two regions, and so many inspectors at home in each."""
    base = lists_of(30)
    return Lists(
        rows=base.rows,
        strata=base.strata,
        reserves=None,
        targets=tuple(
            Target(id=row.id, name="n", region="EW"[at % 2])
            for at, row in enumerate(base.rows)
        ),
        posts=(Post(count=2),),
        inspectors=tuple(
            Inspector(id=InspectorId(f"{region}-{n:02}"), region=region)
            for region, count in inspectors.items()
            for n in range(count)
        ),
        area=Area.SAME,
        conflicts=tuple(
            Conflict(id=row.id, inspector=InspectorId("E-00"), reason="kin")
            for row in base.rows
            if recused
        ),
    )


def test_teams_that_can_be_guessed_are_named() -> None:
    made = fairness(staffed({"E": 3, "W": 12}), seed=SEED, runs=300, teams=300)
    assert made.failed == ()
    assert [guess.region for guess in made.guesses] == ["E"]
    assert made.guesses[0].share > 0.3
    assert made.unmatched == 0
    # In the east somebody may have everything to do; alike people differ by one.
    assert made.widest == 1
    assert made.pairs == (3 + 66, 105)


def test_who_is_recused_is_like_nobody_else() -> None:
    """E-00 goes nowhere in the east: unlike the others there, and no unfairness."""
    made = fairness(
        staffed({"E": 9, "W": 9}, recused=True), seed=SEED, runs=200, teams=200
    )
    assert made.failed == ()
    assert made.guesses == ()
    assert {q.name for q in made.questions} >= {"work_alike"}


def test_draws_that_cannot_be_staffed_are_counted() -> None:
    made = fairness(staffed({"E": 1, "W": 5}), seed=SEED, runs=20, teams=10)
    assert made.unmatched == 10
    assert made.work == ()


# ── from a folder ────────────────────────────────────────────────────────────────


def study_of(folder: Path) -> Fairness:
    return study(folder, seed=SEED, runs=30, teams=5)


def test_before_and_after_a_draw_it_is_the_same(tmp_path: Path) -> None:
    before = make_folder(tmp_path / "a", ends="announced", targets=40)
    after = make_folder(tmp_path / "b", targets=40)
    assert study_of(before) == study_of(after)
    assert study_of(before).teams == 5


def test_the_public_can_ask_about_targets(tmp_path: Path) -> None:
    folder = make_folder(tmp_path)
    for name in ("inspectors.tsv", "conflicts.tsv"):
        (folder / name).unlink()
    made = study_of(folder)
    assert (made.teams, made.guesses, made.work) == (0, (), ())
    assert made.questions


def test_lists_that_are_not_there_or_not_as_announced(tmp_path: Path) -> None:
    private = make_folder(tmp_path / "a", kind="private")
    (private / "strata.tsv").unlink()
    with pytest.raises(InputError) as absent:
        study_of(private)
    assert absent.value.code == "E400"
    folder = make_folder(tmp_path / "b")
    strata = folder / "strata.tsv"
    strata.write_bytes(strata.read_bytes().replace(b"\t1\n", b"\t2\n", 1))
    with pytest.raises(VerificationError) as changed:
        study_of(folder)
    assert changed.value.code == "E810"


def test_without_its_library_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in [name for name in sys.modules if "fairness" in name]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "numpy", None)
    with pytest.raises(EnvironmentProblem) as caught:
        study_of(make_folder(tmp_path))
    assert caught.value.code == "E505"


def test_the_picture_has_a_bar_for_each_part(tmp_path: Path) -> None:
    made = study_of(make_folder(tmp_path, targets=40))
    top = ET.fromstring(svg(made, title="<&>", note="n"))
    bars = [e for e in top.iter() if e.get("fill") == "#4477aa"]
    assert len(bars) == sum(len(parts) for _, parts in made.parts) == 20
    assert top.findtext("{http://www.w3.org/2000/svg}title") == "<&>"


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from dualrandom.cli import run

    folder, picture = make_folder(tmp_path, targets=40), tmp_path / "fairness.svg"
    words = ["fairness", str(folder), "--runs", "50", "--seed", "s", "--teams", "9"]
    assert run([*words, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["schema"] == "dualrandom/fairness/v1"
    assert (told["runs"], told["teams"], told["seed"]) == (50, 9, "s")
    assert told["fair"] is True
    assert run([*words, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == told
    assert run([*words, "-o", str(picture)]) == 0
    assert "χ²" in capsys.readouterr().out
    assert ET.parse(picture).getroot().tag.endswith("svg")
    assert run([*words, "-o", str(picture)]) == 4  # it is not replaced
