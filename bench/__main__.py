"""Run the benchmarks, print one table, and end with 1 if a bound is missed.

All of them together also write the table into the READMEs.
"""

# ruff: noqa: T201 - printing is what it is for
from __future__ import annotations

import json
import os
import platform
import sys
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from bench import SkippedError

if TYPE_CHECKING:
    from bench import Ratio

HERE = Path(__file__).parent
OUT = HERE.parent / "build" / "bench.json"
PAGES = (HERE.parent / "README.md", HERE.parent / "README.zh-CN.md")
BEGIN, END = "<!-- bench: begin", "<!-- bench: end"


def main(names: list[str]) -> int:
    """Run the named benchmarks, or all of this folder; return the exit code."""
    known = sorted(p.stem for p in HERE.glob("*.py") if not p.stem.startswith("_"))
    results: dict[str, Ratio] = {}
    for name in names or known:
        print(f"… {name}", file=sys.stderr)
        try:
            results[name] = import_module(f"bench.{name}").run()
        except SkippedError as reason:
            print(f"{name}: skipped, {reason}", file=sys.stderr)
    table = "\n".join(_table(results))
    print(table)
    if not names:
        for page in PAGES:
            _put(page, table)
    OUT.parent.mkdir(exist_ok=True)
    record = {
        "schema": "dualrandom/bench/v1",
        "machine": f"{platform.platform()}, {os.cpu_count()} CPUs",
        "results": {
            name: asdict(r)
            | {"versions": dict(r.versions), "ratio": round(r.value, 2), "kept": r.kept}
            for name, r in results.items()
        },
    }
    OUT.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return 0 if all(r.kept for r in results.values()) else 1


def _put(page: Path, table: str) -> None:
    """Put the table where a page shows it."""
    before, begin, rest = page.read_text("utf-8").partition(BEGIN)
    first, _, _ = rest.partition("\n")
    _, end, after = rest.partition(END)
    block = f"{first}\n\n```text\n{table}\n```\n\n"
    page.write_text(before + begin + block + end + after, "utf-8")


def _how(ratio: Ratio) -> str:
    if ratio.at_least is not None:
        return "as fast"
    return "as long" if ratio.unit == "s" else "as much"


def _table(results: dict[str, Ratio]) -> list[str]:
    rows = [("benchmark", "ours", "theirs", "ratio", "bound", "")]
    for name, r in results.items():
        faster = r.at_least is not None
        rows.append(
            (
                name,
                f"{r.ours:.3f} {r.unit}",
                f"{r.theirs:.3f} {r.unit}",
                f"{r.value:.2f} x {_how(r)}",
                f">= {r.at_least:g}" if faster else f"<= {r.at_most:g}",
                "kept" if r.kept else "MISSED",
            )
        )
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    for name, r in results.items():
        lines += [f"{name}: {r.case}; against {r.against}"]
        lines += ["  " + ", ".join(" ".join(pair) for pair in r.versions)]
    return lines


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
