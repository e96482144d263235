"""A site as one zip: for whoever deploys by handing over a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dualrandom.errors import UsageError, VerificationError, Where
from dualrandom.folder import write_file
from dualrandom.site.deployed import check_site
from dualrandom.staging import list_files, read_file, zip_bytes

if TYPE_CHECKING:
    from pathlib import Path


def pack_site(folder: Path, out: Path) -> int:
    """Write a site that is as it was built; return how many files are in it.

    Raises:
        UsageError: E176, the name does not end in ``.zip``.
        VerificationError: E953, the site is not as it was built.
        EnvironmentProblem: E941, no site; E154, the zip cannot be written.
    """
    if out.suffix.lower() != ".zip":
        raise UsageError("E176", where=Where(file=str(out)))
    wrong = check_site(folder)[1]
    if wrong:
        where = Where(file=str(folder))
        raise VerificationError("E953", where=where, problems=wrong, count=len(wrong))
    paths = list_files(folder)
    write_file(out, zip_bytes("site", ((p, read_file(folder / p)) for p in paths)))
    return len(paths)
