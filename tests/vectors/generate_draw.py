"""Write draw.json: every case with what the text of draw-v1 makes of it.

Border: imports nothing of dualrandom. What is expected is computed by ``oracle_draw``
and must agree with the verdict that the case modules name.

    python tests/vectors/generate_draw.py            writes draw.json
    python tests/vectors/generate_draw.py --check    compares, and writes nothing
"""

from __future__ import annotations

import sys
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import announcements_draw
import cases_draw
import cases_files
import oracle_draw as oracle
from writing import text_of, write_or_check

if TYPE_CHECKING:
    from collections.abc import Callable

FILE = Path(__file__).with_name("draw.json")
COMMAND = "python tests/vectors/generate_draw.py"


def data_of(given: dict[str, Any]) -> bytes:
    if "hex" in given:
        return bytes.fromhex(given["hex"])
    return str(given["text"]).encode()


def _name(given: dict[str, Any]) -> None:
    oracle.need(oracle.is_name(given["text"], given["what"]), "E801")


def _json(given: dict[str, Any]) -> dict[str, str]:
    oracle.read_document(data_of(given))
    return {"sha256": oracle.sha(data_of(given))}


EXPECTED: dict[str, Callable[[dict[str, Any]], Any]] = {
    "ticket": lambda g: oracle.ticket(g["key"], g["id"], g["tickets"]),
    "order": lambda g: oracle.order_ticket(g["key"], g["id"]),
    "seed": lambda g: oracle.read_seed(data_of(g)),
    "key": lambda g: oracle.salted(g["seed"], g["salt"]),
    "commitment": lambda g: oracle.commitment(g["draw"], g["party"], g["secret"]),
    "drawn_salt": lambda g: oracle.salted(g["salt"], g["name"]),
    "value": lambda g: oracle.read_value(g["draw"], g["source"], g["line"]),
    "name": _name,
    "quotas": lambda g: oracle.quotas(g["strata"], g["total"]),
    "select": lambda g: oracle.select(**g),
    "json": _json,
    "table": lambda g: oracle.read_table(g["file"], data_of(g), g["visibility"]),
}
"""What the text makes of each kind's input; raises ``oracle.Refused``."""


def record(case: cases_draw.Case) -> dict[str, Any]:
    try:
        value, error = EXPECTED[case.kind](case.input), None
    except oracle.Refused as refused:
        value, error = None, refused.code
    if error != case.error:
        sys.exit(f"{case.kind}/{case.id}: named {case.error}, computed {error}")
    out: dict[str, Any] = {"kind": case.kind, "id": f"{case.kind}/{case.id}"}
    if case.comment:
        out["comment"] = case.comment
    out |= {"flags": list(case.flags), "input": case.input}
    out["result"] = "invalid" if error else "valid"
    return out | ({"error": error} if error else {"expected": value})


def document() -> str:
    """Return draw.json: one test a line, nothing invisible in it."""
    cases = chain(cases_draw.cases(), cases_files.cases())
    tests = [record(case) for case in cases]
    tests += announcements_draw.tests()
    unknown = {flag for test in tests for flag in test["flags"]} - set(cases_draw.NOTES)
    if unknown:
        sys.exit(f"flags without a note: {unknown}")
    head = {
        "schema": "dualrandom/vectors/draw/v1",
        "generated_by": COMMAND,
        "spec": "docs/spec/draw-v1.md",
        "test_only": "All salts, secrets and keys here are for tests only.",
        "notes": cases_draw.NOTES,
        "announcement": announcements_draw.BASE,
    }
    return text_of(head, tests, also="\uff01-\uff5e")


if __name__ == "__main__":
    sys.exit(write_or_check(FILE, COMMAND, document))
