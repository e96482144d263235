"""Tasks: what will be drawn, from whom, and how many; kept as versions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from dualrandom.announcement import MIN_POSTS
from dualrandom.eligibility import tag_of
from dualrandom.errors import InputError, StateError, UsageError
from dualrandom.model import (
    MAX_INT,
    MAX_TICKETS,
    Area,
    Post,
    Quota,
    is_draw_id,
    is_id,
)
from dualrandom.office import journal
from dualrandom.office.lists import write_changes
from dualrandom.office.plans import line_of
from dualrandom.office.rules import show_rules
from dualrandom.partition import parse_partition
from dualrandom.ratios import parse_quota, parse_ratio, quota_text
from dualrandom.records import DrawState, TaskId, TaskRecord
from dualrandom.registry.lists import TASKS
from dualrandom.scope import parse_scope
from dualrandom.words import word

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping, Sequence

    from dualrandom.model import Ratio
    from dualrandom.office.place import Office
    from dualrandom.plans import PlanLine
    from dualrandom.records import ItemCode
    from dualrandom.registry import Reader
    from dualrandom.registry.changes import Changes
    from dualrandom.rules import Rules


def new_task(
    office: Office,
    task: str,
    *,
    plan: str | None = None,
    dry_run: bool = False,
    **given: Any,  # noqa: ANN401 - as of make_task
) -> TaskRecord:
    """Make a task of what an officer typed, of its plan, and of the rules in force.

    What is given goes before what the plan says, and that before the rules.

    Args:
        office: the open office.
        task: its id.
        plan: id of the line of the yearly plan; None or "": a temporary task.
        dry_run: check only.
        given: arguments of :func:`make_task`; None is not given. "" is: no scope, for
            instance, is the whole directory, whatever the plan says.

    Raises:
        UsageError: E429, something is neither given nor planned.
        InputError: as for :func:`make_task` and :func:`check_task`; E430, a scope in
            words alone.
        StateError: E380 it exists; E425, no such plan; E431, reserves that the
            rules do not know.
    """
    told = {name: value for name, value in given.items() if value is not None}
    if plan:
        with office.registry.read() as tx:
            line = line_of(office, tx, plan)
        told = planned(line, told) | told | {"plan": plan}
    rules = show_rules(office).rules
    told.setdefault("area", rules.area)
    needs = (_certificate(), *_needed(office, told.get("items", ())))
    told.setdefault("posts", [_post_text(Post(count=MIN_POSTS, need=needs))])
    by_class = parse_partition(told.get("strata_by", "")).fields == ("risk",)
    if by_class and not told.get("ratios") and told.get("total") is None:
        told["ratios"] = [f"{name}={quota_text(q)}" for name, q in rules.ratios]
    needed = {"title": "--title", "start": "--from", "end": "--to"}
    missing = [option for name, option in needed.items() if name not in told]
    if missing:
        raise UsageError("E429", names=", ".join(missing))
    made = make_task(task, **{"items": (), "ratios": (), "total": None} | told)
    check_task(made, rules)
    if not dry_run:
        put_task(office, made, new=True)
    return made


def _needed(office: Office, codes: Sequence[str]) -> tuple[str, ...]:
    """Return the tags that items ask of their inspectors, each once."""
    with office.registry.read() as tx:
        needs = [tag for i in tx.items() if i.code in codes for tag in i.need]
    return tuple(dict.fromkeys(filter(None, map(tag_of, needs))))


def planned(line: PlanLine, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a line of the plan says of a task, as :func:`make_task` takes it.

    Args:
        line: of the plan in force.
        given: what an officer says; only what is not given is looked at.

    Raises:
        InputError: E430, the scope is in words that no program can follow; E360, nor
            the quota.
    """
    out: dict[str, Any] = {"title": line.name, "items": line.items}
    out |= {"start": line.start, "end": line.end, "strata_by": ""}
    if line.by_risk:
        out["strata_by"] = "risk"
    if line.quota and not {"ratios", "total"} & given.keys():
        out["ratios"] = [line.quota]
    if line.targeted and "scope" not in given:
        try:
            out["scope"] = parse_scope(line.scope).text
        except InputError as exc:
            raise InputError("E430", plan=line.id, scope=line.scope[:80]) from exc
        if not out["scope"]:
            raise InputError("E430", plan=line.id, scope=line.scope[:80])
    if line.joint:
        units = line.units or (line.lead,)
        count = 1 if len(units) > 1 else MIN_POSTS
        needs = [(tag_of(unit), _certificate()) for unit in units]
        out["posts"] = [_post_text(Post(count=count, need=n)) for n in needs]
    return {name: value for name, value in out.items() if value}


def check_task(task: TaskRecord, rules: Rules) -> None:
    """Refuse what a task may not be, when it is made and when it is frozen.

    Raises:
        InputError: E426, a scope that would publish what is private; E427, fewer than
            two posts with a certificate.
        StateError: E431, reserves although the rules replace nobody.
    """
    scope = parse_scope(task.scope)
    if scope.private:
        # The scope is announced, and whoever is listed would be known to meet it.
        raise InputError("E426", scope=scope.said)
    # Experts come on top of the two, and have no certificate.
    certified = (post.count for post in task.posts if _certificate() in post.need)
    if sum(certified) < MIN_POSTS and not task.off_site:
        raise InputError("E427")
    if task.reserves is not None and not rules.reserves:
        raise StateError("E431", task=task.id)


def _certificate() -> str:
    return word("tags", "certificate")


def _post_text(post: Post) -> str:
    return f"{'+'.join(post.need)}:{post.count}"


def make_task(
    task: str,
    *,
    title: str,
    items: Sequence[ItemCode],
    start: dt.date,
    end: dt.date,
    ratios: Sequence[str],
    total: int | None,
    posts: Sequence[str],
    plan: str = "",
    scope: str = "",
    strata_by: str = "",
    tickets: Sequence[str] = (),
    area: str = "any",
    reserves: str = "",
    off_site: str = "",
) -> TaskRecord:
    """Return a task from what an officer typed.

    Args:
        task: its id, which is also its first draw's.
        title: as it stands on notices.
        items: codes of the item list.
        start: first day of the inspections.
        end: last day.
        ratios: ``3%``, ``20`` or, for strata, ``A=1%`` each.
        total: shared out over the strata instead of ratios.
        posts: ``执法证:2`` or ``2`` each; tags joined by ``+``.
        strata_by: as for :func:`.parse_partition`, or nothing.
        tickets: ``A=1`` each, by risk class.
        plan: id of the annual plan, or nothing.
        scope: expression over the target's fields, or nothing.
        area: ``any``, ``same`` or ``cross``.
        reserves: a ratio of the number drawn, or nothing.
        off_site: why nobody visits, or nothing.

    Raises:
        InputError: E320-E325 the scope; E360 a ratio that is unclear; E371 an id; E372
            the period; E373 a post; E374 tickets; E375 ratio and total, or neither;
            E376 no item; E377 two ratios or tickets for one; E410 fewer than two posts;
            E428 strata of nothing.
    """
    if not is_draw_id(task):
        raise InputError("E371", value=task)
    if not items:
        raise InputError("E376")
    made = TaskRecord(
        id=TaskId(task),
        title=title,
        items=tuple(items),
        start=start,
        end=end,
        plan=plan,
        scope=scope,
        strata_by=parse_partition(strata_by).text,
        quotas=tuple(map(read_quota, ratios)),
        total=total,
        tickets=tuple(map(_tickets, tickets)),
        posts=tuple(map(read_post, posts)),
        area=Area(area),
        reserves=_reserves(reserves),
        off_site=off_site,
    )
    _check(made)
    return made


def read_quota(text: str) -> tuple[str, Quota]:
    """Return the stratum, or "", and the quota that an officer typed.

    Raises:
        InputError: E360.
    """
    value, equals, ratio = text.partition("=")
    # ">=3%" and "=20" are ratios, not the ratio of a stratum named ">".
    if equals and value and value[-1] not in "<>":
        return value.strip(), parse_quota(ratio)
    return "", parse_quota(text)


def read_post(text: str) -> Post:
    """Return the post that an officer typed.

    Raises:
        InputError: E373.
    """
    need, _, count = text.rpartition(":")
    tags = tuple(tag.strip() for tag in need.split("+") if tag.strip())
    if not (count.isascii() and count.isdigit() and 0 < int(count[:4]) <= 99):  # noqa: PLR2004
        raise InputError("E373", value=text)
    if not all(map(is_id, tags)):
        raise InputError("E373", value=text)
    return Post(count=int(count), need=tags)


def _reserves(text: str) -> Ratio | None:
    kept = parse_ratio(text) if text else None
    if text and kept is None:
        raise InputError("E360", value=text)
    return kept


def _tickets(text: str) -> tuple[str, int]:
    value, _, count = text.partition("=")
    if not (count.isascii() and count.isdigit() and 1 <= int(count[:3]) <= MAX_TICKETS):
        raise InputError("E374", value=text)
    return value.strip(), int(count)


def put_task(office: Office, task: TaskRecord, *, new: bool) -> None:
    """Write a task, as a new one or as a new version.

    Raises:
        StateError: E380 it exists; E381 it does not; E382 a draw of it is open or
            done: its announcement stands as it was published.
    """
    signer = office.officer()
    with journal.writing(office) as (tx, undo):
        old = tx.task(task.id)
        if new and old is not None:
            raise StateError("E380", task=task.id)
        if not new and old is None:
            raise StateError("E381", task=task.id)
        _check_free(tx, task.id)
        if old == task:
            return
        write_changes(office, tx, undo, _changes(tx, task), "task", signer=signer)


def _changes(tx: Reader, task: TaskRecord) -> Changes[TaskRecord]:
    """Return the change that puts a task into the registry.

    Raises:
        InputError: E303, a field that cannot be kept.
    """
    try:
        return tx.diff(TASKS, (task,), full=False)
    except InputError as error:
        # Of one record that was typed there is one fault to tell, and no sheet.
        first = error.problems[0]
        params: dict[str, Any] = dict(first.params)
        raise InputError(first.code, **params) from error


def delete_task(office: Office, task: str) -> None:
    """Retire a task; its versions stay.

    Raises:
        StateError: E381 no such task; E382 a draw of it is open or done.
    """
    signer = office.officer()
    with journal.writing(office) as (tx, undo):
        if tx.task(task) is None:
            raise StateError("E381", task=task)
        _check_free(tx, task)
        changes = tx.diff(TASKS, (), full=False, retire=((task,),))
        write_changes(office, tx, undo, changes, "task", signer=signer)


def task_of(office: Office, task: str) -> TaskRecord:
    """Return a task as it stands.

    Raises:
        StateError: E381.
    """
    with office.registry.read() as tx:
        found = tx.task(task)
    if found is None:
        raise StateError("E381", task=task)
    return found


def tasks_of(office: Office) -> tuple[TaskRecord, ...]:
    """Return all tasks, by id."""
    with office.registry.read() as tx:
        return tuple(tx.tasks())


def edit_task(
    office: Office,
    task: str,
    *,
    dry_run: bool = False,
    **given: Any,  # noqa: ANN401 - as of make_task
) -> TaskRecord:
    """Write a new version of a task with what was given; None keeps a field.

    Raises:
        InputError: E360, E372, E373, E374, E375, E410 as for :func:`make_task`.
        StateError: E381, E382 as for :func:`put_task`; E425, no such plan; E431.
    """
    told = {name: value for name, value in given.items() if value is not None}
    fields = {name: _READ.get(name, _as_it_is)(value) for name, value in told.items()}
    if "ratios" in fields:
        fields |= {"quotas": fields.pop("ratios"), "total": None}
    elif "total" in fields:
        fields["quotas"] = ()
    if fields.get("plan"):
        with office.registry.read() as tx:
            line_of(office, tx, fields["plan"])
    made = replace(task_of(office, task), **fields)
    _check(made)
    check_task(made, show_rules(office).rules)
    if not dry_run:
        put_task(office, made, new=False)
    return made


def _as_it_is(value: Any) -> Any:  # noqa: ANN401 - a field of TaskRecord
    return value


_READ: Final[Mapping[str, Callable[[Any], Any]]] = {
    "items": tuple,
    "ratios": lambda some: tuple(map(read_quota, some)),
    "posts": lambda some: tuple(map(read_post, some)),
    "tickets": lambda some: tuple(map(_tickets, some)),
    "strata_by": lambda text: parse_partition(text).text,
    "area": Area,
    "reserves": _reserves,
}
"""How an officer's words become a field of a task."""


def _check(task: TaskRecord) -> None:
    if task.start > task.end:
        raise InputError("E372", start=str(task.start), end=str(task.end))
    if bool(task.quotas) == (task.total is not None):
        raise InputError("E375")
    if task.total is not None and not 1 <= task.total <= MAX_INT:
        raise InputError("E360", value=str(task.total))
    for pairs in (task.quotas, task.tickets):
        named = [value for value, _ in pairs]
        for at, value in enumerate(named):
            if value in named[:at]:
                raise InputError("E377", value=value)
    parse_scope(task.scope)
    if sum(post.count for post in task.posts) < MIN_POSTS and not task.off_site:
        raise InputError("E410")


def _check_free(tx: Reader, task: str) -> None:
    for draw in tx.draws():
        if draw.task == task and draw.state is not DrawState.ABANDONED:
            raise StateError("E382", task=task, draw=draw.id)
