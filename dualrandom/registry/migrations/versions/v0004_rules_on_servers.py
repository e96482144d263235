"""What SQLite refuses in a cell, PostgreSQL refuses too.

Nothing changes in a file. Fixed for ever, like every revision.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from dualrandom.registry.migrations.building import FIRST

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_DAY = (
    "{0} ~ '^([0-9]{4}-("
    "(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])"
    "|(0[469]|11)-(0[1-9]|[12][0-9]|30)"
    "|02-(0[1-9]|1[0-9]|2[0-8]))"
    "|([0-9]{2}(0[48]|[2468][048]|[13579][26])"
    "|([02468][048]|[13579][26])00)-02-29)$'"
)
_CAUSE = (
    "{0} IN ('', 'added', 'basis-revised', 'cancelled', 'delegated', 'taken-over',"
    " 'merged', 'corrected', 'other')"
)
_RULES = {
    "id": f"{{0}} ~ '^[{FIRST}][{FIRST}_.-]{{0,63}}$'",
    "draw id": "{0} ~ '^[0-9A-Za-z][0-9A-Za-z-]{0,31}$'",
    "code": "{0} <> '' AND left({0}, 1) <> '#'",
    "named": "{0} <> ''",
    "flag": "{0} IN ('', 'yes')",
    "count": "{0} >= 0",
    "digest": "{0} ~ '^[0-9a-f]{64}$'",
    "day": f"{{0}} IS NOT NULL AND {_DAY}",
    "day if any": _DAY,
    "state": "{0} IN ('announced', 'drawn', 'abandoned')",
    "area": "{0} IN ('any', 'same', 'cross')",
    "procedure": "{0} IN ('general', 'simple')",
    "display": "{0} IN ('3m', '3y')",
    "reply": "{0} IN ('', 'upheld', 'partly', 'rejected', 'withdrawn')",
    "cause": _CAUSE,
}
_CELLS = """
id: inspector.id recusal.inspector recusal.target result.target target.id
draw id: draw.id draw.task result.draw task.id
code: basis.name item.code objection.id penalty.number result.item
named: draw.folder inspector.name item.name objection.text objection.who
named: penalty.authority penalty.basis penalty.content penalty.party penalty.violation
named: result.code result.codes result.text target.name task.title
flag: penalty.quality penalty.warning
count: inspector.max inspector.yearly task.total
digest: draw.commitment
day: basis.changed objection.received penalty.decided result.done task.end task.start
day if any: inspector.valid_until item.basis_date item.effective item.expires
day if any: objection.replied penalty.changed penalty.repaired penalty.restricted_until
day if any: penalty.revoked recusal.end recusal.start target.established
day if any: target_private.last_inspected target_private.risk_date
state: draw.state
area: task.area
procedure: penalty.procedure
display: penalty.display
reply: objection.reply
cause: item.cause
"""
_AT = (
    "left(at, 10) IS NOT NULL AND "
    + _DAY.replace("{0}", "left(at, 10)")
    + " AND substr(at, 11) ~ '^T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z$'"
)


def upgrade() -> None:
    """Add the checks, on a server."""
    if op.get_bind().dialect.name == "sqlite":
        return
    for line in _CELLS.strip().splitlines():
        rule, _, cells = line.partition(": ")
        for cell in cells.split():
            table, _, column = cell.partition(".")
            _check(table, column, _RULES[rule].replace("{0}", f'"{column}"'))
    _check("change", "at", _AT)


def _check(table: str, column: str, rule: str) -> None:
    op.create_check_constraint(f"ck_{table}_{column}", table, sa.text(rule))
