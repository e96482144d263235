"""Options that several commands share, and what stands behind them."""

from __future__ import annotations

import datetime as dt
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dualrandom.cli import show
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
Log = Annotated[Path | None, typer.Option("--log", help=say("cli.opt.log"))]
AsOf = Annotated[
    str, typer.Option("--as-of", metavar="YYYY-MM-DD", help=say("cli.opt.as_of"))
]
Engine = Annotated[
    str, typer.Option(metavar="NAME[:DETAIL]", help=say("cli.opt.engine"))
]
NoInput = Annotated[
    bool,
    typer.Option(
        "--no-input", envvar="DUALRANDOM_NO_INPUT", help=say("cli.opt.no_input")
    ),
]

PASSPHRASE = "DUALRANDOM_PASSPHRASE"  # noqa: S105 - a variable's name
_TRIES = 3


def day(text: str) -> dt.date:
    """Return the day that an officer typed.

    Raises:
        UsageError: E165.
    """
    from dualrandom.errors import UsageError
    from dualrandom.model import is_date

    if not is_date(text):
        raise UsageError("E165", value=text)
    return dt.date.fromisoformat(text)


def end_of(text: str) -> dt.datetime | None:
    """Return the last second of a day in the office's time zone; "": None.

    Raises:
        UsageError: E165.
    """
    if not text:
        return None
    china = dt.timezone(dt.timedelta(hours=8))
    return dt.datetime.combine(day(text), dt.time(23, 59, 59), china)


def on_terminal() -> bool:
    """Say whether a person can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def ask(prompt: str, **options: Any) -> str:  # noqa: ANN401 - Typer's own
    """Ask a person for a line."""
    with show.pause():
        answer: str = typer.prompt(prompt, err=True, **options)
    return answer


class Keys:
    """Unlocks private keys: each once, and a passphrase that fits two is asked once."""

    def __init__(self) -> None:
        self._known: dict[Path, PrivateKey] = {}
        self._typed: str | None = None

    def unlock(self, path: Path) -> PrivateKey:
        """Load a private key; ask for its passphrase where it has one."""
        if path not in self._known:
            self._known[path] = self._load(path)
        return self._known[path]

    def _load(self, path: Path) -> PrivateKey:
        from dualrandom.errors import InputError
        from dualrandom.keys import is_encrypted, load_key

        if not is_encrypted(path):
            return load_key(path)
        given = os.environ.get(PASSPHRASE)
        if given is not None or not on_terminal():
            return load_key(path, passphrase=given)
        if self._typed is not None:
            with suppress(InputError):
                return load_key(path, passphrase=self._typed)
        prompt, tries = say("cli.ask.passphrase", key=path.name), _TRIES
        with show.pause():
            while True:
                self._typed = ask(prompt, hide_input=True)
                tries -= 1
                try:
                    return load_key(path, passphrase=self._typed)
                except InputError as error:
                    if error.code != "E782" or not tries:
                        raise
                show.talk(say("cli.ask.wrong"))


def here() -> Office:
    """Open the office that the present folder lies in."""
    from dualrandom.office.place import open_office

    return open_office(Path.cwd(), unlock=Keys().unlock)
