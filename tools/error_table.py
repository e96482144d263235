"""Write docs/errors.md, the table of all error codes, from the catalogue.

    python tools/error_table.py            # write it
    python tools/error_table.py --check    # compare, and end with 1 if it is stale

Every code that a user may meet, in both languages, in the order of the codes.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from dualrandom.messages import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

OUT = Path(__file__).parents[1] / "docs" / "errors.md"
HEAD = """\
<!-- tools/error_table.py 由 dualrandom/locale/*.toml 生成，请勿手改 -->
# 错误码

每个错误码只表示一种情况，不改作他用。花括号里的换成当时的内容。
退出码见 [exit-codes.md](exit-codes.md)。

*Every code means one fault, and is never used for another. What stands in braces is
filled in. Generated; do not edit.*
"""
SECTIONS = {
    "1": "E1xx 环境、设置、命令 · Environment, settings, commands",
    "2": "E2xx 表格 · Sheets",
    "3": "E3xx 名录、事项、任务 · Lists, items, tasks",
    "4": "E4xx 抽取规则 · Rules of the draw",
    "5": "E5xx 匹配 · Matching",
    "6": "E6xx 随机源 · Randomness",
    "7": "E7xx 审计日志、密钥 · Audit log, keys",
    "8": "E8xx 核验 · Verification",
    "9": "E9xx 公示、站点 · Publication, site",
}


def page() -> str:
    """Return the page as it should be."""
    chinese, english = catalogue("zh-CN"), catalogue("en")
    return HEAD + "".join(
        f"\n## {title}\n\n| 代码 | 情况 what | 办法 what to do |\n|---|---|---|\n"
        + "".join(rows(chinese, english, digit))
        for digit, title in SECTIONS.items()
    )


def rows(
    chinese: Mapping[str, dict[str, str]],
    english: Mapping[str, dict[str, str]],
    digit: str,
) -> Iterator[str]:
    """Yield one line for each code of a section, in order."""
    for code in sorted(chinese):
        if code.startswith(f"E{digit}") and code[1:].isdigit():
            cells = [
                f"{cell(chinese[code][part])}<br>*{cell(english[code][part])}*"
                for part in ("what", "fix")
            ]
            yield f"| {code} | {' | '.join(cells)} |\n"


def cell(sentence: str) -> str:
    """Return a sentence as it may stand in a table of Markdown."""
    for char in "\\*_|<>[]":
        sentence = sentence.replace(char, f"\\{char}")
    return sentence


def main() -> None:
    """Write the page, or compare it."""
    due = page()
    if sys.argv[1:] != ["--check"]:
        OUT.write_text(due, "utf-8")
    elif not OUT.exists() or OUT.read_text("utf-8") != due:
        raise SystemExit("docs/errors.md is stale: run python tools/error_table.py")


if __name__ == "__main__":
    main()
