"""Results and penalties in log.json: recorded, approved by another, corrected.

Border: as for :mod:`histories_log`, whose honest log has eleven entries.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from histories_log import JIWEI, History, _change, tried
from oracle_log import sha

if TYPE_CHECKING:
    from collections.abc import Iterator

    from oracle_log import Log

FILE = sha(b"results").hex()


def record(draw: str = "2026-001", **more: str) -> dict[str, Any]:
    return _change("results", FILE) | {"draw": draw, **more}


def approved(seq: int, draw: str = "2026-001") -> dict[str, Any]:
    return {"draw": draw, "record": seq, "results": FILE}


def judged() -> Log:
    """Recorded in entry 11, approved in entry 12."""
    log = tried("result.record", record())
    log.add("result.approve", approved(11), approvers=[JIWEI])
    return log


def results() -> Iterator[History]:
    corrected, penalties = record(reason="mistake"), _change("penalties", FILE)
    log = judged()
    log.add("result.correct", corrected)
    log.add("result.approve", approved(13), approvers=[JIWEI])
    log.add("penalty.record", penalties)
    log.add("penalty.change", penalties | {"reason": "changed"})
    log.add("penalty.withdraw", penalties | {"reason": "revoked"})
    yield "results-and-penalties", log, 0, None, None, "", {}

    def after(
        name: str, log: Log, act: str, body: dict[str, Any], seq: int, code: str
    ) -> History:
        log.add(act, body, approvers=[JIWEI] if act == "result.approve" else [])
        return name, log, 1, seq, code, "coherence", {}

    for name, act, body, code in (
        ("results-of-the-abandoned", "result.record", record("2026-002"), "E923"),
        ("results-of-nothing", "result.record", record("2026-009"), "E923"),
        ("corrected-before-approved", "result.correct", corrected, "E925"),
        ("approved-what-is-not", "result.approve", approved(10), "E926"),
        ("penalty-withdrawn-without-reason", "penalty.withdraw", penalties, "E746"),
    ):
        yield name, tried(act, body, approvers=[JIWEI]), 1, 11, code, "coherence", {}
    yield after(
        "recorded-after-approved", judged(), "result.record", record(), 13, "E924"
    )
    yield after("approved-twice", judged(), "result.approve", approved(11), 13, "E926")
    log = tried("result.record", record())
    log.add("result.record", record())
    yield after("approved-the-older", log, "result.approve", approved(11), 13, "E926")
    log = tried("result.record", record())
    log.add("result.approve", approved(11))
    yield "results-approved-alone", log, 1, 12, "E739", "coherence", {}
