"""An office's own page around ours, and pieces of a page for another system.

Border: texts in and out; a shell is a file that a webmaster wrote, and is trusted.

- A shell has two marks, each once: what stands there is put in between, and nothing
  else of it is looked at.

    <head><!-- dualrandom:head --></head> … <main><!-- dualrandom:content --></main>
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dualrandom.errors import InputError, Where
from dualrandom.staging import read_file

if TYPE_CHECKING:
    from pathlib import Path

HEAD: Final = "<!-- dualrandom:head -->"
CONTENT: Final = "<!-- dualrandom:content -->"
_HREF: Final = re.compile(r'(?<= href=")(?![a-z]+:|#)([^"]*)')


@dataclass(frozen=True, slots=True)
class Shell:
    """What stands before, between and after the two marks."""

    before: str
    between: str
    after: str

    def around(self, head: str, content: str) -> str:
        """Return a whole page."""
        return f"{self.before}{head}{self.between}{content}{self.after}"


def load_shell(path: Path) -> Shell:
    """Return the shell in a file.

    Raises:
        EnvironmentProblem: E901, it cannot be read.
        InputError: E954, not UTF-8, or the marks are not there once, in their order.
    """
    where = Where(file=str(path))
    try:
        text = read_file(path).decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as exc:
        raise InputError("E954", where=where, mark="UTF-8") from exc
    for mark in (HEAD, CONTENT):
        if text.count(mark) != 1:
            raise InputError("E954", where=where, mark=mark)
    before, _, rest = text.partition(HEAD)
    between, mark, after = rest.partition(CONTENT)
    if not mark:
        raise InputError("E954", where=where, mark=CONTENT)
    return Shell(before, between, after)


def absolute(content: str, base: str, path: str) -> str:
    """Return a piece whose links lead to the site, wherever it is pasted.

    Args:
        content: our own markup: each ``href`` is in quotes, and escaped.
        base: the site's address; ends in ``/``.
        path: where the piece stands in the site.
    """
    top = path.rpartition("/")[0]

    def lead(found: re.Match[str]) -> str:
        target, mark, at = found[1].partition("#")
        parts = top.split("/") if top else []
        for part in target.split("/"):
            if part == "..":
                parts.pop()
            else:
                parts.append(part)
        return f"{base}{'/'.join(parts)}{mark}{at}"

    return _HREF.sub(lead, content)
