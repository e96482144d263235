"""seed.txt and randomness.json: each source's value, and what proves it.

A beacon's value is agreed to when its signature was checked, by a checker that the
caller brings; without one, or where it cannot tell, the value is *not checked*.

Spec: draw-v1 §4, §7.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dualrandom.canonical import parse_json_line, sha256
from dualrandom.errors import CannotTellError, VerificationError
from dualrandom.model import is_hex, is_time
from dualrandom.randomness import (
    CHAINS,
    Dice,
    Drand,
    Local,
    Lottery,
    Nist,
    Scheme,
    Source,
    UnknownSource,
    check_value,
    line,
    parse_seed_txt,
    seed_of,
    time_of,
    value_of,
)
from dualrandom.verify.lists import ANNOUNCEMENT, Lists

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dualrandom.randomness import Beacon, BeaconChecker
    from dualrandom.verify.report import Steps

SEED = "seed.txt"
RANDOMNESS = "randomness.json"
_DRAND = ("signature", "previous_signature")
_NIST = ("pulse", "certificate")
_CHAINED_BYTES, _UNCHAINED_BYTES = 96, 48
_FRACTION = re.compile(r"\.[0-9]{1,6}Z$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeded:
    """What the two files came to.

    Attributes:
        seed: None where it cannot be told.
        born: for each source when its value came into being, Unix seconds; None
            where that is not known.
        claimed: when pulses whose signatures were not checked say they were made:
            enough to refuse them, not to agree.
    """

    seed: str | None
    born: tuple[int | None, ...]
    claimed: tuple[int, ...] = ()


def check_commitment(steps: Steps, files: Mapping[str, bytes], commitment: str) -> None:
    """Hold an announcement to what was published of it, unread."""
    lines = files.get(SEED, b"").split(b"\n")
    seeded = lines[1] if len(lines) > 1 else b""
    for named in (seeded, *map(files.get, ("result.json", "log/announce.entry"))):
        if named and commitment.encode() not in named:
            steps.differs("announcement", "E830", ANNOUNCEMENT)
            return


def check_seed(
    steps: Steps,
    lists: Lists,
    files: Mapping[str, bytes],
    commitment: str,
    beacons: BeaconChecker | None,
) -> Seeded:
    """Check seed.txt and randomness.json.

    Args:
        steps: where the outcome goes.
        lists: for the announcement.
        files: bytes by name.
        commitment: SHA-256 of the announcement.
        beacons: checks rounds and pulses; None: nobody here can.

    Spec:
        draw-v1 §4, §7.
    """
    announcement = lists.announcement
    sources = announcement.randomness
    born = [time_of(source) for source in sources]
    if SEED not in files:
        steps.unchecked("seed", "absent", SEED)
        return Seeded(seed=None, born=tuple(born))
    data = files[SEED]
    try:
        named, lines = parse_seed_txt(data)
        if named != commitment:
            steps.differs("seed", "E830", ANNOUNCEMENT)
            return Seeded(seed=None, born=tuple(born))
        values = _values(sources, lines)
    except VerificationError as error:
        steps.refused("seed", error, SEED)
        return Seeded(seed=None, born=tuple(born))
    steps.agrees("seed", SEED)
    claimed = []
    proofs = _read_proofs(steps, files, len(values))
    for i, (source, value) in enumerate(zip(sources, values, strict=True)):
        proof = None if proofs is None else proofs[i]
        try:
            check_value(source, value, announcement.draw)
        except VerificationError as error:
            steps.refused("source", error, SEED)
            continue
        if isinstance(source, Drand | Nist):
            checked = _check_beacon(steps, source, value, proof, beacons)
            if isinstance(source, Nist) and proof is not None and checked is None:
                claimed += claimed_times(proof)
            born[i] = born[i] if checked is None else checked.moment
        else:
            _check_source(steps, source, value, proof)
    return Seeded(seed=seed_of(data), born=tuple(born), claimed=tuple(claimed))


def _values(sources: Sequence[Source], lines: Sequence[str]) -> list[str]:
    if len(lines) != len(sources):
        raise VerificationError("E602", line=f"({len(lines)})")
    return [_value(source, text) for source, text in zip(sources, lines, strict=True)]


def _value(source: Source, text: str) -> str:
    if isinstance(source, UnknownSource):
        # Words separated by one space: that much holds for every source.
        kind, *words = text.split(" ")
        if kind != source.kind or not all(words):
            raise VerificationError("E602", line=text[:120])
        return " ".join(words)
    return value_of(source, text)


def _read_proofs(
    steps: Steps, files: Mapping[str, bytes], count: int
) -> list[dict[str, Any]] | None:
    if RANDOMNESS not in files:
        steps.unchecked("proofs", "absent", RANDOMNESS)
        return None
    try:
        value = parse_json_line(files[RANDOMNESS], signed=False)
    except VerificationError as error:
        steps.refused("proofs", error, RANDOMNESS)
        return None
    if (
        not isinstance(value, list)
        or len(value) != count
        or not all(isinstance(proof, dict) for proof in value)
    ):
        steps.differs("proofs", "E831", RANDOMNESS)
        return None
    steps.agrees("proofs", RANDOMNESS)
    return value


def _check_source(
    steps: Steps, source: Source, value: str, proof: dict[str, Any] | None
) -> None:
    match source:
        case Lottery():
            _check_bare(steps, proof)
            steps.people(
                "source",
                "people_lottery",
                SEED,
                game=source.game,
                issue=source.issue,
                value=value,
            )
        case Dice():
            _check_bare(steps, proof)
            steps.people("source", "people_dice", SEED, value=value)
        case Local():
            _check_bare(steps, proof)
            steps.unchecked("source", "local", SEED)
        case UnknownSource():
            steps.unchecked("source", "unknown_kind", ANNOUNCEMENT, kind=source.kind)
        case _:
            _check_bare(steps, proof)
            steps.agrees("source", SEED, kind="sealed")


def _check_bare(steps: Steps, proof: dict[str, Any] | None) -> None:
    for field in sorted(proof or ()):
        steps.unchecked("proofs", "unknown_field", RANDOMNESS, field=field)


def _check_beacon(
    steps: Steps,
    source: Drand | Nist,
    value: str,
    proof: dict[str, Any] | None,
    beacons: BeaconChecker | None,
) -> Beacon | None:
    """Check a beacon's value against its proof; return it if it is proven."""
    if proof is None:
        steps.unchecked("source", "signature", RANDOMNESS)
        return None
    if not _fits(source, value, proof):
        steps.differs("source", "E832", RANDOMNESS)
        return None
    known = _DRAND if isinstance(source, Drand) else _NIST
    _check_bare(steps, {k: v for k, v in proof.items() if k not in known})
    if beacons is None:
        steps.unchecked("source", "signature", RANDOMNESS)
        return None
    try:
        beacon = beacons(source, proof)
    except CannotTellError as error:
        steps.unchecked("source", error.code, RANDOMNESS, **error.params)
        return None
    except VerificationError as error:
        steps.refused("source", error, RANDOMNESS)
        return None
    if beacon.value != value:
        steps.differs("source", "E832", RANDOMNESS)
        return None
    steps.agrees("source", RANDOMNESS, kind=line(source, "").strip())
    return beacon


def _fits(source: Drand | Nist, value: str, proof: dict[str, Any]) -> bool:
    """Say whether a proof is of this value: all that takes no public key."""
    if isinstance(source, Drand):
        return _fits_drand(source, value, proof)
    pulse = proof.get("pulse")
    return (
        isinstance(pulse, dict)
        and (
            pulse.get("chainIndex"),
            pulse.get("pulseIndex"),
            str(pulse.get("outputValue")).lower(),
        )
        == (source.chain, source.pulse, value)
        and isinstance(proof.get("certificate"), str)
        and proof["certificate"] != ""
        and len(claimed_times(proof)) > 0
    )


def _fits_drand(source: Drand, value: str, proof: dict[str, Any]) -> bool:
    signatures = [proof[name] for name in _DRAND if name in proof]
    if "signature" not in proof or not all(map(_is_bytes, signatures)):
        return False
    if sha256(bytes.fromhex(signatures[0])) != value:
        return False
    chain = CHAINS.get(source.chain)
    if chain is None:
        return True
    chained = chain.scheme is Scheme.CHAINED
    due = 2 * (_CHAINED_BYTES if chained else _UNCHAINED_BYTES)
    return len(signatures[0]) == due and len(signatures) == 1 + chained


def _is_bytes(value: object) -> bool:
    return (
        isinstance(value, str)
        and value != ""
        and len(value) % 2 == 0
        and is_hex(value, len(value))
    )


def claimed_times(proof: object) -> list[int]:
    """Return when a pulse says that it was made, if it says it as it should.

    Args:
        proof: of a NIST source, as it stands in randomness.json.
    """
    pulse = proof.get("pulse") if isinstance(proof, dict) else None
    stamp = str(pulse.get("timeStamp")) if isinstance(pulse, dict) else ""
    claimed = _FRACTION.sub("Z", stamp)
    if not is_time(claimed):
        return []
    return [int(dt.datetime.fromisoformat(claimed).timestamp())]
