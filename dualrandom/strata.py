"""The strata as JSON: in an announcement, or behind ``#strata`` in strata.tsv.

Border: values to plain JSON values and back; private strata have the same form as
public ones, so that a rule is read in one place.

    [{"name":"s1","quota":{"ratio":"1/100","round":"up"},"rows":13306}]

Spec: draw-v1 §3 (``strata``, ``total``), §4 "Private strata".
"""

from __future__ import annotations

from typing import Any

from dualrandom.canonical import parse_json
from dualrandom.errors import VerificationError
from dualrandom.fields import Fields
from dualrandom.model import Quota, Ratio, Rounding, Strata, Stratum


def strata_line(strata: Strata) -> object:
    """Return what stands behind ``#strata`` in a private strata.tsv.

    Spec:
        draw-v1 §4, "Private strata": the array, or an object where there is a total.
    """
    out = strata_fields(strata)
    return out if "total" in out else out["strata"]


def strata_fields(strata: Strata) -> dict[str, Any]:
    """Return ``strata`` and, if there is one, ``total``, as in an announcement."""
    out: dict[str, Any] = {
        "strata": [
            {"name": s.name, "rows": s.rows}
            | ({} if s.quota is None else {"quota": _quota(s.quota)})
            for s in strata.strata
        ]
    }
    return out if strata.total is None else out | {"total": strata.total}


def _quota(quota: Quota) -> dict[str, Any]:
    if quota.ratio is None:
        return {"count": quota.count}
    return {"ratio": str(quota.ratio), "round": str(quota.round)}


def parse_strata_line(data: bytes) -> tuple[Strata, tuple[str, ...]]:
    """Return the private strata behind ``#strata``, and unknown fields.

    Raises:
        VerificationError: E802, E801; names of unequal length are refused too.

    Spec:
        draw-v1 §4, "Private strata".
    """
    value = parse_json(data, signed=False)
    top = Fields.of({"strata": value} if isinstance(value, list) else value)
    if isinstance(value, dict) and "total" not in value:
        raise VerificationError("E801", field="#strata", value="")
    strata = read_strata(top)
    if len({len(s.name) for s in strata.strata}) > 1:
        raise VerificationError("E801", field="#strata", value="name")
    return strata, top.unknown()


def read_strata(top: Fields) -> Strata:
    """Return the strata and the total of an announcement. Spec: draw-v1 §3."""
    return Strata(
        strata=tuple(
            Stratum(
                name=s.text("name"),
                rows=s.number("rows"),
                quota=_read_quota(s.child("quota")) if s.has("quota") else None,
            )
            for s in top.children("strata", least=1)
        ),
        total=top.number("total", least=1) if top.has("total") else None,
    )


def _read_quota(fields: Fields) -> Quota:
    # A count with a rounding says two things, like a count with a ratio.
    if fields.has("count") == (fields.has("ratio") or fields.has("round")):
        raise VerificationError("E801", field=fields.path, value="")
    if fields.has("count"):
        return Quota(count=fields.number("count", least=1))
    word = fields.text("round", set(Rounding).__contains__)
    return Quota(ratio=read_ratio(fields, "ratio"), round=Rounding(word))


def read_ratio(fields: Fields, name: str) -> Ratio:
    """Return a ratio written ``p/q``. Spec: draw-v1 §1."""
    text = fields.text(name)
    p, slash, q = text.partition("/")
    ok = slash and all(n.isascii() and n.isdigit() and n[0] != "0" for n in (p, q))
    if not ok or max(len(p), len(q)) > len("999999"):
        raise VerificationError("E801", field=fields.name(name), value=text[:80])
    return Ratio(p=int(p), q=int(q))
