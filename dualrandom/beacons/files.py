"""Beacon files as they are published, and the proof of a source's value in them.

- drand relays publish ``{"round":…,"randomness":…,"signature":…}``, perhaps with
  ``previous_signature``; NIST publishes ``{"pulse":{…}}`` and certificates as PEM.
- ``dualrandom beacon fetch`` writes a pulse and its certificate into one file.
- What is not part of the proof is left out; a value that is not the signature's hash
  is refused.

Spec: draw-v1 §2, randomness.json.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Final, NoReturn

from dualrandom.errors import InputError, VerificationError, Where
from dualrandom.randomness import CHAINS, Drand, Nist, Scheme

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LARGEST: Final = 256 * 1024
_PEM: Final = b"-----BEGIN CERTIFICATE-----"


def find_proof(
    source: Drand | Nist, files: Mapping[str, bytes]
) -> tuple[dict[str, object], frozenset[str]] | None:
    """Return the entry of randomness.json that files hold for a source.

    Nothing is checked but that the files speak of this source.

    Args:
        source: a round or a pulse.
        files: bytes by name.

    Returns:
        The entry and the names of the files that it was taken from; None where no
        file speaks of this source.

    Raises:
        InputError: E621, a file that is no beacon's.
        VerificationError: E619, the published value is not the signature's hash.

    Spec:
        draw-v1 §2.
    """
    documents = {}
    certificates = {}
    for name, data in files.items():
        if data.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
            documents[name] = _parse(name, data)
        elif _PEM in data and len(data) <= LARGEST:
            certificates[name] = data
        else:
            raise InputError("E621", where=Where(file=name))
    if isinstance(source, Drand):
        return _round(source, documents)
    return _pulse(source, documents, certificates)


def _round(
    source: Drand, documents: Mapping[str, dict[str, object]]
) -> tuple[dict[str, object], frozenset[str]] | None:
    chain = CHAINS.get(source.chain)
    for name, document in documents.items():
        signature = document.get("signature")
        if document.get("round") != source.round or not isinstance(signature, str):
            continue
        if document.get("chain", source.chain) != source.chain:
            continue
        # Relays without it leave the hash to the reader; those with it must be right.
        if "randomness" in document and document["randomness"] != _hash(signature):
            raise VerificationError("E619", where=Where(file=name))
        proof: dict[str, object] = {"signature": signature}
        if chain is None or chain.scheme is Scheme.CHAINED:
            proof["previous_signature"] = document.get("previous_signature")
        return proof, frozenset((name,))
    return None


def _hash(signature: str) -> str:
    try:
        return sha256(bytes.fromhex(signature)).hexdigest()
    except ValueError:
        return ""


def _pulse(
    source: Nist,
    documents: Mapping[str, dict[str, object]],
    certificates: Mapping[str, bytes],
) -> tuple[dict[str, object], frozenset[str]] | None:
    for name, document in documents.items():
        pulse = document.get("pulse")
        if not isinstance(pulse, dict):
            continue
        if (pulse.get("chainIndex"), pulse.get("pulseIndex")) != (
            source.chain,
            source.pulse,
        ):
            continue
        used = {name}
        pem = document.get("certificate")
        if pem is None:
            # All that was brought: the check takes the one that the pulse names.
            pem = "".join(map(_text, certificates.values()))
            used |= set(certificates)
        return {"pulse": pulse, "certificate": pem}, frozenset(used)
    return None


def _text(data: bytes) -> str:
    text = data.decode("ascii", "replace").replace("\r\n", "\n")
    return text if text.endswith("\n") else f"{text}\n"


def _parse(name: str, data: bytes) -> dict[str, object]:
    try:
        value: object = json.loads(
            data[: LARGEST + 1].decode("utf-8-sig"),
            object_pairs_hook=_once,
            parse_float=_refuse,
            parse_constant=_refuse,
        )
    except (ValueError, RecursionError) as exc:  # RecursionError: absurd nesting
        raise InputError("E621", where=Where(file=name)) from exc
    if not isinstance(value, dict) or len(data) > LARGEST:
        raise InputError("E621", where=Where(file=name))
    return value


def _once(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError
    return made


def _refuse(_: str) -> NoReturn:
    raise ValueError
