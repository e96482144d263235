"""Who holds which post just now, and how others move over to let one person in.

Border: whole numbers only. Which people, targets and posts these are, and in which
order they are asked, is :mod:`dualrandom.matching`'s affair.

- People are 0 … n − 1; *nobody*, who holds the empty posts, is n.
- Post ``p`` belongs to the team of target ``p % targets``: posts are numbered in the
  order in which they are filled, every target's first, then every second, …
- A set of people is a whole number, bit i for person i: one ``&`` asks them all.
- Posts that the same people are able to take, recusals apart, form a *group*.
- A post is *open* while its holder may still change.

There is one question: can one person hold a post more and another one less, while
the rest move over and hold as many as before? In the flow network person → (person,
target) → post, every edge of which carries at most one, that is a path through what
the flow leaves free, made of two kinds of steps:

    take    one who needs a place takes a post; its holder now needs a place
    shift   one whose post is taken stays in that team, and takes a post of another

Spec: draw-v1 §6 ("can be held at once", "can still be filled").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

DONE: Final = 0
"""What a move returns that came about; one that cannot be returns a set of people."""
EVERYBODY: Final = -1
"""All bits set: the set that leaves nobody out."""


def members(some: int) -> Iterator[int]:
    """Yield the people of a set, lowest number first."""
    while some:
        low = some & -some
        yield low.bit_length() - 1
        some ^= low


def _first(some: int) -> int:
    return (some & -some).bit_length() - 1


class _Path:
    """Where a search has been: each person and post with the step that led there."""

    __slots__ = ("by", "via")

    def __init__(self) -> None:
        self.via: dict[int, int] = {}  # person: the post that is taken from them
        self.by: dict[int, int] = {}  # post: who takes it, or ~(the post shifted from)


class Roster:
    """Posts and their holders; in the beginning nobody holds them all.

    Attributes:
        nobody: the number that stands for no person.
        targets: how many teams there are.
        able: for each group, who is able to take its posts.
        group: for each post, its group.
        barred: for each target, who may not join: recused, or in the team already.
        holder: for each post, a person, or nobody.
    """

    __slots__ = (
        "_among",
        "_at",
        "_closed",
        "_open",
        "able",
        "barred",
        "group",
        "holder",
        "nobody",
        "targets",
    )

    def __init__(
        self,
        *,
        people: int,
        able: Sequence[int],
        group: Sequence[int],
        recused: Iterable[int],
    ) -> None:
        """Set out the posts.

        Args:
            people: how many there are.
            able: a set of people for each group.
            group: the group of each post; as many posts for every target.
            recused: a set of people for each target.
        """
        self.nobody = people
        self.able = able
        self.group = group
        self.barred = list(recused)
        self.targets = len(self.barred)
        self.holder = [people] * len(group)
        # The place of each post in its holder's list, or −1: not open.
        self._at = [-1] * len(group)
        # For each holder the open posts by group; for each group who has such.
        self._open: list[dict[int, list[int]]] = [{} for _ in range(people + 1)]
        self._among = [0] * len(able)
        # For each person, among whom they can only exchange posts.
        self._closed = [EVERYBODY] * people
        # Posts that few can take are handed out first: less has to move later.
        scarce = [some.bit_count() for some in able]
        for post in sorted(range(len(group)), key=lambda p: scarce[group[p]]):
            self._enter(post, people)

    def has_open(self, person: int) -> bool:
        """Say whether a person holds a post that may still change hands."""
        return bool(self._open[person])

    def posts_of(self, person: int) -> list[int]:
        """Return the open posts of a person, or of nobody, in ascending order."""
        return sorted(p for posts in self._open[person].values() for p in posts)

    def move(self, person: int, loser: int) -> int:
        """Let a person hold one post more, and the loser one less.

        Args:
            person: who needs a place.
            loser: another person, or nobody.

        Returns:
            DONE; or, when it cannot be, all who could have been reached. They can
            only ever take posts from each other.
        """
        # Nearly always one post simply changes hands.
        post = self._takeable(1 << person, loser)
        if post >= 0:
            self._leave(post)
            self._enter(post, person)
            return DONE
        return self._search(person, loser)

    def lift(self, post: int) -> int:
        """Close an open post, so that :meth:`offer` can give it away for good.

        Returns:
            Its last holder, who needs a place until somebody accepts the offer.
        """
        last = self.holder[post]
        self._leave(post)
        return last

    def peers(self, post: int, last: int) -> int:
        """Return among whom a lifted post can stay, as far as failed moves have told.

        Args:
            post: the lifted post.
            last: its last holder.
        """
        closed = self._closed[last]
        free = self.able[self.group[post]] & ~self.barred[post % self.targets]
        if closed & ~(1 << last) & free:
            # Another of them could take it: it is one of those they exchange.
            return closed
        # It may be that the last holder stays in the team, and another one leaves.
        for other in self._later(post):
            closed |= self._closed[self.holder[other]]
        return closed

    def offer(self, post: int, person: int, last: int, peers: int) -> int:
        """Give a lifted post to a person for good, if everybody's number can stay.

        Args:
            post: the lifted post.
            person: one of the peers, able to take it, not its last holder.
            last: its last holder.
            peers: among whom the post can stay.

        Returns:
            DONE, or among whom the post can stay as we know now.
        """
        team = post % self.targets
        bit = 1 << person
        if not self.barred[team] & bit:
            answer = self.move(last, person)
        else:
            # A member of the team comes from a later post, which others must fill.
            later = self._later(post)
            left = next((p for p in later if self.holder[p] == person), -1)
            if left < 0:
                return peers
            able = self.able[self.group[left]]
            inside = (1 << self.holder[p] for p in later if p != left)
            joining = peers & ~self.barred[team]
            if not able & joining and not any(able & one for one in inside):
                return peers
            self._leave(left)
            self._enter(left, self.nobody)
            self.barred[team] |= bit
            answer = self.move(last, self.nobody)
            if answer != DONE:
                self._leave(left)
                self._enter(left, person)
        if answer == DONE:
            self.settle(post, person)
            return DONE
        for one in members(answer):
            self._closed[one] &= answer
        return peers & answer

    def _later(self, post: int) -> range:
        """Return the later posts of the same team; posts are settled in order."""
        return range(post + self.targets, len(self.group), self.targets)

    def settle(self, post: int, person: int) -> None:
        """Give a lifted post to a person for good, whoever else needs a place."""
        self.holder[post] = person
        self.barred[post % self.targets] |= 1 << person

    def _enter(self, post: int, person: int) -> None:
        group = self.group[post]
        posts = self._open[person].setdefault(group, [])
        self._at[post] = len(posts)
        posts.append(post)
        self._among[group] |= 1 << person
        self.barred[post % self.targets] |= 1 << person
        self.holder[post] = person

    def _leave(self, post: int) -> None:
        person, group = self.holder[post], self.group[post]
        posts = self._open[person][group]
        at, moved = self._at[post], posts.pop()
        if moved != post:
            posts[at] = moved
            self._at[moved] = at
        if not posts:
            del self._open[person][group]
            self._among[group] &= ~(1 << person)
        self._at[post] = -1
        self.barred[post % self.targets] &= ~(1 << person)

    def _takeable(self, takers: int, loser: int) -> int:
        """Return an open post of the loser that one of the takers can take, or −1."""
        for group, posts in self._open[loser].items():
            able = takers & self.able[group]
            if able:
                for post in posts:
                    if able & ~self.barred[post % self.targets]:
                        return post
        return -1

    def _search(self, person: int, loser: int) -> int:
        path = _Path()
        seen = newly = 1 << person
        goal = 1 << loser
        while newly:
            newly = self._take(newly, seen, loser, path)
            if not newly:
                newly = self._shift(seen, path)
                if not newly & goal and self._end(newly, loser, path):
                    newly |= goal
            seen |= newly
            if seen & goal:
                self._walk(person, loser, path)
                return DONE
        return seen

    def _take(self, takers: int, seen: int, loser: int, path: _Path) -> int:
        """Go one take further from all takers; return who needs a place then.

        Those who could take from the loser come first, and the loser is tried at
        once: the search usually ends there.
        """
        near = 0
        for group in self._open[loser]:
            near |= self.able[group]
        reached = 0
        rest = ~seen & ~(1 << loser)
        for group, able in enumerate(self.able):
            some = takers & able
            found = self._among[group] & rest if some else 0
            for part in (found & near, found & ~near):
                for person in members(part):
                    post = self._free(some, self._open[person][group])
                    if post < 0:
                        continue
                    path.by[post] = _first(some & ~self.barred[post % self.targets])
                    path.via[person] = post
                    reached |= 1 << person
                    rest ^= 1 << person
                    if part & near and self._end(1 << person, loser, path):
                        return reached | 1 << loser
        return reached

    def _end(self, takers: int, loser: int, path: _Path) -> bool:
        """Take from the loser, if any of the takers can: the end of the path."""
        post = self._takeable(takers, loser)
        if post < 0:
            return False
        able = self.able[self.group[post]]
        path.by[post] = _first(takers & able & ~self.barred[post % self.targets])
        path.via[loser] = post
        return True

    def _free(self, takers: int, posts: Iterable[int]) -> int:
        for post in posts:
            if takers & ~self.barred[post % self.targets]:
                return post
        return -1

    def _shift(self, seen: int, path: _Path) -> int:
        """Look for shifts, when no take leads further; return who needs a place then.

        It matters only where somebody seen is able to take posts of people not seen,
        and yet is barred from every such post: so this is rare.
        """
        teams: dict[int, None] = {}
        for group, able in enumerate(self.able):
            if seen & able:
                for person in members(self._among[group] & ~seen):
                    teams |= dict.fromkeys(
                        post % self.targets for post in self._open[person][group]
                    )
        reached = 0
        for team in teams:
            reached |= self._shift_in(team, seen, reached, path)
        return reached

    def _shift_in(self, team: int, seen: int, reached: int, path: _Path) -> int:
        posts = [
            post
            for post in range(team, len(self.group), self.targets)
            if self._at[post] >= 0
        ]
        todo = []
        for post in posts:
            takers = seen & self.able[self.group[post]] & ~self.barred[team]
            if takers:
                path.by.setdefault(post, _first(takers))
            if post in path.by:
                todo.append(post)
        for post in todo:  # grows
            stays = 1 << self.holder[post]
            for other in posts:
                if other not in path.by and self.able[self.group[other]] & stays:
                    path.by[other] = ~post
                    todo.append(other)
                    loses = 1 << self.holder[other]
                    if loses & ~seen & ~reached:
                        path.via[self.holder[other]] = other
                        reached |= loses
        return reached

    def _walk(self, person: int, loser: int, path: _Path) -> None:
        """Make the moves of a path, from its end back to the person."""
        moves = []
        while loser != person:
            post = path.via[loser]
            while (by := path.by[post]) < 0:
                moves.append((post, self.holder[~by]))
                post = ~by
            moves.append((post, by))
            loser = by
        # All leave before any enters: one who shifts leaves and enters one team.
        for post, _ in moves:
            self._leave(post)
        for post, taker in moves:
            self._enter(post, taker)
