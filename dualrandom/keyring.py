"""Which keys a log knows, by the index of its entries.

Border: values only; signatures were checked before anything is changed here.

- A key counts for entries after the one that adds it, up to and including the one
  that revokes it. Nothing is ever forgotten: a name or key that was used stays taken.
- Changes of supervisors need the genesis entry's quorum, all others one supervisor.

Spec: log-v1 §4 (keys).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dualrandom.acts import Role, parse_genesis
from dualrandom.errors import VerificationError
from dualrandom.notes import VKey, parse_vkey
from dualrandom.policy import policy_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dualrandom.acts import Genesis
    from dualrandom.entries import Body, Entry
    from dualrandom.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class LogKey:
    """A key's life in a log.

    Attributes:
        added: entry that names it first.
        revoked: entry that revokes it, or None.
        suspect: from which entry on it is suspect, as its revocation says, or None.
        last: latest entry that it signed or approved, or None.
    """

    key: VKey
    role: Role
    added: int
    revoked: int | None = None
    suspect: int | None = None
    last: int | None = None


class KeyState:
    """The same while the log is being read."""

    __slots__ = ("added", "key", "last", "revoked", "role", "suspect")

    def __init__(self, key: VKey, role: Role, added: int) -> None:
        self.key = key
        self.role = role
        self.added = added
        self.revoked: int | None = None
        self.suspect: int | None = None
        self.last: int | None = None


def check_new(
    key: VKey, role: Role, log: str, known: Iterable[KeyState | LogKey]
) -> None:
    """Refuse a key that cannot be added to those that a log knows.

    Args:
        key: the new one.
        role: what for.
        log: the log's origin.
        known: all keys ever.

    Raises:
        VerificationError: E748.
    """
    for other in known:
        same_name = other.key.name == key.name
        # A person's next key keeps name and role, once the one before is revoked; log
        # keys may overlap, for readers who know only the old one.
        follows = other.role is role and (other.revoked is not None or role is Role.LOG)
        if other.key.public == key.public or (same_name and not follows):
            raise VerificationError("E748", name=key.name)
    if (role is Role.LOG) != (key.name == log):
        raise VerificationError("E748", name=key.name)


class KeyRing:
    """The keys of one log, growing with its entries."""

    def __init__(self) -> None:
        self._states: dict[tuple[str, bytes], KeyState] = {}
        self._due: dict[str, tuple[list[str], ...]] = {}
        self._policy: Policy | None = None
        self.genesis: Genesis | None = None

    @property
    def keys(self) -> tuple[LogKey, ...]:
        """All keys ever, in the order in which they came."""
        return tuple(
            LogKey(
                key=s.key,
                role=s.role,
                added=s.added,
                revoked=s.revoked,
                suspect=s.suspect,
                last=s.last,
            )
            for s in self._states.values()
        )

    def find(self, name: str, key_id: bytes) -> KeyState | None:
        """Return a key by name and id, revoked or not."""
        return self._states.get((name, key_id))

    def active(self, role: Role) -> tuple[VKey, ...]:
        """Return the keys of a role that are not revoked."""
        return tuple(
            s.key for s in self._states.values() if s.role is role and s.revoked is None
        )

    @property
    def promised(self) -> int:
        """How many supervisors the genesis entry promises under a checkpoint."""
        return 0 if self.genesis is None else self.genesis.quorum

    @property
    def quorum(self) -> int:
        """How many supervisors a change of supervisors needs; at least one."""
        return max(1, self.promised)

    @property
    def policy(self) -> Policy:
        """The policy of the keys that count now."""
        if self._policy is None:
            logs, supervisors = self.active(Role.LOG), self.active(Role.SUPERVISOR)
            self._policy = policy_of(logs, supervisors, self.promised)
        return self._policy

    @property
    def copy(self) -> bytes | None:
        """The policy's file beside a log; None: no policy says what is asked for.

        Spec:
            log-v1 §7 (the text of a policy).
        """
        policy = self.policy
        known = self.genesis is not None and policy.is_reachable
        return policy.text if known else None

    def start(self, entry: Entry) -> Genesis:
        """Take the first keys from entry 0.

        Raises:
            VerificationError: E746, the body is ill-formed, or the log key's name is
                not the log's origin.
        """
        genesis = parse_genesis(entry.body)
        if genesis.key.name != entry.log:
            raise VerificationError("E746", act=entry.act, field="key")
        self._put(genesis.key, Role.LOG, 0)
        for role, keys in (
            (Role.OFFICER, genesis.officers),
            (Role.SUPERVISOR, genesis.supervisors),
        ):
            for key in keys:
                self._put(key, role, 0)
        self.genesis = genesis
        self._forget()
        return genesis

    def approvals_due(self, act: str, body: Body) -> int:
        """Return how many supervisors must approve a change of keys."""
        fields: dict[str, Any] = dict(body)
        if act == "key.add":
            role = fields["role"]
        else:
            key = parse_vkey(fields["key"])
            state = self.find(key.name, key.id)
            role = None if state is None else state.role
        return self.quorum if role == Role.SUPERVISOR else 1

    def add(self, entry: Entry) -> None:
        """Take up the key of a ``key.add`` entry.

        Raises:
            VerificationError: E748, name or public key is taken, or a log key whose
                name is not the origin.
        """
        fields: dict[str, Any] = dict(entry.body)
        key, role = parse_vkey(fields["key"]), Role(fields["role"])
        check_new(key, role, entry.log, self._states.values())
        self._put(key, role, entry.seq)

    def revoke(self, entry: Entry) -> KeyState:
        """End the life of the key of a ``key.revoke`` entry.

        Raises:
            VerificationError: E749, no such key, revoked before, or ``suspect_from``
                after this entry.
        """
        fields: dict[str, Any] = dict(entry.body)
        key = parse_vkey(fields["key"])
        state = self.find(key.name, key.id)
        if (
            state is None
            or state.key != key
            or state.revoked is not None
            or fields["suspect_from"] > entry.seq
        ):
            raise VerificationError("E749", name=key.name)
        state.revoked, state.suspect = entry.seq, fields["suspect_from"]
        self._forget()
        return state

    def is_due(self, keys: object, signer: VKey) -> bool:
        """Say whether ``keys`` of a draw's entry are the keys of this moment.

        They are one log key, or all of them while two overlap, the signer's key and
        all supervisors' keys, as sorted texts.
        """
        text = str(signer)
        if text not in self._due:
            persons = {text, *map(str, self.active(Role.SUPERVISOR))}
            logs = [str(key) for key in self.active(Role.LOG)]
            choices = [[log] for log in logs] + [logs]
            self._due[text] = tuple(
                sorted(persons.union(choice), key=str.encode) for choice in choices
            )
        return isinstance(keys, list | tuple) and list(keys) in self._due[text]

    def _put(self, key: VKey, role: Role, seq: int) -> None:
        self._states[key.name, key.id] = KeyState(key, role, seq)
        self._forget()

    def _forget(self) -> None:
        """Drop what was worked out of the keys of a moment ago."""
        self._due.clear()
        self._policy = None
