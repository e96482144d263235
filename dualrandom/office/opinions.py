"""A supervisor's verdict: made on their machine, carried into the log by the office.

What is signed is an approval of a ``draw.verify``: the draw, its result, what the check
ended with, and the digest of the whole report, which lies beside. The office adds
nothing, and cannot change a letter.

Spec: draw-v1 §4 "Private strata"; log-v1 §4, ``draw.verify``.
"""

from __future__ import annotations

import os
import uuid
from typing import TYPE_CHECKING, Any, Final

from dualrandom import audit
from dualrandom.canonical import json_line, sha256
from dualrandom.disclosure import ANNOUNCEMENT, RESULT
from dualrandom.errors import InputError, StateError, VerificationError, Where
from dualrandom.folder import write_file, write_files
from dualrandom.office import journal
from dualrandom.office.approvals import APPROVAL, PAPERS, Prepared, carry_out
from dualrandom.office.checking import read
from dualrandom.office.sources import given

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import ExitStack
    from pathlib import Path

    from dualrandom.keys import PrivateKey
    from dualrandom.office.place import Office
    from dualrandom.registry import Reader, Writer

REPORT: Final = "report.json"
ENTRY: Final = "log/announce.entry"
_NEEDED: Final = (ANNOUNCEMENT, RESULT, ENTRY)


def sign_verdict(
    files: Mapping[str, bytes],
    report: Mapping[str, object],
    verdict: int,
    signer: PrivateKey,
    out: Path,
    *,
    entropy: Callable[[int], bytes] = os.urandom,
) -> Path:
    """Sign what a check of a draw ended with.

    Args:
        files: of the draw, by name: the bytes that were checked.
        report: the whole report, as a document.
        verdict: its exit code: 0, 1 or 6.
        signer: the supervisor's key.
        out: the verdict's name; ``.approval`` and ``.papers`` come behind it.
        entropy: random bytes; the report gets a salt, since it may name targets.

    Returns:
        The file to give to the office, with the folder of papers beside it.

    Raises:
        InputError: E463, there is no result among them, or no log entry.
        EnvironmentProblem: E154.
    """
    if any(not files.get(name) for name in _NEEDED):
        raise InputError("E463", where=Where(file=RESULT))
    with given(Where(file=ENTRY)):
        entry, _ = audit.parse_entry(files[ENTRY])
    data = json_line({**report, "salt": entropy(16).hex()})
    body: dict[str, Any] = {
        "draw": str(dict[str, Any](entry.body).get("draw")),
        "commitment": sha256(files[ANNOUNCEMENT]),
        "result": sha256(files[RESULT]),
        "verdict": verdict,
        "report": sha256(data),
    }
    op = str(uuid.UUID(bytes=entropy(16), version=4))
    text = audit.approval_text(entry.log, "draw.verify", body, op)
    write_files(out.with_name(out.name + PAPERS), {REPORT: data}, mode=0o600)
    signed = out.with_name(out.name + APPROVAL)
    write_file(signed, audit.sign_approval(text, signer).encode())
    return signed


def take_in(office: Office, signed: Path) -> audit.Opinion:
    """Carry a supervisor's verdict into the log.

    Raises:
        StateError: E390, E378, no such result; E398, the verdict is on something
            else, or not by a supervisor.
        InputError: E463, not a verdict; E450, the report beside it is another one;
            E701-E704, E740, E802.
        EnvironmentProblem: E151; E187, logged, but not proved yet.
    """
    where = Where(file=str(signed))
    with given(where):
        value, _ = audit.parse_approval(read(signed))
    body: Any = value["body"]
    if value["act"] != "draw.verify" or not isinstance(body, dict):
        raise InputError("E463", where=where)
    beside = signed.with_name(signed.name.removesuffix(APPROVAL) + PAPERS) / REPORT
    report = read(beside)
    if sha256(report) != body.get("report"):
        raise InputError("E450", where=Where(file=str(beside)))
    draw = str(body.get("draw"))

    def prepare(_: Reader, log: audit.LogReport) -> Prepared:
        life = journal.draw_of(log, draw)
        if life.result is None:
            raise StateError("E378", draw=draw)
        bound = {"commitment": life.commitment, "result": life.result}
        if any(body.get(name) != due for name, due in bound.items()):
            raise StateError("E398", where=where, act="draw.verify")
        try:
            audit.check_body("draw.verify", body)
        except VerificationError as error:
            raise InputError("E463", where=where) from error
        return Prepared(act="draw.verify", body=body, effect=keep)

    def keep(_: Writer, undo: ExitStack, entry: audit.Entry) -> None:
        name = f"verdict-{entry.seq}.json"
        undo.callback((office.kept / name).unlink, missing_ok=True)
        write_file(office.kept / name, report, mode=0o600)

    entry = carry_out(office, prepare, (signed,))
    journal.settle(office, draw)
    with office.registry.read() as tx:
        life = journal.draw_of(journal.told(office, tx), draw)
    return next(o for o in life.opinions if o.seq == entry.seq)
