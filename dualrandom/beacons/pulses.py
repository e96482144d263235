"""A pulse of NIST's beacon, format 2.0: its form, and what its signature is made over.

- Fields are put one after the other: integers as four bytes, indices as eight, texts
  and values behind their length in four bytes, all big-endian.
- ``outputValue`` is SHA-512(those bytes ‖ signature).
- ``listValues`` are the values of five earlier pulses; their addresses are not
  signed, nobody relies on them.

    {"pulse": {"uri": "https://…/pulse/1853311", …}, "certificate": "-----BEGIN…"}

Spec: draw-v1 §4, ``nist``; NISTIR 8213, as NIST's beacon has it.
"""

from __future__ import annotations

import datetime as dt
import re
from hashlib import sha512
from typing import TYPE_CHECKING, Final

from dualrandom.errors import CannotTellError, VerificationError
from dualrandom.model import MAX_INT
from dualrandom.randomness import Beacon

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dualrandom.randomness import Nist

EARLIER: Final = ("previous", "hour", "day", "month", "year")
_FIELDS: Final = frozenset(
    (
        *("uri", "version", "cipherSuite", "period", "certificateId", "chainIndex"),
        *("pulseIndex", "timeStamp", "localRandomValue", "external", "listValues"),
        *("precommitmentValue", "statusCode", "signatureValue", "outputValue"),
    )
)
_INNER: Final = {
    "external": frozenset(("sourceId", "statusCode", "value")),
    "listValues": frozenset(("uri", "type", "value")),
}
_HASH: Final = 64
_LONGEST_TEXT: Final = 512
_LONGEST_SIGNATURE: Final = 1024
# One case throughout, so that no letter can be changed unnoticed.
_HEX = re.compile("([0-9A-F]{2})+|([0-9a-f]{2})+")
_STAMP = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z"
)


class _Fields:
    """One JSON object of a pulse; each reader returns the bytes that are signed."""

    def __init__(self, value: object, path: str) -> None:
        if not isinstance(value, dict):
            raise VerificationError("E615", field=path)
        self._value = value
        self._path = path

    def at(self, field: str) -> object:
        return self._value.get(field)

    def wrong(self, field: str) -> VerificationError:
        return VerificationError("E615", field=f"{self._path}.{field}")

    def unknown(self, known: frozenset[str]) -> list[str]:
        fields = sorted(self._value.keys() - known)
        return [f"{self._path}.{field}"[:80] for field in fields]

    def text(self, field: str) -> str:
        value = self.at(field)
        if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_TEXT:
            raise self.wrong(field)
        return value

    def number(self, field: str, most: int = MAX_INT) -> int:
        value = self.at(field)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.wrong(field)
        if not 0 <= value <= most:
            raise self.wrong(field)
        return value

    def hex(self, field: str, size: int | None = _HASH) -> bytes:
        value = self.at(field)
        if not isinstance(value, str) or len(value) > 2 * _LONGEST_SIGNATURE:
            raise self.wrong(field)
        if not _HEX.fullmatch(value) or size not in (None, len(value) // 2):
            raise self.wrong(field)
        return bytes.fromhex(value)

    def four(self, field: str) -> bytes:
        return self.number(field, 2**32 - 1).to_bytes(4, "big")

    def eight(self, field: str) -> bytes:
        return self.number(field).to_bytes(8, "big")

    def value(self, field: str) -> bytes:
        return _long(self.hex(field))


def _long(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


def signed_bytes(pulse: object) -> bytes:
    """Return what a pulse's signature is made over.

    Args:
        pulse: as published.

    Raises:
        VerificationError: E615, a field is missing or not as it must be.
    """
    top = _Fields(pulse, "pulse")
    external = _Fields(top.at("external"), "pulse.external")
    listed = top.at("listValues")
    if not isinstance(listed, list) or len(listed) != len(EARLIER):
        raise top.wrong("listValues")
    earlier = [_Fields(v, f"pulse.listValues[{i}]") for i, v in enumerate(listed)]
    for fields, kind in zip(earlier, EARLIER, strict=True):
        if fields.at("type") != kind:
            raise fields.wrong("type")
    return b"".join(
        (
            _long(_utf8(top, "uri")),
            _long(_utf8(top, "version")),
            top.four("cipherSuite"),
            top.four("period"),
            top.value("certificateId"),
            top.eight("chainIndex"),
            top.eight("pulseIndex"),
            _long(_utf8(top, "timeStamp")),
            top.value("localRandomValue"),
            external.value("sourceId"),
            external.four("statusCode"),
            external.value("value"),
            *(fields.value("value") for fields in earlier),
            top.value("precommitmentValue"),
            top.four("statusCode"),
        )
    )


def _utf8(fields: _Fields, field: str) -> bytes:
    try:
        return fields.text(field).encode()
    except UnicodeEncodeError as exc:  # half of a surrogate pair
        raise fields.wrong(field) from exc


def check_pulse(source: Nist, proof: Mapping[str, object]) -> Beacon:
    """Return the value of a pulse that NIST's beacon signed.

    Args:
        source: chain and pulse.
        proof: ``pulse`` as published and ``certificate``, PEM: the one that signed,
            perhaps followed by those of its issuers.

    Raises:
        VerificationError: E615, not in the form of this pulse; E616, E617, the
            certificate is another, or not the beacon's; E618, not the signature of
            this pulse; E619, the output is not its hash.
        CannotTellError: E620, the certificate's issuer is unknown; E628, there is
            a field that this program does not know.
    """
    from dualrandom.beacons.certificates import (  # noqa: PLC0415 - loads X.509
        check_issuer,
        check_signature,
        find_certificate,
    )

    top = _Fields(proof.get("pulse"), "pulse")
    message = signed_bytes(proof.get("pulse"))
    if top.at("chainIndex") != source.chain:
        raise top.wrong("chainIndex")
    if top.at("pulseIndex") != source.pulse:
        raise top.wrong("pulseIndex")
    if top.at("cipherSuite") != 0:
        raise top.wrong("cipherSuite")
    moment = _moment(top)
    signature = top.hex("signatureValue", None)
    output = top.hex("outputValue")
    found = find_certificate(proof.get("certificate"), top.hex("certificateId"))
    check_signature(found, signature, message, moment)
    if sha512(message + signature).digest() != output:
        raise VerificationError("E619")
    for field in _unknown(top):
        raise CannotTellError("E628", field=field)
    check_issuer(found, moment)
    return Beacon(value=output.hex(), moment=int(moment.timestamp()))


def _moment(top: _Fields) -> dt.datetime:
    stamp = top.text("timeStamp")
    try:
        if _STAMP.fullmatch(stamp):
            return dt.datetime.fromisoformat(stamp)
    except ValueError:  # a thirteenth month
        pass
    raise top.wrong("timeStamp")


def _unknown(top: _Fields) -> list[str]:
    found = top.unknown(_FIELDS)
    found += _Fields(top.at("external"), "pulse.external").unknown(_INNER["external"])
    listed = top.at("listValues")
    for i, value in enumerate(listed if isinstance(listed, list) else ()):
        inner = _Fields(value, f"pulse.listValues[{i}]")
        found += inner.unknown(_INNER["listValues"])
    return found
