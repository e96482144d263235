"""A text as a page shows it: headings and paragraphs, and nothing that is markup.

Border: pure. Markdown beyond headings stays as it was written: it reads well as it is.
"""

from __future__ import annotations

from dataclasses import dataclass

from dualrandom.rules import split_rules


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One line of a text; ``level`` is that of a heading, 0 for a paragraph."""

    level: int
    text: str


def paragraphs(data: bytes) -> tuple[Paragraph, ...]:
    """Return the lines of the rules, their settings left out.

    Raises:
        InputError: E411, E412, not a document of rules.
    """
    made = []
    for line in split_rules(data)[1].splitlines():
        marks = len(line) - len(line.lstrip("#"))
        heading = 0 < marks < _DEEPEST and line[marks : marks + 1] == " "
        text = line[marks:].strip() if heading else line.strip()
        if text:
            made.append(Paragraph(marks if heading else 0, text))
    return tuple(made)


_DEEPEST = 7
