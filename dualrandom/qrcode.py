"""A text as a QR code, to be printed and scanned: a checkpoint in the minutes.

Border: the only room that imports segno. Text in, SVG out; black on white, with the
quiet zone that scanners need.

Spec: architecture (one third-party package, one room).
"""

from __future__ import annotations

import io
from typing import Final

import segno

from dualrandom.errors import InputError

QR_BYTES: Final = 2331
"""What the largest code holds at this level of error correction."""
_MILLIMETRES: Final = 0.6
"""Of one dot: a phone reads it from paper at arm's length."""


def qr_svg(text: bytes) -> bytes:
    """Return a QR code as an SVG file.

    Args:
        text: UTF-8; a checkpoint with its signatures takes 300 to 900 bytes, and with
            twenty cosignatures more than :data:`QR_BYTES`.

    Raises:
        InputError: E126, more than a QR code holds.
    """
    try:
        made = segno.make(text, error="m", micro=False, boost_error=False, mode="byte")
    except segno.DataOverflowError as exc:
        raise InputError("E126", bytes=len(text)) from exc
    out = io.BytesIO()
    made.save(out, kind="svg", scale=_MILLIMETRES, unit="mm", light="#fff", border=4)
    return out.getvalue()
