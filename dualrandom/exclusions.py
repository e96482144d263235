"""Who in scope is left out of a list, and why.

Border: pure. Records, settings and what the office's own draws tell come in; each
target goes out with a coded reason, or none.

- A target is left out for one reason, the first that holds; which rules hold does not
  depend on their order, so who is left out does not either.
- What is drawn counts as a visit through the whole period of its task: when exactly
  somebody came is not known beforehand.
- The yearly cap is an enterprise's: a draw of its products or sites is a visit too, and
  one, however many of them it draws.
- A draw that is announced may still draw whom it lists. Where that could break a rule,
  the target is left out as *pending*: the caps hold whatever is drawn in which order.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

from dualrandom.words import word, words

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from dualrandom.model import TargetId
    from dualrandom.records import TargetPrivate, TargetRecord
    from dualrandom.rules import Rules

Pair = tuple["TargetRecord", "TargetPrivate"]
Product = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A target in another task's draw.

    Attributes:
        draw: that draw.
        start: first day of that task's inspections.
        end: last day.
        pending: whether it is only listed, in a draw whose randomness is to come.
    """

    target: TargetId
    draw: str
    start: dt.date
    end: dt.date
    pending: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The days of a task's inspections."""

    start: dt.date
    end: dt.date

    def near(self, start: dt.date, end: dt.date, months: int) -> bool:
        """Say whether another period is less than so many months away, before or after.

        Periods that overlap are near, unless ``months`` is 0: no limit.
        """
        if not months:
            return False
        return end > months_before(self.start, months) and self.end > months_before(
            start, months
        )


def months_before(day: dt.date, months: int) -> dt.date:
    """Return the same day so many months earlier; the last of a month, if need be."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return dt.date(year, month + 1, min(day.day, last))


def product_of(target: TargetRecord) -> Product | None:
    """Return what makes two targets the same product; None: it is no product."""
    key = (target.producer, target.standard, target.trademark, target.model)
    return key if target.producer else None


def enterprise_of(target: TargetRecord) -> str:
    """Return whose inspection a visit is: the enterprise's that the target is of."""
    return target.enterprise or target.id


def leave_out(
    directory: Iterable[Pair],
    *,
    rules: Rules,
    period: Period,
    visits: Collection[Visit],
    today: dt.date,
    in_scope: Callable[[TargetRecord, TargetPrivate], bool] = lambda *_: True,
    left: Iterable[Pair] = (),
) -> Iterator[tuple[TargetRecord, TargetPrivate, str]]:
    """Yield every target in scope with the reason that leaves it out; "": it stays.

    However long the directory is, only what visits and products ask for is held: the
    visits, what was visited, and the products.

    Args:
        directory: all of it, in order of ids; gone through twice, where anything that
            came before matters.
        rules: the detailed rules.
        period: of the task at hand.
        visits: all of other tasks that may matter.
        today: no inspection was later: what says so shields nobody.
        in_scope: the task's scope. What is out of it counts for what is in it.
        left: targets no longer in the directory, as they last were; they count too.

    Yields:
        The targets in the order given.
    """
    past = _Past(rules=rules, period=period, today=today)
    if visits or rules.same_product:
        visited = {visit.target for visit in visits}
        known: dict[str, TargetRecord] = {}
        for target, private in chain(left, directory):
            if target.id in visited:
                known[target.id] = target
            past.see_day(target, private)
        for visit in visits:
            past.see(visit, known.get(visit.target))
    stays = set[Product]()
    for target, private in directory:
        if not in_scope(target, private):
            continue
        reason = past.reason(target, private)
        product = product_of(target) if rules.same_product and not reason else None
        if product in stays:
            # Of targets that are the same product the first by id stays.
            reason = word("reasons", "product")
        elif product is not None:
            stays.add(product)
        yield target, private, reason


@dataclass(slots=True, kw_only=True)
class _Past:
    """What came before: by target, by enterprise, by product."""

    rules: Rules
    period: Period
    today: dt.date
    drawn: dict[str, list[Visit]] = field(default_factory=lambda: defaultdict(list))
    listed: dict[str, list[Visit]] = field(default_factory=lambda: defaultdict(list))
    own: dict[str, list[Visit]] = field(default_factory=lambda: defaultdict(list))
    products: Counter[Product] = field(default_factory=Counter)
    pending: Counter[Product] = field(default_factory=Counter)

    def see(self, visit: Visit, target: TargetRecord | None) -> None:
        by_target = self.listed if visit.pending else self.drawn
        by_target[visit.target].append(visit)
        owner = visit.target if target is None else enterprise_of(target)
        self.own[owner].append(visit)
        product = None if target is None else product_of(target)
        near = self.period.near(visit.start, visit.end, self.rules.same_product)
        if product is not None and near:
            (self.pending if visit.pending else self.products)[product] += 1

    def _visited(self, private: TargetPrivate) -> dt.date | None:
        """Return when a target was last inspected, as far as that can be true."""
        day = private.last_inspected
        return None if day is None or day > self.today else day

    def see_day(self, target: TargetRecord, private: TargetPrivate) -> None:
        product, day = product_of(target), self._visited(private)
        months = self.rules.same_product
        if day and product is not None and self.period.near(day, day, months):
            self.products[product] += 1

    def reason(self, target: TargetRecord, private: TargetPrivate) -> str:
        """Return why a target is left out; "": it stays."""
        drawn = self.drawn.get(target.id, [])
        listed = self.listed.get(target.id, [])
        tests: tuple[tuple[str, Callable[[], bool]], ...] = (
            ("inactive", lambda: target.status.startswith(words("status", "inactive"))),
            ("cap", lambda: self._is_capped(target, private, pending=False)),
            ("inspected", lambda: self._is_recent(drawn, private)),
            ("product", lambda: product_of(target) in self.products),
            ("open", lambda: self._is_open(drawn)),
            ("pending", lambda: self._is_pending(target, private, drawn, listed)),
        )
        return next((word("reasons", name) for name, holds in tests if holds()), "")

    def _is_capped(
        self, target: TargetRecord, private: TargetPrivate, *, pending: bool
    ) -> bool:
        cap, year = self.rules.yearly_cap, self.period.start.year
        if not cap:
            return False
        visits = [
            visit
            for visit in self.own.get(enterprise_of(target), ())
            if visit.start.year == year and (pending or not visit.pending)
        ]
        count = len({visit.draw for visit in visits})
        day = self._visited(private)
        if day is not None and day.year == year:
            # Unless it is one of the visits: a draw's, entered when it was done.
            count += not any(v.start <= day <= v.end for v in visits)
        return count >= cap

    def _is_recent(self, visits: Sequence[Visit], private: TargetPrivate) -> bool:
        months, day = self.rules.since_inspected, self._visited(private)
        if day is not None and self.period.near(day, day, months):
            return True
        return any(self.period.near(v.start, v.end, months) for v in visits)

    def _is_open(self, visits: Sequence[Visit]) -> bool:
        return self.rules.open_draws and any(
            visit.end >= self.period.start for visit in visits
        )

    def _is_pending(
        self,
        target: TargetRecord,
        private: TargetPrivate,
        drawn: Sequence[Visit],
        listed: Sequence[Visit],
    ) -> bool:
        if product_of(target) in self.pending:
            return True
        if self._is_capped(target, private, pending=True):
            return True
        both = (*drawn, *listed)
        return bool(listed) and (self._is_recent(both, private) or self._is_open(both))
