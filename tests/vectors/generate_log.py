"""Write log.json: every case with what the text of log-v1 makes of it.

Border: imports nothing of dualrandom. Small things are computed by ``oracle_log`` and
must agree with the verdict that ``cases_log`` names; of whole logs the cases name what
is due themselves.

    python tests/vectors/generate_log.py            writes log.json
    python tests/vectors/generate_log.py --check    compares, and writes nothing
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cases_log
import histories_log
import oracle_log as oracle
import oracle_policy
from writing import same_flags, text_of, write_or_check

if TYPE_CHECKING:
    from collections.abc import Callable

FILE = Path(__file__).with_name("log.json")
COMMAND = "python tests/vectors/generate_log.py"
BASE = histories_log.year().entries
"""The honest log; a case names its entries by number, and writes out its own."""


def _data(given: dict[str, Any]) -> bytes:
    return bytes.fromhex(given["hex"]) if "hex" in given else given["text"].encode()


def _hexes(values: list[str]) -> list[bytes]:
    return [bytes.fromhex(value) for value in values]


def _tree(given: dict[str, Any]) -> str:
    return oracle.root([oracle.leaf(e.encode()) for e in given["entries"]]).hex()


def _inclusion(given: dict[str, Any]) -> None:
    node, root = _hexes([given["leaf"], given["root"]])
    path = _hexes(given["path"])
    oracle.check_inclusion(node, given["index"], given["size"], path, root)


def _consistency(given: dict[str, Any]) -> None:
    before, after = _hexes([given["old_root"], given["new_root"]])
    proof = _hexes(given["proof"])
    oracle.check_consistency(given["old"], given["new"], before, after, proof)


def _policy(given: dict[str, Any]) -> dict[str, Any]:
    policy = oracle_policy.read_policy(_data(given))
    logs = [key["text"] for key in policy["logs"]]
    enough = [oracle_policy.is_enough(policy, who) for who in given["cosigned"]]
    return {"logs": logs, "enough": enough}


EXPECTED: dict[str, Callable[[dict[str, Any]], Any]] = {
    "vkey": lambda g: oracle.read_vkey(g["text"]),
    "note": lambda g: oracle.check_note(_data(g), g["keys"]),
    "tree": lambda g: oracle.root(
        [oracle.leaf(e.encode()) for e in g["entries"]]
    ).hex(),
    "inclusion": _inclusion,
    "consistency": _consistency,
    "checkpoint": lambda g: oracle.read_checkpoint(_data(g)),
    "proof": lambda g: oracle.check_proof(_data(g), g["entry"].encode()),
    "entry": lambda g: oracle.read_entry(_data(g)),
    "policy": _policy,
}
"""What the text makes of each kind's input; raises ``oracle.Refused``."""


def record(case: cases_log.Case) -> dict[str, Any]:
    value, error = case.expected, case.error
    if case.kind in EXPECTED:
        try:
            value, error = EXPECTED[case.kind](case.input), None
        except oracle.Refused as refused:
            value, error = None, str(refused)
    if error != case.error or (case.expected is not None and value != case.expected):
        sys.exit(f"{case.kind}/{case.id}: named {case.error}, computed {error}")
    out: dict[str, Any] = {"kind": case.kind, "id": f"{case.kind}/{case.id}"}
    if case.comment:
        out["comment"] = case.comment
    given = case.input
    if case.kind in ("log", "policy-copy"):
        entries = [BASE.index(e) if e in BASE else e for e in given["entries"]]
        given = given | {"entries": entries}
    out |= {"flags": list(case.flags), "input": given}
    out["result"] = "invalid" if error else "valid"
    if error:
        out["error"] = error
    if not error or value is not None:
        out["expected"] = value
    return out


def document() -> str:
    """Return log.json: one test a line, nothing invisible in it."""
    tests = [record(case) for case in cases_log.cases()]
    same_flags(tests, cases_log.NOTES)
    head = {
        "schema": "dualrandom/vectors/log/v1",
        "generated_by": COMMAND,
        "spec": "docs/spec/log-v1.md",
        "test_only": "All keys are computed from their names, for tests only.",
        "notes": cases_log.NOTES,
        "log": BASE,
    }
    return text_of(head, [_short(test) for test in tests], also="\u2014")


def _short(value: Any) -> Any:
    """Return a value, long repetitions in short: ``{"repeat": [[text, n], …]}``."""
    if isinstance(value, dict):
        return {key: _short(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_short(item) for item in value]
    if isinstance(value, str) and len(value) > 5_000:
        parts = re.findall(r"(?s)((.)\2{999,})|((?:(?!(.)\4{999}).)+)", value)
        return {"repeat": [[p[1], len(p[0])] if p[0] else [p[2], 1] for p in parts]}
    return value


if __name__ == "__main__":
    sys.exit(write_or_check(FILE, COMMAND, document))
