"""The forms of a draw, from its own checked folder, as it stands after every change.

- Teams are those of now: who was substituted is not sent anywhere.
- Addresses and certificates are the directories' of now; what is inspected is the item
  list's of the announcement.
- Nothing is written where a webmaster or a reader of a draw would find it.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import TYPE_CHECKING

from dualrandom import audit
from dualrandom.disclosure import ANNOUNCEMENT, RESULT
from dualrandom.documents import parse_announcement, parse_result
from dualrandom.folder import check_new, write_files
from dualrandom.forms import FormItem, Line, Paper, Person, Visit, forms_of
from dualrandom.messages import text
from dualrandom.office import journal
from dualrandom.office.changing import as_it_stands
from dualrandom.office.outcome import changes_in
from dualrandom.office.place import ZONE, check_private
from dualrandom.office.results import own_codes
from dualrandom.public import Site
from dualrandom.qrcode import QR_BYTES, qr_svg
from dualrandom.registry.lists import ITEMS
from dualrandom.tables import CHANGES, INSPECTORS, SELECTED, TARGETS, TEAMS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from dualrandom.announcement import Announcement
    from dualrandom.errors import Param
    from dualrandom.messages import Lang
    from dualrandom.model import InspectorId, TargetId
    from dualrandom.office.changing import Stands
    from dualrandom.office.place import Office
    from dualrandom.registry import Reader

    Say = Callable[..., str]

SEED = "seed.txt"


def write_forms(office: Office, draw: str, out: Path, lang: Lang) -> tuple[str, ...]:
    """Write the forms of a draw to a new folder; return their names.

    Raises:
        UsageError: E964, the folder is one that others see.
        StateError: E175, it is there already; E390 not frozen, E378 not drawn yet,
            E392 abandoned; E184 as for the log.
        VerificationError: E171, a file is not what was announced or drawn.
        EnvironmentProblem: E170, a file is gone; E154.
    """
    check_private(office, out)
    check_new(out)
    codes = own_codes(office)
    site = Site(**dict(office.settings.site))
    with office.registry.read() as tx:
        report = journal.told(office, tx)
        stands = as_it_stands(office, report, draw)
        announced = stands.frozen.announcement
        signed = journal.covering(office, stands.life.ended or 0)
        size = 0 if signed is None else audit.parse_checkpoint(signed).checkpoint.size
        paper = Paper(
            office=announced.office,
            draw=draw,
            title=announced.title,
            start=announced.task.start,
            end=announced.task.end,
            items=tuple(_items(tx, announced)),
            lines=tuple(_lines(tx, stands, lang)),
            digests=tuple(_digests(stands)),
            signed=signed and qr_svg(audit.shortened(signed, QR_BYTES)),
            size=size,
            visits=tuple(_visits(tx, stands)),
            results=tuple(code.text for code in codes["results"].codes),
            actions=tuple(code.text for code in codes["actions"].codes),
            contact=site.contact,
            phone=site.phone,
            supervision_phone=site.supervision_phone,
        )
    files = forms_of(paper, lang)
    write_files(out, files, mode=0o600)
    return tuple(files)


def _items(tx: Reader, announced: Announcement) -> Iterator[FormItem]:
    listed = tuple(tx.items())
    for item in announced.items:
        then = [
            version.record
            for sub in sorted({one.sub for one in listed if one.code == item.code})
            for version in tx.history(ITEMS, (item.code, sub))
            if (version.number, version.record.name) == (item.version, item.name)
        ]
        yield FormItem(
            code=item.code,
            name=item.name,
            basis=item.basis,
            content=then[0].content if then else "",
            method=then[0].method if then else "",
        )


def _visits(tx: Reader, stands: Stands) -> Iterator[Visit]:
    rows = stands.frozen.rows
    names = {target.id: target.name for target in rows[TARGETS.name]}
    people = {person.id: person for person in rows[INSPECTORS.name]}
    addresses = {public.id: public.address for public, _ in tx.targets()}
    certificates = {person.id: person.certificate for person in tx.inspectors()}

    def person(id_: InspectorId) -> Person:
        one = people[id_]
        return Person(
            id=id_,
            name=one.name,
            unit=one.unit,
            certificate=certificates.get(id_, ""),
        )

    for id_ in _order(stands):
        team = stands.after.team(id_)
        yield Visit(
            id=id_,
            name=names[id_],
            address=addresses.get(id_, ""),
            team=tuple(person(member.inspector) for member in team),
        )


def _order(stands: Stands) -> list[TargetId]:
    drawn = [row.id for row in SELECTED.parse(stands.files[SELECTED.name])[1]]
    place = {id_: at for at, id_ in enumerate(drawn)}
    return sorted(
        stands.after.targets, key=lambda id_: (place.get(id_, len(place)), id_.encode())
    )


def _lines(tx: Reader, stands: Stands, lang: Lang) -> Iterator[Line]:
    def say(key: str, **params: Param) -> str:
        return text(lang, f"form.{key}", **params)

    announced, files, life = stands.frozen.announcement, stands.files, stands.life
    result = parse_result(files[RESULT])
    yield Line(label="draw", values=(life.draw,))
    yield Line(label="task", values=(announced.title,))
    yield Line(label="office", values=(announced.office,))
    yield Line(
        label="items",
        values=tuple(f"{one.code} {one.name} {one.basis}" for one in announced.items),
    )
    yield Line(label="scope", values=(announced.task.scope or say("all"),))
    yield Line(
        label="period",
        values=(say("period", start=announced.task.start, end=announced.task.end),),
    )
    rows = {name: digest.rows for name, digest in announced.files}
    yield Line(
        label="lists",
        values=(
            say("targets", count=rows[TARGETS.name]),
            say("inspectors", count=rows[INSPECTORS.name]),
        ),
    )
    left_out = tuple(
        say(
            "excluded",
            list=text(lang, f"list.{one.list}"),
            reason=one.reason,
            count=one.count,
        )
        for one in announced.excluded
    )
    yield Line(label="excluded", values=left_out or (say("none"),))
    yield from _outcome(files, announced, say, matched=result.matched)
    seed = tuple(files[SEED].decode().splitlines())
    yield Line(label="seed", values=seed, code=True)
    yield Line(label="announced", values=(_logged(tx, life.announced, say),))
    yield Line(label="ended", values=(_logged(tx, life.ended or 0, say),))
    changes = [row for kind in CHANGES for row in changes_in(kind, files)]
    told = tuple(
        say("change", seq=row.seq, id=row.id, new=row.substitute, reason=row.reason)
        for row in sorted(changes, key=lambda row: row.seq)
    )
    yield Line(label="changes", values=told or (say("none"),))


def _outcome(
    files: Mapping[str, bytes], announced: Announcement, say: Say, *, matched: bool
) -> Iterator[Line]:
    selected = tuple(SELECTED.parse(files[SELECTED.name])[1])
    drawn = [say("drawn", count=len(selected))]
    if not announced.strata_private and announced.strata is not None:
        # How classes are spread is nobody's to see, on paper neither.
        counts = Counter(row.stratum for row in selected)
        drawn += [
            say("stratum", name=one.name, rows=one.rows, count=counts[one.name])
            for one in announced.strata.strata
            if len(announced.strata.strata) > 1
        ]
    yield Line(label="drawn", values=tuple(drawn))
    posts = 0
    if matched:
        posts = sum(1 for _ in TEAMS.parse(files[TEAMS.name])[1])
    yield Line(
        label="teams",
        values=(say("matched", count=posts) if matched else say("unmatched"),),
    )


def _logged(tx: Reader, seq: int, say: Say) -> str:
    data = tx.entry(seq)
    entry = None if data is None else audit.parse_entry(data)[0]
    if entry is None:
        return ""
    moment = dt.datetime.fromisoformat(entry.time).astimezone(ZONE)
    at = moment.strftime("%Y-%m-%d %H:%M")
    return say("logged", time=at, seq=seq, by=entry.by)


def _digests(stands: Stands) -> Iterator[tuple[str, str]]:
    announced = parse_announcement(stands.files[ANNOUNCEMENT])
    result = parse_result(stands.files[RESULT])
    yield ANNOUNCEMENT, stands.life.commitment
    yield from ((name, digest.sha256) for name, digest in announced.files)
    yield "randomness.json", result.randomness_file
    yield SEED, result.seed_file
    yield from ((name, digest.sha256) for name, digest in result.files)
    yield RESULT, stands.life.result or ""
