"""A site shown on this machine, to look at before it is deployed.

Border: the only room that answers requests.

- On loopback only: nobody else can reach it.
- Files of the folder and nothing else: no link is followed out of it, no folder is
  listed, nothing is written, and a page asks for nothing but what it has.
"""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path, PurePosixPath
from typing import Final
from urllib.parse import unquote

from dualrandom.errors import DualRandomError, EnvironmentProblem, Where
from dualrandom.staging import is_inside, read_file

LOOPBACK: Final = "127.0.0.1"
_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".xml": "application/xml",
    ".zip": "application/zip",
    ".csv": "text/csv; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".tsv": "text/tab-separated-values; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".md": "text/plain; charset=utf-8",
    ".py": "text/plain; charset=utf-8",
    ".entry": "text/plain; charset=utf-8",
}
_PLAIN: Final = frozenset({"SHA256SUMS", "checkpoint", "policy"})


class Server(ThreadingHTTPServer):
    """Serves a folder on loopback; ``with`` closes it."""

    daemon_threads = True

    def __init__(self, folder: Path, port: int) -> None:
        """Listen.

        Args:
            folder: a site.
            port: 0 for any that is free.

        Raises:
            EnvironmentProblem: E951, no site lies there; E952, the port is taken.
        """
        if not (folder / "index.html").is_file():
            raise EnvironmentProblem("E951", where=Where(file=str(folder)))
        try:
            super().__init__((LOOPBACK, port), partial(_Handler, folder.resolve()))
        except OSError as exc:
            raise EnvironmentProblem("E952", port=port) from exc

    @property
    def address(self) -> str:
        """Where to look."""
        return f"http://{LOOPBACK}:{self.server_port}/"


def content_type(path: str) -> str:
    """Return the media type of a file by its name."""
    pure = PurePosixPath(path)
    if pure.name in _PLAIN:
        return _TYPES[".txt"]
    return _TYPES.get(pure.suffix, "application/octet-stream")


class _Handler(BaseHTTPRequestHandler):
    server_version = "dualrandom"
    sys_version = ""

    def __init__(self, folder: Path, *args: object) -> None:
        self._folder = folder
        super().__init__(*args)  # type: ignore[arg-type] # of the standard library

    def do_GET(self) -> None:
        self._answer(body=True)

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def _answer(self, *, body: bool) -> None:
        wanted = unquote(self.path.partition("?")[0]).removeprefix("/")
        if not wanted or wanted.endswith("/"):
            wanted += "index.html"
        data = self._file(wanted)
        if data is None:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", content_type(wanted))
        self.send_header("Content-Length", str(len(data)))
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if body:
            self.wfile.write(data)

    def _file(self, wanted: str) -> bytes | None:
        """Return a file's bytes; None for what is not there, or not in the folder."""
        if not is_inside(wanted) or not wanted.isprintable():
            return None
        path = self._folder / wanted
        # A folder on the way may be a link, too.
        if path.resolve() != path:
            return None
        try:
            return read_file(path)
        except DualRandomError:
            return None

    def log_message(self, *_: object) -> None:
        """Say nothing: what is looked at is nobody's business."""
