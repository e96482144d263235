"""The results of a draw's inspections: recorded, submitted, approved, corrected.

- Every drawn target has one result for each item, the closed and the unreachable too,
  and each that stepped in for another: only then can they be submitted.
- A second person approves the file as it will be published, byte for byte; the log
  names its digest, and publishing makes the same file again.
- What was approved is never deleted: a correction is another record, another approval.

Spec: log-v1 §4 (results).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dualrandom.canonical import sha256
from dualrandom.codes import FILE as CODES
from dualrandom.codes import codes_in_force
from dualrandom.disclosure import ANNOUNCEMENT
from dualrandom.documents import parse_announcement
from dualrandom.errors import InputError, StateError, VerificationError, Where
from dualrandom.folder import load_folder
from dualrandom.model import Visibility
from dualrandom.office import journal
from dualrandom.office.approvals import Prepared
from dualrandom.office.checking import read
from dualrandom.office.folders import check_folder, refuse
from dualrandom.office.lists import write_changes
from dualrandom.office.outcome import logged_changes
from dualrandom.office.place import today
from dualrandom.outcomes import Reply
from dualrandom.public_outcomes import (
    PublishedResult,
    iso,
    results_bytes,
)
from dualrandom.randomness import drawn_salt
from dualrandom.registry.lists import OBJECTIONS, RESULTS
from dualrandom.tables import DRAWN, INSPECTORS, REPLACEMENTS, TARGETS
from dualrandom.verify import KNOWN

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from dualrandom import audit
    from dualrandom.codes import CodeList
    from dualrandom.office.approvals import Proposal
    from dualrandom.office.place import Office
    from dualrandom.outcomes import ObjectionRecord, ResultRecord
    from dualrandom.registry import Moment, Reader
    from dualrandom.reviews import Review

SHOWN = 5
"""How many targets without a result are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visits:
    """What has to be inspected for a draw: every target, for every item.

    Attributes:
        targets: (id, name), by id; those drawn, and those that stepped in.
        items: (code, name), as announced.
        start: first day of the inspections.
        end: the last.
        sealed: salt of inspectors.tsv where the list of targets was not announced
            public; "" where it was.
    """

    draw: str
    title: str
    sealed: str
    targets: tuple[tuple[str, str], ...]
    items: tuple[tuple[str, str], ...]
    start: dt.date
    end: dt.date

    def salt(self, record: int) -> str:
        """Return the salt of the published results; "" where they need none.

        Args:
            record: the newest entry that recorded or corrected them.

        Spec:
            log-v1 §4 (results).
        """
        return drawn_salt(self.sealed, f"results.json,{record}") if self.sealed else ""

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Every target and item that needs a result."""
        items = [code for code, _ in self.items]
        return tuple((id_, code) for id_, _ in self.targets for code in items)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where the results of a draw stand.

    Attributes:
        records: the results that are there, by target and item.
        lacking: targets and items without one.
        counts: (text, how many), most first.
        review: what the log says; None: nothing was recorded.
    """

    visits: Visits
    records: tuple[ResultRecord, ...]
    lacking: tuple[tuple[str, str], ...]
    counts: tuple[tuple[str, int], ...]
    review: Review | None

    @property
    def state(self) -> str:
        """``none``, ``draft``, ``waiting`` for an approval, or ``approved``.

        ``reopened``: a target stepped in after the approval, and has no result yet.
        """
        if self.review is None:
            return "none"
        if not self.review.waits:
            return "reopened" if self.lacking else "approved"
        return "draft" if self.lacking else "waiting"


def own_codes(office: Office) -> Mapping[str, CodeList]:
    """Return the code lists in force, the office's own before those of the program.

    Raises:
        InputError: E927, codes.toml cannot be used.
        EnvironmentProblem: E151.
    """
    path = office.root / CODES
    if not path.is_file():
        return codes_in_force(None)
    try:
        return codes_in_force(read(path).decode(), CODES)
    except UnicodeDecodeError as exc:
        raise InputError("E927", where=Where(file=CODES)) from exc


def visits_of(office: Office, life: audit.DrawLife) -> Visits:
    """Return what has to be inspected for a draw, from its own checked folder.

    Raises:
        StateError: E378 not drawn yet; E392 abandoned.
        VerificationError: E171, a file is not what was announced or drawn.
        EnvironmentProblem: E170, a file is gone.
    """
    if life.result is None:
        raise StateError("E378" if life.ended is None else "E392", draw=life.draw)
    refuse(check_folder(office, life), missing=True)
    _, files = load_folder(office.draw(life.draw), KNOWN)
    announced = parse_announcement(files[ANNOUNCEMENT])
    names = {target.id: target.name for target in TARGETS.parse(files[TARGETS.name])[1]}
    ids = [row.id for row in DRAWN.parse(files[DRAWN.name])[1]]
    ids += [row.substitute for row in logged_changes(REPLACEMENTS, files, life)]
    public = dict(announced.visibility)[TARGETS.name] is Visibility.PUBLIC
    return Visits(
        draw=life.draw,
        title=announced.title,
        sealed="" if public else INSPECTORS.parse(files[INSPECTORS.name])[0].salt or "",
        targets=tuple((id_, names[id_]) for id_ in sorted(ids, key=str.encode)),
        items=tuple((item.code, item.name) for item in announced.items),
        start=dt.date.fromisoformat(announced.task.start),
        end=dt.date.fromisoformat(announced.task.end),
    )


def standing_of(office: Office, draw: str) -> Standing:
    """Return where the results of a draw stand.

    Raises:
        DualRandomError: as for :func:`visits_of`; StateError E390, no such draw.
    """
    with office.registry.read() as tx:
        report = journal.told(office, tx)
        visits = visits_of(office, journal.draw_of(report, draw))
        records = results_of(tx, draw)
    return _standing(visits, records, review_of(report, draw))


def _standing(
    visits: Visits, records: tuple[ResultRecord, ...], review: Review | None
) -> Standing:
    here = {(r.target, r.item) for r in records}
    texts = [r.text for r in records]
    counts = {text: texts.count(text) for text in texts}
    return Standing(
        visits=visits,
        records=records,
        lacking=tuple(pair for pair in visits.pairs if pair not in here),
        counts=tuple(sorted(counts.items(), key=lambda c: (-c[1], c[0]))),
        review=review,
    )


def results_of(
    tx: Reader, draw: str, as_of: Moment | None = None
) -> tuple[ResultRecord, ...]:
    """Return the results of one draw, now or as they once were."""
    return tuple(r for r in tx.records(RESULTS, as_of) if r.draw == draw)


def objections_of(office: Office) -> tuple[ObjectionRecord, ...]:
    """Return all objections, those that wait for a reply first."""
    with office.registry.read() as tx:
        found = tuple(tx.records(OBJECTIONS))
    return tuple(sorted(found, key=lambda one: (one.reply is not Reply.OPEN, one.id)))


def review_of(report: audit.LogReport, draw: str) -> Review | None:
    """Return what the log says of a draw's results, or None."""
    return next((one for one in report.reviews if one.draw == draw), None)


def record_results(
    office: Office,
    draw: str,
    records: Sequence[ResultRecord],
    *,
    reason: str = "",
    told: Collection[str] | None = None,
    dry_run: bool = False,
) -> tuple[int, int]:
    """Record results of a draw; those that were approved are corrected.

    What was recorded before and is not among them stays: two people may each bring
    the half that they know, and no sheet can take a result away.

    Args:
        office: the open office.
        draw: drawn.
        records: results of the draw, any of them.
        reason: code or text of the reason; needed for a correction, and only there.
        told: the fields of which anything was said; the others stay. None: all.
        dry_run: compare only.

    Returns:
        How many are new, how many changed.

    Raises:
        InputError: E928 no such reason; E929 a day to come; E930 a target or an item
            that is not of this draw.
        StateError: E924, approved already: a correction needs a reason; E925, nothing
            to correct; and as :func:`visits_of`.
    """
    day = today(office)
    code = own_codes(office)["reasons"].need(reason).code if reason else ""
    signer = journal.signer(office)
    with journal.writing(office) as (tx, undo):
        report = journal.told(office, tx)
        visits = visits_of(office, journal.draw_of(report, draw))
        review = review_of(report, draw)
        approved = review is not None and review.approved is not None
        if approved != bool(code):
            raise StateError("E924" if approved else "E925", draw=draw)
        _check(visits, records, day)
        changes = tx.diff(RESULTS, records, full=False, told=told)
        if not (changes.empty or dry_run):
            write_changes(
                office,
                tx,
                undo,
                changes,
                code or "results",
                signer=signer,
                act="result.correct" if approved else "result.record",
                more={"draw": draw, "reason": code} if approved else {"draw": draw},
            )
    return len(changes.added_rows), len(changes.changed_rows)


def _check(visits: Visits, records: Sequence[ResultRecord], day: dt.date) -> None:
    due = set(visits.pairs)
    for record in records:
        if record.draw != visits.draw or (record.target, record.item) not in due:
            raise InputError("E930", draw=visits.draw, id=record.target)
        if record.done > day:
            raise InputError("E929", id=record.target, date=str(record.done))


def approval_of(office: Office, draw: str) -> Proposal:
    """Propose to approve the newest results of a draw, as they will be published.

    Asked, the proposal raises StateError: E931, results are missing; E932, there is
    nothing that waits for an approval; and as :func:`visits_of`.
    """

    def prepare(tx: Reader, report: audit.LogReport) -> Prepared:
        visits = visits_of(office, journal.draw_of(report, draw))
        records = results_of(tx, draw)
        found = _standing(visits, records, review_of(report, draw))
        if found.review is None or not found.review.waits:
            raise StateError("E932", draw=draw)
        if found.lacking:
            first = ", ".join(id_ for id_, _ in found.lacking[:SHOWN])
            raise StateError("E931", draw=draw, count=len(found.lacking), first=first)
        salt = visits.salt(found.review.recorded)
        data = results_bytes(draw, published(visits, records), salt)
        body = {
            "draw": draw,
            "record": found.review.recorded,
            "results": sha256(data),
        }
        return Prepared(
            act="result.approve",
            body=body,
            effect=lambda *_: None,
            papers={"results.json": data},
        )

    return prepare


def published(
    visits: Visits, records: Sequence[ResultRecord]
) -> tuple[PublishedResult, ...]:
    """Return results as everyone may see them."""
    names, items = dict(visits.targets), dict(visits.items)
    return tuple(
        PublishedResult(
            target=r.target,
            name=names[r.target],
            item=r.item,
            item_name=items[r.item],
            done=iso(r.done),
            codes=r.codes,
            code=r.code,
            text=r.text,
            action=r.action_text,
            note=r.note,
        )
        for r in records
    )


def public_results(
    office: Office, tx: Reader, report: audit.LogReport
) -> dict[str, tuple[tuple[PublishedResult, ...], str]]:
    """Return the approved results of each draw that has some, and their salt.

    Raises:
        VerificationError: E933, they are not what was approved.
    """
    made = {}
    for review in report.reviews:
        if review.approved is None:
            continue
        visits = visits_of(office, journal.draw_of(report, review.draw))
        rows = published(visits, results_of(tx, review.draw, review.approved))
        salt = visits.salt(review.approved)
        if sha256(results_bytes(review.draw, rows, salt)) != review.results:
            where = Where(entry=review.approval)
            raise VerificationError("E933", where=where, draw=review.draw)
        made[review.draw] = (rows, salt)
    return made
