"""The results of a draw in the log: recorded, approved by another, corrected."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from dualrandom.entries import Entry
from dualrandom.errors import VerificationError
from dualrandom.lives import DrawLife
from dualrandom.reviews import Reviews
from tests.logmaking import LogMaker, digest


def record(log: LogMaker, act: str = "result.record", **fields: Any) -> int:
    seq = len(log.entries)
    body: dict[str, Any] = {
        "list": "results",
        "added": 2,
        "changed": 0,
        "retired": 0,
        "change": digest(f"change {seq}"),
        "digest": digest(f"results {seq}"),
        "draw": "2026-001",
    }
    if act == "result.correct":
        body["reason"] = "mistake"
    log.append(act, body | fields)
    return seq


def approve(log: LogMaker, seq: int, *, by_another: bool = True) -> None:
    body = {"draw": "2026-001", "record": seq, "results": digest(f"public {seq}")}
    approvers = log.supervisors[:1] if by_another else []
    log.append("result.approve", body, approvers=approvers)


def drawn() -> LogMaker:
    log = LogMaker()
    log.announce("2026-001")
    log.result("2026-001")
    return log


def codes(log: LogMaker) -> list[str]:
    """Return what is wrong first: a fault has consequences."""
    return [finding.code for finding in log.check().findings][:1]


def test_results_are_recorded_approved_corrected_and_approved_again() -> None:
    log = drawn()
    record(log)
    first = record(log)
    approve(log, first)
    report = log.check()
    assert report.exit_code == 0
    (review,) = report.reviews
    assert (review.approved, review.waits) == (first, False)
    assert review.results == digest(f"public {first}")
    second = record(log, "result.correct")
    (review,) = log.check().reviews
    assert (review.approved, review.recorded, review.waits) == (first, second, True)
    approve(log, second)
    report = log.check()
    assert (report.exit_code, report.reviews[0].approved) == (0, second)
    state = {s.list: s.digest for s in report.lists}
    assert state["results"] == digest(f"results {second}")


def test_results_of_what_was_not_drawn() -> None:
    log = LogMaker()
    log.announce("2026-001")
    record(log)
    assert codes(log) == ["E923"]
    log = LogMaker()
    log.announce("2026-001")
    log.abandon("2026-001")
    record(log)
    assert codes(log) == ["E923"]
    log = drawn()
    record(log, draw="2026-999")
    assert codes(log) == ["E923"]


def test_what_was_approved_is_not_recorded_over() -> None:
    log = drawn()
    approve(log, record(log))
    record(log)
    assert codes(log) == ["E924"]


def test_a_correction_of_what_was_never_approved() -> None:
    log = drawn()
    record(log)
    record(log, "result.correct")
    assert codes(log) == ["E925"]


@pytest.mark.parametrize("which", ["older", "never", "twice"])
def test_an_approval_of_something_else(which: str) -> None:
    log = drawn()
    older, newest = record(log), record(log)
    if which == "twice":
        approve(log, newest)
    approve(log, {"older": older, "never": newest + 40, "twice": newest}[which])
    assert codes(log) == ["E926"]


def test_nobody_approves_alone() -> None:
    log = drawn()
    approve(log, record(log), by_another=False)
    assert codes(log) == ["E739"]


# ── every life of up to five acts, against the rule said once more ────────────────

LIVES = ("record", "correct", "approve newest", "approve first")


@pytest.mark.parametrize("length", range(1, 6))
def test_every_life_is_taken_as_the_rule_says(length: int) -> None:
    for acts in itertools.product(LIVES, repeat=length):
        reviews, model = Reviews(), Model()
        for seq, act in enumerate(acts, 10):
            refused = model.take(act, seq)
            assert fault(reviews, model.entry) == refused, acts
            if refused:
                break
            (review,) = reviews.all
            assert (review.recorded, review.approved) == (model.newest, model.approved)
            assert review.waits is (model.newest != model.approved)


def fault(reviews: Reviews, taken: Entry) -> str | None:
    try:
        reviews.take(taken, DRAWN)
    except VerificationError as error:
        return error.code
    return None


class Model:
    """What was recorded, and what of it was approved; None is no fault."""

    def __init__(self) -> None:
        self.recorded: list[int] = []
        self.approved: int | None = None
        self.entry: Entry

    @property
    def newest(self) -> int:
        return self.recorded[-1]

    def take(self, act: str, seq: int) -> str | None:
        body: dict[str, Any] = {"draw": "2026-001"}
        if act in ("record", "correct"):
            self.entry = entry(f"result.{act}", seq, body)
            if (act == "correct") is (self.approved is None):
                return "E925" if act == "correct" else "E924"
            self.recorded.append(seq)
            return None
        meant = [0, *self.recorded][-1 if act == "approve newest" else 0]
        if act == "approve first" and self.recorded:
            meant = self.recorded[0]
        body |= {"record": meant, "results": digest(str(meant))}
        self.entry = entry("result.approve", seq, body)
        if not self.recorded or meant != self.newest or meant == self.approved:
            return "E926"
        self.approved = meant
        return None


def entry(act: str, seq: int, body: dict[str, Any]) -> Entry:
    return Entry(
        log="example",
        seq=seq,
        prev="0" * 64,
        time="2026-11-20T01:00:00Z",
        act=act,
        by="officer",
        op="5e1f6a0e-0000-4000-8000-000000000000",
        body=body,
    )


DRAWN = DrawLife(
    draw="2026-001", task="2026-001", commitment="0" * 64, announced=1, result="0" * 64
)
