"""Loads the one-file verifier and the builders by path: none of them is a package."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

HERE = Path(__file__).parent
VERIFIER = HERE.parent.parent / "reports" / "verifier" / "verify.py"


def load(path: Path) -> ModuleType:
    name = f"stranger_{path.stem}"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


folders, logs, verifier = (
    load(path) for path in (HERE / "folders.py", HERE / "logs.py", VERIFIER)
)


class Outcome(SimpleNamespace):
    """A finished check: its exit code and its steps."""

    exit: int
    steps: list[dict[str, Any]]

    def of(self, verdict: str) -> list[dict[str, Any]]:
        return [step for step in self.steps if step["verdict"] == verdict]

    def codes(self, verdict: str) -> set[str]:
        return {step["code"] for step in self.of(verdict)}

    def names(self, verdict: str) -> str:
        """The files of all steps that ended so."""
        return " ".join(step["file"] for step in self.of(verdict))


def check(path: Path, trust: Any = None) -> Outcome:
    """Run the verifier on a folder or zip in this process, words included."""
    opened = verifier.Folder(path) if path.is_dir() else verifier.Zip(path)
    done = verifier.Check(opened, trust)
    done.run()
    told = [verifier.report(done, [], language) for language in (0, 1)]
    assert all(step["text"] for step in told[0]["steps"])
    failed = [s for s in done.steps if s["code"] == "internal"]
    assert not failed, failed
    return Outcome(exit=told[0]["exit"], steps=done.steps, called=done.called)


@pytest.fixture(scope="session", name="verifier")
def _verifier() -> ModuleType:
    return verifier


@pytest.fixture(scope="session", name="folders")
def _folders() -> ModuleType:
    return folders


@pytest.fixture(scope="session", name="logs")
def _logs() -> ModuleType:
    return logs


@pytest.fixture(scope="session", name="check")
def _check() -> Any:
    return check


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes `any_kind` runs once for each kind of draw."""
    if "any_kind" in metafunc.fixturenames:
        metafunc.parametrize("any_kind", list(folders.KINDS))
