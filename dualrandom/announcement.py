"""What a draw announces and what it came to, as values.

Border: the rules of draw-v1 §3 that can be seen in the document alone. Bytes are
:mod:`dualrandom.documents`' affair; whether the files agree is
:mod:`dualrandom.verify`'s.

- The commitment is the SHA-256 of announcement.json as the file stands.
- A field that this program does not know is kept by name: the document may be right,
  but it is *not checked*.

Spec: draw-v1 §2, §3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from dualrandom.errors import VerificationError
from dualrandom.model import Area, FileDigest, Post, Ratio, Strata, Visibility
from dualrandom.randomness import Source, check_sources
from dualrandom.tables import DRAWN, FROZEN, RESERVES, SELECTED, STRATA, TARGETS, TEAMS

MIN_POSTS: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """The task as announced; ``rules`` is the digest of the detailed rules."""

    id: str
    plan: str
    type: str
    scope: str
    start: str
    end: str
    rules: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An inspection item in the version that the draw uses."""

    code: str
    version: int
    name: str
    basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryState:
    """Which directories the lists were taken from, as the log names them."""

    seq: int
    targets: str
    inspectors: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Excluded:
    """How many were left out of a list for one coded reason."""

    list: str
    reason: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Supersedes:
    """The earlier draw of the same task, and why there is another."""

    draw: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """A draw's commitment, in full.

    Attributes:
        files: (name, digest) of the six frozen tables, sorted by name.
        visibility: (name, visibility) of the same.
        strata: None where they are private.
        release: date on which sealed files become public; None: not a sealed draw.
        unknown: dotted names of fields that this program does not know.
    """

    draw: str
    office: str
    title: str
    announced: str
    due: str
    task: Task
    items: tuple[Item, ...]
    registry: RegistryState
    files: tuple[tuple[str, FileDigest], ...]
    visibility: tuple[tuple[str, Visibility], ...]
    excluded: tuple[Excluded, ...]
    strata: Strata | None
    posts: tuple[Post, ...]
    area: Area | None
    randomness: tuple[Source, ...]
    software: str
    reserves: Ratio | None = None
    strata_private: bool = False
    release: str | None = None
    off_site: str | None = None
    supersedes: Supersedes | None = None
    unknown: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_sources(self.randomness)
        if sum(post.count for post in self.posts) < MIN_POSTS and not self.off_site:
            raise VerificationError("E410")
        if (self.strata is None) != self.strata_private:
            raise VerificationError("E801", field="strata", value="")
        due = due_visibility(sealed=self.sealed, private=self.strata_private)
        if dict(self.visibility) != due:
            raise VerificationError("E801", field="visibility", value="")
        if self.sealed and dict(self.files)[TARGETS.name].root is None:
            raise VerificationError("E801", field="files.targets.tsv.root", value="")

    @property
    def sealed(self) -> bool:
        """Whether who is drawn stays secret until a date."""
        return self.release is not None

    def digest(self, name: str) -> FileDigest:
        """Return what is announced of a frozen table."""
        return dict(self.files)[name]

    def sees(self, name: str) -> Visibility:
        """Return who may see a file of the draw folder. Spec: draw-v1 §2."""
        kept = dict(self.visibility)
        if name in kept:
            return kept[name]
        if name in (SELECTED.name, RESERVES.name):
            return kept[STRATA.name]
        if name == DRAWN.name:
            return kept[TARGETS.name]
        return Visibility.SUPERVISORS


def due_visibility(*, sealed: bool, private: bool) -> dict[str, Visibility]:
    """Return who may see each frozen table. Spec: draw-v1 §2, §4."""
    open_or_sealed = Visibility.SEALED if sealed else Visibility.PUBLIC
    due = {kind.name: Visibility.SUPERVISORS for kind in FROZEN}
    due[TARGETS.name] = open_or_sealed
    due[STRATA.name] = Visibility.SUPERVISORS if private else open_or_sealed
    return due


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a draw came to: digests of the drawn files, and of what made them."""

    draw: str
    commitment: str
    seed_file: str
    randomness_file: str
    files: tuple[tuple[str, FileDigest], ...]
    visibility: tuple[tuple[str, Visibility], ...]
    drawn: int
    matched: bool
    software: str
    unknown: tuple[str, ...] = ()


def result_files(announcement: Announcement, *, matched: bool) -> tuple[str, ...]:
    """Return the names of the drawn tables that are due, sorted."""
    names = [DRAWN.name, SELECTED.name]
    names += [RESERVES.name] if announcement.reserves is not None else []
    names += [TEAMS.name] if matched else []
    return tuple(sorted(names))
