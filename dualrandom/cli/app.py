"""The commands, put together. Each is parse, one use case, one renderer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from dualrandom.cli.language import say

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def build(typed: Sequence[str] = ()) -> typer.Typer:
    """Return the application, its texts in the chosen language.

    Args:
        typed: a line; only the command that it names is put in, if there is one. To
            read the signatures of all takes longer than most commands do.
    """
    from dualrandom.cli import (
        approvals,
        beacons,
        changes,
        checks,
        databases,
        draws,
        duties,
        fairness,
        keys,
        lists,
        logs,
        offices,
        outcomes,
        plans,
        queries,
        recusals,
        rules,
        secrets,
        sites,
        tasks,
    )

    app = typer.Typer(
        name="dualrandom",
        help=say("cli.help"),
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_options)
    for module in (
        offices,
        lists,
        rules,
        plans,
        queries,
        recusals,
        tasks,
        draws,
        fairness,
        changes,
        outcomes,
        duties,
        checks,
        approvals,
        secrets,
        beacons,
        keys,
        logs,
        sites,
        databases,
    ):
        module.register(app)
    _keep(app, typed)
    return app


def _keep(app: typer.Typer, typed: Sequence[str]) -> None:
    """Leave out what the line does not name; what it names wrongly needs them all."""
    commands = [c for c in app.registered_commands if c.name in typed[:1]]
    groups = [g for g in app.registered_groups if g.name in typed[:1]]
    if commands or groups:
        app.registered_commands, app.registered_groups = commands, groups
    for one in groups:
        if one.typer_instance is not None:
            _keep(one.typer_instance, typed[1:])


def command(app: typer.Typer, name: str, run: Callable[..., object], key: str) -> None:
    """Add a command; of its help, a list of commands shows the first sentence."""
    text = say(f"cli.{key}")
    first, stop, _ = text.partition("\n")[0].partition("\u3002")
    # Click finds the ends of English sentences only, and cuts a longer text at a space.
    short = first + stop if stop else None
    app.command(name, help=text, short_help=short)(run)


def group(app: typer.Typer, name: str) -> typer.Typer:
    """Add a group of commands with its help from the catalogue."""
    made = typer.Typer(
        help=say(f"cli.{name}.help"), no_args_is_help=True, rich_markup_mode=None
    )
    app.add_typer(made, name=name)
    return made


def _version(value: bool) -> None:
    if value:
        from dualrandom import SOFTWARE
        from dualrandom.cli import show

        show.data(SOFTWARE)
        raise typer.Exit


def _options(
    lang: Annotated[
        str,
        typer.Option(metavar="zh-CN|en", envvar="DUALRANDOM_LANG", help="zh-CN, en"),
    ] = "zh-CN",
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True)
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", hidden=True)] = False,
) -> None:
    """Options before the command; they were read before anything was said."""
