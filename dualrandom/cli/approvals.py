"""``approve``, and what every command that needs a second person shares."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from dualrandom.cli import show
from dualrandom.cli.app import command
from dualrandom.cli.language import lang, say
from dualrandom.cli.options import Keys
from dualrandom.messages import catalogue, shown
from dualrandom.words import group

if TYPE_CHECKING:
    from dualrandom.office.approvals import Proposal
    from dualrandom.office.place import Office

Approvals = Annotated[
    list[Path], typer.Option("--approval", help=say("cli.approve.approval"))
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "approve", approve, "approve.help")


def need_approval(office: Office, proposal: Proposal, out: Path) -> NoReturn:
    """Write the request for an act that came without an approval, and stop there.

    Raises:
        StateError: E167, somebody else must sign it first.
    """
    from dualrandom.errors import StateError
    from dualrandom.office.approvals import ask

    request = ask(office, proposal, out)
    show.talk(say("cli.approve.request_done", file=str(request)))
    raise StateError("E167", file=str(request))


def _said(name: str, value: str) -> str:
    """Return a field's value for whoever has to sign it; a code with what it means."""
    meant = group("abandon").get(value) if name == "reason" else None
    return say("cli.approve.coded", said=meant[0], code=value) if meant else value


def approve(
    request: Annotated[Path, typer.Argument(help=say("cli.approve.request"))],
    key: Annotated[Path, typer.Option(help=say("cli.approve.key"))],
) -> None:
    """Sign a request as the second person, who sees first what it is."""
    from dualrandom.office.approvals import read_request, sign

    asked = read_request(request)
    acts: dict[str, str] = catalogue(lang())["cli"]["approve"]["act"]
    said = acts.get(asked.act.replace(".", "_"), "?")
    show.talk(say("cli.approve.asked", said=said, act=asked.act, log=asked.log))
    names: dict[str, str] = catalogue(lang())["cli"]["approve"]["fields"]
    for name, value in asked.fields:
        told = names.get(name, name)
        show.talk(say("cli.approve.field", name=told, value=_said(name, value)))
    for paper in asked.papers:
        show.talk(say("cli.approve.paper", file=str(paper)))
        if paper.suffix == ".tsv":  # what is asked for is its last row
            last = paper.read_text("utf-8").splitlines()[-1]
            cells = map(shown, last.split("\t"))
            show.talk(f"    {' · '.join(cells)}")
    out = sign(asked, Keys().unlock(key))
    show.data(say("cli.approve.done", file=str(out)))
