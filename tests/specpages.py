"""Pages of the specification, whose shell blocks are run as a reader would run them."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

BLOCK = re.compile(r"```sh\n(.*?)```\n(?:\n```text\n(.*?)```\n)?", re.DOTALL)


class Block(NamedTuple):
    """A shell block, what stands beneath it, and what it printed when it was run."""

    line: int
    code: str
    beneath: str
    printed: str


def run_blocks(page: str, folder: Path, tools: Iterable[str]) -> list[Block]:
    """Run all blocks of a page, one after the other, in one shell.

    Args:
        page: its text.
        folder: where the shell stands.
        tools: commands that a reader needs.
    """
    missing = [tool for tool in tools if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"this machine has no {', '.join(missing)}")
    found = list(BLOCK.finditer(page))
    mark = "-- end of block --"
    script = "".join(f"{match[1]}\necho '{mark}'\n" for match in found)
    run = subprocess.run(
        ["sh", "-eu"],
        input=script.encode(),
        cwd=folder,
        capture_output=True,
        check=False,
        timeout=300,
    )
    assert (run.returncode, run.stderr) == (0, b"")
    printed = run.stdout.decode().split(f"{mark}\n")
    assert printed.pop() == ""
    return [
        Block(
            line=page.count("\n", 0, match.start()) + 2,
            code=match[1],
            beneath=match[2] or "",
            printed=out,
        )
        for match, out in zip(found, printed, strict=True)
    ]
