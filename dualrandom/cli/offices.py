"""``init``, ``status``: the office itself."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dualrandom.cli import show
from dualrandom.cli.app import command
from dualrandom.cli.language import say
from dualrandom.cli.options import (
    PASSPHRASE,
    Json,
    NoInput,
    ask,
    here,
    on_terminal,
)

if TYPE_CHECKING:
    from dualrandom.office.standing import Status


def register(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, "init", init, "init.help")
    command(app, "status", status, "status.help")


def init(
    folder: Annotated[Path, typer.Argument(help=say("cli.init.folder"))],
    name: Annotated[str, typer.Option(help=say("cli.init.name"))],
    origin: Annotated[str, typer.Option(help=say("cli.init.origin"))] = "",
    supervisor: Annotated[
        Path | None, typer.Option(help=say("cli.init.supervisor"))
    ] = None,
    database: Annotated[str, typer.Option(help=say("cli.init.database"))] = "",
    no_input: NoInput = False,
    as_json: Json = False,
) -> None:
    """Make an office."""
    from dualrandom.office.setup import init_office

    passphrase = os.environ.get(PASSPHRASE) or None
    if passphrase is None and not no_input and on_terminal():
        asked = ask(
            say("cli.ask.new_passphrase"),
            default="",
            show_default=False,
            hide_input=True,
            confirmation_prompt=say("cli.ask.again"),
        )
        passphrase = asked or None
    made = init_office(
        folder,
        name=name,
        origin=origin,
        supervisor=supervisor,
        database=database,
        passphrase=passphrase,
    )
    if as_json:
        show.document(
            {
                "schema": "dualrandom/init/v1",
                "folder": str(made.root),
                "origin": made.origin,
                "genesis": made.genesis,
                "encrypted": made.encrypted,
                "supervisor_key": str(made.supervisor) if made.supervisor else None,
            }
        )
        return
    show.data(say("cli.init.done", folder=str(made.root), origin=made.origin))
    show.data(say("cli.init.genesis", digest=made.genesis))
    if not made.encrypted:
        show.talk(say("cli.init.plain"))
    if made.supervisor is not None:
        show.talk(say("cli.init.move", key=str(made.supervisor)))
    show.talk(say("cli.init.next", folder=str(made.root)))


def status(as_json: Json = False) -> None:
    """Say where the office stands."""
    from dualrandom.office.standing import status as look

    found = look(here())
    if as_json:
        _status_document(found)
        return
    show.data(f"{found.office}  {found.origin}")
    for name, count in found.counts:
        show.data(say("cli.status.count", name=say(f"list.{name}"), count=count))
    _items(found)
    show.data(say("cli.status.log", entries=found.entries, signed=found.signed))
    if found.signed > found.entries:
        show.talk(show.styled(say("cli.status.restored"), "red"))
    for task in found.waiting:
        show.data(say("cli.status.waiting", task=task))
    if found.draws:
        show.data()
        show.table(
            [
                say(f"cli.status.{column}")
                for column in ("draw", "title", "state", "due")
            ],
            [
                (
                    d.draw,
                    d.title,
                    say("state.overdue" if d.overdue else f"state.{d.state}"),
                    show.moment(d.due),
                )
                for d in found.draws
            ],
        )
    for d in found.draws:
        for wait in d.waits:
            what = say(f"cli.status.wait_{wait.code}", value=wait.value)
            show.data(say("cli.status.waits", draw=d.draw, what=what))
    for key in found.stray_keys:
        show.talk(say("cli.init.move", key=str(key)))


def _status_document(found: Status) -> None:
    show.document(
        {
            "schema": "dualrandom/status/v1",
            "office": found.office,
            "origin": found.origin,
            "counts": dict(found.counts),
            "drafts": found.drafts,
            "stale": list(found.stale),
            "waiting": list(found.waiting),
            "draws": [
                {
                    "draw": d.draw,
                    "task": d.task,
                    "title": d.title,
                    "state": str(d.state),
                    "due": d.due,
                    "overdue": d.overdue,
                    "waits": [wait.code for wait in d.waits],
                }
                for d in found.draws
            ],
            "entries": found.entries,
            "signed": found.signed,
            "stray_keys": [str(key) for key in found.stray_keys],
        }
    )


def _items(found: Status) -> None:
    """Say which items cannot be drawn for, or should be looked at."""
    if found.drafts:
        show.data(say("cli.status.drafts", count=found.drafts))
    if found.stale:
        show.talk(say("cli.status.stale", items=say("ui.comma").join(found.stale)))
