"""The renderers: data to stdout, talk to stderr, JSON as one document.

- Everything that came from a sheet or a file passes ``messages.shown`` first: no name
  can move the cursor.
- Tables align by display width: a Chinese character takes two columns.
"""

from __future__ import annotations

import json
import os
import sys
import unicodedata
from typing import TYPE_CHECKING, Any

from dualrandom.cli.language import lang, say
from dualrandom.messages import lines, place, problem_line, shown, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dualrandom.errors import DualRandomError, Problem
    from dualrandom.messages import Lang

_STYLES = {"red": "31", "green": "32", "yellow": "33", "bold": "1", "dim": "2"}


def data(line: str = "") -> None:
    """Print one line of data."""
    print(line)  # noqa: T201 - this is the renderer


def talk(line: str) -> None:
    """Print one line of talk."""
    print(line, file=sys.stderr)  # noqa: T201 - this is the renderer


def document(value: dict[str, Any]) -> None:
    """Print one JSON document; its keys are stable, its sentences are not."""
    data(json.dumps(value, ensure_ascii=False, indent=2))


def error(err: DualRandomError, language: Lang, *, as_json: bool) -> None:
    """Print an error: three lines, or one JSON object on stderr."""
    if not as_json:
        for line in lines(err, language):
            talk(line)
        return
    talk(
        json.dumps(
            {
                "schema": "dualrandom/error/v1",
                "code": err.code,
                "what": text(language, f"{err.code}.what", **err.params),
                "where": "" if err.where is None else place(err.where),
                "fix": text(language, f"{err.code}.fix", **err.params),
                "problems": [problem(item) for item in err.problems],
            },
            ensure_ascii=False,
        )
    )


def problem(item: Problem) -> dict[str, str]:
    """Return one finding for JSON."""
    params = dict(item.params)
    return {
        "code": item.code,
        "where": place(item.where),
        "what": text(lang(), f"{item.code}.what", **params),
        "fix": text(lang(), f"{item.code}.fix", **params),
    }


def warnings(items: Sequence[Problem], most: int = 20) -> None:
    """Print findings that refuse nothing."""
    for item in items[:most]:
        talk(f"{say('ui.warning', code=item.code)} {problem_line(item, lang())}")
    if len(items) > most:
        talk(say("ui.more", count=len(items) - most))


def styled(words: str, style: str) -> str:
    """Return words in a style, on a terminal that wants it."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    if plain or not sys.stdout.isatty():
        return words
    return f"\x1b[{_STYLES[style]}m{words}\x1b[0m"


def width(words: str) -> int:
    """Return how many columns words take on a terminal."""
    wide = ("W", "F")
    return sum(2 if unicodedata.east_asian_width(c) in wide else 1 for c in words)


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table with aligned columns."""
    cells = [[shown(str(cell)) for cell in row] for row in rows]
    every = [list(header), *cells]
    widths = [max(width(row[i]) for row in every) for i in range(len(header))]
    for at, row in enumerate(every):
        padded = [
            cell + " " * (wide - width(cell))
            for cell, wide in zip(row, widths, strict=True)
        ]
        line = "  ".join(padded).rstrip()
        data(styled(line, "bold") if at == 0 else line)
