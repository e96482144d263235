"""The command line: parse, one call of :mod:`dualrandom.office`, one renderer.

The rules are:

- stdout is data, stderr is talk; ``--json`` prints exactly one document.
- No rule of the field lives here, and no command catches ``Exception``.
- Exit codes: 0 done, 1 the check says no, 2 usage, 3 input data, 4 refused by state,
  5 environment, 6 the check cannot tell, 70 a bug, 130 interrupted.
- Heavy imports stay inside commands: ``--version`` must not load a database.
- Language is chosen once, here: ``--lang``, else DUALRANDOM_LANG, else Chinese.
"""

from __future__ import annotations

import os
import sys
from codecs import register_error
from contextlib import suppress
from itertools import takewhile
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Sequence

    import click

INTERRUPTED = 130
BUG = 70
_DEBUG = "--debug"
_JSON = "--json"
_GROUPS = (
    *("beacon", "db", "inspectors", "items", "key", "log", "objections", "penalties"),
    *("plan", "recusals", "results", "rules", "secret", "site", "targets", "task"),
)
"""Commands that have commands of their own; a test keeps it so."""
_PLAIN = {"\u2713": "\u221a", "\u2717": "\u00d7", "\u203a": ">", "\u2013": "-"}
"""For signs of ours that GBK lacks."""


def main() -> NoReturn:
    """Run the command line of this process, and end it."""
    register_error("legible", _legible)
    for stream in (sys.stdout, sys.stderr):
        # A GBK pipe must not turn a name into a crash.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="legible")
    if _DEBUG not in sys.argv:
        # What a library leaves half closed on a full disk is no news to an officer.
        sys.unraisablehook = lambda _: None
    sys.exit(run(sys.argv[1:]))


def _legible(error: UnicodeError) -> tuple[str, int]:
    """Return what an encoding can show instead of what it lacks: a sign, or its number.

    The handler ``legible`` of :func:`codecs.register_error`.
    """
    if not isinstance(error, UnicodeEncodeError):
        raise error
    made = []
    for char in error.object[error.start : error.end]:
        plain = _PLAIN.get(char, "")
        fits = plain.encode(error.encoding, "ignore") != b""
        made.append(
            plain if fits else char.encode("ascii", "backslashreplace").decode()
        )
    return "".join(made), error.end


def run(args: Sequence[str]) -> int:
    """Run one command and return its exit code; errors become three lines."""
    from dualrandom.cli import language

    debug = _DEBUG in args
    args = [arg for arg in args if arg != _DEBUG]
    args, wrong = language.choose(args, os.environ.get("DUALRANDOM_LANG"))
    if args == ["--version"]:
        from dualrandom import SOFTWARE

        with suppress(OSError):  # told below
            print(SOFTWARE, flush=True)  # noqa: T201 - data
            return 0
    try:
        return _told(args, wrong)
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - nobody else may see a traceback
        return _bug(error, as_json=_JSON in args, debug=debug)


def _told(args: Sequence[str], wrong: str | None) -> int:
    """Run a command; tell its error, if any, and return the code."""
    from dualrandom.cli import show
    from dualrandom.errors import (
        DualRandomError,
        EnvironmentProblem,
        UsageError,
        Where,
    )
    from dualrandom.messages import place

    try:
        if wrong is not None:
            raise UsageError("E174", value=wrong)
        try:
            code = _invoke(args)
            show.flush()
        except OSError as exc:
            # What no room foresaw of files and disks is still no bug of ours.
            where = Where(file=str(exc.filename)) if exc.filename else None
            reason = exc.strerror or type(exc).__name__
            raise EnvironmentProblem("E177", where=where, reason=reason) from exc
    except DualRandomError as error:
        if error.where is None or not place(error.where):
            error.where = Where(step=_command(args))
        show.error(error, as_json=_JSON in args)
        return error.exit_code
    return code


def _command(args: Sequence[str]) -> str:
    """Return the command that was typed, without its arguments: they may be secret."""
    depth = 2 if args and args[0] in _GROUPS else 1
    words = list(takewhile(lambda arg: not arg.startswith("-"), args[:depth]))
    return " ".join(["dualrandom", *words])


def _invoke(args: Sequence[str]) -> int:
    import click
    import typer

    from dualrandom.cli.app import build
    from dualrandom.errors import UsageError

    command = typer.main.get_command(build(args))
    try:
        code = command.main(
            args=list(args), prog_name="dualrandom", standalone_mode=False
        )
    except click.exceptions.NoArgsIsHelpError as exc:
        exc.show()
        return UsageError.exit_code
    except click.ClickException as exc:
        raise UsageError("E160", reason=_reason(exc)) from exc
    except (click.Abort, EOFError):
        return INTERRUPTED
    return code if isinstance(code, int) else 0


def _reason(error: click.ClickException) -> str:
    """Return what is wrong with a line, in the reader's language where we know it."""
    import click

    from dualrandom.cli.language import say

    hint = ""
    if isinstance(error, click.BadParameter) and error.param is not None:
        hint = error.param.get_error_hint(error.ctx)
    match error:
        case click.MissingParameter() if hint:
            return say("cli.usage.missing", name=hint)
        case click.BadParameter() if hint:
            return say("cli.usage.value", name=hint, reason=error.message)
        case click.NoSuchOption():
            return say("cli.usage.option", name=error.option_name)
    return error.format_message()


def _bug(error: Exception, *, as_json: bool, debug: bool) -> int:
    from dualrandom import SOFTWARE
    from dualrandom.cli import show
    from dualrandom.cli.language import say

    if debug:
        import traceback

        traceback.print_exc()
    show.bug(
        say("cli.bug", software=SOFTWARE, kind=type(error).__name__), as_json=as_json
    )
    return BUG
