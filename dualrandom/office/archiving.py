"""The archive of a draw: one zip with all of it, and what it takes to check it again.

    2026-001-archive/2026-001/…          the draw's folder, whole
    2026-001-archive/entries/00017.entry every log entry that speaks of it, with a proof
    2026-001-archive/genesis.entry       and the checkpoint, the verifier, SHA256SUMS

It is the supervisors' and the office's: it holds names that nobody else may see.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from dualrandom import audit
from dualrandom.canonical import leaf_hash, sha256
from dualrandom.errors import StateError, UsageError, Where
from dualrandom.folder import load_folder, write_file
from dualrandom.office import journal, memory
from dualrandom.office.folders import check_folder, refuse
from dualrandom.office.place import check_private
from dualrandom.public import VERIFIER
from dualrandom.shipped import shipped
from dualrandom.staging import zip_bytes
from dualrandom.verify import KNOWN

if TYPE_CHECKING:
    from pathlib import Path

    from dualrandom.office.place import Office

SUMS: Final = "SHA256SUMS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Archived:
    """What was written: the zip's digest, its files, and how many log entries."""

    digest: str
    files: int
    entries: int


def archive(office: Office, draw: str, out: Path) -> Archived:
    """Write the archive of a draw that has ended; the same bytes every time.

    Raises:
        UsageError: E176, the name does not end in ``.zip``; E964, a place that others
            see.
        StateError: E390 not frozen; E465 it has not ended.
        VerificationError: E171, a file is not what was logged.
        EnvironmentProblem: E170, a file is gone; E154.
    """
    if out.suffix.lower() != ".zip":
        raise UsageError("E176", where=Where(file=str(out)))
    check_private(office, out)
    signed = journal.sign(office)
    with office.registry.read() as tx:
        life = journal.draw_of(journal.told(office, tx), draw)
        entries = list(tx.entries())
    if life.ended is None:
        raise StateError("E465", draw=draw)
    journal.write_proofs(office, draw)
    refuse(check_folder(office, life), missing=True)
    _, folder = load_folder(office.draw(draw), KNOWN)
    files = {f"{draw}/{name}": data for name, data in folder.items() if data}
    leaves = [leaf_hash(data) for data in entries]
    size = audit.parse_checkpoint(signed).checkpoint.size
    about = [seq for seq, data in enumerate(entries[:size]) if _speaks(data, draw)]
    for seq in about:
        proof = memory.proof(office, leaves[:size], seq, signed)
        files[f"entries/{seq:05}.entry"] = entries[seq]
        files[f"entries/{seq:05}.tlog-proof"] = audit.proof_bytes(proof)
    for opinion in life.opinions:
        report = office.kept / f"verdict-{opinion.seq}.json"
        if report.is_file():
            files[f"entries/{opinion.seq:05}.report.json"] = report.read_bytes()
    files |= {
        "genesis.entry": entries[0],
        "checkpoint": signed,
        "verify.py": shipped(VERIFIER),
    }
    sums = "".join(f"{sha256(files[name])}  {name}\n" for name in sorted(files))
    data = zip_bytes(f"{draw}-archive", [*files.items(), (SUMS, sums.encode())])
    write_file(out, data, mode=0o600)
    return Archived(digest=sha256(data), files=len(files) + 1, entries=len(about))


def _speaks(data: bytes, draw: str) -> bool:
    body: dict[str, Any] = dict(audit.parse_entry(data)[0].body)
    return body.get("draw") == draw
