"""Ending an announcement without a result: a reason, and a second person's approval.

The second person signs a file, on a machine of their own if need be; nothing is
appended before that file comes back.

Spec: draw-v1 §3 (abandonment); log-v1 §1 (approvals).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dualrandom import audit
from dualrandom.canonical import parse_json_line
from dualrandom.errors import EnvironmentProblem, InputError, StateError, Where
from dualrandom.folder import write_file
from dualrandom.keys import verify_ed25519
from dualrandom.office import journal
from dualrandom.records import DrawState
from dualrandom.words import group

if TYPE_CHECKING:
    from pathlib import Path

    from dualrandom.keys import PrivateKey
    from dualrandom.office.place import Office
    from dualrandom.registry import Writer


def reason_code(text: str) -> str:
    """Return the code of a reason: the log holds no free text.

    Raises:
        InputError: E397, no such reason.
    """
    for code, said in group("abandon").items():
        if text == code or text in said:
            return code
    known = ", ".join(said[0] for said in group("abandon").values())
    raise InputError("E397", value=text, known=known)


def request_abandon(office: Office, draw: str, reason: str, out: Path) -> Path:
    """Write the request that a second person signs; nothing else changes.

    Raises:
        StateError: E390-E392, the draw is not open.
        InputError: E397, no such reason.
    """
    code = reason_code(reason)
    with office.registry.read() as tx:
        record = journal.open_draw(tx, draw)
        body = {
            "draw": draw,
            "commitment": record.commitment,
            "reason": code,
            "keys": journal.log_keys(tx, office.officer()),
        }
    text = audit.approval_text(
        office.settings.origin, "draw.abandon", body, journal.new_op(office)
    )
    write_file(out, text)
    return out


def approve(request: Path, signer: PrivateKey) -> Path:
    """Sign a request as the second person; no office is needed.

    Returns:
        The approval's file, to be carried back.

    Raises:
        EnvironmentProblem: E151, it cannot be read.
        VerificationError: it is not a request.
    """
    text = _read(request)
    parse_json_line(text)
    out = request.with_name(f"{request.name}.approval")
    write_file(out, audit.sign_approval(text, signer).encode())
    return out


def abandon(office: Office, draw: str, reason: str, approval: Path) -> int:
    """End an announcement; return the log entry's seq.

    Raises:
        StateError: E390-E392, the draw is not open; E398, the approval is for
            something else, or not by another person who may approve.
    """
    code = reason_code(reason)
    data = _read(approval)
    signed, _ = audit.parse_approval(data)
    body: dict[str, Any] = dict(signed["body"])  # type: ignore[arg-type]
    signer = office.officer()
    with office.registry.write() as tx:
        record = journal.open_draw(tx, draw)
        due = {"draw": draw, "commitment": record.commitment, "reason": code}
        if signed["act"] != "draw.abandon" or any(
            body.get(k) != v for k, v in due.items()
        ):
            raise StateError("E398", where=Where(file=approval.name), draw=draw)
        entry = journal.append(
            office,
            tx,
            "draw.abandon",
            body,
            signer=signer,
            op=str(signed["op"]),
            approvals=(data.decode(),),
        )
        journal.set_state(tx, replace(record, state=DrawState.ABANDONED), entry)
        _check_approved(tx, draw)
    journal.checkpoint(office)
    journal.write_draw_proofs(office, draw)
    return entry.seq


def _check_approved(tx: Writer, draw: str) -> None:
    """Let the log's own verification judge the approval before it is committed."""
    report = audit.verify_log(tx.entries(), verify=verify_ed25519)
    for finding in report.findings:
        if finding.weight is audit.Weight.DIFFERS:
            raise StateError("E398", where=Where(entry=finding.seq), draw=draw)


def _read(path: Path) -> bytes:
    limit = 65_535
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except OSError as exc:
        raise EnvironmentProblem(
            "E151", where=Where(file=str(path)), reason=exc.strerror or ""
        ) from exc
    if len(data) > limit:
        raise InputError("E399", where=Where(file=str(path)))
    return data
