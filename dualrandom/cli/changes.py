"""After a draw: ``replace``, ``substitute``, ``release``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dualrandom.cli import show
from dualrandom.cli.app import command
from dualrandom.cli.approvals import Approvals, need_approval
from dualrandom.cli.language import say
from dualrandom.cli.options import Json, here

if TYPE_CHECKING:
    from dualrandom.office.approvals import Proposal
    from dualrandom.office.changing import Changed
    from dualrandom.office.place import Office

Draw = Annotated[str, typer.Argument(help=say("cli.draw_id"))]
Target = Annotated[str, typer.Argument(help=say("cli.change.target"))]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, "replace", replace, "replace.help")
    command(app, "substitute", substitute, "substitute.help")
    command(app, "release", release, "release.help")


def replace(
    draw_id: Draw,
    target: Target,
    reason: Annotated[str, typer.Option(help=say("cli.replace.reason"))],
    evidence: Annotated[str, typer.Option(help=say("cli.replace.evidence"))],
    approval: Approvals = [],  # noqa: B006
    as_json: Json = False,
) -> None:
    """Let the next reserve step in."""
    from dualrandom.office.changing import replacement

    office = here()
    act = replacement(office, draw_id, target, reason=reason, evidence=evidence)
    _carry_out(office, draw_id, act, approval, "replace", as_json=as_json)


def substitute(
    draw_id: Draw,
    target: Target,
    seat: Annotated[str, typer.Argument(help=say("cli.substitute.seat"))],
    reason: Annotated[str, typer.Option(help=say("cli.substitute.reason"))],
    approval: Approvals = [],  # noqa: B006
    as_json: Json = False,
) -> None:
    """Let another inspector take a post."""
    from dualrandom.office.changing import substitution

    office = here()
    act = substitution(office, draw_id, target, seat, reason=reason)
    _carry_out(office, draw_id, act, approval, "substitute", as_json=as_json)


def _carry_out(
    office: Office,
    draw: str,
    act: Proposal,
    approvals: list[Path],
    verb: str,
    *,
    as_json: bool,
) -> None:
    from dualrandom.office.changing import change

    if not approvals:
        need_approval(office, act, Path(f"{verb}-{draw}.request"))
    done = change(office, draw, act, approvals)
    if as_json:
        show.document(
            {
                "schema": f"dualrandom/{verb}/v1",
                "draw": draw,
                "seq": done.seq,
                "old": done.old,
                "new": done.new,
                "recused": done.recused,
                "pending": [list(seat) for seat in done.pending],
            }
        )
        return
    _say(done, verb)


def _say(done: Changed, verb: str) -> None:
    show.data(say(f"cli.{verb}.done", old=done.old, new=done.new, seq=done.seq))
    if done.recused:
        show.talk(say("cli.change.recused", id=done.new))
    for target, post in done.pending:
        show.talk(say("cli.change.pending", id=target, post=post))


def release(draw_id: Draw) -> None:
    """End a sealed draw's secrecy."""
    from dualrandom.office.releasing import release as end

    seq = end(here(), draw_id)
    show.data(say("cli.release.done", draw=draw_id, seq=seq))
    show.talk(say("cli.release.next"))
