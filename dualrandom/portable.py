"""A page as one file: its styles and scripts set into it, each allowed by its hash.

Border: bytes in, bytes out. Such a page needs no server and no second file; its own
Content-Security-Policy runs exactly the scripts that it was made with, and no other.

- The page names its parts by ``<link rel="stylesheet" href>`` and ``<script src>``, and
  allows them by ``'self'``.
- Data goes in as text of a ``<script type="application/json">``: nothing in it can end
  that element, or begin another.

    one_file(b'… <script src="draw.js"></script> …', {"draw.js": b"…"})
"""

from __future__ import annotations

import base64
import json
import re
from hashlib import sha256
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_PART: Final = re.compile(
    r'<link rel="stylesheet" href="(?P<style>[a-z.-]+)">'
    r'|<script src="(?P<script>[a-z.-]+)"></script>'
)
_CLOSING: Final = re.compile(r"</(script|style)|<!--", re.IGNORECASE)


def parts_of(page: bytes) -> tuple[str, ...]:
    """Return the names of a page's style sheets and scripts, in its order."""
    return tuple(
        found["style"] or found["script"] for found in _PART.finditer(page.decode())
    )


def one_file(page: bytes, parts: Mapping[str, bytes]) -> bytes:
    """Return the page with its parts in it, and a policy that names their hashes.

    Args:
        page: HTML whose policy allows ``'self'`` for scripts and styles.
        parts: bytes of every name of :func:`parts_of`.
    """
    hashes: dict[str, list[str]] = {"style": [], "script": []}

    def inside(found: re.Match[str]) -> str:
        kind = "style" if found["style"] else "script"
        text = "\n" + parts[found[kind]].decode()
        if _CLOSING.search(text):
            raise ValueError(found[kind])
        digest = base64.b64encode(sha256(text.encode()).digest()).decode()
        hashes[kind].append(f"'sha256-{digest}'")
        return f"<{kind}>{text}</{kind}>"

    text = _PART.sub(inside, page.decode())
    for kind, allowed in hashes.items():
        text = text.replace(f"{kind}-src 'self'", f"{kind}-src {' '.join(allowed)}", 1)
    return text.encode()


def inert(value: object) -> str:
    """Return JSON that may stand in a script element: no ``<``, nor a line separator.

    Args:
        value: made of what JSON has.
    """
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    for bad in "<>&\u2028\u2029":
        text = text.replace(bad, f"\\u{ord(bad):04x}")
    return text
