"""The one-file verifier in this process, and folders and logs to feed it."""

from __future__ import annotations

from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from tests.scripts import VERIFIER, load
from tests.verifier import folders, logs

if TYPE_CHECKING:
    from pathlib import Path

verifier = load(VERIFIER)


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
