"""Further tables that an office must disclose: each a description and a sheet.

- They lie in ``disclosures/`` of the office's folder, and go out with the next
  publication; what is removed there is gone from the pages with the next one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dualrandom.sheets import read_disclosed

if TYPE_CHECKING:
    from dualrandom.office.place import Office
    from dualrandom.public_tables import DisclosedTable

FOLDER: Final = "disclosures"


def disclosed_tables(office: Office) -> tuple[DisclosedTable, ...]:
    """Return all further tables, by name.

    Raises:
        EnvironmentProblem, InputError: as :func:`.sheets.read_disclosed`.
    """
    folder = office.root / FOLDER
    if not folder.is_dir():
        return ()
    return tuple(read_disclosed(path) for path in sorted(folder.glob("*.toml")))
