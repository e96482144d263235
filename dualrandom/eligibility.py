"""Which inspectors may take part in a draw, with which tags, and in how many posts.

Border: pure. Records of the directory come in; rows of inspectors.tsv, and of those
left out, go out.

- An inspector's tags are qualifications, scope, the department and, with a certificate
  valid through the task's period, the certificate's own tag; an expert has the
  experts' tag.
- How much somebody may do is the least of what the directory and the detailed rules
  say, less what was done in the year.

Spec: draw-v1 §2 (inspectors.tsv, inspector-exclusions.tsv).
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from dualrandom.model import Exclusion, Inspector, is_id
from dualrandom.words import word, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dualrandom.model import InspectorId
    from dualrandom.records import InspectorRecord, TaskRecord
    from dualrandom.rules import Rules

_NOT_IN_TAG = re.compile(r"[^0-9A-Za-z\-_.\u4e00-\u9fff\u3007]+")


def tag_of(text: str) -> str:
    """Return a qualification or scope as a tag: what may not stand in one is ``-``."""
    folded = unicodedata.normalize("NFKC", text)
    return _NOT_IN_TAG.sub("-", folded).strip("-._")[:64]


def eligible(
    task: TaskRecord,
    records: Iterable[InspectorRecord],
    rules: Rules,
    held: Mapping[InspectorId, int],
) -> tuple[tuple[Inspector, ...], tuple[Exclusion, ...]]:
    """Return who may take part in a task, and who may not, with the reason.

    Args:
        task: its period is what certificates must last for.
        records: the whole directory.
        rules: the detailed rules: limits on work.
        held: how many posts people have held in the task's year.
    """
    people, away = [], []
    for record in records:
        reason = _reason_away(task, record, rules.leave_days)
        if reason:
            away.append(Exclusion(id=record.id, reason=reason))
            continue
        people.append(
            Inspector(
                id=record.id,
                name=record.name,
                unit=record.unit,
                region=record.region,
                tags=_tags(record),
                max=_most(record, rules, held.get(record.id, 0)),
            )
        )
    return tuple(people), tuple(away)


def _tags(record: InspectorRecord) -> tuple[str, ...]:
    texts = (*record.qualifications, *record.scope, *record.tags, record.unit)
    own = {
        word("tags", "certificate"): bool(record.certificate),
        word("tags", "expert"): _is_expert(record),
    }
    # These two are said by their own columns alone: whoever writes them among the
    # qualifications of somebody has not given them a certificate.
    tags = {tag_of(text) for text in texts} - own.keys()
    tags |= {tag for tag, holds in own.items() if holds}
    return tuple(sorted(filter(is_id, tags), key=str.encode))


def _is_expert(record: InspectorRecord) -> bool:
    return bool(record.expert) and record.expert not in words("expert", "no")


def _most(record: InspectorRecord, rules: Rules, held: int) -> int | None:
    """Return how many posts somebody may get in this draw; None: no limit."""
    year = record.yearly if record.yearly is not None else rules.per_year or None
    left = None if year is None else max(year - held, 0)
    limits = (record.max, rules.per_draw or None, left)
    return min((most for most in limits if most is not None), default=None)


def _reason_away(task: TaskRecord, record: InspectorRecord, leave_days: int) -> str:
    days = _days_away(task, record)
    if record.away(task.start, task.end) or (leave_days and days > leave_days):
        return word("reasons", "leave")
    if record.status.startswith(words("status", "away")):
        return word("reasons", "away")
    if record.certificate:
        valid = record.valid_until is not None and record.valid_until >= task.end
        return "" if valid else word("reasons", "expired")
    # Auxiliary staff never count; experts come on top, where a post asks for them.
    return "" if _is_expert(record) else word("reasons", "uncertified")


def _days_away(task: TaskRecord, record: InspectorRecord) -> int:
    """Return how many days of a task's period somebody is on leave."""
    days = set[int]()
    for leave in record.leave:
        first, last = max(leave.start, task.start), min(leave.end, task.end)
        days |= set(range(first.toordinal(), last.toordinal() + 1))
    return len(days)
