"""A party's secret: made, bound and opened on the party's own machine.

- It lies in a file of its own, readable by its owner alone; what the office gets is the
  commitment.
- It is opened only for an announcement that stands: in a log that the party trusts,
  under a checkpoint that the witnesses cosigned. The commitment binds draw and party,
  not the lists: what was opened for one announcement is not opened for another.

Spec: draw-v1 §4, the table of sources.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from dualrandom.canonical import json_line, parse_json_line, sha256
from dualrandom.documents import parse_announcement
from dualrandom.errors import (
    InputError,
    StateError,
    VerificationError,
    Where,
)
from dualrandom.folder import check_new, write_file
from dualrandom.model import is_draw_id, is_hex, is_id
from dualrandom.office.checking import read
from dualrandom.office.looking import verify_files
from dualrandom.randomness import Sealed, commitment_of
from dualrandom.verify import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dualrandom.verify import Report, Trust

SCHEMA: Final = "dualrandom/secret/v1"
_PRIVATE: Final = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A party's secret for one draw.

    Attributes:
        value: 64 hex characters.
        opened: commitment of the announcement that it was opened for, or "".
    """

    draw: str
    party: str
    value: str
    opened: str = ""

    @property
    def commitment(self) -> str:
        """What binds it."""
        return commitment_of(self.draw, self.party, self.value)

    @property
    def source(self) -> str:
        """What the office writes for ``--randomness``."""
        return f"sealed:{self.party}={self.commitment}"


def new_secret(
    draw: str, party: str, out: Path, *, entropy: Callable[[int], bytes] = os.urandom
) -> Secret:
    """Make a secret, and write its file.

    Raises:
        InputError: E371, not a draw id; E634, not a party's name.
        StateError: E175, there is such a file.
        EnvironmentProblem: E154.
    """
    if not is_draw_id(draw):
        raise InputError("E371", value=draw)
    if not is_id(party):
        raise InputError("E634", value=party)
    check_new(out)
    secret = Secret(draw=draw, party=party, value=entropy(32).hex())
    _write(out, secret)
    return secret


def read_secret(file: Path) -> Secret:
    """Return a secret from its file.

    Raises:
        EnvironmentProblem: E151.
        InputError: E630, not a secret's file, or one that others can read.
    """
    data = read(file)
    where = Where(file=str(file))
    if os.name == "posix" and file.stat().st_mode & _PRIVATE:
        raise InputError("E630", where=where)
    try:
        value = parse_json_line(data)
    except VerificationError as error:
        raise InputError("E630", where=where) from error
    fields: dict[str, Any] = value if isinstance(value, dict) else {}
    texts = {name: str(fields.get(name, "")) for name in ("draw", "party", "value")}
    if (
        fields.get("schema") != SCHEMA
        or not is_draw_id(texts["draw"])
        or not is_id(texts["party"])
        or not is_hex(texts["value"], 64)
    ):
        raise InputError("E630", where=where)
    return Secret(**texts, opened=str(fields.get("opened", "")))


def reveal(file: Path, folder: Path, trust: Trust | None) -> Secret:
    """Open a secret for an announcement that stands, and remember which.

    Args:
        file: the secret's.
        folder: the draw as the office gave it, a folder or a zip.
        trust: whose log and which witnesses the party trusts.

    Raises:
        EnvironmentProblem: E150-E152, the folder; E154.
        InputError: E630, not a secret's file.
        VerificationError: E153; E631, the announcement is of another draw, or does
            not bind this secret; E632, it does not stand.
        StateError: E633, the secret was opened for another announcement.
    """
    secret = read_secret(file)
    report, files = verify_files(folder, trust)
    where = Where(file=str(folder))
    data = files.get("announcement.json", b"")
    announcement = parse_announcement(data)
    bound = Sealed(party=secret.party, commitment=secret.commitment)
    if announcement.draw != secret.draw or bound not in announcement.randomness:
        raise VerificationError("E631", where=where, party=secret.party)
    reason = _why_not(report)
    if reason:
        raise VerificationError("E632", where=where, code=reason)
    commitment = sha256(data)
    if secret.opened not in ("", commitment):
        raise StateError("E633", where=where, commitment=secret.opened)
    opened = Secret(
        draw=secret.draw, party=secret.party, value=secret.value, opened=commitment
    )
    _write(file, opened)
    return opened


def _why_not(report: Report) -> str:
    """Return why an announcement does not stand, as a code, or nothing."""
    for step in report.steps:
        if step.verdict is Verdict.DIFFERS:
            return step.code or step.name
        if step.name == "abandon_entry":
            return step.name
    proof = "log/announce.tlog-proof"
    agreed = {(s.name, s.file) for s in report.steps if s.verdict is Verdict.AGREES}
    if ("announce_entry", "log/announce.entry") not in agreed:
        return "announce_entry"
    return "" if ("log_trust", proof) in agreed else "log_trust"


def _write(file: Path, secret: Secret) -> None:
    fields = {
        "schema": SCHEMA,
        "draw": secret.draw,
        "party": secret.party,
        "value": secret.value,
    }
    if secret.opened:
        fields["opened"] = secret.opened
    write_file(file, json_line(fields), mode=0o600)
