"""Making an office: folder, settings, keys, database, genesis entry, rules."""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dualrandom.canonical import sha256
from dualrandom.errors import InputError, StateError
from dualrandom.folder import write_file
from dualrandom.keys import PrivateKey, generate_key, load_public, save_key
from dualrandom.model import is_value
from dualrandom.office import issued, journal, memory
from dualrandom.office.founding import new_office
from dualrandom.office.place import (
    DRAWS,
    KEPT,
    PUBLIC,
    RULES,
    Office,
    now,
    registry_place,
    server_place,
    stamp,
)
from dualrandom.registry import Registry
from dualrandom.settings import FILE, Settings, settings_bytes
from dualrandom.words import rules_text

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable
    from pathlib import Path

    from dualrandom.registry import Place

SUPERVISOR_KEYS: Final = "keys/supervisor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What ``init`` made.

    Attributes:
        genesis: SHA-256 of the genesis entry: print it, keep it, minute it.
        supervisor: the supervisor's private key that must be moved away; None where
            the supervisor brought a key.
        encrypted: whether the private keys have a passphrase.
    """

    root: Path
    origin: str
    genesis: str
    supervisor: Path | None
    encrypted: bool


def init_office(
    folder: Path,
    *,
    name: str,
    origin: str = "",
    supervisor: Path | None = None,
    database: str = "",
    passphrase: str | None,
    clock: Callable[[], dt.datetime] = now,
    entropy: Callable[[int], bytes] = os.urandom,
) -> Made:
    """Make an office in a new folder; whole or not at all.

    Args:
        folder: must not exist, or be empty.
        name: the office's full name.
        origin: of the log; "" makes one that nobody else has.
        supervisor: a public key's file; None makes a key to be moved away.
        database: the address of a schema on a server, made by an administrator for
            this office; "" makes a file.
        passphrase: of all keys made here; None writes them unencrypted.
        clock: the present moment.
        entropy: random bytes of the operating system.

    Raises:
        InputError: E366, a name that nobody could read; E705, not an origin.
        UsageError: E114, E115, not the address of a schema.
        StateError: E164, the folder is not empty; E128, the clock is far ahead of the
            server's; E135, an earlier try is not finished.
        EnvironmentProblem: E154, it cannot be written; E112 and others, the schema is
            not a new office's.
    """
    if not name.strip() or not is_value(name):
        raise InputError("E366", field="--name", value=name)
    identity = entropy(16).hex()
    origin = origin or f"dualrandom.invalid/{identity[:8]}"
    settings = Settings(name=name, origin=origin)
    with new_office(folder, database) as aside:
        if database:
            _check_clock(server_place(database), clock)
        genesis, moved = _fill(
            aside, settings, identity, supervisor, passphrase, clock, entropy
        )
    return Made(
        root=folder,
        origin=origin,
        genesis=genesis,
        supervisor=folder / moved if moved else None,
        encrypted=passphrase is not None,
    )


def _check_clock(place: Place, clock: Callable[[], dt.datetime]) -> None:
    """Refuse a time far ahead of the server's: the first entries are made elsewhere."""
    with Registry.open(place).read() as tx:
        moment, theirs = clock(), tx.clock()
    if theirs is not None and moment > theirs + journal.AHEAD:
        raise StateError("E128", time=stamp(moment), clock=stamp(theirs))


def _fill(
    root: Path,
    settings: Settings,
    identity: str,
    supervisor: Path | None,
    passphrase: str | None,
    clock: Callable[[], dt.datetime],
    entropy: Callable[[int], bytes],
) -> tuple[str, str]:
    for part in (DRAWS, PUBLIC, KEPT, "keys"):
        (root / part).mkdir()
    (root / "keys").chmod(0o700)
    (root / KEPT).chmod(0o700)
    (root / DRAWS).chmod(0o700)
    log = _new_key(root / settings.log_key, settings.origin, passphrase)
    officer = _new_key(
        root / settings.officer, f"{settings.origin}/officer-01", passphrase
    )
    moved = ""
    if supervisor is None:
        moved = f"{SUPERVISOR_KEYS}/supervisor-01.key"
        (root / SUPERVISOR_KEYS).mkdir(mode=0o700)
        theirs = _new_key(
            root / moved, f"{settings.origin}/supervisor-01", passphrase
        ).vkey
    else:
        theirs = load_public(supervisor)
    rules = rules_text().encode()
    write_file(root / FILE, settings_bytes(settings))
    write_file(root / RULES, rules)
    office = Office(
        root=root,
        settings=settings,
        registry=Registry.create(registry_place(root, settings)),
        clock=clock,
        entropy=entropy,
        unlock=lambda path: _either(path, root / settings.log_key, log, officer),
    )
    with office.registry.write() as tx:
        journal.append(
            office,
            tx,
            "log.genesis",
            {
                "id": identity,
                "office": settings.name,
                "key": str(log.vkey),
                "officers": [str(officer.vkey)],
                "supervisors": [str(theirs)],
                "quorum": 1,
            },
            signer=officer,
        )
        # Nothing to undo: a founding that fails takes its folder away.
        issued.issue(office, tx, ExitStack(), "rules.set", rules, signer=officer)
    with office.registry.read() as tx:
        genesis = next(iter(tx.entries()))
    journal.keep_genesis(office, genesis)
    memory.checkpoint(office)
    return sha256(genesis), moved


def _new_key(path: Path, name: str, passphrase: str | None) -> PrivateKey:
    key = generate_key(name)
    save_key(path, key, passphrase=passphrase, plain=passphrase is None)
    return key


def _either(
    path: Path, log_key: Path, log: PrivateKey, officer: PrivateKey
) -> PrivateKey:
    return log if path == log_key else officer
