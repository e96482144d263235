"""Write matching.json: every case with what the text of draw-v1 makes of it.

Border: imports nothing of dualrandom. What is expected is computed by
``oracle_matching``, twice where that can be, and must agree with the verdict that
``cases_matching`` names.

    python tests/vectors/generate_matching.py            writes matching.json
    python tests/vectors/generate_matching.py --check    compares, and writes nothing
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import cases_matching as cases
import oracle_matching as oracle
from writing import same_flags, text_of, write_or_check

FILE = Path(__file__).with_name("matching.json")
COMMAND = "python tests/vectors/generate_matching.py"
ENUMERABLE = 6
"""So many posts can be enumerated for up to so many inspectors."""


def expected(kind: str, given: dict[str, Any]) -> tuple[str | None, Any]:
    """Return the error, or None, and what comes out.

    An invalid match still says something: with E502, which targets could not be staffed
    even alone; with E501, how many posts stay empty in all.
    """
    for rows in (given["targets"], given["inspectors"]):
        if len({row[0] for row in rows}) < len(rows):
            return "E503", None
    posts = sum(post["count"] for post in given["posts"])
    if kind == "substitute":
        if not 1 <= given["post"] <= posts:
            return "E504", None
        by_number = {**given, "team": list(given["team"].values())}
        return None, oracle.substitute(by_number)
    alone = oracle.unstaffable(given)
    if kind == "unstaffable":
        return ("E502" if alone else None), alone
    team = oracle.by_flow(given)
    if max(len(given["targets"]) * posts, len(given["inspectors"])) <= ENUMERABLE:
        assert oracle.by_enumeration(given) == team
    if team is not None:
        assert not alone
        return None, team
    return ("E502", alone) if alone else ("E501", oracle.empty(given))


def record(case: cases.Test) -> dict[str, Any]:
    error, value = expected(case.kind, case.input)
    if case.error not in (error, cases.UNKNOWN):
        sys.exit(f"{case.kind}/{case.id}: named {case.error}, computed {error}")
    out: dict[str, Any] = {"kind": case.kind, "id": f"{case.kind}/{case.id}"}
    if case.comment:
        out["comment"] = case.comment
    out |= {"flags": list(case.flags), "input": case.input}
    out["result"] = "invalid" if error else "valid"
    if error:
        out["error"] = error
    return out | {"expected": value}


def document() -> str:
    """Return matching.json: one test a line, nothing invisible in it."""
    tests = [record(case) for case in cases.tests()]
    same_flags(tests, cases.NOTES)
    head = {
        "schema": "dualrandom/vectors/matching/v1",
        "generated_by": COMMAND,
        "spec": "docs/spec/draw-v1.md",
        "test_only": "All keys here are for tests only.",
        "notes": cases.NOTES,
    }
    return text_of(head, tests)


if __name__ == "__main__":
    sys.exit(write_or_check(FILE, COMMAND, document))
