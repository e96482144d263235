"""The same selection where the rows are too many for memory.

Border: a file of strata rows on one side, :class:`dualrandom.draw.Engine` on the other.
One file for each engine, and in it the one third-party package that it takes.

- An engine counts rows and hashes ids; every rule of a draw stays in
  :mod:`dualrandom.draw`, so that no engine can draw differently.
- The file is one whose digest and grammar its caller checks: a frozen ``strata.tsv``,
  or a ``.csv`` or ``.parquet`` of the same three columns.
- Nothing from a file or a key becomes part of a statement: they are parameters.

    with opened("duckdb", Path("draws/2026-017/strata.tsv")) as engine:
        select_with(engine, key=key, strata=strata, reserves=None)

Spec: draw-v1 §5.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Final

from dualrandom.blocks import FileBlocks
from dualrandom.errors import EnvironmentProblem, UsageError
from dualrandom.tables import STRATA

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dualrandom.draw import Engine

NAMES: Final = ("duckdb", "postgresql", "spark")
_PATTERN: Final = re.compile(r"[*?\[\]{}]")


@contextmanager
def opened(choice: str, file: Path) -> Iterator[Engine]:
    """Open an engine over a file of strata rows.

    Args:
        choice: a name, or a name, a colon and what that engine wants to know:
            ``duckdb:4GB`` (memory), ``postgresql:host=db dbname=x``,
            ``spark:local[4]``.
        file: ``.tsv`` as frozen, ``.csv`` with a header line, or ``.parquet``.

    Raises:
        UsageError: E480, no such engine; E483, it does not read such files; E484, a
            path that an engine might take for a pattern, and read other files.
        EnvironmentProblem: E481, its library is not installed; E482, it failed.
    """
    name, _, detail = choice.partition(":")
    if name not in NAMES:
        raise UsageError("E480", engine=choice, names=", ".join(NAMES))
    try:
        module = import_module(f"dualrandom.engines.{name}")
    except ImportError as exc:
        raise EnvironmentProblem("E481", engine=name) from exc
    if file.suffix not in module.READS:
        raise UsageError("E483", engine=name, file=file.name)
    if _PATTERN.search(str(file)):
        raise UsageError("E484", engine=name, file=str(file))
    try:
        with module.opened(file, detail) as engine:
            yield engine
    except module.Failure as exc:
        reason = str(exc).strip().partition("\n")[0]
        raise EnvironmentProblem("E482", engine=name, reason=reason) from exc


@contextmanager
def engine_over(folder: Path, choice: str) -> Iterator[Engine | None]:
    """Open the chosen engine over a draw folder's strata.tsv.

    Args:
        folder: the draw's; its strata.tsv was looked at before.
        choice: as for :func:`opened`; "": none.

    Yields:
        None where none was chosen, or there is no such file.

    Raises:
        EnvironmentProblem: E485, the file that the engine read is not the one that was
            there when it was opened.
    """
    rows = folder / STRATA.name
    if not choice or not rows.is_file():
        yield None
        return
    before = FileBlocks(rows)
    with opened(choice, rows) as engine:
        yield engine
    before.check()
