"""A quota as an officer writes it, as a rule: ``3%``, ``不高于5%``, ``1/33``, ``20``.

Border: text to :class:`~dualrandom.model.Quota`; no rounding to nearest, ever.

- A bare ratio means *at least* (rounded up): no office fails its plan by rounding.
- A bare whole number is a count.
"""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction
from typing import Final

from dualrandom.errors import InputError
from dualrandom.model import MAX_INT, MAX_RATIO, Quota, Ratio, Rounding
from dualrandom.words import words

_PERCENT: Final = re.compile(r"([0-9]{1,3})(?:\.([0-9]{1,3}))?([%\u2030])")
_FRACTION: Final = re.compile(r"([0-9]{1,6})/([0-9]{1,6})")
_COUNT: Final = re.compile(r"[0-9]{1,15}")


def parse_quota(text: str) -> Quota:
    """Return the rule that a quota's text means.

    Args:
        text: a ratio (``3%``, ``2‰``, ``1/33``), perhaps with *at least* or *at most*
            before it, or a count.

    Raises:
        InputError: E360, unclear, or outside 1 … 100 %.

    Spec:
        draw-v1 §3, ``quota``.
    """
    bare = unicodedata.normalize("NFKC", text).replace(" ", "")
    rounding = Rounding.UP
    for prefixes, way in (
        (words("quota", "at_least"), Rounding.UP),
        (words("quota", "at_most"), Rounding.DOWN),
    ):
        for prefix in prefixes:
            plain = unicodedata.normalize("NFKC", prefix)
            if bare.startswith(plain):
                bare, rounding = bare.removeprefix(plain), way
    for unit in words("quota", "units"):
        if _COUNT.fullmatch(bare.removesuffix(unit)):
            bare = bare.removesuffix(unit)
    if _COUNT.fullmatch(bare) and 1 <= int(bare) <= MAX_INT:
        return Quota(count=int(bare))
    ratio = parse_ratio(bare)
    if ratio is None:
        raise InputError("E360", value=text)
    return Quota(ratio=ratio, round=rounding)


def quota_text(quota: Quota) -> str:
    """Return the text that :func:`parse_quota` reads as this: ``>=3/100``, ``20``."""
    if quota.ratio is None:
        return str(quota.count)
    return f"{'>=' if quota.round is Rounding.UP else '<='}{quota.ratio}"


def parse_ratio(text: str) -> Ratio | None:
    """Return ``3%``, ``0.5%``, ``2‰`` or ``1/33`` as a ratio in lowest terms."""
    if found := _PERCENT.fullmatch(text):
        whole, decimals, sign = found.groups()
        decimals = decimals or ""
        share = Fraction(int(whole + decimals), 10 ** len(decimals))
        share /= 100 if sign == "%" else 1000
    elif (found := _FRACTION.fullmatch(text)) and int(found[2]):
        share = Fraction(int(found[1]), int(found[2]))
    else:
        return None
    if not 0 < share <= 1 or share.denominator > MAX_RATIO:
        return None
    return Ratio(p=share.numerator, q=share.denominator)
