"""Public beacons: ``beacon fetch``, ``beacon check``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dualrandom.cli import show
from dualrandom.cli.app import command, group
from dualrandom.cli.language import say
from dualrandom.cli.options import Json, Out

if TYPE_CHECKING:
    from dualrandom.randomness import Beacon

Round = Annotated[str, typer.Argument(metavar="SOURCE", help=say("cli.beacon.source"))]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    beacon = group(app, "beacon")
    command(beacon, "fetch", fetch, "beacon.fetch.help")
    command(beacon, "check", check, "beacon.check.help")


def fetch(
    source: Round,
    out: Out,
    url: Annotated[
        str,
        typer.Option(envvar="DUALRANDOM_BEACON_URL", help=say("cli.beacon.fetch.url")),
    ] = "",
    as_json: Json = False,
) -> None:
    """Fetch a round or a pulse, check it, and write its file."""
    from dualrandom.office.outside import fetch as get
    from dualrandom.office.sources import parse_source

    with show.busy(say("cli.busy.beacon")):
        beacon = get(parse_source(source), url.rstrip("/"), out)
    _say(source, beacon, as_json=as_json)
    if not as_json:
        show.talk(say("cli.beacon.fetch.done", file=str(out)))


def check(
    source: Round,
    files: Annotated[list[Path], typer.Argument(help=say("cli.beacon.check.files"))],
    as_json: Json = False,
) -> None:
    """Check a round or a pulse in files, without any network."""
    from dualrandom.office.outside import check as look
    from dualrandom.office.outside import load
    from dualrandom.office.sources import parse_source

    with show.busy(say("cli.busy.verify")):
        beacon = look(parse_source(source), load(files))
    _say(source, beacon, as_json=as_json)


def _say(source: str, beacon: Beacon, *, as_json: bool) -> None:
    import datetime as dt

    born = dt.datetime.fromtimestamp(beacon.moment, dt.UTC).isoformat()
    if as_json:
        show.document(
            {
                "schema": "dualrandom/beacon/v1",
                "source": source,
                "value": beacon.value,
                "time": born.replace("+00:00", "Z"),
            }
        )
        return
    show.data(say("cli.beacon.valid", value=beacon.value))
    show.data(say("cli.beacon.time", time=show.moment(born)))
