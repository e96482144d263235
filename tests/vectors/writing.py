"""How every generator writes its vectors: one test a line, nothing invisible in it.

Border: imports nothing of dualrandom.
"""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PLAIN = r"\n -~\u3001-\u303f\u4e00-\u9fff"
"""What is written as it is: ASCII, Chinese and its punctuation."""


def same_flags(tests: list[dict[str, Any]], notes: dict[str, str]) -> None:
    """End the program if a flag has no note, or a note no flag."""
    flags = {flag for test in tests for flag in test["flags"]}
    if flags != set(notes):
        sys.exit(f"flags and notes differ: {flags ^ set(notes)}")


def text_of(head: dict[str, Any], tests: list[dict[str, Any]], also: str = "") -> str:
    """Return a document of vectors.

    Args:
        head: what stands before the tests.
        tests: in order, each with an id of its own.
        also: characters that are written as they are, besides the usual ones.
    """
    ids = [test["id"] for test in tests]
    if len(set(ids)) != len(ids):
        sys.exit(f"an id twice: {[i for i in ids if ids.count(i) > 1]}")
    lines = [json.dumps(test, ensure_ascii=False) for test in tests]
    top = json.dumps(head, ensure_ascii=False, indent=1)
    text = top[:-2] + ',\n "tests": [\n  ' + ",\n  ".join(lines) + "\n ]\n}\n"
    return re.sub(f"[^{PLAIN}{also}]", _escape, text)


def _escape(match: re.Match[str]) -> str:
    units = match.group().encode("utf-16-be").hex()
    return "".join(f"\\u{units[i : i + 4]}" for i in range(0, len(units), 4))


def write_or_check(file: Path, command: str, document: Callable[[], str]) -> int:
    """Write a file of vectors; with ``--check`` compare it. Return the exit code."""
    text = document()
    if sys.argv[1:] == ["--check"]:
        if not file.exists() or file.read_text("utf-8") != text:
            print(f"{file.name} is not what the cases make of it. Run: {command}")
            return 1
        return 0
    file.write_text(text, "utf-8")
    return 0
