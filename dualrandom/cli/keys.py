"""``key``: new, list, add, revoke, rotate."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from dualrandom.cli import show
from dualrandom.cli.app import command, group
from dualrandom.cli.approvals import Approvals, need_approval
from dualrandom.cli.language import say
from dualrandom.cli.options import PASSPHRASE, Json, ask, here, on_terminal

if TYPE_CHECKING:
    from dualrandom.office.approvals import Proposal
    from dualrandom.office.place import Office

Public = Annotated[Path, typer.Argument(help=say("cli.key.public"))]
Since = Annotated[int | None, typer.Option(min=0, help=say("cli.key.suspect_from"))]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    made = group(app, "key")
    command(made, "new", new, "key.new")
    command(made, "list", list_all, "key.list")
    command(made, "add", add, "key.add")
    command(made, "revoke", revoke, "key.revoke")
    command(made, "rotate", rotate, "key.rotate")


def new(
    file: Annotated[Path, typer.Argument(help=say("cli.key.file"))],
    name: Annotated[str, typer.Option(help=say("cli.key.name"))],
    plain: Annotated[bool, typer.Option("--plain", help=say("cli.key.plain"))] = False,
) -> None:
    """Make a key on one's own machine; no office is needed."""
    from dualrandom.keys import generate_key, public_path, save_key

    key = generate_key(name)
    passphrase = None if plain else os.environ.get(PASSPHRASE)
    if passphrase is None and not plain and on_terminal():
        passphrase = ask(
            say("cli.ask.key_passphrase"),
            hide_input=True,
            confirmation_prompt=say("cli.ask.again"),
        )
    save_key(file, key, passphrase=passphrase, plain=plain)
    show.data(str(key.vkey))
    show.talk(say("cli.key.made", file=str(file), public=str(public_path(file))))


def list_all(as_json: Json = False) -> None:
    """List every key that the log ever knew."""
    from dualrandom.office.keyholders import list_keys

    keys = list_keys(here())
    if as_json:
        show.document(
            {
                "schema": "dualrandom/keys/v1",
                "keys": [
                    {
                        "name": k.key.name,
                        "role": str(k.role),
                        "key": str(k.key),
                        "added": k.added,
                        "revoked": k.revoked,
                        "suspect_from": k.suspect,
                        "last": k.last,
                    }
                    for k in keys
                ],
            }
        )
        return
    columns = ("name", "role", "added", "revoked", "suspect", "last", "id")
    show.table(
        [say(f"cli.key.field.{column}") for column in columns],
        [
            (
                k.key.name,
                say(f"role.{k.role}"),
                k.added,
                *("" if n is None else n for n in (k.revoked, k.suspect, k.last)),
                k.key.id.hex(),
            )
            for k in keys
        ],
    )


def add(
    public: Public,
    role: Annotated[
        Literal["officer", "supervisor", "log"], typer.Option(help=say("cli.key.role"))
    ],
    approval: Approvals = [],  # noqa: B006
) -> None:
    """Let a key count from the next entry on."""
    from dualrandom.audit import Role
    from dualrandom.keys import load_public
    from dualrandom.office.keyholders import addition

    office, key = here(), load_public(public)
    proposal = addition(office, key, Role(role))
    _carry_out(office, proposal, approval, f"key-add-{_short(key.name)}")


def revoke(
    name: Annotated[str, typer.Argument(help=say("cli.key.name"))],
    suspect_from: Since = None,
    public: Annotated[Path | None, typer.Option(help=say("cli.key.which"))] = None,
    approval: Approvals = [],  # noqa: B006
) -> None:
    """End a key's life: lost, stolen, or its holder has left."""
    from dualrandom.keys import load_public
    from dualrandom.office.keyholders import asked_since, revocation

    office = here()
    proposal = revocation(
        office,
        name,
        suspect_from=asked_since(approval) if suspect_from is None else suspect_from,
        public=None if public is None else load_public(public),
    )
    _carry_out(office, proposal, approval, f"key-revoke-{_short(name)}")


def rotate(
    public: Public,
    suspect_from: Since = None,
    approval: Approvals = [],  # noqa: B006
) -> None:
    """Put a new key in the place of the one of the same name, step by step."""
    from dualrandom.keys import load_public
    from dualrandom.office.keyholders import asked_since, rotation

    office, key = here(), load_public(public)
    since = asked_since(approval) if suspect_from is None else suspect_from
    proposal = rotation(office, key, since)
    _carry_out(office, proposal, approval, f"key-rotate-{_short(key.name)}")
    show.talk(say("cli.key.rotating"))


def _carry_out(
    office: Office, proposal: Proposal, approval: list[Path], name: str
) -> None:
    from dualrandom.office.approvals import carry_out

    if not approval:
        need_approval(office, proposal, Path(f"{name}.request"))
    entry = carry_out(office, proposal, approval)
    key, act = str(entry.body["key"]), say(f"cli.key.done.{entry.act.split('.')[1]}")
    show.data(say("cli.key.done.line", act=act, key=key, seq=entry.seq))


def _short(name: str) -> str:
    return name.rpartition("/")[2]
