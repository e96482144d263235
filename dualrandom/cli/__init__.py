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
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dualrandom.messages import Lang

INTERRUPTED = 130
BUG = 70


def main() -> NoReturn:
    """Run the command line of this process, and end it."""
    for stream in (sys.stdout, sys.stderr):
        # A GBK pipe must not turn a name into a crash.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    sys.exit(run(sys.argv[1:]))


def run(args: Sequence[str]) -> int:
    """Run one command and return its exit code; errors become three lines."""
    from dualrandom.cli import language

    debug = "--debug" in args
    args = [arg for arg in args if arg != "--debug"]
    lang, args = language.choose(args, os.environ.get("DUALRANDOM_LANG"))
    if args == ["--version"]:
        from dualrandom import SOFTWARE

        print(SOFTWARE)  # noqa: T201 - data
        return 0
    try:
        return _told(args, lang)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader left, as in `… | head`; nothing more can be said to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # noqa: BLE001 - nobody else may see a traceback
        return _bug(error, lang, debug=debug)


def _told(args: Sequence[str], lang: Lang) -> int:
    """Run a command; tell its error, if any, and return the code."""
    from dualrandom.errors import DualRandomError

    try:
        return _invoke(args)
    except DualRandomError as error:
        from dualrandom.cli import show

        show.error(error, lang, as_json="--json" in args)
        return error.exit_code


def _invoke(args: Sequence[str]) -> int:
    import click
    import typer

    from dualrandom.cli.app import build
    from dualrandom.errors import UsageError

    command = typer.main.get_command(build())
    try:
        code = command.main(
            args=list(args), prog_name="dualrandom", standalone_mode=False
        )
    except click.exceptions.NoArgsIsHelpError as exc:
        exc.show()
        return UsageError.exit_code
    except click.UsageError as exc:
        raise UsageError("E160", reason=exc.format_message()) from exc
    except click.FileError as exc:
        raise UsageError("E160", reason=exc.format_message()) from exc
    except (click.Abort, EOFError):
        return INTERRUPTED
    return code if isinstance(code, int) else 0


def _bug(error: Exception, lang: Lang, *, debug: bool) -> int:
    from dualrandom import SOFTWARE
    from dualrandom.messages import text

    if debug:
        import traceback

        traceback.print_exc()
    line = text(lang, "cli.bug", software=SOFTWARE, kind=type(error).__name__)
    print(line, file=sys.stderr)  # noqa: T201 - talk
    return BUG
