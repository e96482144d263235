"""``public/`` into static pages that anyone can read, and mirror, and check.

Border: this room knows ``public/`` and ``reports/``, and nothing else: no database,
no key, no draw folder.
"""

from __future__ import annotations

from dualrandom.site.build import Built, build_site
from dualrandom.site.deployed import check_live, check_site
from dualrandom.site.packing import pack_site

__all__ = ["Built", "build_site", "check_live", "check_site", "pack_site"]
