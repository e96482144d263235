"""The registry: an office's lists and rules, every version of them, and its log.

Border: the only room that knows SQLAlchemy. Records go in and come out; sheets, keys
and the log's content are others' affair, and so is the clock.

- Nothing that was ever true is overwritten: each change adds versions, and belongs to
  one log entry that says when and by whom.
- A log entry and the rows that it speaks of commit in one transaction.
- What somebody edits behind the program's back, ``check_lists`` finds.

    registry = Registry.open(path)
    with registry.read() as tx:
        for target, private in tx.targets(as_of=412): …

Spec: log-v1 §6.
"""

from __future__ import annotations

from dualrandom.registry.address import Address, is_address, parse_address
from dualrandom.registry.changes import Changes, Stamp, Version
from dualrandom.registry.check import Kept
from dualrandom.registry.database import SCHEMA
from dualrandom.registry.files import change_bytes
from dualrandom.registry.history import Moment
from dualrandom.registry.kinds import ListKind
from dualrandom.registry.lists import (
    BASES,
    DRAWS,
    INSPECTORS,
    ITEMS,
    LISTS,
    OBJECTIONS,
    PENALTIES,
    RECUSALS,
    RESULTS,
    TARGETS,
    TASKS,
)
from dualrandom.registry.log_store import START, Head
from dualrandom.registry.transactions import Place, Registry
from dualrandom.registry.views import Reader, Writer

__all__ = [
    "BASES",
    "DRAWS",
    "INSPECTORS",
    "ITEMS",
    "LISTS",
    "OBJECTIONS",
    "PENALTIES",
    "RECUSALS",
    "RESULTS",
    "SCHEMA",
    "START",
    "TARGETS",
    "TASKS",
    "Address",
    "Changes",
    "Head",
    "Kept",
    "ListKind",
    "Moment",
    "Place",
    "Reader",
    "Registry",
    "Stamp",
    "Version",
    "Writer",
    "change_bytes",
    "is_address",
    "parse_address",
]
