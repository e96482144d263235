"""Where a draw's randomness comes from, and how it becomes a seed and a key.

Border: text and digests. No value is made or fetched here; whoever has one hands it
in. Beacon signatures are checked elsewhere; here is the grammar of every source.

- A source is announced before its value exists; a value is one word of seed.txt.
- ``seed`` is the first 32 hex characters of SHA-256(seed.txt).
- ``key`` is the seed, or depends also on a salt that was frozen with the lists.

    dualrandom/1
    4f0c… (commitment)
    sealed 县纪委监委 7c1e… (secret)
    dice 63454660390103169462

Spec: draw-v1 §4.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Protocol

from dualrandom.canonical import sha256
from dualrandom.errors import VerificationError
from dualrandom.model import MAX_INT, is_hex, is_id

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PROTOCOL: Final = "dualrandom/1"
MIN_DICE: Final = 20
_DIGITS = re.compile(r"[0-9]+")
_ISSUE = re.compile(r"[0-9A-Za-z-]{1,32}")
_NUMBERS = re.compile(r"[0-9]{2}(\.[0-9]{2})*\+[0-9]{2}(\.[0-9]{2})*")

GAMES: Final = {"ssq": ((6, 33), (1, 16)), "dlt": ((5, 35), (2, 12))}
"""How many balls of how many, in each of the two groups of a lottery."""


class Scheme(StrEnum):
    """How a drand chain signs its rounds; named as drand names it."""

    CHAINED = "pedersen-bls-chained"
    UNCHAINED_G1 = "bls-unchained-g1-rfc9380"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """A drand chain that this program knows: its key, and when its rounds come.

    Attributes:
        genesis: Unix seconds of round 1.
        period: seconds between rounds.
        key: the public key, hex: 48 bytes where rounds are chained, else 96.
    """

    name: str
    genesis: int
    period: int
    scheme: Scheme
    key: str


CHAINS: Final = {
    "8990e7a9aaed2ffed73dbd7092123d6f289930540d7651336225dc172e51b2ce": Chain(
        name="default",
        genesis=1595431050,
        period=30,
        scheme=Scheme.CHAINED,
        key=(
            "868f005eb8e6e4ca0a47c8a77ceaa5309a47978a7c71bc5c"
            "ce96366b5d7a569937c529eeda66c7293784a9402801af31"
        ),
    ),
    "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971": Chain(
        name="quicknet",
        genesis=1692803367,
        period=3,
        scheme=Scheme.UNCHAINED_G1,
        key=(
            "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c"
            "8c4b450b6a0a6c3ac6a5776a2d1064510d1fec758c921cc22b0e17e63aaf4bcb"
            "5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a"
        ),
    ),
}
"""By chain hash, which is made from these very parameters."""

QUICKNET: Final = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drand:
    """A round of a drand chain: randomness from outside."""

    chain: str
    round: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Nist:
    """A pulse of NIST's beacon: randomness from outside."""

    chain: int
    pulse: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lottery:
    """A public lottery's issue: from outside, compared by people."""

    game: str
    issue: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A party's secret, bound by its commitment before anything else is known."""

    party: str
    commitment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dice:
    """``count`` rolls of a ten-sided die, before witnesses."""

    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Local:
    """The operating system's random numbers: proves nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownSource:
    """A kind that this program does not know: never *agrees*."""

    kind: str


Source = Drand | Nist | Lottery | Sealed | Dice | Local | UnknownSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Beacon:
    """A beacon's value whose signature was checked.

    Attributes:
        value: the last word of its line in seed.txt.
        moment: when it came into being, Unix seconds.
    """

    value: str
    moment: int


class BeaconChecker(Protocol):
    """Checks what proves a beacon's value; the core does no such cryptography."""

    def __call__(self, source: Drand | Nist, proof: Mapping[str, object], /) -> Beacon:
        """Return the value that a source's entry in randomness.json proves.

        Raises:
            VerificationError: it proves nothing.
            CannotTellError: a key, an issuer or a library is not known here.
        """


class Standing(StrEnum):
    """What a draw may be called, before the order in time is looked at."""

    PUBLIC = "public"
    PARTIES = "parties"
    WITNESSED = "witnessed"
    NONE = "none"


def is_outside(source: Source) -> bool:
    """Say whether a source's value comes from outside the office."""
    return isinstance(source, Drand | Nist | Lottery)


def standing(sources: Sequence[Source], approved: frozenset[str]) -> Standing:
    """Return what a draw with these sources may be called.

    Args:
        sources: as announced.
        approved: parties whose own keys approved the announcement.

    Spec:
        draw-v1 §4, "What a draw may be called".
    """
    if any(map(is_outside, sources)):
        return Standing.PUBLIC
    parties = {s.party for s in sources if isinstance(s, Sealed)}
    if len(parties) > 1 and parties <= approved:
        return Standing.PARTIES
    if any(isinstance(s, Dice) for s in sources):
        return Standing.WITNESSED
    return Standing.NONE


def time_of(source: Source) -> int | None:
    """Return when a drand round comes into being, in Unix seconds, if known."""
    if isinstance(source, Drand) and source.chain in CHAINS:
        chain = CHAINS[source.chain]
        return chain.genesis + (source.round - 1) * chain.period
    return None


def first_round(chain: str, moment: int) -> Drand:
    """Return the first round of a known chain at or after a moment.

    Args:
        chain: hash of a chain in :data:`CHAINS`.
        moment: Unix seconds.
    """
    known = CHAINS[chain]
    rounds = -((known.genesis - moment) // known.period)
    return Drand(chain=chain, round=1 + max(0, rounds))


def commitment_of(draw: str, party: str, secret: str) -> str:
    """Return the commitment of a party's secret, hex. Spec: draw-v1 §4 (sealed)."""
    return sha256(f"{draw} {party} {secret}".encode())


def line(source: Source, value: str) -> str:
    """Return a source's line of seed.txt, without LF.

    Args:
        source: as announced; not of an unknown kind.
        value: its last word; ``""`` is no value.

    Spec:
        draw-v1 §4, the table of sources.
    """
    words: tuple[str, ...]
    match source:
        case Drand():
            words = ("drand", source.chain, str(source.round))
        case Nist():
            words = ("nist", str(source.chain), str(source.pulse))
        case Lottery():
            words = ("lottery", source.game, source.issue)
        case Sealed():
            words = ("sealed", source.party)
        case Dice():
            words = ("dice",)
        case Local():
            words = ("local",)
        case UnknownSource():
            words = (source.kind,)
    return " ".join((*words, value))


def seed_txt(commitment: str, lines: Sequence[str]) -> bytes:
    """Return seed.txt. Spec: draw-v1 §4."""
    return "".join(f"{text}\n" for text in (PROTOCOL, commitment, *lines)).encode()


def parse_seed_txt(data: bytes) -> tuple[str, tuple[str, ...]]:
    """Return the commitment and the source lines of seed.txt.

    Raises:
        VerificationError: E601, not a seed.txt.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as exc:
        raise VerificationError("E601") from exc
    protocol, _, rest = text.partition("\n")
    commitment, _, tail = rest.partition("\n")
    if (
        protocol != PROTOCOL
        or not is_hex(commitment, 64)
        or not tail.endswith("\n")
        or any(not text for text in tail[:-1].split("\n"))
    ):
        raise VerificationError("E601")
    return commitment, tuple(tail[:-1].split("\n"))


def value_of(source: Source, text: str) -> str:
    """Return the value in a line of seed.txt that belongs to this source.

    Raises:
        VerificationError: E602, the line is not this source's.
    """
    prefix = line(source, "")
    if not text.startswith(prefix):
        raise VerificationError("E602", line=text[:120])
    return text.removeprefix(prefix)


def check_value(source: Source, value: str, draw: str) -> None:
    """Check the grammar of a value, and a party's secret against its commitment.

    Raises:
        VerificationError: E603, not a value of this kind; E604, too few or too many
            dice; E605, the secret does not open the commitment.

    Spec:
        draw-v1 §4, the table of sources.
    """
    match source:
        case Drand() | Local() | Sealed():
            ok = is_hex(value, 64)
        case Nist():
            ok = is_hex(value, 128)
        case Lottery():
            ok = _is_numbers(source.game, value)
        case Dice():
            if not _DIGITS.fullmatch(value) or not value.isascii():
                raise VerificationError("E603", value=value[:80])
            if len(value) != source.count:
                raise VerificationError("E604", count=len(value), need=source.count)
            ok = True
        case UnknownSource():
            ok = True
    if not ok:
        raise VerificationError("E603", value=value[:80])
    if isinstance(source, Sealed) and source.commitment != commitment_of(
        draw, source.party, value
    ):
        raise VerificationError("E605", party=source.party)


def _is_numbers(game: str, value: str) -> bool:
    if not _NUMBERS.fullmatch(value) or not value.isascii():
        return False
    for text, (count, highest) in zip(value.split("+"), GAMES[game], strict=True):
        balls = [int(ball) for ball in text.split(".")]
        if (
            len(balls) != count
            or balls != sorted(set(balls))
            or balls[0] < 1
            or balls[-1] > highest
        ):
            return False
    return True


def check_sources(sources: Sequence[Source]) -> None:
    """Check what an announcement may name as randomness.

    Raises:
        VerificationError: E606, no source, or local beside others; E607, fewer than
            20 dice; E801, a field of a source is not as it must be.

    Spec:
        draw-v1 §4, the table of sources.
    """
    if not sources or (len(sources) > 1 and any(isinstance(s, Local) for s in sources)):
        raise VerificationError("E606")
    for source in sources:
        match source:
            case Drand():
                ok = is_hex(source.chain, 64) and 1 <= source.round <= MAX_INT
            case Nist():
                ok = 0 <= source.chain <= MAX_INT and 0 <= source.pulse <= MAX_INT
            case Lottery():
                ok = source.game in GAMES and bool(_ISSUE.fullmatch(source.issue))
            case Sealed():
                ok = is_id(source.party) and is_hex(source.commitment, 64)
            case Dice():
                if source.count < MIN_DICE:
                    raise VerificationError("E607", count=source.count)
                ok = source.count <= MAX_INT
            case _:
                ok = True
        if not ok:
            raise VerificationError("E801", field="randomness", value=str(source)[:80])


def seed_of(data: bytes) -> str:
    """Return the seed: 32 hex characters. Spec: draw-v1 §4."""
    return sha256(data)[:32]


def key_of(seed: str, salt: str | None) -> str:
    """Return the key of the draw: 32 hex characters.

    Args:
        seed: 32 hex characters.
        salt: of strata.tsv, 32 hex characters; None where strata.tsv is public.

    Spec:
        draw-v1 §4, "Key".
    """
    return seed if salt is None else sha256(f"{seed},{salt}".encode())[:32]


def drawn_salt(salt: str, name: str) -> str:
    """Return the salt of a drawn file, from that of inspectors.tsv.

    Spec:
        draw-v1 §1: so that a second run makes the same bytes.
    """
    return sha256(f"{salt},{name}".encode())[:32]
