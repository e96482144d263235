"""Programs of the project that belong to no package: loaded by path, or run."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
VERIFIER = ROOT / "reports" / "verifier" / "verify.py"


def load(path: Path) -> Any:
    """Return a script as a module; the same one for all who load it."""
    name = f"script_{path.stem}"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        # It is there before it runs: dataclasses look their module up.
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


def stranger(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the one-file verifier as a stranger does: nothing of ours can be imported."""
    line = [sys.executable, "-I", "-S", str(VERIFIER), *map(str, arguments)]
    return subprocess.run(line, capture_output=True, encoding="utf-8", check=False)
