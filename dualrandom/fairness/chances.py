"""Chi-square: how often chance alone would show as much.

The upper tail of the gamma distribution by its power series or its continued fraction,
after Abramowitz and Stegun, 6.5.29 and 6.5.31.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

_TINY: Final = 1e-300
_CLOSE: Final = 1e-15


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question put to the counts, and its answer.

    Attributes:
        name: key of its sentence.
        about: the stratum, or whatever it is about; "" for all.
        chi_square: the statistic.
        freedom: degrees of freedom, 1 or more.
        p: how often a fair draw would be at least as far off, too even included.
    """

    name: str
    about: str
    chi_square: float
    freedom: int

    @property
    def p(self) -> float:
        """The smaller tail, twice."""
        upper = upper_tail(self.chi_square, self.freedom)
        return min(1.0, 2 * min(upper, 1 - upper))


def upper_tail(chi_square: float, freedom: int) -> float:
    """Return the probability that chi-square with this freedom is at least this.

    Args:
        chi_square: 0 or more.
        freedom: degrees of freedom, 1 or more; up to many millions.
    """
    a, x = freedom / 2, chi_square / 2
    if x <= 0:
        return 1.0
    scale = math.exp(a * math.log(x) - x - math.lgamma(a))
    return 1 - scale * _series(a, x) if x < a + 1 else scale * _fraction(a, x)


def _series(a: float, x: float) -> float:
    """Return the lower incomplete gamma function over x^a e^-x."""
    term = total = 1 / a
    n = a
    while term > total * _CLOSE:
        n += 1
        term *= x / n
        total += term
    return total


def _fraction(a: float, x: float) -> float:
    """Return the upper one over x^a e^-x, by Lentz's method."""
    b = x + 1 - a
    c = 1 / _TINY
    d = 1 / b
    value = d
    change, i = 2.0, 0
    while abs(change - 1) > _CLOSE:
        i += 1
        factor = i * (a - i)
        b += 2
        d = 1 / _nonzero(b + factor * d)
        c = _nonzero(b + factor / c)
        change = c * d
        value *= change
    return value


def _nonzero(x: float) -> float:
    return x if abs(x) > _TINY else _TINY
