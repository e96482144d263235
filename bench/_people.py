"""Targets and inspectors of regions; the same in every run, by SHA-256."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from dualrandom.model import (
    Area,
    Conflict,
    Inspector,
    InspectorId,
    Post,
    Target,
    TargetId,
)


def instance(
    *, targets: int, posts: int, inspectors: int, regions: int, recusals: int
) -> dict[str, Any]:
    """Return a case as :func:`dualrandom.matching.match` takes it, without maxima."""
    return {
        "targets": [
            Target(id=_target(n), name="n", region=f"r{_below(regions, f't{n}')}")
            for n in range(targets)
        ],
        "posts": [Post(count=posts)],
        "inspectors": [
            Inspector(id=_inspector(n), region=f"r{n % regions}")
            for n in range(inspectors)
        ],
        "area": Area.SAME,
        "conflicts": [
            Conflict(
                id=_target(_below(targets, f"c{n}")),
                inspector=_inspector(_below(inspectors, f"i{n}")),
                reason="kin",
            )
            for n in range(recusals)
        ],
    }


def _target(n: int) -> TargetId:
    return TargetId(f"919900{n:012d}")


def _inspector(n: int) -> InspectorId:
    return InspectorId(f"A-{n:04d}")


def _below(n: int, name: str) -> int:
    return int.from_bytes(sha256(name.encode()).digest()[:8], "big") % n
