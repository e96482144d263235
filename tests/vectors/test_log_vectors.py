"""Every vector of log.json against the package."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dualrandom.audit import (
    LogTrust,
    Tree,
    Weight,
    check_note,
    check_proof,
    key_book,
    open_note,
    parse_checkpoint,
    parse_entry,
    parse_policy,
    parse_proof,
    parse_vkey,
    tiles,
    unknown_lines,
    verify_consistency,
    verify_inclusion,
    verify_log,
    verify_published,
)
from dualrandom.canonical import leaf_hash
from dualrandom.errors import VerificationError
from dualrandom.keys import verify_ed25519
from dualrandom.office.roll import Roll
from tests.logmaking import codes

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).parent


def _whole(value: Any) -> Any:
    """Write out what the file says in short: ``{"repeat": [["[", 30000], …]}``."""
    if isinstance(value, list):
        return [_whole(item) for item in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"repeat"}:
        return "".join(text * times for text, times in value["repeat"])
    return {key: _whole(item) for key, item in value.items()}


VECTORS: dict[str, Any] = json.loads((HERE / "log.json").read_text("utf-8"))
TESTS: list[dict[str, Any]] = [_whole(test) for test in VECTORS["tests"]]


def _data(given: dict[str, Any]) -> bytes:
    return bytes.fromhex(given["hex"]) if "hex" in given else given["text"].encode()


def _hexes(values: list[str]) -> list[bytes]:
    return [bytes.fromhex(value) for value in values]


def _vkey(given: dict[str, Any]) -> dict[str, Any]:
    key = parse_vkey(given["text"])
    return {
        "name": key.name,
        "kind": key.kind,
        "public": key.public.hex(),
        "id": key.id.hex(),
    }


def _note(given: dict[str, Any]) -> dict[str, Any]:
    known = key_book(parse_vkey(text) for text in given["keys"])
    note = open_note(_data(given))
    return {
        "verified": [
            [s.key.name, s.time] for s in check_note(note, known, verify_ed25519)
        ],
        "unknown": [line.name for line in unknown_lines(note, known)],
    }


def _tree(given: dict[str, Any]) -> str:
    tree = Tree()
    for entry in given["entries"]:
        tree.append(leaf_hash(entry.encode()))
    return tree.root.hex()


def _inclusion(given: dict[str, Any]) -> None:
    leaf, root = _hexes([given["leaf"], given["root"]])
    verify_inclusion(leaf, given["index"], given["size"], _hexes(given["path"]), root)


def _consistency(given: dict[str, Any]) -> None:
    before, after = _hexes([given["old_root"], given["new_root"]])
    verify_consistency(
        given["old"], given["new"], before, after, _hexes(given["proof"])
    )


def _checkpoint(given: dict[str, Any]) -> dict[str, Any]:
    made = parse_checkpoint(_data(given)).checkpoint
    return {"origin": made.origin, "size": made.size, "root": made.root.hex()}


def _proof(given: dict[str, Any]) -> dict[str, Any]:
    proof = parse_proof(_data(given))
    made = check_proof(proof, leaf_hash(given["entry"].encode()))
    return {"index": proof.index, "size": made.checkpoint.size}


def _entry(given: dict[str, Any]) -> dict[str, Any]:
    entry, _ = parse_entry(_data(given))
    return {
        "seq": entry.seq,
        "leaf": leaf_hash(_data(given)).hex(),
        "unknown": list(entry.unknown),
    }


def _policy(given: dict[str, Any]) -> dict[str, Any]:
    policy = parse_policy(_data(given))
    cosigned = [[parse_vkey(text) for text in who] for who in given["cosigned"]]
    return {
        "logs": [str(key) for key in policy.logs],
        "enough": [policy.allows(who) for who in cosigned],
    }


def _entries(given: dict[str, Any]) -> list[bytes]:
    """Return a log's entries; a number stands for one of the honest log."""
    return [
        (VECTORS["log"][entry] if isinstance(entry, int) else entry).encode()
        for entry in given["entries"]
    ]


def _policy_copy(given: dict[str, Any]) -> dict[str, Any]:
    entries = _entries(given)
    files = dict(tiles(entries)) | {"checkpoint": given["checkpoint"].encode()}
    if "policy" in given:
        files["policy"] = given["policy"].encode()
    report = verify_published(files.get, verify=verify_ed25519)
    copy = Roll().read(entries).copy
    found = [f.code for f in report.findings if f.weight is Weight.DIFFERS]
    due = {"due": None if copy is None else copy.decode()}
    return due | {"error": found} if found else due


def _log(given: dict[str, Any]) -> dict[str, Any]:
    kept = (parse_checkpoint(text.encode()) for text in given.get("kept", ()))
    text = given.get("checkpoint")
    report = verify_log(
        _entries(given),
        verify=verify_ed25519,
        checkpoint=None if text is None else text.encode(),
        trust=LogTrust(genesis=given.get("genesis"), kept=tuple(kept)),
    )
    made = {"exit": report.exit_code, "first": report.first}
    found = codes(report)
    return made if not found else made | {"error": found[0]}


PACKAGE: dict[str, Callable[[dict[str, Any]], Any]] = {
    "vkey": _vkey,
    "note": _note,
    "tree": _tree,
    "inclusion": _inclusion,
    "consistency": _consistency,
    "checkpoint": _checkpoint,
    "proof": _proof,
    "entry": _entry,
    "log": _log,
    "policy": _policy,
    "policy-copy": _policy_copy,
}


@pytest.mark.parametrize("test", [pytest.param(test, id=test["id"]) for test in TESTS])
def test_package(test: dict[str, Any]) -> None:
    run = PACKAGE[test["kind"]]
    if test["kind"] == "log":
        error = {"error": test["error"]} if "error" in test else {}
        assert run(test["input"]) == test["expected"] | error
    elif test["kind"] == "policy-copy":
        error = {"error": [test["error"]]} if "error" in test else {}
        assert run(test["input"]) == {"due": test.get("expected")} | error
    elif test["result"] == "valid":
        assert run(test["input"]) == test["expected"]
    else:
        with pytest.raises(VerificationError) as caught:
            run(test["input"])
        assert caught.value.code == test["error"]


def test_log_file_is_what_the_generator_makes() -> None:
    command = [sys.executable, str(HERE / "generate_log.py"), "--check"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def test_a_third_or_more_of_the_log_vectors_is_invalid() -> None:
    invalid = sum(test["result"] == "invalid" for test in TESTS)
    assert 3 * invalid >= len(TESTS)


def test_every_kind_of_log_vector_is_run() -> None:
    assert {test["kind"] for test in TESTS} == set(PACKAGE)
