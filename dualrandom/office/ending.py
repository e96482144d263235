"""Ending an announcement without a result: a reason, and a second person's approval.

The second person signs a file, on a machine of their own if need be; nothing is
appended before that file comes back.

Spec: draw-v1 §3 (abandonment); log-v1 §1 (approvals).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from dualrandom import audit
from dualrandom.canonical import parse_json_line
from dualrandom.errors import (
    EnvironmentProblem,
    InputError,
    StateError,
    VerificationError,
    Where,
)
from dualrandom.folder import write_file
from dualrandom.office import journal
from dualrandom.office.sources import given
from dualrandom.records import DrawState
from dualrandom.words import group

if TYPE_CHECKING:
    from pathlib import Path

    from dualrandom.keys import PrivateKey
    from dualrandom.office.place import Office

FIELDS: Final = ["act", "body", "log", "op"]
"""Of an approval, sorted. Spec: log-v1 §1."""


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
        report = journal.told(tx)
    body = {
        "draw": draw,
        "commitment": journal.open_draw(report, draw).commitment,
        "reason": code,
        "keys": journal.log_keys(report, office.officer()),
    }
    text = audit.approval_text(
        office.settings.origin, "draw.abandon", body, journal.new_op(office)
    )
    write_file(out, text)
    return out


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a second person is asked to sign.

    Attributes:
        fields: (name, value) of the act's body, for a person to read.
    """

    file: Path
    text: bytes
    log: str
    act: str
    fields: tuple[tuple[str, str], ...]


def read_request(file: Path) -> Request:
    """Return what a request asks for: whoever signs must see it first.

    Only the four fields of an approval are accepted: a signature over anything else
    could be used as something else, an entry of the log for instance.

    Raises:
        EnvironmentProblem: E151, it cannot be read.
        InputError: E399 too large; E179, E802 not a request.
    """
    text = _read(file)
    where = Where(file=str(file))
    with given(where):
        value = parse_json_line(text)
    body = value.get("body") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(body, dict):
        raise InputError("E179", where=where)
    if sorted(value) != FIELDS or not isinstance(value["act"], str):
        raise InputError("E179", where=where)
    return Request(
        file=file,
        text=text,
        log=str(value["log"]),
        act=value["act"],
        fields=tuple((n, str(v)) for n, v in sorted(body.items()) if n != "keys"),
    )


def approve(request: Request, signer: PrivateKey) -> Path:
    """Sign a request as the second person; no office is needed.

    Returns:
        The approval's file, to be carried back.

    Raises:
        EnvironmentProblem: E154, it cannot be written.
    """
    out = request.file.with_name(f"{request.file.name}.approval")
    write_file(out, audit.sign_approval(request.text, signer).encode())
    return out


def abandon(office: Office, draw: str, reason: str, approval: Path) -> int:
    """End an announcement; return the log entry's seq.

    Raises:
        StateError: E390-E392, the draw is not open; E398, the approval is for
            something else, or not by another person who may approve.
        InputError: E397, no such reason; E701-E704, E740, E802, not an approval.
        EnvironmentProblem: E187, ended and logged, but not proved yet.
    """
    code = reason_code(reason)
    where = Where(file=str(approval))
    data = _read(approval)
    with given(where):
        signed, _ = audit.parse_approval(data)
        body: Any = signed["body"]
        if not isinstance(body, dict):
            raise VerificationError("E740")
    signer = journal.signer(office)
    with journal.writing(office) as (tx, _):
        life = journal.open_draw(journal.told(tx), draw)
        due = {"draw": draw, "commitment": life.commitment, "reason": code}
        if signed["act"] != "draw.abandon" or any(
            body.get(k) != v for k, v in due.items()
        ):
            raise StateError("E398", where=where, draw=draw)
        with given(where):
            entry = journal.append(
                office,
                tx,
                "draw.abandon",
                body,
                signer=signer,
                op=str(signed["op"]),
                approvals=(data.decode(),),
            )
        journal.set_state(tx, life, DrawState.ABANDONED, entry)
        try:
            # The log's own verification judges the approval before it is committed.
            journal.told(tx)
        except StateError as error:
            raise StateError("E398", where=where, draw=draw) from error
    journal.settle(office, draw)
    return entry.seq


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
