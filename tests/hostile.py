"""Hostile words in every free text of a value, found by reflection.

    marks = Marks()
    letter = marks.put(LETTER)      # a copy whose every text is hostile
    marks.found_in(page)            # {"Letter.to", …}

A field that has a grammar of its own is named in GRAMMAR. Whatever else is text is
free, a field that somebody adds tomorrow too.
"""

from __future__ import annotations

import re
from dataclasses import fields, replace
from typing import Any, TypeVar

T = TypeVar("T")

GRAMMAR = {
    "Announcement": {"draw", "announced", "due", "release", "unknown"},
    "Task": {"id", "start", "end", "rules"},
    "Excluded": {"list"},
    "Supersedes": {"draw"},
    "Target": {"id", "salt"},
    "OfficePage": set(),
    "Site": {"url", "domain"},
    "ItemRecord": {"need"},  # tags
    "PublishedResult": {"target", "done"},
    "PublishedPenalty": {"decided", "changed", "until"},
    "Tombstone": {"ended"},
    "DisclosedTable": {"name"},
    "PlanLine": {"id"},
    "Paper": {"start", "end"},
    "Line": {"label"},
    "TargetRecord": {"id", "tags"},
    "TargetPrivate": {"id"},
    "InspectorRecord": {"id", "qualifications", "scope", "tags"},
    "Recusal": {"inspector", "target"},
    "ResultRecord": {"draw", "target", "item"},
}
TEXTS = {"str", "str | None", "tuple[str, ...]", "ItemCode"}


def hostile(number: int, *, controls: bool = True) -> str:
    """Return words that would be a formula, markup, a template, a turn, an escape."""
    more = "\x1b[2J\x07" if controls else ""
    return (
        f"=HYPERLINK({number})<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
        f"{{{{ 7*7 }}}}{{% raw %}}{{name}} %s &lt;b&gt;</style><!-- {more}"
        f"\u202eexe\u2066a\u200bb\ufeff#{number:03}#"
    )


def visible(text: str) -> str:
    """Return hostile words as a reader must see them."""
    hidden = "\u202e\u2066\u200b\ufeff\x1b\x07"
    return "".join(f"\\u{ord(c):04x}" if c in hidden else c for c in text)


class Marks:
    """Numbers of fields, and the words put into them.

    Attributes:
        names: ``Class.field`` of each number.
    """

    def __init__(self) -> None:
        self.names: list[str] = []

    def word(self, name: str, *, controls: bool = True) -> str:
        self.names.append(name)
        return hostile(len(self.names) - 1, controls=controls)

    def put(self, value: T, *, controls: bool = True) -> T:
        """Return a value whose free texts are hostile."""
        kind = type(value).__name__
        made: dict[str, Any] = {}
        for field in fields(value):  # type: ignore[arg-type]
            if field.type in TEXTS and field.name not in GRAMMAR.get(kind, ()):
                word = self.word(f"{kind}.{field.name}", controls=controls)
                made[field.name] = (word,) if "tuple" in str(field.type) else word
        assert made, kind
        return replace(value, **made)  # type: ignore[type-var]

    def found_in(self, text: str) -> set[str]:
        """Return whose marks stand in a text."""
        return {self.names[int(n)] for n in re.findall(r"#([0-9]{3})#", text)}

    def whole_in(self, text: str) -> set[str]:
        """Return whose words stand in a text for people, whole and visible."""
        flat = re.sub(r"\s+", " ", text)
        return {
            name
            for n, name in enumerate(self.names)
            if any(visible(hostile(n, controls=c)) in flat for c in (True, False))
        }
