"""What another department must be told of a draw's results: a sheet and a letter.

- Only results that a second person approved leave the house.
- Whom to tell is said by the follow-up: the code list marks those that tell somebody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dualrandom.errors import StateError, UsageError, Where
from dualrandom.folder import check_new, write_file
from dualrandom.forms import Letter, letter_of
from dualrandom.messages import text
from dualrandom.office import journal
from dualrandom.office.place import check_private
from dualrandom.office.results import own_codes, results_of, review_of, visits_of
from dualrandom.public import Site
from dualrandom.sheets import write_rows

if TYPE_CHECKING:
    from pathlib import Path

    from dualrandom.messages import Lang
    from dualrandom.office.place import Office

_HEADS = ("number", "name", "id", "address", "item", "done", "result", "action", "note")


def write_handover(
    office: Office, draw: str, to: str, out: Path, lang: Lang
) -> tuple[int, Path]:
    """Write the hand-over sheet and, beside it, the letter; return rows and letter.

    Args:
        office: the open office.
        draw: whose results were approved.
        to: the department.
        out: the sheet, .xlsx; the letter has the same name and ends in .html.
        lang: of headings and letter.

    Raises:
        UsageError: E964, a place that others see; E228, another suffix.
        StateError: E175, a file is there already; E965, nothing was approved yet; E966,
            no follow-up tells anybody; and as :func:`.results.visits_of`.
    """
    letter = out.with_suffix(".html")
    if out.suffix.lower() != ".xlsx":
        raise UsageError("E228", where=Where(file=out.name), suffix=out.suffix)
    check_private(office, out)
    check_new(out)
    check_new(letter)
    actions = own_codes(office)["actions"]
    told = [code.text for code in actions.codes if code.code in actions.tells]
    with office.registry.read() as tx:
        report = journal.told(office, tx)
        visits = visits_of(office, journal.draw_of(report, draw))
        review = review_of(report, draw)
        if review is None or review.approved is None:
            raise StateError("E965", draw=draw)
        found = results_of(tx, draw, review.approved)
        addresses = {public.id: public.address for public, _ in tx.targets()}
    due = [one for one in found if one.action_text in told]
    if not due:
        raise StateError("E966", draw=draw)
    names, items = dict(visits.targets), dict(visits.items)
    site = Site(**dict(office.settings.site))
    made = letter_of(
        Letter(
            office=office.settings.name,
            to=to,
            draw=draw,
            title=visits.title,
            targets=len({one.target for one in due}),
            rows=len(due),
            actions=tuple(sorted({one.action_text for one in due}, key=str.encode)),
            sheet=out.name,
            contact=site.contact,
            phone=site.phone,
        ),
        lang,
    )
    rows = [
        (
            str(number),
            names[one.target],
            one.target,
            addresses.get(one.target, ""),
            f"{one.item} {items[one.item]}",
            one.done,
            one.text,
            one.action_text,
            one.note,
        )
        for number, one in enumerate(due, 1)
    ]
    heads = [text(lang, f"form.handover.{name}") for name in _HEADS]
    write_rows(out, visits.title, heads, rows)
    write_file(letter, made, mode=0o600)
    return len(rows), letter
