"""The words of a Word document, and nothing else of it.

Border: bytes in, text out; the file is somebody else's, and is read under limits.

- Paragraphs and the rows of tables become lines; pictures, notes and layout are left.
- Numbers that Word counts by itself stand nowhere in the file: such a document is
  refused, for its text would lose the numbers of its articles.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from dualrandom.archive import DOCUMENT, ArchiveError, open_archive, read_member
from dualrandom.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    Element = ET.Element[str]

BEGINNING: Final = b"PK\x03\x04"
MAX_BYTES: Final = 16 * 2**20
"""Of the words: pictures may be larger, and stay where they are."""
_BODY: Final = "word/document.xml"
_STYLES: Final = "word/styles.xml"
_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_SPACES: Final = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n"}


def docx_text(data: bytes) -> str:
    """Return the text of a .docx file, one paragraph after an empty line each.

    Raises:
        InputError: E411, it is none, or too large; E414, it has numbers that Word
            counts by itself.
    """
    parts = _unpacked(data)
    body = _parsed(parts[_BODY]).find(f"{_W}body")
    if body is None:
        raise InputError("E411")
    if _is_counted(body, _parsed(parts[_STYLES])):
        raise InputError("E414")
    lines = (line.strip() for line in _lines(body))
    return "\n\n".join(line for line in lines if line) + "\n"


def _parsed(part: bytes) -> Element:
    # A document has no need of entities; who declares some wants to multiply them.
    if b"<!DOCTYPE" in part or b"<!ENTITY" in part:
        raise InputError("E411")
    try:
        return ET.fromstring(part)  # noqa: S314 - see above
    except ET.ParseError as exc:
        raise InputError("E411") from exc


def _is_counted(body: Element, styles: Element) -> bool:
    counted = {
        style.get(f"{_W}styleId")
        for style in styles.iter(f"{_W}style")
        if _has_number(style)
    }
    used = (style.get(f"{_W}val") for style in body.iter(f"{_W}pStyle"))
    return _has_number(body) or any(style in counted for style in used)


def _has_number(element: Element) -> bool:
    # List 0 is Word's way to say that a paragraph has left its style's list.
    return any(e.get(f"{_W}val") != "0" for e in element.iter(f"{_W}numId"))


def _unpacked(data: bytes) -> dict[str, bytes]:
    try:
        with open_archive(io.BytesIO(data), DOCUMENT) as archive:
            about = [archive.getinfo(name) for name in (_BODY, _STYLES)]
            if any(part.file_size > MAX_BYTES for part in about):
                raise InputError("E411")
            return {part.filename: read_member(archive, part) for part in about}
    except (ArchiveError, KeyError) as exc:
        raise InputError("E411") from exc


def _lines(body: Element) -> Iterator[str]:
    for block in body:
        if block.tag == f"{_W}p":
            yield _text(block)
        elif block.tag == f"{_W}tbl":
            for row in block.iter(f"{_W}tr"):
                cells = (" ".join(map(_text, cell.iter(f"{_W}p"))) for cell in row)
                yield " | ".join(filter(None, map(str.strip, cells)))
        else:
            yield from _lines(block)


def _text(paragraph: Element) -> str:
    return "".join(
        (piece.text or "") if piece.tag == f"{_W}t" else _SPACES.get(piece.tag, "")
        for piece in paragraph.iter()
    )
