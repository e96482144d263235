"""Publishing: everything that may be seen, to public/, signed and logged.

- What is published is what the log says: a folder that is not, stops it all.
- Logged first: what stands on a page stands in the log. A run that fails in between
  leaves an entry, and the next one publishes what it names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from dualrandom import audit
from dualrandom.beacons import check_pulse
from dualrandom.canonical import sha256
from dualrandom.disclosure import ANNOUNCEMENT, RESULT, PublicDraw
from dualrandom.documents import parse_announcement
from dualrandom.errors import (
    CannotTellError,
    EnvironmentProblem,
    StateError,
    UsageError,
    VerificationError,
    Where,
)
from dualrandom.folder import write_file
from dualrandom.model import Visibility
from dualrandom.office import issued, journal, memory
from dualrandom.office.disclosing import disclosed_tables
from dualrandom.office.due import own_calendar
from dualrandom.office.folders import check_folder, refuse
from dualrandom.office.looking import load_trust, verify_path
from dualrandom.office.penalties import public_penalties
from dualrandom.office.place import check_private, stamp, today
from dualrandom.office.results import public_results
from dualrandom.office.roll import Roll
from dualrandom.public import MANIFEST, OfficePage, Site, manifest_bytes
from dualrandom.public_items import PublishedItem
from dualrandom.public_texts import PublishedText
from dualrandom.publish import pack, plan_public, verifiers, write_public
from dualrandom.randomness import Beacon, Drand, Nist, Sealed, Standing
from dualrandom.records import Cause
from dualrandom.registry.lists import ITEMS
from dualrandom.stage import stage_page
from dualrandom.staging import read_file
from dualrandom.tables import DRAWN, STRATA
from dualrandom.verify import Verdict
from dualrandom.workdays import Calendar, shipped_calendar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from dualrandom.office.place import Office
    from dualrandom.records import ItemRecord
    from dualrandom.registry import Reader
    from dualrandom.registry.changes import Version


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What a publication came to.

    Attributes:
        manifest: digest of what was published, as the log names it.
        seq: the log entry, or None where nothing had changed.
        written: files that changed.
    """

    folder: Path
    manifest: str
    seq: int | None
    draws: int
    written: int


def publish(office: Office) -> Published:
    """Export all that is publishable, log it, sign a checkpoint.

    Raises:
        StateError: E178, a draw was cut off; E180, E183, E184 as for the log.
        VerificationError: E171 and what ``verify`` finds: a draw folder is not what
            was announced or drawn.
        EnvironmentProblem: public/ cannot be written; the old one stays.

    Spec:
        log-v1 §2, §3 ``notice.publish``.
    """
    signer = journal.signer(office)
    with office.registry.read() as tx:
        report = office.verified.anew(tx)
        memory.check_continues(office, tx)  # of a log cut off no draw is judged
        draws = report.draws
        earlier = journal.publications(tx)
        items = _items(tx, [entry.seq for entry in earlier], draws)
        texts = _texts(office, tx)
        results = public_results(office, tx, report)
        penalties = public_penalties(tx, today(office), earlier)
    for life in draws:
        _check_logged(office, life)
    memory.checkpoint(office)  # of a log that was verified just now
    journal.write_proofs(office, *(life.draw for life in draws))
    settings = office.settings
    shown = [_public_draw(office, life) for life in draws]
    # Whom the office visited in a sealed draw is nobody's to see before its release.
    open_ = {
        draw.announcement.draw
        for draw in shown
        if any(name == DRAWN.name for name, _ in draw.files)
    }
    files = plan_public(
        office=OfficePage(
            name=settings.name,
            origin=settings.origin,
            site=Site(**dict(settings.site)),
        ),
        items=items,
        draws=shown,
        verifier=verifiers(),
        texts=texts,
        results={draw: rows for draw, (rows, _) in results.items() if draw in open_},
        salts={draw: salt for draw, (_, salt) in results.items()},
        penalties=penalties,
        tables=disclosed_tables(office),
        workdays=_own_years(office),
    )
    manifest = _content(files)
    seq = None
    if not earlier or manifest != earlier[-1].body.get("manifest"):
        with journal.writing(office) as (tx, _):
            seq = journal.append(
                office, tx, "notice.publish", {"manifest": manifest}, signer=signer
            ).seq
    swapped = write_public(office.public, files, _log_files(office))
    return Published(
        folder=office.public,
        manifest=manifest,
        seq=seq,
        draws=len(draws),
        written=swapped.written,
    )


def _log_files(office: Office) -> list[tuple[str, bytes]]:
    """Return all of ``log/``, by the newest checkpoint."""
    checkpoint = memory.checkpoint(office)
    with office.registry.read() as tx:
        entries = list(tx.entries())
    del entries[audit.parse_checkpoint(checkpoint).checkpoint.size :]
    memory.check_whole(office, entries, checkpoint)
    genesis, policy = entries[0], Roll().read(entries).copy
    return [
        *audit.tiles(entries),
        *([] if policy is None else [("policy", policy)]),
        ("genesis.sha256", f"{sha256(genesis)}\n".encode()),
        ("checkpoint", checkpoint),
    ]


def _items(
    tx: Reader, published: Sequence[int], draws: Sequence[audit.DrawLife]
) -> list[PublishedItem]:
    """Return every version of every item; one that left the list stays published.

    One that left before anybody could see it was a slip of the pen: it was in no
    publication, and in no draw.
    """
    seen = sorted((*published, *(life.announced for life in draws)))
    made = []
    for key in sorted(tx.numbers(ITEMS)):
        versions = tx.history(ITEMS, key)
        last = versions[-1]
        first = versions[0].since.seq
        until = None if last.until is None else last.until.seq
        if until is not None and not any(first < seq < until for seq in seen):
            continue
        made += [
            PublishedItem(
                record=v.record,
                version=v.number,
                valid_from=stamp(v.since.at),
                valid_to=None if v.until is None else stamp(v.until.at),
                ended=_ended(v) if v is last else Cause.NONE,
            )
            for v in versions
        ]
    return made


def _ended(version: Version[ItemRecord]) -> Cause:
    """Return why an item left the list, if a code says so; a free reason stays here."""
    code = "" if version.until is None else version.until.reason.partition(" ")[0]
    return Cause(code) if code in set(Cause) else Cause.NONE


def _own_years(office: Office) -> Calendar | None:
    """Return the working days that the program does not know, or knows otherwise."""
    known = shipped_calendar().years
    own = {
        year: days
        for year, days in own_calendar(office).years.items()
        if known.get(year) != days
    }
    return Calendar(own) if own else None


def _texts(office: Office, tx: Reader) -> list[tuple[PublishedText, bytes]]:
    """Return every version of rules and plans; a text that is gone is empty."""
    acts: tuple[issued.Act, ...] = ("rules.set", "plan.set")
    found = []
    for one in (one for act in acts for one in issued.issues(tx, act)):
        text = PublishedText(
            year=one.year, version=one.version, since=stamp(one.at), digest=one.digest
        )
        try:
            found.append((text, issued.text_of(office, one)))
        except EnvironmentProblem:
            found.append((text, b""))
    return found


def _check_logged(office: Office, life: audit.DrawLife) -> None:
    """Refuse a draw folder whose documents are not those that the log names."""
    refuse(check_folder(office, life))
    if life.result is None and (office.draw(life.draw) / RESULT).exists():
        # Written, but not logged: whether it will be is not known yet.
        raise StateError("E178", where=Where(file=f"draws/{life.draw}"), draw=life.draw)


def _content(files: Sequence[tuple[str, bytes]]) -> str:
    """Return the digest of what is published, proofs left out.

    A proof is renewed whenever a witness cosigns. Were that a publication to log, the
    newest checkpoint could never be a cosigned one.

    Spec:
        log-v1 §4, ``notice.publish``.
    """
    told = [(p, d) for p, d in files if p != MANIFEST and "/log/" not in p]
    return sha256(manifest_bytes(told))


def _public_draw(office: Office, life: audit.DrawLife) -> PublicDraw:
    draw = life.draw
    # What the office says of the order in time is what its own check says.
    trust = load_trust(None, office.kept / journal.GENESIS)
    report = verify_path(office.draw(draw), trust, _timed)
    for step in report.steps:
        if step.verdict is Verdict.DIFFERS and step.code is not None:
            where = Where(file=f"draws/{draw}/{step.file or ''}")
            params: dict[str, Any] = dict(step.params)
            raise VerificationError(step.code, where=where, **params)
    folder = office.draw(draw)
    parties: frozenset[str] = frozenset()
    if report.standing is Standing.PARTIES:
        sources = parse_announcement((folder / ANNOUNCEMENT).read_bytes()).randomness
        parties = frozenset(s.party for s in sources if isinstance(s, Sealed))
    return PublicDraw.load(
        folder,
        approved=parties,
        order_witnessed=not report.unwitnessed,
        released=life.released is not None,
        verdicts=tuple((by, o.verdict, o.seq) for o in life.opinions for by in o.by),
        now=stamp(office.clock()),
    )


def _timed(source: Drand | Nist, proof: Mapping[str, object], /) -> Beacon:
    """Tell when a pulse was made; a round's number tells that by itself.

    A round's signature was checked when it was drawn. That takes half a second, for
    every draw at every publication.
    """
    if isinstance(source, Nist):
        return check_pulse(source, proof)
    raise CannotTellError("E611")


def pack_draw(
    office: Office, draw: str, reader: Literal["public", "supervisor"], out: Path
) -> tuple[str, ...]:
    """Write a zip of what a reader may see of a draw; return the files in it.

    Raises:
        UsageError: E176, the name does not end in ``.zip``: it would replace a file
            of another kind; E964, a supervisor's pack where others see it.
        StateError: E390, there is no such draw.
        EnvironmentProblem: it cannot be written.
    """
    if out.suffix.lower() != ".zip":
        raise UsageError("E176", where=Where(file=str(out)))
    if reader == "supervisor":
        check_private(office, out)
    with office.registry.read() as tx:
        life = journal.draw_of(journal.told(office, tx), draw)
    folder = office.draw(draw)
    if not folder.is_dir():
        raise StateError("E390", draw=draw)
    return pack(folder, reader, out, released=life.released is not None)


def stage_draw(
    office: Office, draw: str, out: Path, *, lang: str, rehearsal: bool
) -> bool:
    """Write the page with which a frozen draw is drawn in public.

    Returns:
        Whether the page holds what is not public: a sealed list, or private strata.

    Raises:
        UsageError: E918, the name does not end in ``.html``; E964, a page that is not
            public where others see it.
        StateError: E390, there is no such draw; E915, E917 as for ``stage_page``.
        VerificationError: E916.
        EnvironmentProblem: it cannot be written.
    """
    if out.suffix.lower() != ".html":
        raise UsageError("E918", where=Where(file=str(out)))
    with office.registry.read() as tx:
        journal.draw_of(journal.told(office, tx), draw)
    folder = office.draw(draw)
    if not folder.is_dir():
        raise StateError("E390", draw=draw)
    page = stage_page(folder, lang=lang, rehearsal=rehearsal)
    notice = parse_announcement(read_file(folder / ANNOUNCEMENT))
    secret = notice.sees(STRATA.name) is not Visibility.PUBLIC
    if secret:
        check_private(office, out)
    write_file(out, page, mode=0o600 if secret else 0o644)
    return secret
