"""A round of a drand chain: its form, and what its signature is made over.

- Chained: the message is SHA-256(previous signature ‖ round), the round as eight
  bytes, big-endian; before round 1 the group's hash stands for a signature.
- Unchained: the message is SHA-256(round).
- The value is SHA-256(signature).

    {"signature": "b75c69d0…"}

Spec: draw-v1 §4, ``drand``.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final

from dualrandom.beacons.bls import verify_bls
from dualrandom.errors import CannotTellError, VerificationError
from dualrandom.model import is_hex
from dualrandom.randomness import CHAINS, Beacon, Scheme, time_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dualrandom.randomness import Drand

SIZES: Final = {Scheme.CHAINED: 96, Scheme.UNCHAINED_G1: 48}
"""Bytes of a signature."""
_GROUP_HASH: Final = 32


def check_round(source: Drand, proof: Mapping[str, object]) -> Beacon:
    """Return the value of a round whose signature is valid under its chain's key.

    Args:
        source: chain and round.
        proof: ``signature`` and, where rounds are chained, ``previous_signature``;
            lower-case hex.

    Raises:
        VerificationError: E612, not in the form of this chain's rounds; E613, no
            point of the right group; E614, not the signature of this round.
        CannotTellError: E610, an unknown chain; E611, no library for the check.
    """
    chain = CHAINS.get(source.chain)
    moment = time_of(source)
    if chain is None or moment is None:
        raise CannotTellError("E610", chain=source.chain[:16])
    size = SIZES[chain.scheme]
    signature = _bytes(proof.get("signature"), size)
    message = source.round.to_bytes(8, "big")
    if chain.scheme is Scheme.CHAINED:
        before = _GROUP_HASH if source.round == 1 else size
        message = _bytes(proof.get("previous_signature"), before) + message
    elif "previous_signature" in proof:
        raise VerificationError("E612")
    verify_bls(
        chain.scheme,
        key=bytes.fromhex(chain.key),
        message=sha256(message).digest(),
        signature=signature,
    )
    return Beacon(value=sha256(signature).hexdigest(), moment=moment)


def _bytes(text: object, size: int) -> bytes:
    if not isinstance(text, str) or not is_hex(text, 2 * size):
        raise VerificationError("E612")
    return bytes.fromhex(text)
