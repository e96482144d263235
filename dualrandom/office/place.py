"""An office: its folder, its settings, its registry, and what only it may use.

Border: clock, entropy and keys come in here and nowhere deeper.
"""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from dualrandom.errors import StateError, UsageError, Where
from dualrandom.office.roll import Roll
from dualrandom.office.verified import Verified
from dualrandom.registry import Place, Registry, is_address, parse_address
from dualrandom.settings import FILE, Settings, load_settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dualrandom.keys import PrivateKey
    from dualrandom.registry import Head

DRAWS: Final = "draws"
PUBLIC: Final = "public"
KEPT: Final = "kept"
RULES: Final = "rules.md"
UNFINISHED: Final = "unfinished.jsonl"
"""What has yet to go into the database of a new office; see :mod:`.founding`."""
ZONE: Final = dt.timezone(dt.timedelta(hours=8))
"""China Standard Time."""


@dataclass(slots=True)
class Seen:
    """What this process knows to continue what was signed.

    Attributes:
        head: the newest entry; it stands for all before it.
        signed: when a checkpoint was signed last, by the folder's time, ns.
    """

    head: Head | None = None
    signed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """An open office.

    Attributes:
        root: its folder.
        clock: the present moment, aware, UTC.
        entropy: so many bytes from the operating system.
        unlock: a private key's file to a signer; asks for the passphrase if need be.
        roll: whose keys count.
        verified: what the log tells.
        seen: how much of the log need not be looked at again.
    """

    root: Path
    settings: Settings
    registry: Registry
    clock: Callable[[], dt.datetime]
    entropy: Callable[[int], bytes]
    unlock: Callable[[Path], PrivateKey]
    roll: Roll = field(default_factory=Roll, repr=False, compare=False)
    verified: Verified = field(default_factory=Verified, repr=False, compare=False)
    seen: Seen = field(default_factory=Seen, repr=False, compare=False)

    @property
    def kept(self) -> Path:
        """Where salted files lie whose digests stand in the log."""
        return self.root / KEPT

    @property
    def public(self) -> Path:
        """What the webmaster gets."""
        return self.root / PUBLIC

    def draw(self, draw: str) -> Path:
        """Return the folder of a draw."""
        return self.root / DRAWS / draw

    def officer(self) -> PrivateKey:
        """Return the officer's signer."""
        return self.unlock(self.root / self.settings.officer)

    def log_signer(self) -> PrivateKey:
        """Return the log's own signer, which signs checkpoints and nothing else."""
        return self.unlock(self.root / self.settings.log_key)

    def kept_list(self, digest: str) -> bytes | None:
        """Return the salted file of a list or a change; None where it is gone."""
        path = self.kept / f"{digest}.tsv"
        return path.read_bytes() if path.is_file() else None


def check_private(office: Office, out: Path) -> None:
    """Refuse a place that others see: ``public/``, or the folders of draws.

    Raises:
        UsageError: E964.
    """
    at = out.resolve()
    for name in (PUBLIC, DRAWS):
        folder = (office.root / name).resolve()
        if at == folder or folder in at.parents:
            raise UsageError("E964", where=Where(file=str(out)))


def now() -> dt.datetime:
    """Return the present moment to the second, UTC."""
    return dt.datetime.now(dt.UTC).replace(microsecond=0)


def stamp(moment: dt.datetime) -> str:
    """Return a moment as it stands in documents: ``2026-11-20T01:00:00Z``."""
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def today(office: Office) -> dt.date:
    """Return the day in the office's time zone (China Standard Time)."""
    return office.clock().astimezone(ZONE).date()


def find_root(start: Path) -> Path | None:
    """Return the office's folder that holds ``start``, if any."""
    for folder in (start, *start.parents):
        if (folder / FILE).is_file():
            return folder
    return None


def find_office(start: Path) -> tuple[Path, Settings]:
    """Return the folder and the settings of the office that ``start`` lies in.

    Raises:
        UsageError: E161, no office; E162, settings that cannot be used.
    """
    root = find_root(start.resolve()) or start
    return root, load_settings(root)


def registry_place(root: Path, settings: Settings) -> Place:
    """Return where an office's registry is.

    Raises:
        UsageError: E114, E115, an address that is none, or one with a password.
    """
    if not is_address(settings.database):
        return root / settings.database
    return server_place(settings.database)


def server_place(database: str) -> Place:
    """Return the schema that an address names.

    Raises:
        UsageError: E114, E115.
    """
    address = parse_address(database)
    if not address.schema:
        raise UsageError("E114", where=Where(file=FILE), found="schema")
    return address


def open_office(
    folder: Path,
    *,
    unlock: Callable[[Path], PrivateKey],
    clock: Callable[[], dt.datetime] = now,
    entropy: Callable[[int], bytes] = os.urandom,
) -> Office:
    """Open the office whose folder this is, or lies in.

    Raises:
        UsageError: E161, no office; E162, settings that cannot be used.
        StateError: E135, it is not finished.
        EnvironmentProblem: the database cannot be opened.
    """
    root, settings = find_office(folder)
    if (root / UNFINISHED).exists():
        raise StateError("E135", where=Where(file=str(root)))
    return Office(
        root=root,
        settings=settings,
        registry=Registry.open(registry_place(root, settings)),
        clock=clock,
        entropy=entropy,
        unlock=unlock,
    )
