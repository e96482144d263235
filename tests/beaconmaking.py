"""Beacons of our own: a drand chain and a NIST beacon whose keys everybody can know.

Test only. Everything follows from fixed words, so that every run makes the same bytes.

    chain = TestChain(Scheme.UNCHAINED_G1)
    chain.round(7)      # as a relay publishes it, signed
    pulse(index=5, moment=…)  # as NIST publishes it, signed under CERTIFICATE
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from dualrandom.beacons.bls import TAGS, load_library
from dualrandom.randomness import Chain, Scheme

if TYPE_CHECKING:
    from collections.abc import Iterator

ECC = load_library()
"""Never imported bare: it would lift the limit on nesting for all other tests."""
ORDER: int = ECC.curve.curve_order
BEACON_NAME = "engine.beacon.nist.gov"
NO_VALUE = "0" * 128
PREFIX = "https://beacon.example/beacon/2.0/chain"
VALID_FROM = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
VALID_TO = dt.datetime(2120, 1, 1, tzinfo=dt.UTC)


# ── drand ────────────────────────────────────────────────────────────────────


def scalar(words: str) -> int:
    return int.from_bytes(hashlib.sha256(words.encode()).digest(), "big") % ORDER


def g1_bytes(point: Any) -> bytes:
    return ECC.points.compress_G1(point).to_bytes(48, "big")


def g2_bytes(point: Any) -> bytes:
    halves = ECC.points.compress_G2(point)
    return b"".join(half.to_bytes(48, "big") for half in halves)


@dataclass(frozen=True)
class TestChain:
    """A chain that signs whatever it is asked to."""

    __test__ = False

    scheme: Scheme
    genesis: int = 1692803367
    period: int = 3
    secret: int = field(default_factory=lambda: scalar("test only: a drand chain"))

    def known(self) -> Chain:
        """Return the chain as a program would know it."""
        key = (
            g1_bytes(ECC.curve.multiply(ECC.curve.G1, self.secret))
            if self.scheme is Scheme.CHAINED
            else g2_bytes(ECC.curve.multiply(ECC.curve.G2, self.secret))
        )
        return Chain(
            name="quicknet",
            genesis=self.genesis,
            period=self.period,
            scheme=self.scheme,
            key=key.hex(),
        )

    def sign(self, message: bytes) -> bytes:
        digest, tag = hashlib.sha256(message).digest(), TAGS[self.scheme]
        if self.scheme is Scheme.CHAINED:
            point = ECC.hash_to_curve.hash_to_G2(digest, tag, hashlib.sha256)
            return g2_bytes(ECC.curve.multiply(point, self.secret))
        point = ECC.hash_to_curve.hash_to_G1(digest, tag, hashlib.sha256)
        return g1_bytes(ECC.curve.multiply(point, self.secret))

    def round(self, number: int, previous: bytes = b"\x5a" * 96) -> dict[str, Any]:
        """Return a round as a relay publishes it."""
        counter = number.to_bytes(8, "big")
        chained = self.scheme is Scheme.CHAINED
        signature = self.sign(previous + counter if chained else counter)
        made: dict[str, Any] = {
            "round": number,
            "randomness": hashlib.sha256(signature).hexdigest(),
            "signature": signature.hex(),
        }
        return made | ({"previous_signature": previous.hex()} if chained else {})


# ── NIST ─────────────────────────────────────────────────────────────────────


def is_prime(n: int) -> bool:
    """Miller and Rabin, with bases enough for numbers that nobody chose."""
    if any(n % p == 0 for p in (3, 5, 7, 11, 13, 17, 19, 23, 29, 31)):
        return False
    odd, twos = n - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for base in (2, 3, 5, 7, 11, 13, 17):
        x = pow(base, odd, n)
        if x in (1, n - 1):
            continue
        for _ in range(twos - 1):
            x = x * x % n
            if x == n - 1:
                break
        else:
            return False
    return True


def prime(words: str, bits: int) -> int:
    made = b"".join(
        hashlib.sha512(f"{words} {i}".encode()).digest() for i in range(bits // 512)
    )
    # The two highest bits make the product as long as it should be.
    n = int.from_bytes(made, "big") | 3 << bits - 2 | 1
    while not is_prime(n):
        n += 2
    return n


@cache
def rsa_key(words: str) -> rsa.RSAPrivateKey:
    """Return the one RSA key of 2,048 bits that these words give."""
    p, q = prime(f"{words} p", 1024), prime(f"{words} q", 1024)
    d = pow(65537, -1, (p - 1) * (q - 1))
    return rsa.RSAPrivateNumbers(
        p=p,
        q=q,
        d=d,
        dmp1=d % (p - 1),
        dmq1=d % (q - 1),
        iqmp=rsa.rsa_crt_iqmp(p, q),
        public_numbers=rsa.RSAPublicNumbers(65537, p * q),
    ).private_key()


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


@cache
def issuer() -> x509.Certificate:
    """Return the root that answers for the test beacon."""
    key = rsa_key("test only: issuer").public_key()
    usage = dict.fromkeys(
        (
            *("digital_signature", "content_commitment", "key_encipherment"),
            *("data_encipherment", "key_agreement", "encipher_only", "decipher_only"),
        ),
        False,
    )
    return (
        x509.CertificateBuilder()
        .subject_name(_name("test issuer"))
        .issuer_name(_name("test issuer"))
        .public_key(key)
        .serial_number(1)
        .not_valid_before(VALID_FROM)
        .not_valid_after(VALID_TO)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(key_cert_sign=True, crl_sign=True, **usage), critical=True
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .sign(rsa_key("test only: issuer"), hashes.SHA256())
    )


@cache
def certificate(
    *,
    name: str = BEACON_NAME,
    signer: str = "test only: issuer",
    key: str = "test only: beacon",
    until: dt.datetime = VALID_TO,
) -> x509.Certificate:
    """Return the test beacon's certificate, or one that is almost that."""
    public = rsa_key(key).public_key()
    above = rsa_key(signer).public_key()
    return (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(_name("test issuer"))
        .public_key(public)
        .serial_number(2)
        .not_valid_before(VALID_FROM)
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False
        )
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False
        )
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(above), critical=False
        )
        .sign(rsa_key(signer), hashes.SHA256())
    )


def pem(made: x509.Certificate) -> str:
    return made.public_bytes(Encoding.PEM).decode()


def serialised(made: dict[str, Any]) -> bytes:
    """Return what is signed, spelt out once more as NISTIR 8213 has it."""

    def text(words: str) -> bytes:
        return len(words.encode()).to_bytes(4, "big") + words.encode()

    def value(digits: str) -> bytes:
        return (len(digits) // 2).to_bytes(4, "big") + bytes.fromhex(digits)

    out = text(made["uri"]) + text(made["version"])
    out += made["cipherSuite"].to_bytes(4, "big") + made["period"].to_bytes(4, "big")
    out += value(made["certificateId"])
    out += made["chainIndex"].to_bytes(8, "big") + made["pulseIndex"].to_bytes(8, "big")
    out += text(made["timeStamp"]) + value(made["localRandomValue"])
    out += value(made["external"]["sourceId"])
    out += made["external"]["statusCode"].to_bytes(4, "big")
    out += value(made["external"]["value"])
    for earlier in made["listValues"]:
        out += value(earlier["value"])
    out += value(made["precommitmentValue"])
    return out + made["statusCode"].to_bytes(4, "big")


def pulse(
    index: int,
    moment: dt.datetime,
    *,
    chain: int = 2,
    signed_by: x509.Certificate | None = None,
    key: str = "test only: beacon",
    **changed: Any,
) -> dict[str, Any]:
    """Return a pulse as NIST publishes it, signed after the changes were made."""
    named = signed_by or certificate()
    der = named.public_bytes(Encoding.DER)
    made: dict[str, Any] = {
        "uri": f"{PREFIX}/{chain}/pulse/{index}",
        "version": "2.0",
        "cipherSuite": 0,
        "period": 60000,
        "certificateId": hashlib.sha512(der).hexdigest(),
        "chainIndex": chain,
        "pulseIndex": index,
        "timeStamp": moment.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "localRandomValue": hashlib.sha512(b"local").hexdigest().upper(),
        "external": {"sourceId": NO_VALUE, "statusCode": 0, "value": NO_VALUE},
        "listValues": [
            {
                "uri": f"{PREFIX}/{chain}/pulse/{index - 1}",
                "type": kind,
                "value": hashlib.sha512(kind.encode()).hexdigest().upper(),
            }
            for kind in ("previous", "hour", "day", "month", "year")
        ],
        "precommitmentValue": hashlib.sha512(b"next").hexdigest().upper(),
        "statusCode": 0,
    } | changed
    message = serialised(made)
    signature = rsa_key(key).sign(message, padding.PKCS1v15(), hashes.SHA512())
    made["signatureValue"] = signature.hex().upper()
    made["outputValue"] = hashlib.sha512(message + signature).hexdigest().upper()
    return made


def published(made: dict[str, Any]) -> bytes:
    """Return JSON as people publish it: not canonical."""
    return json.dumps(made, indent=2).encode()


# ── a relay ──────────────────────────────────────────────────────────────────

PROXIES = ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY")


class Relay:
    """A server of this machine that answers as it is told to.

    Attributes:
        pages: what it answers by path.
        moved: where it sends whoever asks.
        chain: signs any round that is asked for.
        asked: all paths so far.
    """

    def __init__(self, chain: TestChain | None = None) -> None:
        self.pages: dict[str, bytes] = {}
        self.moved: dict[str, str] = {}
        self.chain = chain
        self.asked: list[str] = []
        self.base = ""

    def answer(self, path: str) -> bytes | None:
        self.asked.append(path)
        if path in self.pages:
            return self.pages[path]
        words = path.split("/")
        if self.chain is not None and words[-2:-1] == ["public"]:
            return published(self.chain.round(int(words[-1])))
        return None

    @contextmanager
    def serving(self) -> Iterator[Relay]:
        relay = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = relay.answer(self.path)
                if self.path in relay.moved:
                    self.send_response(302)
                    self.send_header("Location", relay.moved[self.path])
                    self.end_headers()
                elif body is None:
                    self.send_error(404)
                else:
                    self.send_response(200)
                    self.end_headers()
                    self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join()
