"""A published log: static files that any tile reader understands.

Border: bytes in, paths and bytes out; reading goes through a function that returns a
file's bytes or None.

- Entries in bundles of 256, each with a two-byte length before it; hashes in tiles of
  256, each level over the full tiles of the one below.
- A bundle is written before the tile that speaks of it, the checkpoint last of all.

    checkpoint  tile/entries/000  tile/0/000  tile/entries/001.p/17  tile/0/001.p/17
    tile/1/000.p/1

Spec: log-v1 §6; C2SP tlog-tiles.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dualrandom.canonical import leaf_hash, sha256, tree_hash
from dualrandom.checkpoints import parse_checkpoint
from dualrandom.errors import VerificationError
from dualrandom.logcheck import LogChecker
from dualrandom.logreport import LogTrust
from dualrandom.notes import MAX_NOTE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dualrandom.logcheck import IsNew, Through
    from dualrandom.logreport import LogReport
    from dualrandom.notes import Verifier

    Get = Callable[[str], bytes | None]

WIDTH: Final = 256
CHECKPOINT: Final = "checkpoint"
GENESIS: Final = "genesis.sha256"
POLICY: Final = "policy"
_LENGTH_BYTES = 2
_NO_TRUST: Final = LogTrust()


def tile_path(level: int | None, index: int, width: int = WIDTH) -> str:
    """Return where a tile lies: ``tile/0/x001/x234/067.p/8``.

    Args:
        level: 0 and up, or None: a bundle of entries.
        index: of the tile in its level, from 0.
        width: how many hashes or entries, 1–256; 256 is a full one.
    """
    digits = f"{index % 1000:03d}"
    while index >= 1000:  # noqa: PLR2004 - three digits an element
        index //= 1000
        digits = f"x{index % 1000:03d}/{digits}"
    part = "" if width == WIDTH else f".p/{width}"
    return f"tile/{'entries' if level is None else level}/{digits}{part}"


def tiles(entries: Iterable[bytes], since: int = 0) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a published log, each after those that it speaks of.

    Args:
        entries: all, from entry 0 on.
        since: size of the log as last published: what it had is left out.
    """
    tiler = _Tiler()
    for entry in entries:
        made = tiler.add(entry)
        if tiler.size > since:
            yield from made
    if tiler.size > since:
        yield from tiler.rest()


class _Tiler:
    """Turns entries into tiles as they fill; memory: one tile a level."""

    def __init__(self) -> None:
        self.size = 0
        self._bundle: list[bytes] = []
        self._levels: list[list[bytes]] = [[]]
        self._counts: list[int] = [0]

    def add(self, entry: bytes) -> list[tuple[str, bytes]]:
        """Take one entry; return the files that it fills."""
        if len(entry) > MAX_NOTE:
            raise VerificationError("E701", bytes=len(entry), limit=MAX_NOTE)
        self._bundle.append(entry)
        self._levels[0].append(leaf_hash(entry))
        self.size += 1
        if self.size % WIDTH:
            return []
        full = [(tile_path(None, self.size // WIDTH - 1), _bundle(self._bundle))]
        self._bundle = []
        level = 0
        while len(self._levels[level]) == WIDTH:
            hashes = self._levels[level]
            full.append((tile_path(level, self._counts[level]), b"".join(hashes)))
            self._counts[level] += 1
            self._levels[level] = []
            if level + 1 == len(self._levels):
                self._levels.append([])
                self._counts.append(0)
            level += 1
            self._levels[level].append(tree_hash(hashes))
        return full

    def rest(self) -> list[tuple[str, bytes]]:
        """Return the partial files at the end."""
        partial = []
        if self._bundle:
            path = tile_path(None, self.size // WIDTH, len(self._bundle))
            partial.append((path, _bundle(self._bundle)))
        for level, hashes in enumerate(self._levels):
            if hashes:
                path = tile_path(level, self._counts[level], len(hashes))
                partial.append((path, b"".join(hashes)))
        return partial


def _bundle(entries: list[bytes]) -> bytes:
    return b"".join(
        part
        for entry in entries
        for part in (len(entry).to_bytes(_LENGTH_BYTES, "big"), entry)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedLog:
    """A published log as read: its checkpoint, and its entries one by one.

    Attributes:
        checkpoint: the bytes of the file ``checkpoint``.
        entries: as many as the checkpoint speaks of; raises E719 or E720 when a
            bundle is missing or is not one.
    """

    checkpoint: bytes
    entries: Iterator[bytes]


def read_log(get: Get) -> PublishedLog:
    """Return checkpoint and entries of a published log.

    Args:
        get: returns a file's bytes by its path below ``log/``, or None.

    Raises:
        VerificationError: E719 no checkpoint, E701–E704 or E711 not one.
    """
    data = get(CHECKPOINT)
    if data is None:
        raise VerificationError("E719", file=CHECKPOINT)
    size = parse_checkpoint(data).checkpoint.size
    return PublishedLog(checkpoint=data, entries=_entries(get, size))


def _entries(get: Get, size: int) -> Iterator[bytes]:
    for start in range(0, size, WIDTH):
        count = min(WIDTH, size - start)
        path, data = _tile(get, None, start // WIDTH, count)
        at = 0
        for _ in range(count):
            end = at + _LENGTH_BYTES
            length = int.from_bytes(data[at:end], "big")
            at = end + length
            if at > len(data):
                raise VerificationError("E720", file=path, count=count)
            yield data[end:at]
        # A full bundle may stand in for a partial one that was cleaned away.
        if at != len(data) and path == tile_path(None, start // WIDTH, count):
            raise VerificationError("E720", file=path, count=count)


def _tile(get: Get, level: int | None, index: int, width: int) -> tuple[str, bytes]:
    path = tile_path(level, index, width)
    data = get(path)
    if data is None and width < WIDTH:
        full = tile_path(level, index)
        data = get(full)
        path = path if data is None else full
    if data is None:
        raise VerificationError("E719", file=path)
    return path, data


def verify_published(
    get: Get,
    *,
    verify: Verifier,
    trust: LogTrust = _NO_TRUST,
    is_new: IsNew | None = None,
    through: Through = iter,
) -> LogReport:
    """Check a published log: its entries, and every hash tile against them.

    Args:
        get: returns a file's bytes by its path below ``log/``, or None.
        verify: checks Ed25519.
        trust: what the reader got elsewhere.
        is_new: remembers operations; None: in memory, 16 bytes each.
        through: what the entries go through on their way.

    Returns:
        A report; what is missing or wrong is a finding, none is raised.
    """
    checkpoint = get(CHECKPOINT)
    checker = LogChecker(
        verify=verify, checkpoint=checkpoint, trust=trust, is_new=is_new
    )
    tiler = _Tiler()
    complete = checkpoint is not None
    try:
        for entry in through(read_log(get).entries):
            if checker.size == 0:
                _check_genesis(checker, get, entry)
            checker.feed(entry)
            _check_tiles(checker, get, tiler.add(entry))
        _check_tiles(checker, get, tiler.rest())
        _check_policy(checker, get)
    except VerificationError as error:
        complete = False
        if error.code == "E719":
            checker.unchecked(error)
        elif error.code == "E720":
            checker.differs(error)
        # Else the checkpoint is none, and the checker has said so.
    return checker.finish(complete=complete)


def _check_genesis(checker: LogChecker, get: Get, entry: bytes) -> None:
    data = get(GENESIS)
    if data is not None and data != f"{sha256(entry)}\n".encode():
        checker.differs(VerificationError("E722", file=GENESIS))


def _check_policy(checker: LogChecker, get: Get) -> None:
    copy = get(POLICY)
    if copy is not None and checker.keys.genesis and copy != checker.keys.copy:
        checker.differs(VerificationError("E792", file=POLICY))


def _check_tiles(
    checker: LogChecker, get: Get, made: Iterable[tuple[str, bytes]]
) -> None:
    for path, data in made:
        found = get(path)
        if found is None and ".p/" in path:
            full = get(path.partition(".p/")[0])
            found = None if full is None else full[: len(data)]
        if found is None:
            checker.unchecked(VerificationError("E719", file=path))
        elif found != data:
            checker.differs(VerificationError("E721", file=path))
