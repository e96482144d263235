"""Reading the fields of a JSON object, strictly, and noticing unknown ones.

Border: values that :func:`dualrandom.canonical.parse_json` returned.

- A missing or ill-formed field is E801 with its dotted name.
- A field that nobody asked for is remembered; ``unknown`` names them all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dualrandom.errors import VerificationError
from dualrandom.model import MAX_INT

if TYPE_CHECKING:
    from collections.abc import Callable


class Fields:
    """One JSON object of a document, and where in the document it stands."""

    def __init__(self, value: dict[str, object], path: str) -> None:
        self._value = value
        self._asked: set[str] = set()
        self._children: list[Fields] = []
        self._notes: list[str] = []
        self.path = path

    @classmethod
    def of(cls, value: object, path: str = "") -> Fields:
        """Return the fields of a value that must be an object.

        Raises:
            VerificationError: E801.
        """
        if not isinstance(value, dict):
            raise VerificationError("E801", field=path or "{}", value=str(value)[:80])
        return cls(value, path)

    def name(self, field: str) -> str:
        """Return the dotted name of a field."""
        return f"{self.path}.{field}" if self.path else field

    def names(self) -> tuple[str, ...]:
        """Return the names of all fields that stand here."""
        return tuple(self._value)

    def has(self, field: str) -> bool:
        """Say whether an optional field stands here."""
        return field in self._value

    def take(self, field: str, *, default: object = None) -> object:
        """Return a field as it stands, or the default."""
        self._asked.add(field)
        return self._value.get(field, default)

    def text(
        self,
        field: str,
        ok: Callable[[str], bool] | None = None,
        *,
        empty: bool = False,
    ) -> str:
        """Return a string that is not empty (or may be) and passes ``ok``.

        Raises:
            VerificationError: E801.
        """
        value = self.take(field)
        if not isinstance(value, str) or not (value or empty) or (ok and not ok(value)):
            raise self._wrong(field, value)
        return value

    def texts(self, field: str) -> tuple[str, ...]:
        """Return an array of strings.

        Raises:
            VerificationError: E801.
        """
        value = self.take(field)
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            raise self._wrong(field, value)
        return tuple(value)

    def number(self, field: str, *, least: int = 0) -> int:
        """Return an integer from ``least`` to 2^53−1.

        Raises:
            VerificationError: E801.
        """
        value = self.take(field)
        # bool is an int in Python, and not one in JSON.
        if not isinstance(value, int) or isinstance(value, bool):
            raise self._wrong(field, value)
        if not least <= value <= MAX_INT:
            raise self._wrong(field, value)
        return value

    def flag(self, field: str) -> bool:
        """Return true or false.

        Raises:
            VerificationError: E801.
        """
        value = self.take(field)
        if not isinstance(value, bool):
            raise self._wrong(field, value)
        return value

    def child(self, field: str) -> Fields:
        """Return the fields of an object inside this one.

        Raises:
            VerificationError: E801.
        """
        made = Fields.of(self.take(field), self.name(field))
        self._children.append(made)
        return made

    def children(self, field: str, *, least: int = 0) -> tuple[Fields, ...]:
        """Return the fields of each object of an array with ``least`` or more.

        Raises:
            VerificationError: E801.
        """
        value = self.take(field)
        if not isinstance(value, list) or len(value) < least:
            raise self._wrong(field, value)
        made = tuple(
            Fields.of(item, f"{self.name(field)}[{i}]") for i, item in enumerate(value)
        )
        self._children.extend(made)
        return made

    def note(self, field: str) -> None:
        """Remember a field whose value names something unknown."""
        self._notes.append(self.name(field))

    def unknown(self) -> tuple[str, ...]:
        """Return the dotted names of all that nobody asked for, sorted."""
        own = [self.name(field) for field in self._value if field not in self._asked]
        below = [name for child in self._children for name in child.unknown()]
        return tuple(sorted(own + self._notes + below))

    def _wrong(self, field: str, value: object) -> VerificationError:
        return VerificationError("E801", field=self.name(field), value=str(value)[:80])
