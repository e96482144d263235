"""The life of a draw: ``freeze draw abandon verify why pack``."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from dualrandom.cli import show
from dualrandom.cli.app import command
from dualrandom.cli.approvals import Approvals, need_approval
from dualrandom.cli.language import lang, say
from dualrandom.cli.options import DryRun, Engine, Genesis, Json, Out, Policy, here
from dualrandom.cli.values import collect, given
from dualrandom.messages import shown

if TYPE_CHECKING:
    from dualrandom.office.drawing import Waiting
    from dualrandom.office.freezing import Frozen
    from dualrandom.randomness import Source
    from dualrandom.verify import Report, Step

Draw = Annotated[str, typer.Argument(help=say("cli.draw_id"))]
Lottery = Annotated[str, typer.Option(help=say("cli.draw.lottery"))]
Secrets = Annotated[list[str], typer.Option(help=say("cli.draw.secret"))]
Beacons = Annotated[list[Path], typer.Option(help=say("cli.draw.beacon"))]
_MARKS = {"agrees": "✓", "differs": "✗", "people": "?", "unchecked": "–"}
_STYLES = {"agrees": "green", "differs": "red", "people": "yellow", "unchecked": "dim"}


def register(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, "freeze", freeze, "freeze.help")
    command(app, "draw", draw, "draw.help")
    command(app, "abandon", abandon, "abandon.help")
    command(app, "verify", verify, "verify.help")
    command(app, "why", why, "why.help")
    command(app, "pack", pack, "pack.help")


def freeze(
    task: Annotated[str, typer.Argument(help=say("cli.task.id"))],
    randomness: Annotated[list[str], typer.Option(help=say("cli.freeze.randomness"))],
    sealed_until: Annotated[
        str, typer.Option(metavar="YYYY-MM-DD", help=say("cli.freeze.sealed_until"))
    ] = "",
    draw_id: Annotated[str, typer.Option("--draw", help=say("cli.freeze.draw"))] = "",
    reason: Annotated[str, typer.Option(help=say("cli.freeze.reason"))] = "",
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Fix and log the announcement."""
    from dualrandom.office.freezing import freeze as fix
    from dualrandom.office.sources import parse_source

    sources = tuple(map(parse_source, randomness))
    office = here()
    with show.busy(say("cli.busy.freeze")):
        done = fix(
            office,
            task,
            sources=sources,
            sealed_until=_day(sealed_until),
            draw=draw_id,
            reason=reason,
            dry_run=dry_run,
            # What such a draw may be called is said before anything is fixed.
            say=(lambda _: None) if as_json else _say_standing,
        )
    if as_json:
        show.document(
            {
                "schema": "dualrandom/freeze/v1",
                "draw": done.announcement.draw,
                "commitment": done.commitment,
                "standing": str(done.standing),
                "targets": done.targets,
                "drawn": done.drawn,
                "inspectors": done.inspectors,
                "strata_private": done.private,
                "fixed": done.folder is not None,
            }
        )
    elif done.folder is not None:
        name = done.announcement.draw
        show.data(say("cli.freeze.done", draw=name, folder=f"draws/{name}"))
        show.data(say("cli.freeze.commitment", commitment=done.commitment))
        show.data(say("cli.freeze.due", due=show.moment(done.announcement.due)))
        show.talk(say("cli.freeze.next", draw=name))


def _say_standing(planned: Frozen) -> None:
    show.talk(
        say(
            "cli.freeze.plan",
            targets=planned.targets,
            drawn=planned.drawn,
            inspectors=planned.inspectors,
        )
    )
    if planned.private:
        show.talk(say("cli.freeze.private"))
    for e in planned.announcement.excluded:
        show.talk(
            say(
                "cli.freeze.excluded",
                list=say(f"list.{e.list}"),
                reason=e.reason,
                count=e.count,
            )
        )
    for source in planned.announcement.randomness:
        _say_source(source)
    show.talk(say("verify.standing", words=say(f"verify.standing_{planned.standing}")))
    show.talk(say(f"standing.{planned.standing}"))


def _say_source(source: Source) -> None:
    """Say when a beacon's value comes, or that nobody can say."""
    from dualrandom.randomness import CHAINS, Drand, Nist, time_of
    from dualrandom.verify import LEAD

    born = time_of(source)
    if isinstance(source, Drand) and born is not None:
        show.talk(
            say(
                "cli.freeze.drand",
                chain=CHAINS[source.chain].name,
                round=source.round,
                time=_at(born),
                by=_at(born - LEAD),
            )
        )
    elif isinstance(source, Nist):
        show.talk(say("cli.freeze.nist", chain=source.chain, pulse=source.pulse))


def _at(seconds: int) -> str:
    return show.moment(dt.datetime.fromtimestamp(seconds, dt.UTC).isoformat())


def draw(
    draw_id: Draw,
    dice: Annotated[str, typer.Option(help=say("cli.draw.dice"))] = "",
    lottery: Lottery = "",
    secret: Secrets = [],  # noqa: B006
    beacon: Beacons = [],  # noqa: B006
    engine: Engine = "",
    as_json: Json = False,
) -> None:
    """Draw, once."""
    from dualrandom.office.drawing import Waiting, run_draw, wanted

    office = here()
    values = collect(wanted(office, draw_id), dice, lottery, secret, beacon)
    with show.busy(say("cli.busy.draw")) as tell:
        done = run_draw(office, draw_id, values, engine=engine, told=tell)
    if isinstance(done, Waiting):
        _say_waiting(done, as_json=as_json)
        return
    if as_json:
        show.document(
            {
                "schema": "dualrandom/draw/v1",
                "draw": done.draw,
                "seed": done.seed,
                "drawn": len(done.selection.selected),
                "reserves": len(done.selection.reserves),
                "matched": not done.shortages,
                "posts": done.posts,
                "result": done.result,
            }
        )
    else:
        show.data(say("cli.draw.seed", seed=done.seed))
        show.data(
            say(
                "cli.draw.done",
                drawn=len(done.selection.selected),
                reserves=len(done.selection.reserves),
                posts=done.posts,
            )
        )
        for stratum in done.selection.short:
            show.talk(say("cli.draw.short", stratum=stratum))
        show.data(say("cli.draw.result", digest=done.result))
        show.talk(say("cli.draw.next", draw=draw_id))
    if done.shortages:
        from dualrandom.messages import problem_line
        from dualrandom.shortage import as_problem

        show.talk(say("cli.draw.unmatched"))
        for shortage in done.shortages:
            show.talk(f"  {problem_line(as_problem(shortage), lang())}")


def _say_waiting(waiting: Waiting, *, as_json: bool) -> None:
    if as_json:
        show.document(
            {
                "schema": "dualrandom/draw-waiting/v1",
                "draw": waiting.draw,
                "waiting_for": list(waiting.kinds),
            }
        )
        return
    show.data(say("cli.draw.rolled"))
    for kind in waiting.kinds:
        show.data(say("cli.draw.waiting", kind=kind))
    show.talk(say("cli.draw.come_back", draw=waiting.draw))


def abandon(
    draw_id: Draw,
    reason: Annotated[str, typer.Option(help=say("cli.abandon.reason"))],
    party: Annotated[str, typer.Option(help=say("cli.abandon.party"))] = "",
    approval: Approvals = [],  # noqa: B006
    lottery: Lottery = "",
    secret: Secrets = [],  # noqa: B006
    beacon: Beacons = [],  # noqa: B006
) -> None:
    """End an announcement without a result."""
    from dualrandom.office.ending import abandon as end
    from dualrandom.office.ending import abandonment, values_file

    office = here()
    values = given(lottery=lottery, secrets=secret, beacons=beacon)
    act = abandonment(office, draw_id, reason, party=party, values=values)
    if not approval:
        need_approval(office, act, Path(f"abandon-{draw_id}.request"))
    seq = end(office, draw_id, act, approval)
    show.data(say("cli.abandon.done", draw=draw_id, seq=seq))
    kept = values_file(office, draw_id)
    if kept.is_file():
        show.talk(say("cli.abandon.values", file=str(kept.relative_to(office.root))))
    elif (office.draw(draw_id) / "seed.txt").is_file():
        show.talk(say("cli.abandon.selection", draw=draw_id))


def verify(
    folder: Annotated[Path, typer.Argument(help=say("cli.verify.folder"))],
    policy: Policy = None,
    genesis: Genesis = None,
    engine: Engine = "",
    as_json: Json = False,
) -> None:
    """Check a draw folder, or a zip of one."""
    from dualrandom.office.looking import load_trust, office_genesis, verify_path

    own = office_genesis(Path.cwd()) if policy is None and genesis is None else None
    trust = load_trust(policy, genesis or own)
    with show.busy(say("cli.busy.verify")) as tell:
        report = verify_path(folder, trust, engine=engine, told=tell)
    if as_json:
        _document(report)
    else:
        if own is not None:
            show.talk(say("cli.verify.own", file=str(own)))
        _render(report)
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


def _document(report: Report) -> None:
    show.document(
        {
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
    )


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


def _day(text: str) -> dt.date | None:
    from dualrandom.cli.options import day

    return day(text) if text else None
