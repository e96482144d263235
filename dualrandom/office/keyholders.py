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
        return journal.told(office, tx).keys


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
        found = [
            k
            for k in report.keys
            if k.revoked is None and k.key.name == name and public in (None, k.key)
        ]
        if len(found) != 1:
            raise StateError("E121", name=name, count=len(found))
        since = report.size if suspect_from is None else suspect_from
        if not 0 <= since <= report.size:
            raise InputError("E122", seq=since, size=report.size)
        need = office.roll.keys(tx).quorum
        return _revoked(found[0], report, since, need)

    return prepare


def _revoked(key: LogKey, report: LogReport, since: int, quorum: int) -> Prepared:
    """Return a revocation after which others of its kind are left.

    Without an officer nobody could append another key, and without supervisors enough
    nobody could approve one: such a log would be at its end.
    """
    active = [k for k in report.keys if k.revoked is None]
    need = quorum if key.role is Role.SUPERVISOR else 1
    left = sum(k.role is key.role for k in active) - 1
    if left < need:
        raise StateError("E123", name=key.key.name, left=left, need=need)
    return _prepared("key.revoke", {"key": str(key.key), "suspect_from": since})


def rotation(office: Office, key: VKey, suspect_from: int | None) -> Proposal:
    """Propose the next step from a key to the one that replaces it.

    Which step that is, the log says: so it can be asked for again at any time.

    Args:
        office: whose log.
        key: the new one; its name says whose it is.
        suspect_from: as for :func:`revocation`.

    Raises:
        StateError: asked later: E124, it is done; E121, there is no key of that name;
            E123 as for :func:`revocation`.
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
        since = report.size if suspect_from is None else suspect_from
        return _revoked(others[0], report, since, office.roll.keys(tx).quorum)

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
