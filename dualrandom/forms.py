"""Forms on paper: what an office prints, has signed, and files around a draw.

Border: values in, HTML out; a browser prints it. Forms name inspectors and addresses:
they are the office's, and nothing of this room goes to ``public/``.

- Every value is text: templates escape it, and what would not be seen becomes visible.
- A form is one file that asks nothing of anybody: its style is in it.
- Pages are A4 after GB/T 9704-2012: margins 37, 26, 35, 28 mm; 22 lines of 28
  characters.

    forms_of(paper, "zh-CN")["record.html"]
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from dualrandom.messages import shown, text
from dualrandom.shipped import reports

if TYPE_CHECKING:
    from dualrandom.errors import Param
    from dualrandom.messages import Lang

FORMS: Final = ("record", "notices", "inspections", "recusal")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row of a form: what it is, and what it says.

    Attributes:
        label: key of its name, below ``form.line``.
        code: whether the values are digests, seeds and the like.
    """

    label: str
    values: tuple[str, ...]
    code: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FormItem:
    """What is inspected, as the item list had it when the draw was announced."""

    code: str
    name: str
    basis: str
    content: str
    method: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A member of a team; the certificate is as the directory has it now."""

    id: str
    name: str
    unit: str
    certificate: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One target, and who goes there as it stands now."""

    id: str
    name: str
    address: str
    team: tuple[Person, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """All that the forms of one draw say.

    Attributes:
        lines: of the record, in order.
        digests: (file, SHA-256), in the order in which they were made.
        signed: checkpoint of the log that holds the result, as SVG; None: none yet.
        size: of the log at that checkpoint.
        visits: in the order of inspection; those that stepped in at the end.
        results: texts of the code list; ``actions`` of the follow-up.
        contact: whom to ask; "" is left out, and so for the telephones.
    """

    office: str
    draw: str
    title: str
    start: str
    end: str
    items: tuple[FormItem, ...]
    lines: tuple[Line, ...]
    digests: tuple[tuple[str, str], ...]
    signed: bytes | None
    size: int
    visits: tuple[Visit, ...]
    results: tuple[str, ...]
    actions: tuple[str, ...]
    contact: str
    phone: str
    supervision_phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What goes with a hand-over sheet to the department that must be told."""

    office: str
    to: str
    draw: str
    title: str
    targets: int
    rows: int
    actions: tuple[str, ...]
    sheet: str
    contact: str
    phone: str


def forms_of(paper: Paper, lang: Lang) -> dict[str, bytes]:
    """Return the forms of a draw, by file name."""
    seal = "" if paper.signed is None else _image(paper.signed)
    return {
        f"{name}.html": _render(f"{name}.html", lang, paper=paper, seal=seal)
        for name in FORMS
    }


def letter_of(letter: Letter, lang: Lang) -> bytes:
    """Return the letter that goes with a hand-over sheet."""
    return _render("letter.html", lang, letter=letter)


def _image(svg: bytes) -> str:
    return f"data:image/svg+xml;base64,{base64.b64encode(svg).decode()}"


def _render(template: str, lang: Lang, **values: object) -> bytes:
    made = Environment(
        loader=FileSystemLoader(reports() / "templates" / "forms"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_visible,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    ).get_template(template)

    def say(key: str, **params: Param) -> str:
        return text(lang, f"form.{key}", **params)

    def day(date: str) -> str:
        year, month, number = date.split("-")
        return say("date", year=year, month=int(month), day=int(number))

    context: dict[str, Any] = {**values, "say": say, "day": day, "lang": lang}
    return made.render(context).encode()


def _visible(value: object) -> object:
    return value if isinstance(value, Markup) else shown(str(value))
