"""``secret new|commit|reveal``: a party's own machine, no office."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dualrandom.cli import show
from dualrandom.cli.app import command, group
from dualrandom.cli.language import say
from dualrandom.cli.options import Genesis, Log, Out, Policy

if TYPE_CHECKING:
    from dualrandom.office.secret import Secret

File = Annotated[Path, typer.Argument(help=say("cli.secret.file"))]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    made = group(app, "secret")
    command(made, "new", new, "secret.new.help")
    command(made, "commit", commit, "secret.commit.help")
    command(made, "reveal", reveal, "secret.reveal.help")


def new(
    draw: Annotated[str, typer.Argument(help=say("cli.draw_id"))],
    party: Annotated[str, typer.Argument(help=say("cli.secret.party"))],
    out: Out,
) -> None:
    """Make a secret."""
    from dualrandom.office.secret import new_secret

    _bind(new_secret(draw, party, out))
    show.talk(say("cli.secret.keep", file=str(out)))


def commit(file: File) -> None:
    """Say again what binds a secret."""
    from dualrandom.office.secret import read_secret

    _bind(read_secret(file))


def reveal(
    file: File,
    folder: Annotated[Path, typer.Argument(help=say("cli.verify.folder"))],
    policy: Policy = None,
    genesis: Genesis = None,
    log: Log = None,
) -> None:
    """Open a secret for an announcement that stands."""
    from dualrandom.office.looking import load_trust
    from dualrandom.office.secret import reveal as open_secret

    opened = open_secret(file, folder, load_trust(policy, genesis, log))
    show.talk(say("cli.secret.opened", draw=opened.draw, commitment=opened.opened))
    show.data(f"{opened.party}={opened.value}")


def _bind(secret: Secret) -> None:
    show.talk(say("cli.secret.give", party=secret.party, draw=secret.draw))
    show.data(secret.source)
