"""One browser for all: Debian's Chromium, driven by Playwright, offline but for loopback.

Pages are opened over plain http, where `crypto.subtle` does not exist, and from disk;
whatever a page asks of anybody is recorded, and `asked` fails on what it must not ask.
"""

from __future__ import annotations

import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dualrandom.publish import verifiers
from tests.verifier import folders, logs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-first-run",
    "--no-pings",
)
POLICY = "script-src 'self'; object-src 'none'"


class _Quiet(SimpleHTTPRequestHandler):
    """Files of a folder, under the policy of a strict site; nothing on stderr."""

    def end_headers(self) -> None:
        if not self.path.endswith("portable.html"):
            self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="session", name="browser")
def _browser() -> Iterator[Any]:
    sync_api = pytest.importorskip(
        "playwright.sync_api", reason="playwright is not installed"
    )
    if not CHROMIUM.exists():
        pytest.skip("chromium is not installed")
    with sync_api.sync_playwright() as started:
        browser = started.chromium.launch(
            executable_path=str(CHROMIUM), args=list(FLAGS)
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session", name="shipped")
def _shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkers as they are published."""
    out = tmp_path_factory.mktemp("shipped")
    for path, data in verifiers():
        (out / path).parent.mkdir(exist_ok=True)
        (out / path).write_bytes(data)
    return out / "verifier"


@pytest.fixture(scope="session", name="web")
def _web(shipped: Path) -> Iterator[str]:
    """Where the shipped folder is served, on loopback."""
    handler = partial(_Quiet, directory=str(shipped))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(name="opened")
def _opened(browser: Any) -> Iterator[Callable[..., Any]]:
    """Open a page; at the end it must have asked for its own parts only, without error."""
    contexts: list[Any] = []
    asked: list[str] = []
    errors: list[str] = []
    allowed: list[str] = []

    def visit(url: str, width: int = 1280, **options: Any) -> Any:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, **options
        )
        contexts.append(context)
        context.set_default_timeout(120_000)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on(
            "console",
            lambda said: errors.append(said.text) if said.type == "error" else None,
        )
        allowed.append(url.rpartition("/")[0] + "/")
        page.goto(url)
        return page

    yield visit
    for context in contexts:
        context.close()
    strangers = [
        url
        for url in asked
        if not url.startswith(tuple(allowed)) and not url.startswith(("data:", "blob:"))
    ]
    assert strangers == []
    assert errors == []


@pytest.fixture(name="draw")
def _draw(tmp_path: Path) -> Callable[..., Path]:
    """Make a draw's folder, with its log, from the protocol's text alone."""

    def make(kind: str = "open", *, log: bool = True, **more: Any) -> Path:
        folder: Path = folders.make(tmp_path, **(folders.KINDS[kind] | more))
        if log:
            logs.write(folder)
        return folder

    return make
