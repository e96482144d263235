"""A site on its way to the web: checked, served on loopback, packed; what goes wrong."""

from __future__ import annotations

import http.client
import shutil
import threading
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from dualrandom.errors import DualRandomError
from dualrandom.site import check_live, check_site, pack_site
from dualrandom.site.server import Server, content_type
from tests.websites import built, code_of, draw, everything, tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture(scope="module", name="whole")
def _whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with a page of every type; nobody changes it."""
    at = tmp_path_factory.mktemp("whole")
    return built(at, draw(at), **everything(at))


@pytest.fixture(name="live")
def _live(whole: Path, tmp_path: Path) -> Path:
    """A copy of it, as it was downloaded from the web."""
    copied: Path = shutil.copytree(whole, tmp_path / "live")
    return copied


def told(checked: Any) -> list[tuple[str, str | None]]:
    return [(one.code, one.where.file) for one in checked[1]]


def test_what_was_built_is_right_and_so_is_its_copy(whole: Path, live: Path) -> None:
    files = len(tree(whole))
    assert check_site(whole) == (files, ())
    assert check_live(whole, live) == (files, ())
    missing = live.with_name("elsewhere")
    assert code_of(lambda: check_live(whole, missing)) == ("E956", str(missing))


TABLE = "draws/2026-001/targets.tsv"

WAYS: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "text mode": (lambda d: d.replace(b"\n", b"\r\n"), "E945"),
    "text mode the other way": (lambda d: d.replace(b"\n", b"\r"), "E944"),
    "BOM": (lambda d: b"\xef\xbb\xbf" + d, "E946"),
    "GBK": (lambda d: d.decode().encode("gb18030"), "E946"),
    "UTF-16": (lambda d: d.decode().encode("utf-16"), "E946"),
    "Notepad's Unicode": (
        lambda d: d.decode().replace("\n", "\r\n").encode("utf-16"),
        "E946",
    ),
    "cut off": (lambda d: d[: len(d) // 2], "E947"),
    "empty": (lambda d: b"", "E947"),
    "one byte": (lambda d: d[:40] + bytes([d[40] ^ 1]) + d[41:], "E944"),
    "a counter within": (lambda d: d[:99] + b"<script></script>" + d[99:], "E949"),
    "a line behind": (lambda d: d + b"<!-- served -->\n", "E949"),
}


@pytest.mark.parametrize("way", [pytest.param(w, id=n) for n, w in WAYS.items()])
def test_what_was_done_to_a_file_on_the_way_is_told(
    whole: Path, live: Path, way: tuple[Callable[[bytes], bytes], str]
) -> None:
    change, code = way
    data = (live / TABLE).read_bytes()
    (live / TABLE).write_bytes(change(data))
    assert told(check_live(whole, live)) == [(code, TABLE)]
    # Without the original, that it differs is all there is to say.
    assert (
        "E944" if (live / TABLE).read_bytes() != data else "",
        TABLE,
    ) in told(check_site(live))


def test_everything_in_text_mode_is_told_file_by_file(whole: Path, live: Path) -> None:
    converted = set()
    for path, data in tree(live).items():
        if path.endswith((".html", ".css", ".json", ".tsv", ".csv", "SHA256SUMS")):
            (live / path).write_bytes(data.replace(b"\n", b"\r\n"))
            converted.add(path)
    assert set(told(check_live(whole, live))) == {("E945", path) for path in converted}


def test_missing_foreign_and_old_files_are_told(tmp_path: Path, whole: Path) -> None:
    before = built(tmp_path, draw(tmp_path))
    live: Path = shutil.copytree(before, tmp_path / "live")
    (live / "logo.png").write_bytes(b"\x89PNG")
    found = dict(reversed(one) for one in told(check_live(whole, live)))
    assert found["index.html"] == "E948"
    assert found["SHA256SUMS"] == "E948"
    assert found["penalties.html"] == "E942"
    assert found["logo.png"] == "E943"
    assert set(found.values()) == {"E942", "E943", "E948"}


def test_attacker_changes_a_file_and_the_list_beside_it(
    whole: Path, live: Path
) -> None:
    import hashlib

    sums = (live / "SHA256SUMS").read_text()
    data = (live / TABLE).read_bytes()
    other = data.replace(b"001", b"002", 1)
    old, new = (hashlib.sha256(d).hexdigest() for d in (data, other))
    (live / TABLE).write_bytes(other)
    (live / "SHA256SUMS").write_text(sums.replace(old, new))
    assert [path for _, path in told(check_live(whole, live))] == ["SHA256SUMS", TABLE]


def test_a_dead_link_is_named_with_its_page(live: Path) -> None:
    import hashlib

    page = live / "rules.html"
    before = page.read_bytes()
    page.write_bytes(before.replace(b"rules/1.md", b"rules/2.md"))
    sums = (live / "SHA256SUMS").read_text()
    old, new = (hashlib.sha256(d).hexdigest() for d in (before, page.read_bytes()))
    (live / "SHA256SUMS").write_text(sums.replace(old, new))
    ((code, path),) = told(check_site(live))
    assert (code, path) == ("E950", "rules.html")


def test_a_folder_that_is_no_site_is_refused(tmp_path: Path) -> None:
    assert code_of(lambda: check_site(tmp_path))[0] == "E941"
    assert code_of(lambda: Server(tmp_path, 0))[0] == "E951"
    assert code_of(lambda: pack_site(tmp_path, tmp_path / "a.tar"))[0] == "E176"


def test_a_pack_is_the_same_every_time_and_of_a_whole_site_only(
    live: Path, tmp_path: Path
) -> None:
    assert pack_site(live, tmp_path / "a.zip") == len(tree(live))
    pack_site(live, tmp_path / "b.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.zip") as made:
        packed = {n.removeprefix("site/"): made.read(n) for n in made.namelist()}
    assert packed == tree(live)
    (live / "sitemap.xml").unlink()
    with pytest.raises(DualRandomError) as caught:
        pack_site(live, tmp_path / "c.zip")
    assert (caught.value.code, len(caught.value.problems)) == ("E953", 1)
    assert not (tmp_path / "c.zip").exists()


# ── serving ──────────────────────────────────────────────────────────────────────


@pytest.fixture(name="ask")
def _ask(live: Path) -> Iterator[Callable[..., Any]]:
    server = Server(live, 0)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()

    def ask(path: str, method: str = "GET") -> Any:
        to = http.client.HTTPConnection(*server.server_address[:2], timeout=120)
        # As it stands: a browser would tidy `..` away.
        to.putrequest(method, path, skip_host=False)
        to.endheaders()
        answer = to.getresponse()
        found = answer.status, answer.getheader("Content-Type") or "", answer.read()
        to.close()
        return found

    yield ask
    server.shutdown()
    thread.join()
    server.server_close()


def test_every_file_is_served_as_it_is(live: Path, ask: Any) -> None:
    for path, data in tree(live).items():
        assert ask(f"/{path}") == (200, content_type(path), data)
    assert ask("/")[2] == (live / "index.html").read_bytes()
    assert ask("/index.html?x=1")[0] == 200
    assert ask("/index.html", "HEAD")[2] == b""
    assert ask("/", "POST")[0] == 501


@pytest.mark.parametrize(
    "path",
    [
        "/../secret",
        "/%2e%2e/secret",
        "/..%2fsecret",
        "/draws/../../secret",
        "//secret",
        "/static/..%5c..%5csecret",
        "/linked/secret",
        "/link",
        "/draws",
        "/draws/",
        "/index.html%00.css",
        "/nothing",
    ],
)
def test_attacker_asks_for_what_is_outside(live: Path, ask: Any, path: str) -> None:
    (live.parent / "secret").write_text("kept")
    (live / "link").symlink_to(live.parent / "secret")
    (live / "linked").symlink_to(live.parent)
    status, _, data = ask(path)
    assert status == 404
    assert b"kept" not in data


def test_only_this_machine_is_answered(live: Path) -> None:
    with Server(live, 0) as server:
        assert server.address.startswith("http://127.0.0.1:")
        assert server.server_address[0] == "127.0.0.1"
        port = server.server_port
        assert code_of(lambda: Server(live, port))[0] == "E952"


@pytest.mark.parametrize(
    ("path", "starts"),
    [
        ("index.html", "text/html; charset=utf-8"),
        ("verifier/verify.js", "text/javascript"),
        ("draws/2026-001/targets.tsv", "text/tab-separated-values"),
        ("log/checkpoint", "text/plain"),
        ("log/tile/0/000.p/3", "application/octet-stream"),
        ("site.zip", "application/zip"),
    ],
)
def test_files_are_what_they_are(path: str, starts: str) -> None:
    assert content_type(path).startswith(starts)
