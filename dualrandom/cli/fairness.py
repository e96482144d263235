"""``fairness``: many draws from the same lists, and what chance would show."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dualrandom.cli import show
from dualrandom.cli.app import command
from dualrandom.cli.language import say
from dualrandom.cli.options import Json, here
from dualrandom.messages import shown

if TYPE_CHECKING:
    from dualrandom.fairness import Fairness

_RUNS = 10_000
_TEAMS = 200


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "fairness", fairness, "fairness.help")


def fairness(
    draw_id: Annotated[str, typer.Argument(help=say("cli.fairness.draw"))],
    runs: Annotated[
        int, typer.Option(min=1, max=10_000_000, help=say("cli.fairness.runs"))
    ] = _RUNS,
    teams: Annotated[
        int, typer.Option(min=0, max=10_000_000, help=say("cli.fairness.teams"))
    ] = _TEAMS,
    seed: Annotated[str, typer.Option(help=say("cli.fairness.seed"))] = "",
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help=say("cli.fairness.out"))
    ] = None,
    as_json: Json = False,
) -> None:
    """Draw many times, and say whether all have their chance."""
    from dualrandom.folder import check_new, write_file
    from dualrandom.office.fairness import study

    if out is not None:
        check_new(out)
    place = Path(draw_id)
    folder = place if place.is_dir() or place.is_file() else here().draw(draw_id)
    with show.busy(say("cli.busy.fairness")) as tell:
        report = study(
            folder,
            seed=seed or secrets.token_hex(16),
            runs=runs,
            teams=min(teams, runs),
            told=lambda made: tell(folder, 100 * made // runs),
        )
    if out is not None:
        from dualrandom.fairness.plot import svg

        title = say("cli.fairness.title", draw=folder.stem)
        note = say("cli.fairness.note", runs=report.runs)
        write_file(out, svg(report, title=title, note=note).encode())
    if as_json:
        _document(report, folder.stem)
    else:
        _render(report, folder.stem)
        if out is not None:
            show.talk(say("cli.fairness.written", file=str(out)))
    raise typer.Exit(1 if report.failed else 0)


def _render(report: Fairness, draw: str) -> None:
    show.data(show.styled(say("cli.fairness.title", draw=shown(draw)), "bold"))
    made = say("cli.fairness.made", runs=report.runs, seed=report.seed)
    show.data(made)
    for share in report.shares:
        show.data(
            say(
                "cli.fairness.share",
                stratum=share.name,
                rows=share.rows,
                quota=share.quota,
                mean=f"{share.drawn / report.runs:.2f}",
                least=f"{share.least / report.runs:.2%}",
                most=f"{share.most / report.runs:.2%}",
            )
        )
    if report.teams:
        _render_teams(report)
    else:
        show.talk(say("cli.fairness.no_teams"))
    cells = [
        (
            say(f"cli.fairness.{question.name}"),
            question.about,
            f"χ² = {question.chi_square:.1f}",
            say("cli.fairness.freedom", freedom=question.freedom),
            f"p = {question.p:.3g}",
        )
        for question in report.questions
    ]
    for question, line in zip(report.questions, show.columns(cells), strict=True):
        bad = question in report.failed
        mark = show.styled("✗", "red") if bad else show.styled("✓", "green")
        show.data(f"{mark} {line}".rstrip())
    level = f"{report.level:.2g}"
    if report.failed:
        count = len(report.failed)
        words = say("cli.fairness.unfair", count=count, level=level)
        show.data(show.styled(words, "red"))
    else:
        count = len(report.questions)
        words = say("cli.fairness.fair", count=count, level=level)
        show.data(show.styled(words, "green"))


def _render_teams(report: Fairness) -> None:
    show.data(
        say("cli.fairness.teams_made", teams=report.teams, unmatched=report.unmatched)
    )
    if report.work:
        show.data(
            say(
                "cli.fairness.work",
                least=report.work[0][0],
                most=report.work[-1][0],
                widest=report.widest,
            )
        )
    show.data(say("cli.fairness.pairs", met=report.pairs[0], all=report.pairs[1]))
    for guess in report.guesses:
        words = say(
            "cli.fairness.guess",
            region=shown(guess.region),
            team=say("ui.comma").join(map(shown, guess.team)),
            share=f"{guess.share:.1%}",
            teams=guess.teams,
        )
        show.talk(show.styled(words, "yellow"))


def _document(report: Fairness, draw: str) -> None:
    show.document(
        {
            "schema": "dualrandom/fairness/v1",
            "draw": draw,
            "seed": report.seed,
            "runs": report.runs,
            "teams": report.teams,
            "fair": not report.failed,
            "level": report.level,
            "questions": [
                {
                    "name": question.name,
                    "about": question.about,
                    "chi_square": round(question.chi_square, 6),
                    "degrees_of_freedom": question.freedom,
                    "p": question.p,
                    "fair": question not in report.failed,
                }
                for question in report.questions
            ],
            "strata": [
                {
                    "name": share.name,
                    "rows": share.rows,
                    "quota": share.quota,
                    "drawn": share.drawn,
                    "least": share.least,
                    "most": share.most,
                }
                for share in report.shares
            ],
            "unmatched": report.unmatched,
            "work": [list(pair) for pair in report.work],
            "widest": report.widest,
            "pairs": {"met": report.pairs[0], "all": report.pairs[1]},
            "guesses": [
                {
                    "region": guess.region,
                    "teams": guess.teams,
                    "team": list(guess.team),
                    "share": round(guess.share, 6),
                }
                for guess in report.guesses
            ],
        }
    )
