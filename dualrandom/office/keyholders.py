"""Who may sign: keys are added, revoked and replaced by acts that others approve.

- Nothing here reads a private key: a person makes one on a machine of their own and
  brings its ``.pub``.
- An officer's or the log's key takes one supervisor's approval, a supervisor's that of
  as many as the genesis entry says.
- A person's next key keeps the name: the old one is revoked, then the new one added.
  The log's next key is added first; both sign until the old one is revoked.

Spec: log-v1 §2, §4 (keys).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dualrandom import audit
from dualrandom.audit import Role
from dualrandom.errors import InputError, StateError, VerificationError, Where
from dualrandom.keyring import check_new
from dualrandom.office import journal
from dualrandom.office.approvals import Prepared
from dualrandom.office.checking import read
from dualrandom.office.sources import given

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import ExitStack
    from pathlib import Path

    from dualrandom.audit import LogKey, LogReport, VKey
    from dualrandom.office.approvals import Proposal
    from dualrandom.office.place import Office
    from dualrandom.registry import Reader, Writer


def list_keys(office: Office) -> tuple[LogKey, ...]:
    """Return every key that the log ever knew, in the order in which they came.

    Raises:
        StateError: E184, something is wrong in the log.
    """
    with office.registry.read() as tx:
        return journal.told(tx).keys


def addition(office: Office, key: VKey, role: Role) -> Proposal:
    """Propose a new key.

    Raises:
        StateError: asked later: E748, name or key is taken, or a log's key that is not
            named as the log.
    """

    def prepare(_: Reader, report: LogReport) -> Prepared:
        try:
            check_new(key, role, office.settings.origin, report.keys)
        except VerificationError as error:
            raise StateError(error.code, name=key.name) from error
        return _prepared("key.add", {"key": str(key), "role": str(role)})

    return prepare


def revocation(
    office: Office, name: str, *, suspect_from: int | None, public: VKey | None
) -> Proposal:
    """Propose to end a key's life.

    Args:
        office: whose log.
        name: whose.
        suspect_from: the first entry that somebody else may have signed; None: the
            next one, so that nothing is.
        public: which key of that name; None: its only one.

    Raises:
        InputError: asked later: E122, ``suspect_from`` is an entry still to come.
        StateError: asked later: E121 no such key counts, E123 it is the last of its
            kind, or the quorum could not be reached any more.
    """

    def prepare(tx: Reader, report: LogReport) -> Prepared:
        active = [k for k in report.keys if k.revoked is None]
        found = [k for k in active if k.key.name == name and public in (None, k.key)]
        if len(found) != 1:
            raise StateError("E121", name=name, count=len(found))
        since = report.size if suspect_from is None else suspect_from
        if not 0 <= since <= report.size:
            raise InputError("E122", seq=since, size=report.size)
        ring = office.roll.keys(tx)
        need = ring.quorum if found[0].role is Role.SUPERVISOR else 1
        left = sum(k.role is found[0].role for k in active) - 1
        if left < need:
            raise StateError("E123", name=name, left=left, need=need)
        return _prepared(
            "key.revoke", {"key": str(found[0].key), "suspect_from": since}
        )

    return prepare


def rotation(office: Office, key: VKey, suspect_from: int | None) -> Proposal:
    """Propose the next step from a key to the one that replaces it.

    Which step that is, the log says: so it can be asked for again at any time.

    Args:
        office: whose log.
        key: the new one; its name says whose it is.
        suspect_from: as for :func:`revocation`.

    Raises:
        StateError: asked later: E124, it is done; E121, there is no key of that name.
    """

    def prepare(tx: Reader, report: LogReport) -> Prepared:
        same = [k for k in report.keys if k.key.name == key.name]
        if not same:
            raise StateError("E121", name=key.name, count=0)
        role = same[0].role
        others = [k for k in same if k.revoked is None and k.key != key]
        new = any(k.key == key for k in same)
        if new and not others:
            raise StateError("E124", name=key.name)
        if not new and (role is Role.LOG or not others):
            return addition(office, key, role)(tx, report)
        # A person has one key at a time, also where it is the last of its kind.
        since = report.size if suspect_from is None else suspect_from
        body = {"key": str(others[0].key), "suspect_from": since}
        return _prepared("key.revoke", body)

    return prepare


def asked_since(approvals: Sequence[Path]) -> int | None:
    """Return the ``suspect_from`` that was approved: the log may have grown since.

    Raises:
        EnvironmentProblem: E151, an approval cannot be read.
        InputError: E701-E704, E740, E802, it is none.
    """
    for path in approvals:
        with given(Where(file=str(path))):
            body = audit.parse_approval(read(path))[0]["body"]
        since = body.get("suspect_from") if isinstance(body, dict) else None
        if isinstance(since, int):
            return since
    return None


def _prepared(act: str, body: dict[str, Any]) -> Prepared:
    return Prepared(act=act, body=body, effect=_nothing)


def _nothing(_: Writer, __: ExitStack, ___: audit.Entry) -> None:
    """Do nothing: all that goes with such an act is the entry itself."""
