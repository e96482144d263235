"""Keys of a log are exchanged; both programs follow, and say the same: 0, 1 or 6.

A kept genesis entry names the first keys only. What came after, the published log
tells: honest exchanges are believed, forged ones are found.

Spec: log-v1 §7 (following the keys), draw-v1 §7.
"""

from __future__ import annotations

import contextlib
import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from dualrandom.office.looking import load_trust, verify_path
from tests.verifier import logs as _logs

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Edit = Callable[[Path], object]

FIRST, SECOND = _logs.SUPERVISORS
NEXT = _logs.Key(_logs.ORIGIN, seed="the log's next key")
FORGED = _logs.Key(_logs.ORIGIN, seed="a forger's")
JOINS = _logs.Key("jiwei/supervisor-03")
STRANGER = _logs.Key("jiwei/supervisor-09")
OP = "0b6ff61e-2f5a-4f6e-8b1e-000000000001"  # of entry 1


def add(key: Any, role: str = "log", *by: Any, **more: Any) -> Callable[[Any], None]:
    def turn(log: Any) -> None:
        body = {"key": key.vkey(), "role": role} | more.pop("body", {})
        log.append("key.add", body, approvers=by or (FIRST,), **more)

    return turn


def revoke(key: Any, *by: Any) -> Callable[[Any], None]:
    def turn(log: Any) -> None:
        body = {"key": key.vkey(), "suspect_from": len(log.entries)}
        log.append("key.revoke", body, approvers=by or (FIRST,))

    return turn


def turns(*made: Callable[[Any], None]) -> Callable[[Any], None]:
    def turn(log: Any) -> None:
        for one in made:
            one(log)

    return turn


def naming(*keys: Any) -> Callable[[Any], list[str]]:
    """What entries carry as `keys`."""
    every = (*keys, _logs.OFFICER, *_logs.SUPERVISORS)
    return lambda _: sorted(key.vkey() for key in every)


def signed_by(key: Any, **more: Any) -> dict[str, Any]:
    return {"log_key": key, "keys": naming(key)} | more


@dataclass
class Case:
    """A draw's `log/`, the log at hand, and what both programs must say."""

    write: dict[str, Any]
    alone: int
    """Exit code with the genesis alone."""
    code: int | None
    """With the log too; None: it is not at hand."""
    size: int | None = None
    """How much of the log is at hand."""
    edit: Edit = bool
    fork: dict[str, Any] | None = None
    """The log at hand is this other one."""


def cut(name: str, count: int = 1) -> Edit:
    def edit(log: Path) -> None:
        (path,) = log.glob(name)
        path.write_bytes(path.read_bytes()[:-count])

    return edit


def lose(name: str) -> Edit:
    return lambda log: [path.unlink() for path in log.glob(name)]


def swap(old: bytes, new: bytes) -> Edit:
    def edit(log: Path) -> None:
        (path,) = log.glob("tile/entries/*/*")
        data = path.read_bytes()
        assert old in data
        path.write_bytes(data.replace(old, new, 1))

    return edit


ROTATED = turns(add(NEXT), revoke(_logs.LOG))
AFTER = signed_by(NEXT, turn=ROTATED)
BUNDLE = "tile/entries/*/*"
CASES = {
    # -- honest
    "no exchange": Case({}, 0, 0),
    "exchanged before the draw": Case(AFTER, 6, 0),
    "exchanged after the draw": Case({"late_turn": ROTATED, "end_key": NEXT}, 6, 0),
    "two keys overlap": Case(signed_by(NEXT, turn=add(NEXT)), 6, 0),
    "two keys overlap, the old one signs": Case({"turn": add(NEXT)}, 0, 0),
    "exchanged twice": Case(signed_by(FORGED, turn=turns(ROTATED, add(FORGED), revoke(NEXT))), 6, 0),
    "a supervisor follows": Case({"turn": turns(add(JOINS, "supervisor"), revoke(FIRST, SECOND)), "cosigners": (JOINS,), "keys": naming(_logs.LOG, JOINS)}, 6, 0),
    "approved by one who followed": Case(signed_by(NEXT, turn=turns(add(JOINS, "supervisor"), revoke(FIRST), add(NEXT, "log", JOINS))), 6, 0),
    # -- what is not at hand
    "an older log": Case(AFTER, 6, 6, size=4),
    "an older log, the first key": Case({}, 0, 0, size=4),
    "an empty log": Case({}, 0, 0, size=0),
    "no checkpoint": Case(AFTER, 6, 6, edit=lose("checkpoint")),
    "no bundle": Case(AFTER, 6, 6, edit=lose(BUNDLE)),
    "an unknown field": Case(signed_by(NEXT, turn=turns(add(NEXT), add(JOINS, "officer", body={"colour": "red"}))), 6, 6),
    "an unknown approver beside a known one": Case(signed_by(NEXT, turn=add(NEXT, "log", FIRST, STRANGER)), 6, 6),
    # -- a forged exchange: the key never counts
    "a key that the log does not know": Case(signed_by(FORGED), 6, 1),
    "a key that the log knows later": Case(signed_by(NEXT, late_turn=add(NEXT)), 6, 1),
    "the old key after its end": Case({"turn": ROTATED, "keys": naming(_logs.LOG, NEXT)}, 0, 1),
    "approved by an officer": Case(signed_by(FORGED, turn=add(FORGED, "log", _logs.OFFICER)), 6, 1),
    "approved by nobody known": Case(signed_by(FORGED, turn=add(FORGED, "log", STRANGER)), 6, 1),
    "approved by the log's own key": Case(signed_by(FORGED, turn=add(FORGED, "log", _logs.LOG)), 6, 1),
    "approved by who was revoked": Case(signed_by(FORGED, turn=turns(revoke(SECOND), add(FORGED, "log", SECOND))), 6, 1),
    "signed by the log's key": Case(signed_by(FORGED, turn=add(FORGED, signer=_logs.LOG)), 6, 1),
    "signed by a stranger": Case(signed_by(FORGED, turn=add(FORGED, signer=STRANGER)), 6, 1),
    "signed by the one who approves": Case(signed_by(FORGED, turn=add(FORGED, "log", FIRST, signer=FIRST)), 6, 1),
    "an approval of something else": Case(signed_by(FORGED, turn=add(FORGED, op=OP)), 6, 1),
    "another name than the log's": Case({"turn": add(STRANGER)}, 0, 1),
    "the log's name for an officer": Case(signed_by(FORGED, turn=add(FORGED, "officer")), 6, 1),
    "a key twice": Case(signed_by(NEXT, turn=turns(add(NEXT), add(NEXT))), 6, 1),
    "a role that there is not": Case(signed_by(FORGED, turn=add(FORGED, "king")), 6, 1),
    "no such key to revoke": Case({"turn": revoke(NEXT)}, 0, 1),
    # -- a log that does not continue
    "a fork": Case(AFTER, 6, 1, fork=AFTER | {"before": 7}),
    "a fork, the first key": Case({}, 0, 1, fork={"before": 7}),
    "another log": Case({}, 0, 1, fork={}, edit=swap(b"ab" * 16, b"cd" * 16)),
    "a link that is broken": Case(AFTER, 6, 1, edit=swap(b'"prev":"', b'"prev":"0')),
    "an entry that is changed": Case(AFTER, 6, 1, edit=swap(b'"at":1}', b'"at":2}')),
    "a bundle that is cut": Case(AFTER, 6, 1, edit=cut(BUNDLE)),
    "a checkpoint that is none": Case(AFTER, 6, 1, edit=cut("checkpoint", 150)),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_both_follow_the_keys(
    tmp_path: Path, verifier: Any, folders: Any, name: str
) -> None:
    case = CASES[name]
    folder = folders.make(tmp_path / "draw", **folders.KINDS["open"])
    kept = _logs.write(folder, **case.write)
    genesis = tmp_path / "genesis"
    genesis.write_bytes(kept.genesis)
    log = kept.log
    if case.fork is not None:
        other = folders.make(tmp_path / "fork", **folders.KINDS["open"])
        log = _logs.write(other, **case.fork).log
    published = _logs.publish(log, tmp_path / "log", case.size)
    case.edit(published)

    def said(log: Path | None) -> tuple[int, int]:
        report = verify_path(folder, load_trust(None, genesis, log))
        words = ["--json", "--genesis", str(genesis), str(folder)]
        words += [] if log is None else ["--log", str(log)]
        with contextlib.redirect_stdout(io.StringIO()) as told:
            code = verifier.main(words)
        steps = json.loads(told.getvalue())["steps"]
        assert not [step for step in steps if step["code"] == "internal"]
        return report.exit_code, int(code)

    assert said(None) == (case.alone, case.alone)
    assert said(published) == (case.code, case.code)


# -- supervisors' verdicts in the log at hand ---------------------------------------------


def says(verdict: int, *by: Any, signer: Any = _logs.OFFICER, **more: Any) -> Any:
    """A `draw.verify`; `more` changes its body."""

    def turn(log: Any, about: dict[str, Any]) -> None:
        body = about | {"verdict": verdict, "report": "ab" * 32} | more
        log.append("draw.verify", body, approvers=by, signer=signer)

    return turn


def forged(log: Any, about: dict[str, Any]) -> None:
    """The approval of a verdict of 6 under one of 0."""
    says(6, FIRST)(log, about)
    log.entries[-1] = log.entries[-1].replace(b'"verdict":6}', b'"verdict":0}', 1)


def left(log: Any, about: dict[str, Any]) -> None:
    revoke(FIRST, SECOND)(log)
    says(0, FIRST)(log, about)


NAME, OTHER = FIRST.name, SECOND.name
VERDICTS: dict[str, tuple[Any, int, list[tuple[str, str]]]] = {
    "none": (lambda *_: None, 0, []),
    "approved by a supervisor": (says(0, FIRST), 0, [("0", NAME)]),
    "by two": (says(0, FIRST, SECOND), 0, [("0", f"{OTHER}, {NAME}")]),
    "of their own": (says(6, signer=SECOND), 0, [("6", OTHER)]),
    "of their own, and approved": (
        says(6, FIRST, signer=SECOND), 0, [("6", f"{OTHER}, {NAME}")]),
    "something differs: told, not judged": (says(1, FIRST), 0, [("1", NAME)]),
    "two, in order": (
        lambda *a: [say(*a) for say in (says(1, FIRST), says(0, SECOND))], 0,
        [("1", NAME), ("0", OTHER)]),
    "of another draw": (says(1, FIRST, draw="2026-099"), 0, []),
    "on another result": (says(0, FIRST, result="cd" * 32), 6, []),
    "on another announcement": (says(0, FIRST, commitment="cd" * 32), 6, []),
    "a number that is no verdict": (says(5, FIRST), 6, []),
    "a field too many": (says(0, FIRST, colour="red"), 6, []),
    "by nobody": (says(0), 6, []),
    "by an officer": (says(0, _logs.OFFICER), 6, []),
    "by the log": (says(0, _logs.LOG), 6, []),
    "by a stranger": (says(0, STRANGER), 6, []),
    "by one who had left": (left, 6, []),
    "approved by who signs": (says(0, FIRST, signer=FIRST), 0, [("0", NAME)]),
    "an approval of something else": (forged, 6, []),
}  # fmt: skip


@pytest.mark.parametrize("name", VERDICTS)
def test_both_tell_the_verdicts(
    tmp_path: Path, verifier: Any, folders: Any, name: str
) -> None:
    turn, code, told = VERDICTS[name]
    folder = folders.make(tmp_path / "draw", **folders.KINDS["open"])
    about = {
        "draw": "2026-017",
        "commitment": _logs.sha((folder / "announcement.json").read_bytes()),
        "result": _logs.sha((folder / "result.json").read_bytes()),
    }
    kept = _logs.write(folder, late_turn=lambda log: turn(log, about))
    (tmp_path / "genesis").write_bytes(kept.genesis)
    log = _logs.publish(kept.log, tmp_path / "log")

    report = verify_path(folder, load_trust(None, tmp_path / "genesis", log))
    words = ["--json", "--genesis", str(tmp_path / "genesis"), "--log", str(log)]
    with contextlib.redirect_stdout(io.StringIO()) as said:
        other = verifier.main([*words, str(folder)])
    steps = json.loads(said.getvalue())["steps"]
    ours = [s for s in report.steps if s.name == "verdict"]
    theirs = [s for s in steps if s["name"] == "verdict"]
    assert report.exit_code == other == code
    assert [
        (str(s.code)[-1], dict(s.params)["by"]) for s in ours if s.verdict == "people"
    ] == told
    assert [
        (s["code"][-1], s["params"]["by"]) for s in theirs if s["verdict"] == "people"
    ] == told
    assert [s.file for s in ours] == [s["file"] for s in theirs]
    # Without the log nothing is known of them.
    alone = verify_path(folder, load_trust(None, tmp_path / "genesis"))
    assert not [s for s in alone.steps if s.name == "verdict"]
