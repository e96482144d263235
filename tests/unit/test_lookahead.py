"""Looking ahead saves work, and changes no answer."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

import pytest

from dualrandom.audit import LogReport, verify_log
from dualrandom.errors import UsageError
from dualrandom.office.checking import published_report, verify_published_log
from dualrandom.office.lookahead import Lookahead, check_chunk
from tests.logmaking import LogMaker, MadeKey, codes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def log() -> LogMaker:
    """Return a log of 30 entries whose second officer comes in the middle."""
    made = LogMaker(officers=("a/officer-01",)).year(14)
    second = MadeKey("a/officer-02")
    made.add_key(second, "officer")
    made.officers.insert(0, second)
    return _grown(made, 30)


def _grown(log: LogMaker, size: int) -> LogMaker:
    while len(log.entries) < size:
        log.change()
    return log


def _ahead(log: LogMaker, processes: int) -> LogReport:
    with Lookahead(size=len(log.entries), processes=processes) as ahead:
        return verify_log(
            ahead.through(log.entries),
            verify=ahead.verify,
            is_new=ahead.is_new,
            checkpoint=log.checkpoint(),
            trust=log.kept(),
        )


def _forge(log: LogMaker) -> None:
    log.entries[7] = log.entries[7].replace(b'"added":3', b'"added":4')


def _repeat(log: LogMaker) -> None:
    op = log.make("registry.change", {}).op
    log.change(op=op)
    log.change(op=op)


@pytest.mark.parametrize("processes", [0, 1])
@pytest.mark.parametrize(
    "attack",
    [lambda _: None, _forge, _repeat, lambda log: log.entries.insert(3, b"\xff" * 9)],
    ids=["honest", "forged", "operation twice", "noise"],
)
def test_answer_is_that_of_one_process(
    attack: Callable[[LogMaker], None], processes: int, log: LogMaker
) -> None:
    attack(log)
    assert _ahead(log, processes) == log.check()


def test_signatures_are_found_ahead_and_false_ones_are_not(log: LogMaker) -> None:
    keys = tuple(key.vkey for key in log.officers)
    assert len(check_chunk(log.entries, keys)) == len(log.entries)
    _forge(log)
    assert len(check_chunk(log.entries, keys)) == len(log.entries) - 1
    assert check_chunk(log.entries, ()) == []


# ── the state of an earlier check ──


@pytest.fixture
def folder(log: LogMaker, tmp_path: Path) -> Path:
    _publish(tmp_path / "log", log)
    return tmp_path / "log"


def _publish(folder: Path, log: LogMaker, size: int | None = None) -> None:
    for name, data in log.published(size).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def _verify(folder: Path) -> tuple[int, int, int | None]:
    done = verify_published_log(
        folder, against=None, policy=None, genesis=None, state=folder.parent / "seen"
    )
    return done.exit_code, done.before, done.first


def test_first_visit_has_no_anchor_and_the_next_one_has(
    folder: Path, log: LogMaker
) -> None:
    assert _verify(folder) == (6, 0, None)
    assert _verify(folder) == (0, 30, None)
    _publish(folder, _grown(log, 40))
    assert _verify(folder) == (0, 30, None)
    assert _verify(folder) == (0, 40, None)


def test_below_the_state_no_signature_is_checked_again(
    folder: Path, log: LogMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked = count()
    _verify(folder)
    _publish(folder, _grown(log, 33))
    monkeypatch.setattr(Lookahead, "verify", lambda *_: next(checked) >= 0)
    _verify(folder)
    assert next(checked) == 4  # three entries, and the checkpoint


def test_entry_below_the_state_is_edited_with_all_keys(folder: Path) -> None:
    _verify(folder)
    state = (folder.parent / "seen").read_bytes()
    _publish(folder, _grown(LogMaker(officers=("a/officer-01",)), 35))
    assert _verify(folder)[0] == 1
    assert (folder.parent / "seen").read_bytes() == state


def test_first_bad_entry_below_the_state_is_named(folder: Path, log: LogMaker) -> None:
    _verify(folder)
    _forge(log)
    _publish(folder, log)
    assert _verify(folder) == (1, 30, 7)


def test_log_smaller_than_the_state_was_cut(folder: Path, log: LogMaker) -> None:
    _verify(folder)
    _publish(folder, log, 20)
    assert _verify(folder)[0] == 1


def test_what_is_unknown_stays_unknown(folder: Path, log: LogMaker) -> None:
    log.append("weather.report", {"sun": 1})
    _publish(folder, log)
    assert [_verify(folder)[0] for _ in range(2)] == [6, 6]


def test_missing_file_leaves_the_state_behind(folder: Path) -> None:
    (folder / "tile/entries/000.p/30").unlink()
    assert _verify(folder)[0] == 6
    assert not (folder.parent / "seen").exists()


def test_state_that_is_none(folder: Path) -> None:
    (folder.parent / "seen").write_bytes(b"30\n")
    with pytest.raises(UsageError, match="E703"):
        _verify(folder)


def test_verified_state_alone_is_an_anchor(folder: Path, log: LogMaker) -> None:
    state = log.kept().kept[0].checkpoint
    report = published_report(folder, replace(log.kept(), kept=(), verified=state))
    assert (report.exit_code, codes(report, "unchecked")) == (0, [])
