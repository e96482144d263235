"""What ``task check`` prints: who would be drawn, and whether people are enough."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dualrandom.cli import show
from dualrandom.cli.language import lang, say
from dualrandom.messages import problem_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dualrandom.capacity import Demand, Pool
    from dualrandom.errors import Problem
    from dualrandom.office.outlook import Outlook, Staffing

_TEXT = "cli.task.check"


def print_outlook(found: Outlook) -> None:
    """Print the list: how many, from where, and who is left out."""
    show.data(
        say(
            f"{_TEXT}.counted",
            targets=found.targets,
            drawn=found.drawn,
            inspectors=found.inspectors,
            scope=found.scope or say(f"{_TEXT}.whole"),
        )
    )
    for one in found.excluded:
        name = say(f"list.{one.list}")
        show.data(
            say("cli.freeze.excluded", list=name, reason=one.reason, count=one.count)
        )


def print_staffing(found: Staffing) -> None:
    """Print a whole check."""
    outlook = found.outlook
    print_outlook(outlook)
    show.data()
    show.table(
        [say(f"{_TEXT}.{name}") for name in ("stratum", "rows", "drawn")],
        [
            (f"{line.name} {line.value}".strip(), line.rows, line.drawn)
            for line in outlook.strata
        ],
    )
    if outlook.private:
        show.talk(say("cli.freeze.private"))
    show.data()
    show.table(
        [say(f"{_TEXT}.{name}") for name in ("post", "each", "people", "most")],
        map(_pool, found.pools),
    )
    if found.demands:
        show.data()
        names = ("region", "rows", "may", "expected", "sure", "odds")
        show.table(
            [say(f"{_TEXT}.{name}") for name in names], map(_demand, found.demands)
        )
    show.data()
    print_problems(found.problems)
    show.data(_verdict(found))


def print_problems(problems: Iterable[Problem]) -> None:
    """Print what stops a freeze, and what else to tell before it."""
    for problem in problems:
        mark = "\u2013" if problem.warning else "\u2717"
        show.data(f"{mark} {problem_line(problem, lang())}")


def _pool(pool: Pool) -> tuple[str, int, int, object]:
    most = say(f"{_TEXT}.unlimited") if pool.most is None else pool.most
    return "+".join(pool.need) or "-", pool.count, pool.people, most


def _demand(demand: Demand) -> tuple[object, ...]:
    unknown = say(f"{_TEXT}.unknown")
    whole, thousandths = divmod(demand.expected, 1000)
    span = f"{demand.least}\u2013{demand.most}"
    return (
        demand.region or "-",
        demand.rows,
        demand.most if demand.least == demand.most else span,
        f"{whole}.{thousandths // 100}" if demand.expected else unknown,
        unknown if demand.sure is None else demand.sure,
        _odds(demand.odds),
    )


def _odds(odds: int | None) -> str:
    if odds is None:
        return say(f"{_TEXT}.unknown")
    if odds == 0:
        return say(f"{_TEXT}.never")
    if odds == 1:
        return say(f"{_TEXT}.likely")
    # Beyond this, nobody can tell one number from another.
    return say(f"{_TEXT}.at_most", odds=min(odds, 10**9))


def _verdict(found: Staffing) -> str:
    if found.alone or any(demand.hopeless for demand in found.demands):
        return say(f"{_TEXT}.certain")
    alone = say(f"{_TEXT}.alone")
    if found.odds == 0:
        return alone + say(f"{_TEXT}.safe")
    if found.odds is None:
        runs, failed = found.tried
        return alone + say(f"{_TEXT}.tried", runs=runs, failed=failed)
    if found.odds == 1:
        return alone + say(f"{_TEXT}.probable")
    return alone + say(f"{_TEXT}.bounded", odds=min(found.odds, 10**9))


def document(found: Staffing) -> dict[str, Any]:
    """Return a check for ``--json``."""
    outlook = found.outlook
    return {
        "schema": "dualrandom/task-check/v1",
        "task": outlook.task.id,
        "scope": outlook.scope,
        "targets": outlook.targets,
        "inspectors": outlook.inspectors,
        "drawn": outlook.drawn,
        "strata": [
            {"name": s.name, "value": s.value, "rows": s.rows, "drawn": s.drawn}
            for s in outlook.strata
        ],
        "excluded": [
            {"list": e.list, "reason": e.reason, "count": e.count}
            for e in outlook.excluded
        ],
        "pools": [
            {"need": list(p.need), "count": p.count, "people": p.people, "most": p.most}
            for p in found.pools
        ],
        "districts": [
            {
                "region": d.region,
                "rows": d.rows,
                "least": d.least,
                "most": d.most,
                "sure": d.sure,
                "odds": d.odds,
            }
            for d in found.demands
        ],
        "alone": found.alone,
        "odds": found.odds,
        "tried": list(found.tried),
        "fails": found.fails,
        "problems": [{**show.problem(p), "warning": p.warning} for p in found.problems],
    }
