"""Options that several commands share, and what stands behind them."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dualrandom.cli.language import say

if TYPE_CHECKING:
    from dualrandom.keys import PrivateKey
    from dualrandom.office.place import Office

Json = Annotated[bool, typer.Option("--json", help=say("cli.opt.json"))]
Yes = Annotated[bool, typer.Option("--yes", "-y", help=say("cli.opt.yes"))]
DryRun = Annotated[bool, typer.Option("--dry-run", help=say("cli.opt.dry_run"))]
Out = Annotated[Path, typer.Option("-o", "--out", help=say("cli.opt.out"))]
Policy = Annotated[
    Path | None,
    typer.Option(envvar="DUALRANDOM_POLICY", help=say("cli.opt.policy")),
]
Genesis = Annotated[
    Path | None,
    typer.Option(envvar="DUALRANDOM_GENESIS", help=say("cli.opt.genesis")),
]
NoInput = Annotated[
    bool,
    typer.Option(
        "--no-input", envvar="DUALRANDOM_NO_INPUT", help=say("cli.opt.no_input")
    ),
]

PASSPHRASE = "DUALRANDOM_PASSPHRASE"  # noqa: S105 - a variable's name


def on_terminal() -> bool:
    """Say whether a person can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def unlock(path: Path) -> PrivateKey:
    """Load a private key; ask for its passphrase where it has one."""
    from dualrandom.keys import is_encrypted, load_key

    if not is_encrypted(path):
        return load_key(path)
    given = os.environ.get(PASSPHRASE)
    if given is None and on_terminal():
        given = typer.prompt(
            say("cli.ask.passphrase", key=path.name), hide_input=True, err=True
        )
    return load_key(path, passphrase=given)


def here() -> Office:
    """Open the office that the present folder lies in."""
    from functools import cache

    from dualrandom.office.place import open_office

    # One passphrase is asked for once in a command.
    return open_office(Path.cwd(), unlock=cache(unlock))
