"""Names that the site's builder, its checker and its server share."""

from __future__ import annotations

from typing import Final

SUMS: Final = "SHA256SUMS"
STYLE: Final = "static/site.css"
FEED: Final = 50
"""How many draws the feed names, the newest first."""
