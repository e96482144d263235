"""The files of ``reports/`` that ship beside the program.

Border: reading only. In a wheel they lie in ``dualrandom/_reports``, in an editable
checkout in ``reports`` beside the package.

    shipped("verifier/verify.py")
"""

from __future__ import annotations

from pathlib import Path

from dualrandom.errors import EnvironmentProblem, Where


def reports() -> Path:
    """Return the folder that holds ``templates``, ``static`` and ``verifier``."""
    package = Path(__file__).resolve().parent
    inside = package / "_reports"
    return inside if inside.is_dir() else package.parent / "reports"


def shipped(name: str) -> bytes:
    """Return one shipped file.

    Args:
        name: relative to ``reports/``, with forward slashes.

    Raises:
        EnvironmentProblem: E910, the installation lacks it.
    """
    path = reports() / name
    try:
        return path.read_bytes()
    except OSError as exc:
        raise EnvironmentProblem("E910", where=Where(file=str(path))) from exc
