"""An office draws with an engine: the same files, or nothing at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from dualrandom.engines import duckdb
from tests.draws import both, freeze, new_task
from tests.refusals import DICE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path


def test_a_draw_by_an_engine_is_the_draw(office: Path, run: Callable[..., Any]) -> None:
    new_task(run, "E-1", "--ratio", "20%", "--reserves", "50%")
    freeze(run, "E-1")
    done = run("draw", "E-1", "--dice", DICE, "--engine", "duckdb")
    assert done.code == 0, done.err
    code, ours, _ = both(run, office / "draws" / "E-1")
    assert code in (0, 6), ours  # the stranger's program draws again by itself
    checked = run("verify", office / "draws" / "E-1", "--engine", "duckdb:64MB")
    assert checked.code == code


@pytest.mark.parametrize("how", ["fails", "reads another file"])
def test_an_engine_that_cannot_be_trusted_draws_nothing(
    how: str, office: Path, run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    new_task(run, "E-1", "--ratio", "20%")
    freeze(run, "E-1")
    folder = office / "draws" / "E-1"
    before = sorted(folder.iterdir())

    def count(engine: Any) -> Mapping[str, int]:
        if how == "fails":
            raise duckdb.Failure("disk full\nmore")
        strata = folder / "strata.tsv"
        again = folder / "again"
        again.write_bytes(strata.read_bytes())
        again.replace(strata)  # by somebody who waited for the digests to be checked
        return real(engine)

    real = duckdb._DuckDB.count
    monkeypatch.setattr(duckdb._DuckDB, "count", count)
    done = run("draw", "E-1", "--dice", DICE, "--engine", "duckdb")
    assert done.code == 5
    assert ("E482" if how == "fails" else "E485") in done.err
    assert sorted(folder.iterdir()) == before
    monkeypatch.undo()
    monkeypatch.chdir(office)
    assert run("draw", "E-1", "--dice", DICE).code == 0
