"""The renderers: data to stdout, talk to stderr, JSON as one document.

- Whatever is printed goes through one place, where a line stays one line and no
  character that a terminal obeys gets by: no name can move the cursor, whoever forgot
  ``messages.shown``. Styles are put in there, too.
- In JSON such characters are written as numbers, which say the same.
- Tables align by display width: a Chinese character takes two columns.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import sys
import unicodedata
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TextIO

from dualrandom.cli.language import lang, say
from dualrandom.messages import lines, place, problem_line, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from rich.status import Status

    from dualrandom.errors import DualRandomError, Problem

_spinner: Status | None = None
_STYLES = {"red": "31", "green": "32", "yellow": "33", "bold": "1", "dim": "2"}
# Stand for the beginning of a style and its end until a line is printed.
_MARKS = {style: chr(0xF8F0 + at) for at, style in enumerate(("", *_STYLES))}
_SEQUENCES = {
    mark: f"\x1b[{_STYLES.get(style, '0')}m" for style, mark in _MARKS.items()
}


def data(line: str = "") -> None:
    """Print one line of data."""
    _line(line, sys.stdout)


def talk(line: str) -> None:
    """Print one line of talk."""
    _line(line, sys.stderr)


def _line(words: str, stream: TextIO) -> None:
    parts = re.split(f"([{''.join(_SEQUENCES)}])", words)
    line = "".join(_SEQUENCES.get(part) or shown(part) for part in parts)
    with pause(), hearing(stream):
        print(line, file=stream)


def flush() -> None:
    """Make sure that what was printed has arrived: a full disk is told, not lost."""
    with hearing(sys.stdout):
        sys.stdout.flush()


@contextmanager
def hearing(stream: TextIO) -> Iterator[None]:
    """Go on when the reader has left, as in ``… | head``: the exit code still counts.

    That data could not be written is raised, once: Python flushes again at the end.
    """
    try:
        yield
    except OSError as exc:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        if stream is sys.stdout and not isinstance(exc, BrokenPipeError):
            raise


@contextmanager
def busy(words: str) -> Iterator[Callable[[Path, int], None]]:
    """Show that something takes its time, on a terminal, until it is done.

    Yields:
        What to call with a large file and how many percent of it were read.
    """
    global _spinner  # noqa: PLW0603 - a process has one terminal
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield lambda _path, _percent: None
        return
    from rich.console import Console
    from rich.markup import escape

    _spinner = Console(stderr=True, highlight=False).status(words, spinner="line")

    def tell(path: Path, percent: int) -> None:
        if _spinner is not None:
            _spinner.update(escape(f"{words} {shown(path.name)} {percent} %"))

    try:
        with _spinner:
            yield tell
    finally:
        _spinner = None


def progress(what: str, rows: int) -> None:
    """Say on the terminal what is being done, and with how many rows of a list.

    Args:
        what: a word of the catalogue's ``cli.progress``.
        rows: so far, or in all.
    """
    if _spinner is not None:
        _spinner.update(say(f"cli.progress.{what}", rows=f"{rows:,}"))


@contextmanager
def pause() -> Iterator[None]:
    """Take the sign of being busy away while something is printed or asked."""
    global _spinner  # noqa: PLW0603 - as above
    held, _spinner = _spinner, None
    if held is not None:
        held.stop()
    try:
        yield
    finally:
        if held is not None:
            held.start()
        _spinner = held


def document(value: dict[str, Any]) -> None:
    """Print one JSON document; its keys are stable, its sentences are not."""
    document_text(_numbered(json.dumps(value, ensure_ascii=False, indent=2)) + "\n")


def document_text(words: str) -> None:
    """Print a document as it stands, to the byte: its digest is of that.

    On a terminal, where nobody takes a digest of it, it steers nothing either.
    """
    if sys.stdout.isatty():
        words = "\n".join(map(shown, words.split("\n")))
    with pause(), hearing(sys.stdout):
        sys.stdout.write(words)


def _numbered(text: str) -> str:
    """Return JSON without any character that a terminal obeys; it says the same."""
    return "\n".join(
        line
        if line.isprintable()
        else "".join(c if shown(c) == c else json.dumps(c)[1:-1] for c in line)
        for line in text.split("\n")
    )


def error(err: DualRandomError, *, as_json: bool) -> None:
    """Print an error: three lines, or one JSON object on stderr."""
    if not as_json:
        for line in lines(err, lang()):
            talk(line)
        return
    _error_document(
        code=err.code,
        what=say(f"{err.code}.what", **err.params),
        where="" if err.where is None else place(err.where),
        fix=say(f"{err.code}.fix", **err.params),
        problems=[problem(item) for item in err.problems],
    )


def bug(words: str, *, as_json: bool) -> None:
    """Print what nobody foresaw: one line, or one JSON object on stderr."""
    if as_json:
        _error_document(code="bug", what=words, where="", fix="", problems=[])
    else:
        talk(words)


def _error_document(**fields: object) -> None:
    document = {"schema": "dualrandom/error/v1", **fields}
    talk(_numbered(json.dumps(document, ensure_ascii=False)))


def problem(item: Problem) -> dict[str, str]:
    """Return one finding for JSON."""
    params = dict(item.params)
    return {
        "code": item.code,
        "where": place(item.where),
        "what": say(f"{item.code}.what", **params),
        "fix": say(f"{item.code}.fix", **params),
    }


def warnings(items: Sequence[Problem], most: int = 20) -> None:
    """Print findings that refuse nothing."""
    for item in items[:most]:
        talk(say("ui.warning") + problem_line(item, lang()))
    if len(items) > most:
        talk(say("ui.more", count=len(items) - most))


def styled(words: str, style: str) -> str:
    """Return words in a style, on a terminal that wants it."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    if plain or not sys.stdout.isatty():
        return words
    return f"{_MARKS[style]}{words}{_MARKS['']}"


def moment(text: str) -> str:
    """Return a document's time as an office's clock shows it: China Standard Time."""
    if not text:
        return ""
    at = dt.datetime.fromisoformat(text).astimezone(dt.timezone(dt.timedelta(hours=8)))
    return say("ui.moment", at=at.strftime("%Y-%m-%d %H:%M"))


def width(words: str) -> int:
    """Return how many columns words take on a terminal."""
    wide = ("W", "F")
    return sum(
        2 if unicodedata.east_asian_width(char) in wide else 1
        for char in words
        if not unicodedata.combining(char)
    )


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table with aligned columns."""
    cells = [[shown(str(cell)) for cell in row] for row in rows]
    for at, line in enumerate(columns([list(header), *cells])):
        data(styled(line.rstrip(), "bold") if at == 0 else line.rstrip())


def columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield rows as lines, their cells as wide as the widest beneath each other."""
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(
            cell + " " * (wide - width(cell))
            for cell, wide in zip(row, widths, strict=True)
        )
