"""What makes strata: fields of the target, or which of some tags it has.

Border: pure.

- ``region``; ``region+kind``: one stratum for each pair of values; any field of
  :mod:`dualrandom.scope` will do, under any of its names.
- ``tags:餐饮,网络``: the first of these tags that a target has; none of them is a
  stratum too, named "".
- A field that is never published makes private strata.

    parse_partition("地区+主体类型").text == "region+kind"
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dualrandom.errors import InputError
from dualrandom.scope import PRIVATE, field_of, values_of

if TYPE_CHECKING:
    from dualrandom.records import TargetPrivate, TargetRecord

_FOLDED: Final = str.maketrans("\uff0b\uff1a\uff0c\u3001", "+:,,")


@dataclass(frozen=True, slots=True, kw_only=True)
class Partition:
    """How a list falls into strata.

    Attributes:
        fields: in the order given; empty: one stratum.
        tags: instead of fields, in the order in which they are looked for.
    """

    fields: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The one way that it is recorded."""
        if self.tags:
            return f"tags:{','.join(self.tags)}"
        return "+".join(self.fields)

    @property
    def private(self) -> bool:
        """Whether its strata must not be published."""
        return any(field in PRIVATE for field in self.fields)

    def value(self, target: TargetRecord, private: TargetPrivate) -> str:
        """Return what names a target's stratum; "" where nothing does."""
        if self.tags:
            return next((tag for tag in self.tags if tag in target.tags), "")
        found = (",".join(values_of(f, target, private)) for f in self.fields)
        return "/".join(found)


def parse_partition(text: str) -> Partition:
    """Return the partition that an officer typed.

    Raises:
        InputError: E428, no such field, or no tag.
    """
    folded = unicodedata.normalize("NFC", text).translate(_FOLDED)
    first, colon, rest = folded.partition(":")
    if colon:
        tags = tuple(filter(None, map(str.strip, rest.split(","))))
        if field_of(first.strip()) != "tags" or not tags:
            raise InputError("E428", value=text[:80])
        return Partition(tags=tuple(dict.fromkeys(tags)))
    if not folded.strip():
        return Partition()
    fields = [field_of(name.strip()) for name in folded.split("+")]
    known = tuple(dict.fromkeys(field for field in fields if field is not None))
    if None in fields:
        raise InputError("E428", value=text[:80])
    return Partition(fields=known)
