"""What comes after a draw: results, penalties, objections.

Fixed for ever, like every revision.
"""

from __future__ import annotations

from dualrandom.registry.migrations.building import (
    DAY,
    DRAW_ID,
    ID,
    NAMED,
    dates,
    texts,
    versions,
)

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_CODE = "{0} <> '' AND {0} NOT GLOB '#*'"
_FLAG = "{0} IN ('', 'yes')"


def upgrade() -> None:
    """Make the three lists."""
    versions(
        "results",
        "result",
        ("draw", "target", "item"),
        texts("draw", rule=DRAW_ID)
        + texts("target", rule=ID)
        + texts("item", rule=_CODE)
        + dates("done", rule=DAY)
        + texts("codes", "code", "text", rule=NAMED)
        + texts("action", "action_text", "note"),
    )
    versions(
        "penalties",
        "penalty",
        ("number",),
        texts("number", rule=_CODE)
        + texts("party", rule=NAMED)
        + texts("party_code")
        + texts("violation", "basis", "content", "authority", rule=NAMED)
        + dates("decided", rule=DAY)
        + texts("draw", "target")
        + texts("procedure", rule="{0} IN ('general', 'simple')")
        + texts("display", rule="{0} IN ('3m', '3y')")
        + dates("restricted_until")
        + texts("warning", "quality", rule=_FLAG)
        + dates("changed", "revoked", "repaired")
        + texts("unit"),
    )
    versions(
        "objections",
        "objection",
        ("id",),
        texts("id", rule=_CODE)
        + texts("draw", "penalty")
        + dates("received", rule=DAY)
        + texts("who", "text", rule=NAMED)
        + dates("replied")
        + texts(
            "reply",
            rule="{0} IN ('', 'upheld', 'partly', 'rejected', 'withdrawn')",
        )
        + texts("answer", "unit"),
    )
