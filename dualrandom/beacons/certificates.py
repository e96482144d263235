"""The certificate that signs NIST's pulses, and the issuers that answer for it.

Border: cryptography's X.509; beside :mod:`dualrandom.keys` the only room that
imports it, since certificates and office keys have nothing to do with each other.

Checked: that it is the very certificate that the pulse names (SHA-512), the name of
NIST's beacon in it, its validity when the pulse was made, the pulse's signature, and
that it leads to an issuer in ``issuers.pem``. Not checked: whether it was revoked.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from hashlib import sha512
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import verification

from dualrandom.errors import CannotTellError, VerificationError

if TYPE_CHECKING:
    import datetime as dt

NAME: Final = "engine.beacon.nist.gov"
LONGEST: Final = 64 * 1024
_FAULTS: Final = (
    *(ValueError, TypeError, UnsupportedAlgorithm),
    *(x509.ExtensionNotFound, x509.DuplicateExtension, x509.InvalidVersion),
    x509.UnsupportedGeneralNameType,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The certificate that a pulse names, and those that came with it."""

    leaf: x509.Certificate
    others: tuple[x509.Certificate, ...]


@cache
def issuers() -> tuple[x509.Certificate, ...]:
    """Return the issuers that this program carries; those without one are roots."""
    data = files("dualrandom.beacons").joinpath("issuers.pem").read_bytes()
    return tuple(x509.load_pem_x509_certificates(data))


def find_certificate(pem: object, digest: bytes) -> Found:
    """Return the certificate whose SHA-512 is ``digest``.

    Args:
        pem: a text of one or more certificates, and nothing else.
        digest: 64 bytes, of the DER form.

    Raises:
        VerificationError: E616, it is not there, or the text is not that of
            certificates.
    """
    if not isinstance(pem, str) or len(pem) > LONGEST:
        raise VerificationError("E616")
    try:
        every = x509.load_pem_x509_certificates(pem.encode("ascii"))
        again = "".join(c.public_bytes(Encoding.PEM).decode() for c in every)
    except _FAULTS as exc:
        raise VerificationError("E616") from exc
    named = [c for c in every if _digest(c) == digest]
    # Line ends may differ; everything else stands there for a certificate.
    if not named or "".join(again.split()) != "".join(pem.split()):
        raise VerificationError("E616")
    return Found(leaf=named[0], others=tuple(c for c in every if c not in named))


def _digest(certificate: x509.Certificate) -> bytes:
    return sha512(certificate.public_bytes(Encoding.DER)).digest()


def check_signature(
    found: Found, signature: bytes, message: bytes, moment: dt.datetime
) -> None:
    """Check a pulse's signature: RSA, PKCS #1 v1.5, SHA-512.

    Raises:
        VerificationError: E617, the certificate is not the beacon's, or was not
            valid at that moment; E618, not its signature.
    """
    leaf = found.leaf
    try:
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        named = NAME in names.value.get_values_for_type(x509.DNSName)
        key = leaf.public_key()
    except _FAULTS as exc:
        raise VerificationError("E617", name=NAME) from exc
    if (
        not named
        or not isinstance(key, RSAPublicKey)
        or not leaf.not_valid_before_utc <= moment <= leaf.not_valid_after_utc
    ):
        raise VerificationError("E617", name=NAME)
    try:
        key.verify(signature, message, PKCS1v15(), SHA512())
    except (InvalidSignature, ValueError, UnsupportedAlgorithm) as exc:
        raise VerificationError("E618") from exc


def check_issuer(found: Found, moment: dt.datetime) -> None:
    """Check that the certificate leads to a known root, as of that moment.

    Raises:
        CannotTellError: E620, it does not: anybody could have made it.
    """
    carried = issuers()
    roots = [c for c in carried if c.subject == c.issuer]
    between = [c for c in carried if c not in roots]
    try:
        (
            verification.PolicyBuilder()
            .store(verification.Store(roots))
            .time(moment)
            .build_server_verifier(x509.DNSName(NAME))
            .verify(found.leaf, [*between, *found.others])
        )
    except (verification.VerificationError, *_FAULTS) as exc:
        raise CannotTellError("E620", issuer=_issuer(found.leaf)) from exc


def _issuer(leaf: x509.Certificate) -> str:
    try:
        return leaf.issuer.rfc4514_string()[:120]
    except _FAULTS:
        return ""
