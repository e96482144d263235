"""seed.txt and randomness.json: each source's value, and what proves it.

A beacon's value is agreed to when its signature was checked, by a checker that the
caller brings; without one, or where it cannot tell, the value is *not checked*.

Spec: draw-v1 §4, §7.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dualrandom.canonical import parse_json_line, sha256
from dualrandom.errors import CannotTellError, VerificationError
from dualrandom.model import is_hex, is_time
from dualrandom.randomness import (
    Dice,
    Drand,
    Local,
    Lottery,
    Nist,
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
_FRACTION = re.compile(r"\.[0-9]{1,6}Z$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeded:
    """What the two files came to.

    Attributes:
        seed: None where it cannot be told.
        born: for each source when its value came into being, Unix seconds; None
            where that is not known.
    """

    seed: str | None
    born: tuple[int | None, ...]


def check_commitment(steps: Steps, files: Mapping[str, bytes], commitment: str) -> None:
    """Hold an announcement that cannot be read to what was published of it."""
    entry = files.get("log/announce.entry", b"")
    lines = files.get(SEED, b"").split(b"\n")
    seeded = lines[1] if len(lines) > 1 else b""
    for named in (seeded, entry):
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
                _check_claim(steps, announcement.announced, proof)
            born[i] = born[i] if checked is None else checked.moment
        else:
            _check_source(steps, source, value, proof)
    return Seeded(seed=seed_of(data), born=tuple(born))


def _values(sources: Sequence[Source], lines: Sequence[str]) -> list[str]:
    if len(lines) != len(sources):
        raise VerificationError("E602", line=f"({len(lines)})")
    return [value_of(source, text) for source, text in zip(sources, lines, strict=True)]


def _read_proofs(
    steps: Steps, files: Mapping[str, bytes], count: int
) -> list[dict[str, Any]] | None:
    if RANDOMNESS not in files:
        steps.unchecked("proofs", "absent", RANDOMNESS)
        return None
    try:
        value = parse_json_line(files[RANDOMNESS])
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
        signature = proof.get("signature")
        if not isinstance(signature, str) or not is_hex(signature, len(signature)):
            return False
        return not len(signature) % 2 and sha256(bytes.fromhex(signature)) == value
    pulse = proof.get("pulse")
    return isinstance(pulse, dict) and (
        pulse.get("chainIndex"),
        pulse.get("pulseIndex"),
        str(pulse.get("outputValue")).lower(),
    ) == (source.chain, source.pulse, value)


def _check_claim(steps: Steps, announced: str, proof: dict[str, Any]) -> None:
    """A pulse that itself claims to be older than the announcement is of no use."""
    pulse = proof.get("pulse")
    stamp = str(pulse.get("timeStamp")) if isinstance(pulse, dict) else ""
    claimed = _FRACTION.sub("Z", stamp)
    if is_time(claimed) and claimed <= announced:
        steps.differs("order", "E855", RANDOMNESS)
