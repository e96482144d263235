"""BLS signatures over BLS12-381, the two ways in which drand makes them.

Border: the only room that imports py_ecc, and only when there is a signature to
check: loading it takes a second, a check half of one.

- A signature must be a point of the right group, and not the point at infinity:
  the library's decoding sees to the curve only, not to the subgroup.
- e(key, H(message)) = e(generator, signature), as one product of two pairings.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from dualrandom.errors import CannotTellError, VerificationError
from dualrandom.randomness import Scheme

TAGS: Final = {
    Scheme.CHAINED: b"BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_NUL_",
    Scheme.UNCHAINED_G1: b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_",
}
"""Domain separation tags of hashing to the curve (RFC 9380)."""
_HALF: Final = 48


def verify_bls(scheme: Scheme, *, key: bytes, message: bytes, signature: bytes) -> None:
    """Check a signature.

    Args:
        scheme: which group holds keys, which signatures.
        key: the public key, compressed.
        message: what was signed, 32 bytes.
        signature: compressed; 96 bytes where chained, else 48.

    Raises:
        VerificationError: E613, no point of the right group; E614, not valid.
        CannotTellError: E611, py_ecc is not installed.
    """
    ecc = load_library()
    curve, hash_to_curve = ecc.curve, ecc.hash_to_curve
    point = _point(ecc, signature)
    if scheme is Scheme.CHAINED:
        made = hash_to_curve.hash_to_G2(message, TAGS[scheme], sha256)
        pairs = ((made, _point(ecc, key)), (point, curve.neg(curve.G1)))
    else:
        made = hash_to_curve.hash_to_G1(message, TAGS[scheme], sha256)
        pairs = ((_point(ecc, key), made), (curve.G2, curve.neg(point)))
    product = curve.FQ12.one()
    for two, one in pairs:
        product *= curve.pairing(two, one, final_exponentiate=False)
    if curve.final_exponentiate(product) != curve.FQ12.one():
        raise VerificationError("E614")


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """The parts of py_ecc that are used; untyped, since it may not be there."""

    curve: Any
    hash_to_curve: Any
    points: Any
    groups: Any


def load_library() -> Library:
    """Return py_ecc, loaded without its side effect.

    Raises:
        CannotTellError: E611, it is not installed.
    """
    # Loading it lifts Python's limit on nesting for the whole process: what hostile
    # JSON runs into would then be the end of the stack.
    limit = sys.getrecursionlimit()
    try:
        import py_ecc.optimized_bls12_381 as curve  # noqa: PLC0415 - takes a second
        from py_ecc.bls import (  # noqa: PLC0415 - as above
            g2_primitives,
            hash_to_curve,
            point_compression,
        )
    except ImportError as exc:
        raise CannotTellError("E611") from exc
    finally:
        sys.setrecursionlimit(limit)
    return Library(
        curve=curve,
        hash_to_curve=hash_to_curve,
        points=point_compression,
        groups=g2_primitives,
    )


def _point(ecc: Library, data: bytes) -> Any:  # noqa: ANN401 - as py_ecc has it
    """Return the point of G1 (48 bytes) or G2 (96 bytes), never infinity.

    Raises:
        VerificationError: E613.
    """
    starts = range(0, len(data), _HALF)
    halves = [int.from_bytes(data[at : at + _HALF], "big") for at in starts]
    try:
        if len(data) == _HALF:
            point = ecc.points.decompress_G1(*halves)
        else:
            point = ecc.points.decompress_G2(halves)
    except (ArithmeticError, ValueError) as exc:
        raise VerificationError("E613") from exc
    if ecc.curve.is_inf(point) or not ecc.groups.subgroup_check(point):
        raise VerificationError("E613")
    return point
