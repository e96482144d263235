"""Rules and plans in ``public/``: every version, as it was logged, and where it is.

Border: bytes and values, as :mod:`dualrandom.public`.

- A version's file has the digest that the log names: nothing is written anew.
- The versions stay: an old announcement names the rules of its day.

    rules.json  rules/2.md …  plans.json  plans/2026-1.json …
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dualrandom.canonical import json_line, parse_json_line, sha256
from dualrandom.fields import Fields
from dualrandom.model import is_hex, is_time
from dualrandom.public import naming

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

RULES: Final = "rules.json"
PLANS: Final = "plans.json"
_SCHEMAS: Final = {
    RULES: "dualrandom/rules-versions/v1",
    PLANS: "dualrandom/plan-versions/v1",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedText:
    """One version of the rules, or of a year's plan.

    Attributes:
        year: of a plan; None: the rules.
        version: from 1; the rules' own, or the year's.
        since: UTC, ``2026-11-20T01:00:00Z``: when it was logged.
        digest: SHA-256 of its bytes, as the log and announcements name it.
    """

    year: int | None
    version: int
    since: str
    digest: str

    @property
    def index(self) -> str:
        """The document that lists it."""
        return RULES if self.year is None else PLANS

    @property
    def path(self) -> str:
        """Where its bytes lie below ``public/``."""
        if self.year is None:
            return f"rules/{self.version}.md"
        return f"plans/{self.year}-{self.version}.json"


def text_files(
    texts: Iterable[tuple[PublishedText, bytes]],
) -> Iterator[tuple[str, bytes]]:
    """Yield the files of versions and the documents that list them.

    A version whose bytes are gone is listed by its digest alone.
    """
    every = tuple(texts)
    for index in (RULES, PLANS):
        mine = [text for text, _ in every if text.index == index]
        if mine:
            yield index, _index_bytes(index, mine)
    for text, data in every:
        if sha256(data) == text.digest:
            yield text.path, data


def _index_bytes(index: str, texts: list[PublishedText]) -> bytes:
    """Return rules.json or plans.json: the newest first."""
    ordered = sorted(texts, key=lambda t: (t.year or 0, t.version), reverse=True)
    return json_line(
        {"schema": _SCHEMAS[index], "versions": [_line(text) for text in ordered]}
    )


def _line(text: PublishedText) -> dict[str, object]:
    line: dict[str, object] = {
        "version": text.version,
        "since": text.since,
        "digest": text.digest,
        "file": text.path,
    }
    return line if text.year is None else {"year": text.year, **line}


def parse_texts(index: str, data: bytes) -> tuple[PublishedText, ...]:
    """Return the versions in rules.json or plans.json, in the file's order.

    Raises:
        VerificationError: E801, E802.
    """
    with naming(index):
        top = Fields.of(parse_json_line(data))
        top.text("schema", _SCHEMAS[index].__eq__)
        return tuple(_read(index, line) for line in top.children("versions"))


def _read(index: str, line: Fields) -> PublishedText:
    text = PublishedText(
        year=line.number("year", least=1) if index == PLANS else None,
        version=line.number("version", least=1),
        since=line.text("since", is_time),
        digest=line.text("digest", lambda value: is_hex(value, 64)),
    )
    line.text("file", text.path.__eq__)
    return text
