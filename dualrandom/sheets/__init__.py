"""Excel and CSV, in and out.

Border: the only room that knows openpyxl, calamine and XlsxWriter. Reads files by their
content, writes them whole or not at all; knows records, and no registry.

- Reading: :func:`read_targets`, :func:`read_inspectors`, :func:`read_items`,
  :func:`read_plan`.
- Writing: :func:`write_targets` and its sisters, :func:`write_rows`,
  :func:`write_template`, :func:`mark_problems`.
"""

from dualrandom.sheets.export import write_inspectors, write_items, write_targets
from dualrandom.sheets.lists import (
    InspectorRow,
    TargetRow,
    read_inspectors,
    read_items,
    read_targets,
)
from dualrandom.sheets.marks import mark_problems
from dualrandom.sheets.plans import read_plan
from dualrandom.sheets.reading import Reading
from dualrandom.sheets.template import write_template
from dualrandom.sheets.write import write_rows

__all__ = [
    "InspectorRow",
    "Reading",
    "TargetRow",
    "mark_problems",
    "read_inspectors",
    "read_items",
    "read_plan",
    "read_targets",
    "write_inspectors",
    "write_items",
    "write_rows",
    "write_targets",
    "write_template",
]
