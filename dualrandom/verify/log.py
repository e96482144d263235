"""A draw's place in the audit log: its acts, one end, witnesses, the order in time.

Trust comes from the reader: a policy, or a genesis entry kept from elsewhere.

Spec: draw-v1 §2 (``log/``), §3 "One end", §4 (order in time), §7.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from dualrandom.errors import VerificationError
from dualrandom.logreport import Weight
from dualrandom.randomness import (
    Dice,
    Local,
    Lottery,
    Sealed,
    Standing,
    UnknownSource,
    is_outside,
    standing,
)
from dualrandom.succession import Succession
from dualrandom.verify.acts import Act, Logged, policy_at, trusted
from dualrandom.verify.verdicts import check_verdicts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dualrandom.announcement import Announcement
    from dualrandom.notes import Verifier
    from dualrandom.verify.acts import Trust
    from dualrandom.verify.report import Steps

ACTS: Final = ("announce", "result", "abandon")
LOG_FILES: Final = tuple(
    f"log/{act}.{kind}" for act in ACTS for kind in ("entry", "tlog-proof")
)
LEAD: Final = 600
"""Seconds by which a witness must have seen the announcement before the value."""
LAST: Final = 253402300799
"""The end of the year 9999: a later time is none."""
PROOF: Final = "log/announce.tlog-proof"
RESULT: Final = "log/result.entry"
ABANDON: Final = "log/abandon.entry"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What the log says of the draw."""

    standing: Standing
    unwitnessed: bool


def check_log(
    steps: Steps,
    *,
    announcement: Announcement,
    commitment: str,
    files: Mapping[str, bytes],
    verifier: Verifier,
    trust: Trust | None,
    born: Sequence[int | None],
    claimed: Sequence[int] = (),
) -> Place:
    """Check the entries and proofs in ``log/``, and what they say of the order.

    Args:
        steps: where the outcome goes.
        announcement: what the entries should speak of.
        commitment: its SHA-256.
        files: bytes by name.
        verifier: checks Ed25519 signatures.
        trust: whom the reader trusts; None: nobody is known.
        born: for each source when its value came into being, Unix seconds, if known.
        claimed: when unchecked values say that they came into being.
    """
    if isinstance(trust, Succession) and trust.followed:
        _check_succession(steps, trust)
        check_verdicts(
            steps,
            trust,
            announcement=announcement,
            commitment=commitment,
            files=files,
            verifier=verifier,
        )
    logged: dict[str, Logged] = {}
    for act in ACTS:
        if any(f"log/{act}.{part}" in files for part in ("entry", "tlog-proof")):
            made = Act(steps, act, files=files, verifier=verifier, trust=trust)
            found = made.check(announcement, commitment)
            if found is not None:
                logged[act] = found
        elif act == "announce":
            steps.unchecked(f"{act}_entry", "no_log", f"log/{act}.entry")
    _check_end(steps, files)
    _check_sequence(steps, logged)
    early = min((moment for moment in (*born, *claimed) if moment), default=None)
    witnessed = False
    if not _is_early(steps, announcement, logged, early):
        witnessed = _check_order(steps, announcement, logged, trust, born)
    called = standing(announcement.randomness, _parties(steps, logged, announcement))
    kinds = set(map(type, announcement.randomness))
    if called is Standing.NONE and not kinds & {Local, UnknownSource}:
        # Nothing vouches for the randomness: not an agreement, whatever else agrees.
        steps.unchecked("order", "not_verifiable", PROOF)
    return Place(standing=called, unwitnessed=not witnessed)


def _check_succession(steps: Steps, known: Succession) -> None:
    """Say how far the log at hand was followed, and what was wrong with it."""
    for found in known.findings:
        file = "log" if found.seq is None else f"{found.seq}.entry"
        params: dict[str, Any] = dict(found.params)
        say = steps.refused if found.weight is Weight.DIFFERS else steps.untold
        say("log_keys", VerificationError(found.code, **params), file)
    if not known.findings:
        steps.agrees("log_keys", count=known.size)


def _check_end(steps: Steps, files: Mapping[str, bytes]) -> None:
    """Check that the draw has one end. Spec: draw-v1 §3."""
    results = [name for name in ("result.json", RESULT) if name in files]
    if ABANDON in files and results:
        steps.differs("abandon_entry", "E851", ABANDON)
    elif ABANDON not in files and RESULT not in files:
        code = "no_log" if results else "not_yet"
        steps.unchecked("result_entry", code, RESULT)


def _check_sequence(steps: Steps, logged: Mapping[str, Logged]) -> None:
    """Check that the end follows the announcement, in the same log."""
    first = logged.get("announce")
    for act in ACTS[1:]:
        last = logged.get(act)
        if first is None or last is None:
            continue
        a, b = first.entry, last.entry
        follows = a.log == b.log and a.seq < b.seq
        if follows and b.seq == a.seq + 1:
            follows = b.prev == first.leaf.hex()
        if first.signed is not None and last.signed is not None:
            one, other = first.signed.checkpoint, last.signed.checkpoint
            # Two roots for one size: a forked log.
            follows = follows and (one.size != other.size or one.root == other.root)
        if not follows:
            steps.differs(f"{act}_entry", "E851", f"log/{act}.entry")


def _is_early(
    steps: Steps,
    announcement: Announcement,
    logged: Mapping[str, Logged],
    early: int | None,
) -> bool:
    """Say whether a value could be known when the draw was announced, or logged."""
    first = logged.get("announce")
    said = [(announcement.announced, "announcement.json")]
    said += [(first.entry.time, "log/announce.entry")] if first is not None else []
    for moment, file in said:
        if early is not None and early <= _seconds(moment):
            steps.differs("order", "E855", file)
            return True
    return False


def _check_order(
    steps: Steps,
    announcement: Announcement,
    logged: Mapping[str, Logged],
    trust: Trust | None,
    born: Sequence[int | None],
) -> bool:
    """Say whether a trusted witness saw the announcement before the randomness."""
    every = zip(announcement.randomness, born, strict=True)
    times = [moment for source, moment in every if is_outside(source)]
    known = [moment for moment in times if moment is not None]
    first = logged.get("announce")
    if first is None or first.signed is None:
        return False
    if any(isinstance(source, Local) for source in announcement.randomness):
        steps.unchecked("order", "local", PROOF)
        return False
    _, witnesses = trusted(policy_at(trust, first.signed.checkpoint.size))
    seen = [
        s.time
        for s in first.cosigned
        if s.key in witnesses and s.time is not None and s.time <= LAST
    ]
    kinds = set(map(type, announcement.randomness))
    if not seen or UnknownSource in kinds:
        steps.unchecked("order", "no_witness", PROOF)
    elif Dice in kinds and times:
        # Dice rolled after the other value decide alone; only the log knows when.
        steps.unchecked("order", "dice_time", PROOF)
    elif not known and Lottery in kinds:
        steps.people("order", "people_lottery_time", PROOF, time=_stamp(min(seen)))
        return True
    elif _in_time(first, logged, min(seen), times):
        steps.agrees("order", PROOF)
        return True
    else:
        steps.unchecked("order", "no_witness", PROOF)
    return False


def _in_time(
    first: Logged,
    logged: Mapping[str, Logged],
    seen: int,
    times: Sequence[int | None],
) -> bool:
    """Say whether a witness saw the announcement early enough.

    One outside value of known time suffices. Without an outside source the tree
    that was cosigned must not yet have held the end of the draw.
    """
    if times:
        return any(time is not None and seen + LEAD <= time for time in times)
    last = logged.get("result") or logged.get("abandon")
    if last is None or first.signed is None:
        return False
    return first.signed.checkpoint.size <= last.entry.seq


def _stamp(seconds: int) -> str:
    moment = dt.datetime.fromtimestamp(seconds, dt.UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _seconds(moment: str) -> int:
    return int(dt.datetime.fromisoformat(moment).timestamp())


def _parties(
    steps: Steps, logged: Mapping[str, Logged], announcement: Announcement
) -> frozenset[str]:
    """Return the parties whose own keys approved the announcement."""
    first = logged.get("announce")
    sources = announcement.randomness
    parties = sorted({s.party for s in sources if isinstance(s, Sealed)})
    if first is None:
        return frozenset()
    approvers = sorted(key.name for key in first.approvers)
    found, told = approving(parties, first.named, approvers)
    if standing(sources, found) is Standing.PARTIES:
        said = {"parties": ", ".join(parties), "keys": ", ".join(approvers)}
        file = "log/announce.entry"
        if told:
            steps.agrees("parties", file, keys=said["keys"])
        else:
            steps.people("parties", "people_parties", file, **said)
    return found


def approving(
    parties: Iterable[str], keys: Iterable[str], approvers: Iterable[str]
) -> tuple[frozenset[str], bool]:
    """Return which parties' own keys approved, and whether the names alone tell it.

    A key whose name begins with a party's name and a slash is that party's own, and
    nobody else's. For the other parties any further approving key may stand, one each:
    whose these are, people compare.

    Args:
        parties: of sealed sources.
        keys: names of the supervisors' keys of that moment.
        approvers: names of those that approved.

    Spec:
        draw-v1 §4, "What a draw may be called".
    """
    every = sorted(set(parties))
    approved = set(approvers)
    owned = {p: {k for k in keys if k.startswith(f"{p}/")} for p in every}
    named = {p for p in every if owned[p] & approved}
    others = [p for p in every if not owned[p]]
    spare = approved.difference(*owned.values())
    if len(spare) < len(others):
        return frozenset(named), True
    return frozenset(named.union(others)), not others
