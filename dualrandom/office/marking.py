"""A refused sheet goes back to its officer, with all that was found written into it.

Border: writes one file beside the officer's own, which stays as it is; a refusal
remains a refusal whether or not that file could be written.

    名录.csv → 名录.问题.xlsx → corrected → imported, or → 名录.问题2.xlsx
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Any

from dualrandom.errors import DualRandomError, InputError, Where, problem
from dualrandom.messages import text
from dualrandom.sheets import mark_problems

if TYPE_CHECKING:
    from pathlib import Path

    from dualrandom.errors import Problem
    from dualrandom.messages import Lang
    from dualrandom.sheets import Layout, Listing, Reading


def mark(
    error: InputError,
    name: Listing,
    path: Path,
    out: Path | None,
    lang: Lang,
    form: Layout | None = None,
) -> None:
    """Write the marked copy of a refused sheet; the error tells of it first.

    Args:
        error: E220; any other refusal is not about rows and stays as it is.
        name: what the file was read as.
        path: the officer's file.
        out: where the copy goes, a new file; None: beside the officer's own.
        lang: of the sentences in it.
        form: the columns of a mapping; None: our own.
    """
    if error.code != "E220":
        return
    target = out or _beside(path, text(lang, "sheets.problem"))
    found = (*error.problems, *error.warnings)
    note = _mark(name, path, found, target, lang, form)
    error.problems = (note, *error.problems)


def odd(
    reading: Reading[Any],
    name: Listing,
    path: Path,
    out: Path | None,
    lang: Lang,
    form: Layout | None = None,
) -> tuple[Problem, ...]:
    """Return what was odd in a sheet that was read; marked, if a place is named.

    Args: as for :func:`mark`.
    """
    if out is None or not reading.warnings:
        return reading.warnings
    note = _mark(name, path, reading.warnings, out, lang, form)
    return (note, *reading.warnings)


def _mark(
    name: Listing,
    path: Path,
    found: tuple[Problem, ...],
    target: Path,
    lang: Lang,
    form: Layout | None,
) -> Problem:
    """Write the marked copy; return where it is, or that there is none."""
    where = Where(file=str(target))
    try:
        mark_problems(name, path, found, target, lang, form=form)
    except DualRandomError as failure:  # a full disk hides no row that is wrong
        return problem("E244", where, warning=True, fault=failure.code)
    return problem("E243", where, warning=True)


def _beside(path: Path, word: str) -> Path:
    """Return the first free name: whoever corrects a copy must not lose it."""
    stem = re.sub(rf"\.{re.escape(word)}[0-9]*$", "", path.stem)
    numbers = itertools.chain([""], map(str, itertools.count(2)))
    places = (path.with_name(f"{stem}.{word}{number}.xlsx") for number in numbers)
    return next(at for at in places if not (at.exists() or at.is_symlink()))
