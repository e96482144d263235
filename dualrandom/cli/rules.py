"""``rules``: set, show, list."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dualrandom.cli import show
from dualrandom.cli.app import command, group
from dualrandom.cli.language import say
from dualrandom.cli.options import AsOf, DryRun, Json, end_of, here

if TYPE_CHECKING:
    from dualrandom.office.issued import Issue
    from dualrandom.rules import Rules


def register(app: typer.Typer) -> None:
    """Add the commands."""
    made = group(app, "rules")
    command(made, "set", set_, "rules.set")
    command(made, "show", show_, "rules.show")
    command(made, "list", list_, "rules.list")


def set_(
    file: Annotated[Path, typer.Argument(help=say("cli.rules.file"))],
    settings: Annotated[
        Path | None, typer.Option(help=say("cli.rules.settings"))
    ] = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Log a document as the next version of the rules."""
    from dualrandom.office.rules import set_rules

    made, rules = set_rules(here(), file, settings=settings, dry_run=dry_run)
    if as_json:
        show.document(
            {
                "schema": "dualrandom/rules-set/v1",
                "version": None if made is None else _line(made),
                "settings": _settings(rules),
            }
        )
        return
    _table(rules)
    if made is not None:
        show.data(say("cli.rules.made", version=made.version, digest=made.digest))
    else:
        show.data(say("cli.rules.checked" if dry_run else "cli.rules.same"))


def show_(
    version: Annotated[int | None, typer.Option(help=say("cli.rules.version"))] = None,
    as_of: AsOf = "",
    text: Annotated[bool, typer.Option("--text", help=say("cli.rules.text"))] = False,
    as_json: Json = False,
) -> None:
    """Show a version of the rules."""
    from dualrandom.office.rules import show_rules

    found = show_rules(here(), version=version, as_of=end_of(as_of))
    if as_json:
        show.document(
            {
                "schema": "dualrandom/rules/v1",
                **_line(found.issue),
                "settings": _settings(found.rules),
                "text": found.text,
            }
        )
        return
    if text:
        # The document itself, to the byte: what its digest is of.
        show.document_text(found.text)
        return
    show.table(
        [say("cli.field"), say("cli.value")],
        [(say(f"cli.rules.{k}"), v) for k, v in _shown(found.issue).items()],
    )
    _table(found.rules)


def list_(as_json: Json = False) -> None:
    """List the versions of the rules."""
    from dualrandom.office.rules import rules_versions

    found = rules_versions(here())
    if as_json:
        lines = [_line(one) for one in found]
        show.document({"schema": "dualrandom/rules-list/v1", "versions": lines})
        return
    shown = [_shown(one) for one in found]
    show.table(
        [say(f"cli.rules.{column}") for column in ("no", "since", "by", "digest")],
        [list(one.values()) for one in shown],
    )


def _line(issue: Issue) -> dict[str, Any]:
    return {
        "version": issue.version,
        "since": issue.at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "by": issue.by,
        "digest": issue.digest,
        "entry": issue.seq,
    }


def _shown(issue: Issue) -> dict[str, str]:
    line = _line(issue)
    return {
        "no": str(line["version"]),
        "since": show.moment(line["since"]),
        "by": line["by"],
        "digest": line["digest"],
    }


def _settings(rules: Rules) -> dict[str, Any]:
    from dualrandom.ratios import quota_text
    from dualrandom.rules import settings_of

    ratios = {f"ratios.{name}": quota_text(quota) for name, quota in rules.ratios}
    return dict(settings_of(rules)) | ratios


def _table(rules: Rules) -> None:
    show.table(
        [say(f"cli.{key}") for key in ("rules.setting", "value", "rules.meaning_of")],
        [
            (name, str(value).lower(), say(f"cli.rules.meaning.{_key(name)}"))
            for name, value in _settings(rules).items()
        ],
    )


def _key(name: str) -> str:
    # Classes of risk have whatever names an office gives them.
    return "ratios.risk" if name.startswith("ratios.") else name
