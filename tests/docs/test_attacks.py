"""docs/attacks.md names tests that exist, and every attack by name is in it."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"\| `([a-z_/]+\.py)::(test_\w+)` \|$", re.MULTILINE)


def test_the_table_names_tests_that_exist() -> None:
    named = ROW.findall((ROOT / "docs/attacks.md").read_text("utf-8"))
    assert len(named) > 20
    for file, test in named:
        text = (ROOT / "tests" / file).read_text("utf-8")
        assert f"def {test}(" in text, (file, test)
    for file in ("cli/test_attacks_draw.py", "cli/test_parties.py"):
        text = (ROOT / "tests" / file).read_text("utf-8")
        made = set(re.findall(r"def (test_attacker_\w+)\(", text))
        assert made == {t for f, t in named if f == file and "attacker" in t}
