"""Fetching a round or a pulse from a relay, a mirror, or the beacon itself.

Border: the only room that opens a connection. What comes back is as good as its
signature; so any relay will do, ``http`` too, and a relay of one's own.

- No answer is larger than a beacon can be, nor waited for longer than a minute.
- Redirections stay within http and https: none leads to a file of this machine.
"""

from __future__ import annotations

import http.client
import re
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Final

from dualrandom import SOFTWARE
from dualrandom.beacons.files import LARGEST, find_proof
from dualrandom.canonical import json_line
from dualrandom.errors import EnvironmentProblem, InputError, UsageError, Where
from dualrandom.randomness import Drand

if TYPE_CHECKING:
    from dualrandom.randomness import Nist

DRAND: Final = "https://api.drand.sh"
NIST: Final = "https://beacon.nist.gov/beacon/2.0"
SILENCE: Final = 20
"""Seconds without a byte."""
LONGEST: Final = 60
_PIECE: Final = 8192
_ADDRESS = re.compile(r"https?://[^/\s]", re.IGNORECASE)
_HANDLERS: Final = (
    *(urllib.request.ProxyHandler, urllib.request.UnknownHandler),
    *(urllib.request.HTTPHandler, urllib.request.HTTPSHandler),
    *(urllib.request.HTTPDefaultErrorHandler, urllib.request.HTTPErrorProcessor),
    urllib.request.HTTPRedirectHandler,
)


def fetch_beacon(source: Drand | Nist, base: str = "") -> dict[str, object]:
    """Return a source's entry of randomness.json, not yet checked.

    Args:
        source: a round or a pulse.
        base: address that the beacon's own paths are appended to; "": the beacon's.

    Raises:
        UsageError: E624, not an address of http or https.
        EnvironmentProblem: E627, no answer, or none that is one.
        InputError: E621, E622, an answer that is not this round or pulse.
        VerificationError: E619, its value is not the signature's hash.
    """
    if isinstance(source, Drand):
        at = f"{base or DRAND}/{source.chain}/public/{source.round}"
        found = find_proof(source, {at: _get(at)})
    else:
        root = base or NIST
        at = f"{root}/chain/{source.chain}/pulse/{source.pulse}"
        data = _get(at)
        found = find_proof(source, {at: data})
        if found is not None:
            pulse = found[0]["pulse"]
            named = pulse.get("certificateId") if isinstance(pulse, dict) else None
            if not isinstance(named, str) or not named.isalnum():
                raise InputError("E621", where=Where(file=at))
            pem_at = f"{root}/certificate/{named}"
            found = find_proof(source, {at: data, pem_at: _get(pem_at)})
    if found is None:
        raise InputError("E622", where=Where(file=at))
    return found[0]


def beacon_file(source: Drand | Nist, proof: dict[str, object]) -> bytes:
    """Return the file that ``draw --beacon`` reads."""
    if isinstance(source, Drand):
        return json_line({"chain": source.chain, "round": source.round, **proof})
    return json_line(proof)


def _get(at: str) -> bytes:
    if not _ADDRESS.match(at):
        raise UsageError("E624", value=at[:200])
    opener = urllib.request.OpenerDirector()
    for handler in _HANDLERS:
        opener.add_handler(handler())
    # Some relays refuse the library's own name.
    opener.addheaders = [("User-Agent", SOFTWARE.replace(" ", "/"))]
    end = time.monotonic() + LONGEST
    try:
        out = b""
        with opener.open(at, timeout=SILENCE) as answer:
            while piece := answer.read1(_PIECE):
                out += piece
                if len(out) > LARGEST or time.monotonic() > end:
                    raise EnvironmentProblem(
                        "E627", where=Where(file=at), reason=f"{len(out)}+"
                    )
    except urllib.error.HTTPError as exc:
        exc.close()
        raise EnvironmentProblem(
            "E627", where=Where(file=at), reason=f"HTTP {exc.code}"
        ) from exc
    except (OSError, http.client.HTTPException, ValueError) as exc:
        raise EnvironmentProblem(
            "E627", where=Where(file=at), reason=_reason(exc)
        ) from exc
    return out


def _reason(exc: Exception) -> str:
    return (str(getattr(exc, "reason", exc)) or type(exc).__name__)[:120]
