"""An entry that may not be written is refused before it is."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from dualrandom.errors import StateError
from dualrandom.keys import load_key
from dualrandom.office import journal
from dualrandom.office.place import now, open_office
from dualrandom.office.setup import init_office
from dualrandom.registry import log_store

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(("minutes", "refused"), [(4, False), (6, True), (-60, False)])
def test_clock_far_ahead(
    minutes: int,
    refused: bool,  # noqa: FBT001 - a column of the table
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of a database that has a clock: five minutes ahead of it, not more."""
    init_office(tmp_path / "x", name="示例局", passphrase=None)
    office = open_office(tmp_path / "x", unlock=load_key)
    server = now() - dt.timedelta(minutes=minutes)
    monkeypatch.setattr(log_store, "clock", lambda _: server)
    body = {"manifest": "0" * 64}
    codes = []
    with journal.writing(office) as (tx, _):
        try:
            journal.append(office, tx, "notice.publish", body, signer=office.officer())
        except StateError as error:
            codes.append(error.code)
    assert codes == (["E128"] if refused else [])
