"""A draw's place in the audit log: entry, proof, checkpoint, witness, order in time.

The entry names the keys that its own signatures and its checkpoint's should be by.
That makes any changed byte visible to any reader; it makes nobody trustworthy. Trust
comes from the reader: a policy, or a genesis entry kept from elsewhere.

Spec: draw-v1 §2 (``log/``), §4 (order in time), §7; log-v1 §1, §2.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from dualrandom.canonical import leaf_hash, sha256
from dualrandom.checkpoints import SignedCheckpoint, check_proof, parse_proof
from dualrandom.entries import Entry, parse_approval, parse_entry
from dualrandom.errors import VerificationError
from dualrandom.notes import (
    Note,
    Signed,
    check_note,
    key_book,
    parse_vkey,
    unknown_lines,
)
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

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dualrandom.announcement import Announcement
    from dualrandom.notes import Verifier, VKey
    from dualrandom.policy import Policy
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What the log says of the draw."""

    standing: Standing
    unwitnessed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Logged:
    entry: Entry
    signed: SignedCheckpoint
    cosigned: tuple[Signed, ...]


def check_log(
    steps: Steps,
    *,
    announcement: Announcement,
    commitment: str,
    files: Mapping[str, bytes],
    verifier: Verifier,
    trust: Policy | None,
    born: Sequence[int | None],
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
    """
    due: dict[str, dict[str, object]] = {
        act: {"draw": announcement.draw, "commitment": commitment} for act in ACTS
    }
    if "result.json" in files:
        due["result"]["result"] = sha256(files["result.json"])
    logged: dict[str, _Logged] = {}
    for act in ACTS:
        here = [name for name in LOG_FILES if name in files and f"/{act}." in name]
        if here:
            found = _check_act(steps, act, due[act], files, verifier, trust)
            if found is not None:
                logged[act] = found
        elif act == "announce":
            steps.unchecked(f"{act}_entry", "no_log", f"log/{act}.entry")
    ended = [a for a in ACTS[1:] if f"log/{a}.entry" in files]
    if not ended:
        code = "no_log" if "result.json" in files else "not_yet"
        steps.unchecked("result_entry", code, "log/result.entry")
    elif len(ended) > 1:
        steps.differs("result_entry", "E851", f"log/{ended[1]}.entry")
    _check_sequence(steps, logged)
    witnessed = _check_order(steps, announcement, logged, trust, born)
    parties = _approvers(logged.get("announce"), announcement)
    return Place(
        standing=standing(announcement.randomness, parties), unwitnessed=not witnessed
    )


def _check_act(
    steps: Steps,
    act: str,
    due: dict[str, object],
    files: Mapping[str, bytes],
    verifier: Verifier,
    trust: Policy | None,
) -> _Logged | None:
    step, at = f"{act}_entry", f"log/{act}.entry"
    proof_at = f"log/{act}.tlog-proof"
    if at not in files or proof_at not in files:
        steps.unchecked(step, "absent", proof_at if at in files else at)
        return None
    read = _read(steps, act, due, files[at], files[proof_at])
    if read is None:
        return None
    entry, note, signed = read
    try:
        keys = [parse_vkey(text) for text in dict[str, Any](entry.body)["keys"]]
    except (VerificationError, KeyError, TypeError):
        steps.differs(step, "E850", at)
        return None
    own = key_book(keys)
    logs, witnesses = _trusted(trust)
    every = own | key_book(key.cosigner for key in keys)
    every |= key_book((*logs, *witnesses))
    made: tuple[Signed, ...] = ()
    for file, known, parsed, due_by in (
        (at, own, note, entry.by),
        (proof_at, every, signed.note, signed.checkpoint.origin),
    ):
        try:
            made = check_note(parsed, known, verifier)
        except VerificationError as error:
            steps.differs(step, "E853", file, key=str(error.params.get("key", "")))
            return None
        strangers = unknown_lines(parsed, known)
        for line in strangers:
            steps.unchecked(step, "unnamed_key", file, key=line.name)
        if not strangers and due_by not in {signature.key.name for signature in made}:
            steps.differs(step, "E853", file, key=due_by)
            return None
    if not _check_trust(steps, made, trust, proof_at):
        return None
    steps.agrees(step, at, seq=entry.seq)
    cosigned = tuple(s for s in made if s.time is not None)
    return _Logged(entry=entry, signed=signed, cosigned=cosigned)


def _read(
    steps: Steps, act: str, due: dict[str, object], data: bytes, proof_data: bytes
) -> tuple[Entry, Note, SignedCheckpoint] | None:
    """Return an entry that speaks of this draw, led to a checkpoint's root."""
    step, at, proof_at = f"{act}_entry", f"log/{act}.entry", f"log/{act}.tlog-proof"
    try:
        entry, note = parse_entry(data)
    except VerificationError:
        steps.differs(step, "E850", at)
        return None
    body: dict[str, Any] = dict(entry.body)
    if entry.act != f"draw.{act}" or {k: body.get(k) for k in due} != due:
        steps.differs(step, "E851", at)
        return None
    try:
        proof = parse_proof(proof_data)
        signed = check_proof(proof, leaf_hash(data))
    except VerificationError as error:
        path = error.code in ("E714", "E715", "E716")
        steps.differs(step, "E852" if path else "E850", proof_at)
        return None
    if entry.log != signed.checkpoint.origin or entry.seq != proof.index:
        steps.differs(step, "E851", proof_at)
        return None
    return entry, note, signed


def _check_trust(
    steps: Steps, made: tuple[Signed, ...], trust: Policy | None, file: str
) -> bool:
    if trust is None:
        steps.unchecked("log_trust", "no_policy", file)
        return True
    keys = {signature.key for signature in made}
    if not keys & set(trust.logs):
        steps.differs("log_trust", "E854", file)
        return False
    if trust.allows(keys):
        steps.agrees("log_trust", file)
    else:
        steps.unchecked("log_trust", "no_quorum", file)
    return True


def _trusted(trust: Policy | None) -> tuple[tuple[VKey, ...], tuple[VKey, ...]]:
    """Return the log keys and the witnesses' cosigning keys of a policy."""
    if trust is None:
        return (), ()
    return trust.logs, tuple(key for _, key in trust.witnesses)


def _check_sequence(steps: Steps, logged: Mapping[str, _Logged]) -> None:
    """Check that the end follows the announcement, in the same log."""
    first = logged.get("announce")
    for act in ACTS[1:]:
        last = logged.get(act)
        if first is None or last is None:
            continue
        same = first.entry.log == last.entry.log
        if not same or first.entry.seq >= last.entry.seq:
            steps.differs(f"{act}_entry", "E851", f"log/{act}.entry")


def _check_order(
    steps: Steps,
    announcement: Announcement,
    logged: Mapping[str, _Logged],
    trust: Policy | None,
    born: Sequence[int | None],
) -> bool:
    """Say whether a trusted witness saw the announcement before the randomness."""
    every = zip(announcement.randomness, born, strict=True)
    times = [moment for source, moment in every if is_outside(source)]
    known = [moment for moment in times if moment is not None]
    if known and min(known) <= _seconds(announcement.announced):
        steps.differs("order", "E855", "announcement.json")
        return False
    first = logged.get("announce")
    if first is None:
        return False
    if any(isinstance(source, Local) for source in announcement.randomness):
        steps.unchecked("order", "local", PROOF)
        return False
    if known and min(known) <= _seconds(first.entry.time):
        steps.differs("order", "E855", "log/announce.entry")
        return False
    _, trusted = _trusted(trust)
    seen = [
        s.time
        for s in first.cosigned
        if s.key in trusted and s.time is not None and s.time <= LAST
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
    first: _Logged,
    logged: Mapping[str, _Logged],
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
    return last is not None and first.signed.checkpoint.size <= last.entry.seq


def _stamp(seconds: int) -> str:
    moment = dt.datetime.fromtimestamp(seconds, dt.UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _seconds(moment: str) -> int:
    return int(dt.datetime.fromisoformat(moment).timestamp())


def _approvers(first: _Logged | None, announcement: Announcement) -> frozenset[str]:
    """Return the parties whose own keys approved the announcement.

    A party's key is named by the party; whether an approval is valid is the log's
    verification, which the reader is told to run.
    """
    if first is None:
        return frozenset()
    parties = {s.party for s in announcement.randomness if isinstance(s, Sealed)}
    approvers = set()
    for text in first.entry.approvals:
        _, note = parse_approval(text.encode())
        approvers |= {signature.name for signature in note.signatures}
    return frozenset(parties & approvers)
