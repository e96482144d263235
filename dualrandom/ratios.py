"""A quota as an officer writes it, as a rule: ``3%``, ``不高于5%``, ``1/33``, ``20``.

Border: text to :class:`~dualrandom.model.Quota`; no rounding to nearest, ever.

- A bare ratio means *at least* (rounded up): no office fails its plan by rounding.
- A bare whole number is a count.
- What a published list says of ratio and frequency is read where all of it is clear;
  of the rest nothing is guessed.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Frequency:
    """So many inspections within so many years; None: no bound on that side."""

    least: int | None
    most: int | None
    years: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What an item's ratio and frequency come to, as far as they are clear."""

    quota: Quota | None = None
    frequency: Frequency | None = None


def read_terms(*texts: str) -> Terms | None:
    """Return what the texts of a published list mean, or None where any is unclear.

    Args:
        texts: the cells, ratio and frequency in either: ``不低于3%；抽查1次``,
            ``10%(20户)``, ``每年1次33%``, ``1次/年``. Empty ones say nothing.
    """
    quotas: list[Quota] = []
    frequencies: list[Frequency] = []
    for text in texts:
        bare = unicodedata.normalize("NFKC", text).replace(" ", "")
        for part in filter(None, _PARTS.split(bare)):
            found = _TERM.fullmatch(part)
            if found is None or not (found["ratio"] or found["times"]):
                return None
            if found["ratio"]:
                quota = _quota(found["bound"] or "", found["ratio"])
                if quota is None:
                    return None
                quotas.append(quota)
            if found["times"]:
                frequencies.append(_frequency(found))
    if len(quotas) > 1 or len(frequencies) > 1:
        return None
    return Terms(
        quota=quotas[0] if quotas else None,
        frequency=frequencies[0] if frequencies else None,
    )


def _quota(bound: str, text: str) -> Quota | None:
    ratio = parse_ratio(text)
    if ratio is None:
        return None
    at_most = bound in words("quota", "at_most")
    return Quota(ratio=ratio, round=Rounding.DOWN if at_most else Rounding.UP)


def _frequency(found: re.Match[str]) -> Frequency:
    text = found["times"]
    digits = words("numbers", "digits")
    number = int(text) if text.isdigit() else digits.index(text)
    bound = found["each"] or ""
    most = None if bound in words("quota", "at_least") else number
    least = None if bound in words("quota", "at_most") else number
    return Frequency(least=least, most=most, years=int(found["years"] or 1))


def _either(*groups: tuple[str, ...]) -> str:
    plain = {unicodedata.normalize("NFKC", word) for group in groups for word in group}
    return "|".join(map(re.escape, sorted(plain, key=len, reverse=True)))


_BOUND: Final = _either(words("quota", "at_least"), words("quota", "at_most"))
_AMOUNT: Final = _either(words("terms", "amount"))
_YEARLY: Final = _either(words("terms", "yearly"))
_DIGIT: Final = _either(words("numbers", "digits"))
_TIMES: Final = _either(words("terms", "times"))
_PARTS: Final = re.compile("[;,\u3002]")
_TERM: Final = re.compile(
    rf"(?:{_YEARLY})?(?:{_AMOUNT})*(?:\u6bcf(?P<years>[2-9])\u5e74)?"
    rf"(?:(?:{_AMOUNT})*(?P<each>{_BOUND})?(?P<times>[0-9]{{1,3}}|{_DIGIT})(?:{_TIMES})"
    rf"(?:/\u5e74)?)?"
    rf"(?:(?:{_AMOUNT})*(?P<bound>{_BOUND})?"
    r"(?P<ratio>[0-9]{1,3}(?:\.[0-9]{1,3})?[%\u2030])(?:/\u5e74)?"
    r"(?:\([0-9]+\u6237\))?)?"
)
