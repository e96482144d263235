"""docs/security.md names tests that exist, for every attack that must have one."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| (.+?) \| .+? \| `([a-z_/]+\.py)::(test_\w+)` \|$", re.MULTILINE)
ATTACKS = (
    *("payload edited", "hashes recomputed", "stolen officer's key"),
    *("below a witnessed size", "above a witnessed size", "tail cut", "log emptied"),
    *("swapped", "duplicated", "inserted", "renumbered", "fork shown to two parties"),
    *("backup restored", "clock far ahead", "clock set back", "revoked key"),
    *("wrong role", "approval missing", "approval replayed", "for another body"),
    *("signature stripped", "unknown key with a known name", "from another log"),
    *("non-canonical bytes", "duplicate JSON keys", "NaN", "5,000-digit integers"),
    *("200,000-deep nesting", "NFD twins", "bidi", "zero width", "terminal escapes"),
    *("65,536-byte entry", "tile flipped", "tile missing", "tile stale", "zip tricks"),
    *("symlinks and FIFOs", "malicious SQLite file", "erased by law"),
)


def test_every_attack_has_a_test_that_exists() -> None:
    rows = ROW.findall((ROOT / "docs/security.md").read_text("utf-8"))
    for _, file, test in rows:
        text = (ROOT / "tests" / file).read_text("utf-8")
        assert f"def {test}(" in text, (file, test)
    named = " ".join(attack for attack, _, _ in rows)
    assert [attack for attack in ATTACKS if attack not in named] == []
