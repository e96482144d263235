"""Every vector of matching.json against the package, and the one-file verifier."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dualrandom.errors import DualRandomError
from dualrandom.matching import Matching, Shortage, match, substitute, unstaffable
from dualrandom.model import (
    Area,
    Conflict,
    Inspector,
    InspectorId,
    Member,
    Post,
    Target,
    TargetId,
)
from dualrandom.shortage import as_problem
from tests.scripts import VERIFIER, load

HERE = Path(__file__).parent
VECTORS: dict[str, Any] = json.loads((HERE / "matching.json").read_text("utf-8"))
TESTS: list[dict[str, Any]] = VECTORS["tests"]


oracle = load(HERE / "oracle_matching.py")
verify = load(VERIFIER)


def arguments(given: dict[str, Any]) -> dict[str, Any]:
    """Return a vector's input as the package takes it, but for the key."""
    return {
        "targets": [
            Target(id=TargetId(t), name="n", region=r) for t, r in given["targets"]
        ],
        "posts": [
            Post(count=p["count"], need=tuple(p["need"])) for p in given["posts"]
        ],
        "inspectors": [
            Inspector(id=InspectorId(i), region=region, tags=tuple(tags), max=most)
            for i, region, tags, most in given["inspectors"]
        ],
        "area": Area(given["area"]),
        "conflicts": [
            Conflict(id=TargetId(t), inspector=InspectorId(i), reason="kin")
            for t, i in given["conflicts"]
        ],
    }


def rows(made: Matching) -> list[list[Any]]:
    return [[m.id, m.post, m.inspector] for m in made.members]


def _match(given: dict[str, Any]) -> Matching:
    return match(key=given["key"], **arguments(given))


def _substitute(given: dict[str, Any]) -> Any:
    args = arguments(given)
    args["target"] = args.pop("targets")[0]
    team = [
        Member(id=args["target"].id, post=int(post), inspector=InspectorId(inspector))
        for post, inspector in given["team"].items()
    ]
    return substitute(
        key=given["key"], post=given["post"], team=team, held=given["held"], **args
    )


def check_shortage(given: dict[str, Any], shortage: Shortage) -> None:
    """Add up again what a shortage says, from the definition of eligible alone."""
    open_to = oracle.most_held(given, [list(post) for post in shortage.posts])
    assert {i: n for i, n in open_to.items() if n} == dict(shortage.holders)
    assert sum(open_to.values()) == shortage.held < len(shortage.posts)
    assert len(set(shortage.posts)) == len(shortage.posts)


VALID = [t for t in TESTS if t["result"] == "valid"]
REFUSED = [t for t in TESTS if t.get("error") in ("E503", "E504")]
SHORT = [t for t in TESTS if t.get("error") in ("E501", "E502")]


def ids(tests: list[dict[str, Any]]) -> list[Any]:
    return [pytest.param(test, id=test["id"]) for test in tests]


def of_kind(kind: str, tests: list[dict[str, Any]]) -> list[Any]:
    return ids([test for test in tests if test["kind"] == kind])


@pytest.mark.parametrize("test", of_kind("match", VALID))
def test_teams(test: dict[str, Any]) -> None:
    given = test["input"]
    made = _match(given)
    assert made.shortage is None
    assert rows(made) == test["expected"]


@pytest.mark.parametrize("test", of_kind("match", SHORT))
def test_shortages(test: dict[str, Any]) -> None:
    given = test["input"]
    made = _match(given)
    assert made.members == ()
    assert made.shortage == made.shortages[0]
    for shortage in made.shortages:
        check_shortage(given, shortage)
    assert test["error"] in [as_problem(s).code for s in made.shortages]
    if test["error"] == "E502":
        alone = [shortage for shortage in made.shortages if shortage.alone]
        for shortage in alone:
            assert {target for target, _ in shortage.posts} <= set(test["expected"])
        assert sum(shortage.alone for shortage in alone) == len(test["expected"])
    else:
        assert sum(s.lacking for s in made.shortages) == test["expected"]


@pytest.mark.parametrize(
    "test", of_kind("unstaffable", VALID) + of_kind("unstaffable", SHORT)
)
def test_targets_that_cannot_be_staffed_alone(test: dict[str, Any]) -> None:
    assert list(unstaffable(**arguments(test["input"]))) == test["expected"]


@pytest.mark.parametrize("test", of_kind("substitute", VALID))
def test_substitutes(test: dict[str, Any]) -> None:
    assert _substitute(test["input"]) == test["expected"]


@pytest.mark.parametrize("test", ids(REFUSED))
def test_refused(test: dict[str, Any]) -> None:
    run = _substitute if test["kind"] == "substitute" else _match
    with pytest.raises(DualRandomError) as caught:
        run(test["input"])
    assert caught.value.code == test["error"]


@pytest.mark.parametrize("test", of_kind("match", VALID) + of_kind("match", SHORT))
def test_one_file_verifier(test: dict[str, Any]) -> None:
    given = test["input"]
    made = verify.match(
        given["key"],
        [target for target, _ in given["targets"]],
        [p["need"] for p in given["posts"] for _ in range(p["count"])],
        [
            {"id": i, "region": region, "tags": tags, "max": most}
            for i, region, tags, most in given["inspectors"]
        ],
        dict(given["targets"]),
        given["area"],
        {(target, inspector) for target, inspector in given["conflicts"]},
    )
    if test["result"] == "valid":
        assert [list(row) for row in made] == test["expected"]
    else:
        assert made is None


# ── the file itself ──────────────────────────────────────────────────────────────


def test_the_file_of_matching_is_what_its_generator_makes() -> None:
    command = [sys.executable, str(HERE / "generate_matching.py"), "--check"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def test_a_third_or_more_of_the_matching_is_invalid() -> None:
    assert 3 * (len(TESTS) - len(VALID)) >= len(TESTS)


def test_every_vector_of_matching_is_run() -> None:
    assert len(VALID) + len(REFUSED) + len(SHORT) == len(TESTS)
    assert {t["kind"] for t in TESTS} == {"match", "unstaffable", "substitute"}
