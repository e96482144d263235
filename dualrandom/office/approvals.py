"""Acts that need a second person: asked for, signed elsewhere, carried out.

1. :func:`ask` writes a request: act, body, log and a fresh ``op``, as the log will
   hold them; beside it the papers that the body names by digest.
2. :func:`sign` makes an approval of it, on another machine, without an office. Where
   several must approve, each signs the same request.
3. :func:`carry_out` appends the entry with all approvals and does what goes with it, in
   one transaction. What an act says *now* must be what was signed, byte for byte, and
   the log's own check judges who signed before anything is committed.

An act joins by a :data:`Proposal`; nothing in here knows any act. An entry's place is
not signed. A body that depends on it, because a row beside the log names its entry, is
another one once the log has grown: then it is asked for again.

    carry_out(office, abandonment(office, "2026-001", "list_wrong"), (approval,))

Spec: log-v1 §3 (approvals), §4 (2nd).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from dualrandom import audit
from dualrandom.canonical import parse_json_line, sha256
from dualrandom.errors import (
    EnvironmentProblem,
    InputError,
    StateError,
    Where,
)
from dualrandom.folder import write_file, write_files
from dualrandom.office import journal
from dualrandom.office.sources import given

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import ExitStack
    from pathlib import Path
    from typing import TypeAlias

    from dualrandom.keys import PrivateKey
    from dualrandom.office.place import Office
    from dualrandom.registry import Reader, Writer

    Proposal: TypeAlias = Callable[[Reader, audit.LogReport], "Prepared"]
    """An act that somebody else must approve, asked what it would be now.

    It refuses by raising what it cannot do, and says the same twice if nothing
    happened in between.
    """

FIELDS: Final = ["act", "body", "log", "op"]
"""Of an approval, sorted. Spec: log-v1 §3."""
PAPERS: Final = ".papers"
"""Behind a request's name: the folder of what its body names by digest."""
APPROVAL: Final = ".approval"
"""Behind a request's name: what one person signed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What an act would be, at this moment of the log.

    Attributes:
        act: its name, for instance ``draw.abandon``.
        body: of the entry.
        effect: what goes with it: takes the entry's transaction, what to call if that
            does not stand in the end, and the entry as appended.
        papers: files that the body names by SHA-256, by file name. Whoever approves
            reads them: the log holds no names.
    """

    act: str
    body: dict[str, Any]
    effect: Callable[[Writer, ExitStack, audit.Entry], None]
    papers: Mapping[str, bytes] = field(default_factory=dict)


def ask(office: Office, proposal: Proposal, out: Path) -> Path:
    """Write the request that others sign; nothing else changes.

    Raises:
        DualRandomError: as the proposal refuses.
        EnvironmentProblem: E154, it cannot be written.
    """
    with office.registry.read() as tx:
        prepared = proposal(tx, journal.told(office, tx))
    text = audit.approval_text(
        office.settings.origin, prepared.act, prepared.body, journal.new_op(office)
    )
    if prepared.papers:
        write_files(out.with_name(out.name + PAPERS), prepared.papers, mode=0o600)
    write_file(out, text)
    return out


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a second person is asked to sign.

    Attributes:
        fields: (name, value) of the act's body, for a person to read.
        papers: the files beside it; each has a digest that the body names.
    """

    file: Path
    text: bytes
    log: str
    act: str
    fields: tuple[tuple[str, str], ...]
    papers: tuple[Path, ...]


def read_request(file: Path) -> Request:
    """Return what a request asks for: whoever signs must see it first.

    Only the four fields of an approval are accepted: a signature over anything else
    could be used as something else, an entry of the log for instance.

    Raises:
        EnvironmentProblem: E151, it cannot be read.
        InputError: E399 too large; E179, E802 not a request; E450, a paper beside it
            is not one that it names.
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
        papers=_papers(file, text),
    )


def _papers(file: Path, text: bytes) -> tuple[Path, ...]:
    folder = file.with_name(file.name + PAPERS)
    papers = sorted(folder.iterdir()) if folder.is_dir() else []
    for paper in papers:
        try:
            digest = sha256(paper.read_bytes())
        except OSError as exc:
            raise EnvironmentProblem(
                "E151", where=Where(file=str(paper)), reason=exc.strerror or ""
            ) from exc
        if digest.encode() not in text:
            raise InputError("E450", where=Where(file=str(paper)))
    return tuple(papers)


def sign(request: Request, signer: PrivateKey) -> Path:
    """Sign a request as the second person; no office is needed.

    Returns:
        The approval's file, to be carried back.

    Raises:
        EnvironmentProblem: E154, it cannot be written.
    """
    out = request.file.with_name(request.file.name + APPROVAL)
    write_file(out, audit.sign_approval(request.text, signer).encode())
    return out


def carry_out(
    office: Office, proposal: Proposal, approvals: Sequence[Path]
) -> audit.Entry:
    """Append an approved act, and do what goes with it; or nothing.

    Args:
        office: whose log.
        proposal: the same that was asked for.
        approvals: files, one or more, that were signed over one request.

    Raises:
        DualRandomError: as the proposal refuses.
        StateError: E398, an approval is for something else, or not by another person
            who may approve; E451, more must approve.
        InputError: E701-E704, E740, E802, not an approval.

    Spec:
        log-v1 §8 step 7.
    """
    read = [(path, _read(path)) for path in approvals]
    where = Where(file=str(approvals[0]))
    signed = []
    for path, data in read:
        with given(Where(file=str(path))):
            signed.append(audit.parse_approval(data))
    op = str(signed[0][0]["op"])
    signer = journal.signer(office)
    with journal.writing(office) as (tx, undo):
        report = journal.told(office, tx)
        prepared = proposal(tx, report)
        may = {
            key.key.name
            for key in report.keys
            if key.role is audit.Role.SUPERVISOR and key.revoked is None
        } - {signer.name}
        origin = office.settings.origin
        due = audit.approval_text(origin, prepared.act, prepared.body, op)
        for path, (_, note) in zip(approvals, signed, strict=True):
            # An act that needs no approval would take one that counts for nothing.
            if note.text != due or not {s.name for s in note.signatures} <= may:
                raise StateError("E398", where=Where(file=str(path)), act=prepared.act)
        with given(where):
            entry = journal.append(
                office,
                tx,
                prepared.act,
                prepared.body,
                signer=signer,
                op=op,
                approvals=tuple(data.decode() for _, data in read),
            )
        prepared.effect(tx, undo, entry)
        try:
            # The log's own verification judges the approvals before the commit.
            journal.told(office, tx)
        except StateError as error:
            code = "E451" if error.params.get("code") == "E739" else "E398"
            raise StateError(code, where=where, act=prepared.act) from error
    return entry


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(audit.MAX_NOTE + 1)
    except OSError as exc:
        raise EnvironmentProblem(
            "E151", where=Where(file=str(path)), reason=exc.strerror or ""
        ) from exc
    if len(data) > audit.MAX_NOTE:
        raise InputError("E399", where=Where(file=str(path)))
    return data
