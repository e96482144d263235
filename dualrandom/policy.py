"""Whom a reader trusts: logs, witnesses, and how many of them are enough.

Border: bytes and values. The file is the reader's own; a copy beside a published log
is for convenience and proves nothing.

    log scjg.example.gov.cn/dualrandom+7b0c…+AX…
    witness jiwei jiwei.example/supervisor-01+91aa…+BH…
    witness renda renda.example/supervisor-01+0c3d…+BN…
    group supervisors 2 jiwei renda
    quorum supervisors

Spec: log-v1 §7; C2SP tlog-policy.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dualrandom.errors import VerificationError
from dualrandom.notes import ED25519, VKey, parse_vkey

if TYPE_CHECKING:
    from collections.abc import Iterable


NO_QUORUM: Final = "none"
MAX_LINES: Final = 1_000

_ALLOWED = re.compile(rb"[\t\x20-\x7e\x80-\xff]*")
_COUNT = re.compile(r"[1-9][0-9]{0,5}")
_MOST_WORDS: Final = {"log": 3, "witness": 4, "quorum": 2, "group": MAX_LINES}
_LEAST_WORDS: Final = {"log": 2, "witness": 3, "quorum": 2, "group": 4}


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """``least`` of ``members``, each a witness or an earlier group."""

    name: str
    least: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A parsed policy.

    Attributes:
        logs: keys of the logs; empty: known from elsewhere.
        witnesses: name in this file and key.
        groups: in their order; each names only what stands before it.
        quorum: a witness, a group, or ``none``.
    """

    logs: tuple[VKey, ...] = ()
    witnesses: tuple[tuple[str, VKey], ...] = ()
    groups: tuple[Group, ...] = ()
    quorum: str = NO_QUORUM

    def allows(self, cosigners: Iterable[VKey]) -> bool:
        """Say whether these witnesses are enough.

        Args:
            cosigners: keys whose cosignatures were verified.
        """
        known = set(cosigners)
        said = {name for name, key in self.witnesses if key in known}
        for group in self.groups:
            if sum(member in said for member in group.members) >= group.least:
                said.add(group.name)
        return self.quorum == NO_QUORUM or self.quorum in said

    @property
    def is_reachable(self) -> bool:
        """Whether all witnesses together are enough: what no file can deny."""
        return self.allows(key for _, key in self.witnesses)

    @property
    def text(self) -> bytes:
        """The file of a policy that can be reached."""
        lines = [f"log {key}" for key in self.logs]
        lines += [f"witness {name} {key}" for name, key in self.witnesses]
        lines += [
            f"group {g.name} {g.least} {' '.join(g.members)}" for g in self.groups
        ]
        text = "".join(f"{line}\n" for line in [*lines, f"quorum {self.quorum}"])
        return text.encode("utf-8", "surrogateescape")


def policy_of(
    logs: tuple[VKey, ...], supervisors: tuple[VKey, ...], quorum: int
) -> Policy:
    """Return the policy of a log's keys: of the first ones, or of those that count now.

    Args:
        logs: the log's keys.
        supervisors: as they sign entries; they cosign with the same keys.
        quorum: how many must cosign; 0: none.
    """
    witnesses = tuple((f"s{at}", key.cosigner) for at, key in enumerate(supervisors, 1))
    if quorum == 0:
        return Policy(logs=logs, witnesses=witnesses)
    group = Group(
        name="supervisors",
        least=quorum,
        members=tuple(name for name, _ in witnesses),
    )
    return Policy(logs=logs, witnesses=witnesses, groups=(group,), quorum=group.name)


def parse_policy(data: bytes) -> Policy:
    """Return a policy.

    Names are opaque octets, as the format asks: none is repaired, none refused.

    Raises:
        VerificationError: E717 an ill-formed line, E718 not one quorum line,
            E706 or E709 not a key.

    Spec:
        C2SP tlog-policy.
    """
    lines = data.split(b"\n")
    if lines.pop() != b"" or len(lines) > MAX_LINES:
        raise VerificationError("E717", line=len(lines) + 1)
    reader = _Reader()
    for at, line in enumerate(lines, 1):
        if _ALLOWED.fullmatch(line) is None:
            raise VerificationError("E717", line=at)
        text = line.decode("utf-8", "surrogateescape")
        words = [word for word in re.split("[\t ]+", text) if word]
        if words and not words[0].startswith("#"):
            reader.read(words, at)
    if len(reader.quorum) != 1:
        raise VerificationError("E718", count=len(reader.quorum))
    return Policy(
        logs=tuple(reader.logs),
        witnesses=tuple(reader.witnesses),
        groups=tuple(reader.groups),
        quorum=reader.quorum[0],
    )


class _Reader:
    def __init__(self) -> None:
        self.logs: list[VKey] = []
        self.witnesses: list[tuple[str, VKey]] = []
        self.groups: list[Group] = []
        self.quorum: list[str] = []
        self._free: set[str] = set()  # names that are in no group yet
        self._names: set[str] = {NO_QUORUM}

    def read(self, words: list[str], at: int) -> None:
        fault = VerificationError("E717", line=at)
        kind, *rest = words
        if not _LEAST_WORDS.get(kind, 0) <= len(words) <= _MOST_WORDS.get(kind, 0):
            raise fault
        if kind == "log":
            key = _key(rest[0], fault)
            if key.kind != ED25519 or key.public in {k.public for k in self.logs}:
                raise fault
            self.logs.append(key)
        elif kind == "witness":
            key = _key(rest[1], fault)
            same = key.public in {k.public for _, k in self.witnesses}
            if key.kind == ED25519 or same:
                raise fault
            self._name(rest[0], fault)
            self.witnesses.append((rest[0], key))
        elif kind == "group":
            self._group(rest[0], rest[1], rest[2:], fault)
        else:
            if rest[0] != NO_QUORUM and rest[0] not in self._names:
                raise fault
            self.quorum.append(rest[0])

    def _group(
        self, name: str, least: str, members: list[str], fault: VerificationError
    ) -> None:
        # Each name counts in one group only, so that nobody counts twice.
        if len(set(members)) != len(members) or not set(members) <= self._free:
            raise fault
        word = {"any": "1", "all": str(len(members))}.get(least, least)
        if _COUNT.fullmatch(word) is None or int(word) > len(members):
            raise fault
        self._free -= set(members)
        self._name(name, fault)
        self.groups.append(Group(name=name, least=int(word), members=tuple(members)))

    def _name(self, name: str, fault: VerificationError) -> None:
        if name in self._names:
            raise fault
        self._names.add(name)
        self._free.add(name)


def _key(text: str, fault: VerificationError) -> VKey:
    try:
        return parse_vkey(text)
    except (UnicodeEncodeError, VerificationError) as exc:
        raise fault from exc
