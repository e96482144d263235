"""Write dualrandom/locale/pages.zh_TW.toml: our sentences in traditional characters.

    python tools/traditional_table.py          # write it
    python tools/traditional_table.py --check  # compare; end with 1 if it is stale

Generated and committed, so that an office without a network has it, and a reader sees
what is said. Only the wording is converted: names and titles stay as they are.
OpenCC's s2t changes characters and no words (s2twp would make 檢查物件 of 檢查對象).
"""

from __future__ import annotations

import sys
from pathlib import Path

from opencc import OpenCC

LOCALE = Path(__file__).parents[1] / "dualrandom" / "locale"
OUT = LOCALE / "pages.zh_TW.toml"
HEAD = "# tools/traditional_table.py 由 pages.zh_CN.toml 生成，请勿手改\n"
USUAL = {"爲": "為", "覈": "核", "裏": "裡", "喫": "吃"}
"""Where the dictionary has an old form, and readers expect the usual one."""


def table() -> str:
    """Return the file as it should be."""
    text = OpenCC("s2t").convert((LOCALE / "pages.zh_CN.toml").read_text("utf-8"))
    return HEAD + "".join(USUAL.get(char, char) for char in text)


def main() -> None:
    """Write the file, or compare it."""
    due = table()
    if sys.argv[1:] != ["--check"]:
        OUT.write_text(due, "utf-8")
    elif not OUT.exists() or OUT.read_text("utf-8") != due:
        raise SystemExit(f"{OUT.name} is stale: run python tools/traditional_table.py")


if __name__ == "__main__":
    main()
