"""What supervisors said of a draw: their verdicts in the log that is at hand.

They are told, for people, and change nothing in what is found here.

Spec: draw-v1 §7 "Verdicts"; log-v1 §4, ``draw.verify``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from dualrandom.acts import check_body
from dualrandom.canonical import sha256
from dualrandom.entries import approval_text, parse_entry
from dualrandom.errors import VerificationError
from dualrandom.notes import ED25519, VKey, check_note, key_book, open_note

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dualrandom.announcement import Announcement
    from dualrandom.entries import Entry
    from dualrandom.notes import Note, Verifier
    from dualrandom.succession import Succession
    from dualrandom.verify.report import Steps

ACT: Final = "draw.verify"


def check_verdicts(
    steps: Steps,
    known: Succession,
    *,
    announcement: Announcement,
    commitment: str,
    files: Mapping[str, bytes],
    verifier: Verifier,
) -> None:
    """Tell every verdict on a draw that the log at hand holds.

    Args:
        steps: where they go.
        known: the log as far as it was followed.
        announcement: of the draw.
        commitment: its SHA-256.
        files: bytes by name.
        verifier: checks Ed25519 signatures.
    """
    due = {"draw": announcement.draw, "commitment": commitment}
    if "result.json" in files:
        due["result"] = sha256(files["result.json"])
    for data in known.verdicts:
        entry, note = parse_entry(data)
        body: dict[str, Any] = dict(entry.body)
        if body.get("draw") != announcement.draw:
            continue
        file = f"{entry.seq}.entry"
        supervisors = [
            VKey(name=key.name, kind=ED25519, public=key.public)
            for _, key in known.policy(entry.seq).witnesses
        ]
        try:
            unknown = check_body(ACT, entry.body)
            by = _signers(entry, note, supervisors, verifier)
        except VerificationError:
            unknown, by = (), set()
        if not by or unknown or any(body[name] != due[name] for name in due):
            steps.unchecked("verdict", "verdict_open", file, seq=entry.seq)
            continue
        names, code = ", ".join(sorted(by)), f"verdict_{body['verdict']}"
        steps.people("verdict", code, file, by=names, seq=entry.seq, time=entry.time)


def _signers(
    entry: Entry, note: Note, supervisors: list[VKey], verifier: Verifier
) -> set[str]:
    """Return the supervisors whose word an entry is: by signature, or by approval.

    Raises:
        VerificationError: a line of theirs does not hold; E740, an approval of
            something else.
    """
    book = key_book(supervisors)
    signed = check_note(note, book, verifier)
    names = {made.key.name for made in signed} & {entry.by}
    text = approval_text(entry.log, entry.act, entry.body, entry.op)
    for approval in entry.approvals:
        second = open_note(approval.encode())
        if second.text != text:
            raise VerificationError("E740")
        approved = {made.key.name for made in check_note(second, book, verifier)}
        names |= approved - {entry.by}
    return names
