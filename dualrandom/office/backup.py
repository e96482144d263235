"""A backup of an office in one file, and an office from a backup.

    backup.json        what it holds: entries, and each file's size and SHA-256
    registry.jsonl     the registry, a line for each log entry
    office/kept/…      settings, rules, draw folders, kept files, public keys

- All of one moment: nobody writes while it is made. Private keys only if asked for.
- An office is never overwritten; it is restored aside, checked, and then put there.
- An old backup knows nothing of what was signed after it. So whoever restores one
  brings the newest checkpoint that anybody has: it becomes the office's own signing
  memory, and an office that lacks entries signs nothing (E180).
- A backup of a file can be restored on a server, and the other way round.
"""

from __future__ import annotations

import json
import re
import zipfile
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory, mkstemp
from typing import TYPE_CHECKING, Any, Final

from dualrandom import audit
from dualrandom.archive import (
    BACKUP,
    ArchiveError,
    member_blocks,
    open_archive,
    read_member,
)
from dualrandom.canonical import leaf_hash
from dualrandom.errors import (
    DualRandomError,
    EnvironmentProblem,
    UsageError,
    VerificationError,
    Where,
)
from dualrandom.folder import check_new, write_file
from dualrandom.keys import verify_ed25519
from dualrandom.office import memory
from dualrandom.office.checking import read, verify_office_log
from dualrandom.office.founding import new_office
from dualrandom.office.place import (
    DRAWS,
    KEPT,
    Office,
    check_private,
    open_office,
    registry_place,
)
from dualrandom.registry import Registry
from dualrandom.settings import DATABASE, FILE, Settings, load_settings, settings_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dualrandom.errors import Problem

_SCHEMA: Final = "dualrandom/backup/v1"
_MANIFEST: Final = "backup.json"
_REGISTRY: Final = "registry.jsonl"
_OFFICE: Final = "office/"
_KEYS: Final = "keys"
_PART: Final = re.compile(r"(?!\.)[^/\\\x00-\x1f\x7f:]{1,200}")
_BLOCK: Final = 1 << 20
_DATE: Final = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class BackedUp:
    """What a backup holds.

    Attributes:
        checkpoint: the newest that the office signed, or b"".
        keys: whether private keys are in it.
        personal: whether the office keeps what is a person's own; that is not in it.
    """

    entries: int
    files: int
    checkpoint: bytes
    keys: bool
    personal: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What came of a backup.

    Attributes:
        entries: of its log.
        signed: of the newest checkpoint that is known; more than ``entries``: the
            office can be read, and signs nothing.
        verified: what ``log verify`` ended with.
        notes: what could not be told.
    """

    entries: int
    signed: int
    verified: int
    notes: tuple[Problem, ...]


def back_up(office: Office, out: Path, *, with_keys: bool = False) -> BackedUp:
    """Write a backup of an office to a new file, whole or not at all.

    Raises:
        UsageError: E964, a place that others see.
        StateError: E175, there is a file already.
        EnvironmentProblem: E154, it cannot be written.
    """
    check_private(office, out)
    check_new(out)
    aside: str | None = None
    try:
        handle, aside = mkstemp(dir=out.parent, prefix=f".{out.name}.", suffix=".new")
        with open(handle, "wb") as file:  # noqa: PTH123 - a handle
            made = _write(office, file, with_keys=with_keys)
        Path(aside).replace(out)
    except OSError as exc:
        raise EnvironmentProblem(
            "E154", where=Where(file=str(out)), reason=exc.strerror or ""
        ) from exc
    finally:
        if aside is not None:
            Path(aside).unlink(missing_ok=True)
    return made


def _write(office: Office, file: Any, *, with_keys: bool) -> BackedUp:  # noqa: ANN401 - a file
    held: list[dict[str, Any]] = []
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:

        def put(name: str, blocks: Iterator[bytes]) -> None:
            digest, size = sha256(), 0
            info = zipfile.ZipInfo(name, _DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(info, "w", force_zip64=True) as member:
                for block in blocks:
                    member.write(block)
                    digest.update(block)
                    size += len(block)
            held.append({"path": name, "bytes": size, "sha256": digest.hexdigest()})

        # Whoever writes waits: rows, kept files and signatures are of one moment.
        with office.registry.write() as tx:
            head = tx.head()
            put(_REGISTRY, tx.dump())
            for path in _files(office.root, with_keys=with_keys):
                put(_OFFICE + path.relative_to(office.root).as_posix(), _blocks(path))
            last = memory.last_checkpoint(office)
            personal = tx.keeps_personal()
        entries = 0 if head is None else head.seq + 1
        manifest = {"schema": _SCHEMA, "entries": entries, "files": held}
        archive.writestr(
            zipfile.ZipInfo(_MANIFEST, _DATE), json.dumps(manifest, ensure_ascii=False)
        )
    return BackedUp(
        entries=entries,
        files=len(held),
        checkpoint=last or b"",
        keys=with_keys,
        personal=personal,
    )


def _files(root: Path, *, with_keys: bool) -> Iterator[Path]:
    for path in sorted(root.iterdir()):
        if path.suffix in (".toml", ".md") and path.is_file():
            yield path
    for folder in (DRAWS, KEPT, _KEYS):
        for path in sorted((root / folder).rglob("*")):
            hidden = any(part.startswith(".") for part in path.relative_to(root).parts)
            private = folder == _KEYS and path.suffix != ".pub"
            if path.is_file() and not path.is_symlink() and not hidden:
                if private and not with_keys:
                    continue
                yield path


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block


def check_backup(file: Path, *, newest: Path | None = None) -> Restored:
    """Restore a backup to nowhere, check it as ``log verify`` does, and forget it.

    Raises:
        VerificationError: E191, E193–E195, as for :func:`restore`.
        EnvironmentProblem: E151, it cannot be read.
    """
    with TemporaryDirectory() as folder:
        return _unpack(file, Path(folder), newest)


def restore(
    file: Path, folder: Path, *, newest: Path | None, database: str = ""
) -> Restored:
    """Make an office from a backup, in a new folder; whole or not at all.

    Args:
        file: the backup.
        folder: must not exist, or be empty.
        newest: the newest checkpoint of this log that anybody has.
        database: the address of a schema made for it; "" makes a file.

    Raises:
        UsageError: E192, no checkpoint was brought.
        StateError: E164, there is something in the folder; E135, an office that is not
            finished; E341, rows that the database's own rules refuse.
        VerificationError: E191, not a backup, or damaged; E193, likewise its registry;
            E194, its log has a fault; E195, the checkpoint is not of this history.
        EnvironmentProblem: E151, E154; E112 and others, the schema is no new office's.
    """
    if newest is None:
        raise UsageError("E192")
    with new_office(folder, database) as aside:
        return _unpack(file, aside, newest)


def _unpack(file: Path, root: Path, newest: Path | None) -> Restored:
    where = Where(file=str(file))
    try:
        with file.open("rb") as packed, open_archive(packed, BACKUP) as archive:
            manifest = _manifest(archive)
            for item in manifest["files"]:
                _extract(archive, item, root)
        settings = _settings(root)
        registry = Registry.create(registry_place(root, settings))
        with registry.write() as tx, (root / _REGISTRY).open("rb") as lines:
            tx.load(lines)
        (root / _REGISTRY).unlink()
    except (FileNotFoundError, PermissionError, IsADirectoryError) as exc:
        raise EnvironmentProblem(
            "E151", where=where, reason=exc.strerror or ""
        ) from exc
    except (ArchiveError, KeyError, ValueError, TypeError) as exc:
        raise VerificationError("E191", where=where, found=type(exc).__name__) from exc
    office = open_office(root, unlock=_locked)
    checked = verify_office_log(office, against=None, policy=None, genesis=None)
    if checked.exit_code == 1 or checked.size != manifest["entries"]:
        code = checked.findings[0].code if checked.findings else "E191"
        raise VerificationError("E194", where=where, code=code)
    signed = _remember(office, newest)
    return Restored(
        entries=checked.size,
        signed=signed,
        verified=checked.exit_code,
        notes=checked.notes,
    )


def _manifest(archive: zipfile.ZipFile) -> dict[str, Any]:
    info = archive.getinfo(_MANIFEST)
    if info.file_size > _BLOCK * 512:
        raise ValueError(_MANIFEST)
    manifest: dict[str, Any] = json.loads(read_member(archive, info))
    names = [_MANIFEST, *(str(item["path"]) for item in manifest["files"])]
    # What the manifest does not name is of somebody else.
    if manifest["schema"] != _SCHEMA or sorted(names) != sorted(archive.namelist()):
        raise ValueError(_MANIFEST)
    return manifest


def _extract(archive: zipfile.ZipFile, item: dict[str, Any], root: Path) -> None:
    """Write one file of a backup, if it is what the manifest says."""
    name = str(item["path"])
    parts = name.split("/")
    if name != _REGISTRY and (
        parts.pop(0) != _OFFICE[:-1]
        or not parts
        or any(_PART.fullmatch(part) is None for part in parts)
    ):
        raise ValueError(name)
    at = root.joinpath(*parts)
    at.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest, left = sha256(), int(item["bytes"])
    at.touch(mode=0o600, exist_ok=False)
    with at.open("wb") as out:
        for block in member_blocks(archive, archive.getinfo(name)):
            left -= len(block)
            digest.update(block)
            out.write(block)
    if left or digest.hexdigest() != item["sha256"]:
        raise ValueError(name)


def _settings(root: Path) -> Settings:
    settings = replace(load_settings(root), database=DATABASE)
    write_file(root / FILE, settings_bytes(settings))
    for folder in (DRAWS, KEPT, _KEYS, "public"):
        (root / folder).mkdir(exist_ok=True, mode=0o700)
    return settings


def _locked(path: Path) -> Any:  # noqa: ANN401 - never returns
    raise EnvironmentProblem("E151", where=Where(file=str(path)), reason="")


def _remember(office: Office, newest: Path | None) -> int:
    """Take the newest checkpoint into the signing memory; return how far it reaches."""
    last = memory.last_checkpoint(office)
    known = 0 if last is None else audit.parse_checkpoint(last).checkpoint.size
    if newest is None:
        return known
    data, where = read(newest), Where(file=str(newest))
    try:
        theirs = audit.parse_checkpoint(data)
        made = theirs.checkpoint
        if made.origin != office.settings.origin:
            raise VerificationError("E763", origin=made.origin)
        with office.registry.read() as tx:
            leaves = [leaf_hash(entry) for entry in tx.entries()]
            report = audit.verify_log(tx.entries(), verify=verify_ed25519)
        keys = [k.key for k in report.keys if k.role is audit.Role.LOG]
        signed = audit.check_note(theirs.note, audit.key_book(keys), verify_ed25519)
        if not signed:
            raise VerificationError("E710", name=made.origin)
    except DualRandomError as error:
        raise VerificationError("E195", where=where, code=error.code) from error
    if made.size <= len(leaves):
        tree = audit.Tree()
        for leaf in leaves[: made.size]:
            tree.append(leaf)
        if tree.root != made.root:
            raise VerificationError("E195", where=where, code="E768")
    at = memory.checkpoint_file(office, made.size)
    if not at.exists():
        at.parent.mkdir(exist_ok=True)
        write_file(at, data)
    with suppress(FileNotFoundError):
        (office.kept / memory.HEAD).unlink()
    return max(known, made.size)
