"""Excel and CSV, in and out.

Border: the only room that knows openpyxl, calamine and XlsxWriter. Reads files by their
content, writes them whole or not at all; knows records, and no registry.

- Reading: :func:`read_targets`, :func:`read_inspectors`, :func:`read_items`,
  :func:`read_recusals`, :func:`read_plan`.
- Writing: :func:`write_list`, :func:`write_rows`, :func:`write_template`,
  :func:`mark_problems`.
- The columns of others: :func:`load_mapping`.
"""

from dualrandom.sheets.columns import Layout, Listing
from dualrandom.sheets.disclosed import read_disclosed
from dualrandom.sheets.export import write_list
from dualrandom.sheets.lists import (
    InspectorRow,
    TargetRow,
    read_inspectors,
    read_items,
    read_recusals,
    read_targets,
)
from dualrandom.sheets.mapping import load_mapping
from dualrandom.sheets.marks import mark_problems
from dualrandom.sheets.outcomes import (
    read_objections,
    read_penalties,
    read_results,
    write_results_sheet,
)
from dualrandom.sheets.plans import read_plan
from dualrandom.sheets.reading import Reading
from dualrandom.sheets.template import write_template
from dualrandom.sheets.write import rows_bytes, write_rows

__all__ = [
    "InspectorRow",
    "Layout",
    "Listing",
    "Reading",
    "TargetRow",
    "load_mapping",
    "mark_problems",
    "read_disclosed",
    "read_inspectors",
    "read_items",
    "read_objections",
    "read_penalties",
    "read_plan",
    "read_recusals",
    "read_results",
    "read_targets",
    "rows_bytes",
    "write_list",
    "write_results_sheet",
    "write_rows",
    "write_template",
]
