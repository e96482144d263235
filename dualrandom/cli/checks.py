"""Draws as they lie there: ``verify verdict why pack archive``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from dualrandom.cli import show
from dualrandom.cli.app import command
from dualrandom.cli.language import say
from dualrandom.cli.options import Engine, Genesis, Json, Keys, Log, Out, Policy, here
from dualrandom.messages import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dualrandom.verify import Report, Step

Draw = Annotated[str, typer.Argument(help=say("cli.draw_id"))]
_MARKS = {"agrees": "✓", "differs": "✗", "people": "?", "unchecked": "–"}
_STYLES = {"agrees": "green", "differs": "red", "people": "yellow", "unchecked": "dim"}


def register(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, "verify", verify, "verify.help")
    command(app, "verdict", verdict, "verdict.help")
    command(app, "why", why, "why.help")
    command(app, "pack", pack, "pack.help")
    command(app, "archive", archive, "archive.help")


def verify(
    folder: Annotated[Path, typer.Argument(help=say("cli.verify.folder"))],
    policy: Policy = None,
    genesis: Genesis = None,
    log: Log = None,
    engine: Engine = "",
    sign: Annotated[Path | None, typer.Option(help=say("cli.verify.sign"))] = None,
    out: Annotated[
        Path, typer.Option("-o", "--out", help=say("cli.verify.out"))
    ] = Path("verdict"),
    as_json: Json = False,
) -> None:
    """Check a draw folder, or a zip of one."""
    from dualrandom.office.looking import load_trust, own_trust, verify_files

    alone = policy is None and genesis is None
    own = own_trust(Path.cwd(), log) if alone else None
    trust = load_trust(policy, genesis, log) if own is None else own[1]
    with show.busy(say("cli.busy.verify")) as tell:
        report, files = verify_files(folder, trust, engine=engine, told=tell)
    if as_json:
        show.document(_document(report))
    else:
        if own is not None:
            show.talk(say("cli.verify.own", file=str(own[0])))
        _render(report)
    if sign is not None:
        _sign(files, report, sign, out)
    raise typer.Exit(report.exit_code)


def _render(report: Report) -> None:
    show.data(show.styled(say("verify.title", draw=shown(report.draw)), "bold"))
    cells = [
        (
            say(f"verify.{step.verdict}"),
            say(f"verify.step.{step.name}"),
            shown(step.file or ""),
        )
        for step in report.steps
    ]
    lines = zip(report.steps, show.columns(cells), strict=True)
    for number, (step, line) in enumerate(lines, 1):
        mark = show.styled(_MARKS[step.verdict], _STYLES[step.verdict])
        show.data(f"{number:>3} {mark} {line}  {_detail(step)}".rstrip())
    if report.standing is not None:
        words = [say(f"verify.standing_{report.standing}")]
        if report.unwitnessed and str(report.standing) != "none":
            words.append(say("verify.unwitnessed"))
        show.data(say("verify.standing", words=say("ui.comma").join(words)))
    code = report.exit_code
    verdicts = [str(step.verdict) for step in report.steps]
    if code == 0:
        show.data(show.styled(say("verify.all"), "green"))
    elif code == 1:
        show.data(
            show.styled(say("verify.bad", count=verdicts.count("differs")), "red")
        )
    else:
        count = verdicts.count("unchecked")
        show.data(show.styled(say("verify.visible", count=count), "yellow"))


def _detail(step: Step) -> str:
    params = dict(step.params)
    if step.code is None:
        told = [say(f"verify.agreed.{key}", value=params[key]) for key in params]
        return say("ui.comma").join(told)
    if step.code.startswith("E"):
        what = say(f"{step.code}.what", **params)
        fix = say(f"{step.code}.fix", **params)
        return f"[{step.code}] {what} → {fix}"
    return say(f"verify.say.{step.code}", **params)


def _sign(files: Mapping[str, bytes], report: Report, key: Path, out: Path) -> None:
    from dualrandom.office.opinions import sign_verdict

    signer = Keys().unlock(key)
    made = sign_verdict(files, _document(report), report.exit_code, signer, out)
    show.talk(say("cli.verify.signed", file=str(made), papers=f"{out}.papers"))


def verdict(
    signed: Annotated[Path, typer.Argument(help=say("cli.verdict.file"))],
) -> None:
    """Carry a supervisor's verdict into the log."""
    from dualrandom.office.opinions import take_in

    made = take_in(here(), signed)
    by = ", ".join(made.by)
    show.data(say("cli.verdict.done", by=by, verdict=made.verdict, seq=made.seq))


def _document(report: Report) -> dict[str, object]:
    return {
        "schema": "dualrandom/verify/v1",
        "draw": report.draw,
        "exit_code": report.exit_code,
        "standing": None if report.standing is None else str(report.standing),
        "unwitnessed": report.unwitnessed,
        "steps": [
            {
                "step": number,
                "name": step.name,
                "verdict": str(step.verdict),
                "file": step.file,
                "code": step.code,
                "params": dict(step.params),
                "text": _detail(step),
            }
            for number, step in enumerate(report.steps, 1)
        ],
    }


def why(
    draw_id: Annotated[str, typer.Argument(help=say("cli.why.draw"))],
    target: Annotated[str, typer.Argument(help=say("cli.why.target"))],
    as_json: Json = False,
) -> None:
    """Say why one target was drawn, or not."""
    from dataclasses import asdict

    from dualrandom.office.looking import why as look
    from dualrandom.office.looking import why_here

    place = Path(draw_id)
    if place.is_dir() or place.is_file():
        found = look(place, target)
    else:
        found = why_here(here(), draw_id, target)
    if as_json:
        show.document({"schema": "dualrandom/why/v1", **asdict(found)})
        return
    if not found.listed:
        key = "cli.why.excluded" if found.excluded else "cli.why.unlisted"
        show.data(say(key, id=target, draw=found.draw, reason=found.excluded))
        return
    show.data(say("cli.why.listed", id=target, name=shown(found.name), draw=found.draw))
    show.data(say("cli.why.stratum", stratum=found.stratum, rows=found.rows))
    if not found.ticket:
        show.data(say("cli.why.not_yet"))
        return
    show.data(say("cli.why.ticket", ticket=found.ticket, rank=found.rank))
    show.data(say("cli.why.cutoff", cutoff=found.cutoff, quota=found.quota))
    key = "cli.why.drawn" if found.drawn else "cli.why.not_drawn"
    show.data(say(key, order=found.order))
    if not found.public:
        show.talk(say("cli.why.private"))
    show.data(say("cli.why.shell"))
    show.data(f"  printf '%s,%s' {found.key} {target} | sha256sum")
    for j in range(2, found.tickets + 1):
        show.data(f"  printf '%s,%s' {found.key} '{target}#{j}' | sha256sum")


def pack(
    draw_id: Draw,
    out: Out,
    reader: Annotated[
        Literal["public", "supervisor"], typer.Option("--for", help=say("cli.pack.for"))
    ] = "public",
) -> None:
    """Write a zip of what a reader may see."""
    from dualrandom.office.publishing import pack_draw

    files = pack_draw(here(), draw_id, reader, out)
    show.data(say("cli.pack.done", file=str(out), count=len(files)))


def archive(draw_id: Draw, out: Out) -> None:
    """Write the archive of a draw."""
    from dualrandom.office.archiving import archive as write

    made = write(here(), draw_id, out)
    show.data(say("cli.archive.done", file=str(out), files=made.files))
    show.data(say("cli.archive.digest", digest=made.digest))
