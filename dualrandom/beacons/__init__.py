"""Public beacons: what proves a value of theirs, read, fetched and checked.

Border: files and addresses on one side, :class:`dualrandom.randomness.Beacon` on the
other. Where something came from proves nothing; only signatures do.

- A drand round is signed under the chain's key, which this program carries.
- A NIST pulse is signed under a certificate that leads to an issuer which this
  program carries. Revocation is not looked at, nor is the chain of earlier pulses.
- What cannot be told (chain, issuer or library unknown) is an error of its own kind,
  never a yes.
- Nothing heavy is loaded before there is a beacon to check, or one to fetch
  (:mod:`dualrandom.beacons.fetch`).

    check_beacon(Drand(chain=QUICKNET, round=123), {"signature": "b75c…"})

Spec: draw-v1 §4, the table of sources.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dualrandom.beacons.drand import check_round
from dualrandom.beacons.files import find_proof
from dualrandom.beacons.pulses import check_pulse
from dualrandom.randomness import Drand, Nist

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dualrandom.randomness import Beacon

__all__ = ["check_beacon", "check_pulse", "check_round", "find_proof"]


def check_beacon(source: Drand | Nist, proof: Mapping[str, object], /) -> Beacon:
    """Return the value that a proof proves; a :class:`randomness.BeaconChecker`.

    Args:
        source: the round or pulse that was announced.
        proof: its entry in randomness.json.

    Raises:
        VerificationError: E612-E614 a round, E615-E619 a pulse.
        CannotTellError: E610, E611 a round; E620, E628 a pulse.

    Spec:
        draw-v1 §2 (randomness.json), §4.
    """
    if isinstance(source, Drand):
        return check_round(source, proof)
    return check_pulse(source, proof)
