"""How much of a sheet is read at most: named once, so that nobody has to search.

Border: numbers only. Whoever hands in a file does not decide how much memory we use.
How much of the zip around a workbook is read, :data:`dualrandom.archive.DOCUMENT` says.
"""

from __future__ import annotations

from typing import Final

MIB: Final = 2**20

MAX_FILE_BYTES: Final = 512 * MIB
MAX_ROWS: Final = 1_100_000
MAX_COLUMNS: Final = 256
MAX_CELLS: Final = 20_000_000
"""Rows times columns of the used rectangle: the reader holds all of it."""
MAX_MERGES: Final = 100_000
MAX_TEXT: Final = 32_767
"""Characters of one cell; the same number as in Excel."""

MAX_LINE: Final = 4 * MIB
"""Characters of one CSV record."""
MAX_MESSAGE: Final = 64 * MIB
"""Bytes of one batch of rows from the reading process."""
MEMORY_BASE: Final = 1024 * MIB
MEMORY_PER_BYTE: Final = 5
"""Address space of the reading process: the base, and so much a byte unpacked."""
CPU_SECONDS: Final = 300

MAX_MAPPING: Final = MIB // 4
"""Bytes of a column mapping."""
MAX_WORDS: Final = 1_000
"""Words of one column that a mapping may translate."""

HEAD_ROWS: Final = 50
"""Rows among which the heading must stand."""
BATCH_ROWS: Final = 200
MAX_PROBLEMS: Final = 10_000
"""Refused rows that are named; further ones are counted."""
MAX_COUNTED: Final = 20_000
"""Refused rows that are counted; then the rest is not read any more."""
MAX_WARNINGS: Final = 1_000
"""Warnings of one code that are named; further ones are counted."""
