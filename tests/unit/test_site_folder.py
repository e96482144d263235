"""The site as a folder: complete, reproducible, checked on the way in, swapped in."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

from dualrandom.shipped import reports
from dualrandom.site import build_site
from tests.websites import (
    built,
    code_of,
    draw,
    every_kind,
    everything,
    pages,
    publication,
    result,
    tree,
)

if TYPE_CHECKING:
    from pathlib import Path


def test_the_site_holds_clean_draw_folders_and_all_of_public(tmp_path: Path) -> None:
    site = built(tmp_path, draw(tmp_path), draw(tmp_path, "2026-002", kind="sealed"))
    everything = tree(site)
    for path, data in tree(tmp_path / "public").items():
        assert everything[path] == data
    for name in ("2026-001", "2026-002"):
        here = tree(site / "draws" / name)
        assert here == tree(tmp_path / "public" / "draws" / name)
        with zipfile.ZipFile(io.BytesIO(everything[f"draws/{name}.zip"])) as archive:
            packed = {n: archive.read(n) for n in archive.namelist()}
        assert packed == {f"{name}/{path}": data for path, data in here.items()}


@pytest.mark.parametrize("kind", ["open", "sealed", "private"])
def test_the_shipped_verifier_accepts_what_the_site_offers(
    tmp_path: Path, kind: Any
) -> None:
    """Without a log it cannot tell everything (6); nothing may differ (1)."""
    verify = reports() / "verifier" / "verify.py"
    site = built(tmp_path, draw(tmp_path, kind=kind, log=False))
    for what in ("2026-001", "2026-001.zip"):
        done = subprocess.run(
            [sys.executable, "-I", "-S", str(verify), str(site / "draws" / what)],
            capture_output=True,
            check=False,
            timeout=300,
        )
        assert done.returncode == 6, done.stdout.decode("utf-8", "replace")


def test_every_file_is_in_the_list_of_digests(tmp_path: Path) -> None:
    files = tree(built(tmp_path, draw(tmp_path)))
    listed = files.pop("SHA256SUMS").decode()
    assert listed == "".join(
        f"{hashlib.sha256(files[path]).hexdigest()}  {path}\n" for path in sorted(files)
    )


def test_the_same_publication_gives_the_same_site(tmp_path: Path) -> None:
    public = publication(tmp_path, *every_kind(tmp_path))
    build_site(public, tmp_path / "a")
    again = build_site(public, tmp_path / "a")
    build_site(public, tmp_path / "b")
    assert (again.written, again.removed) == (0, 0)
    assert tree(tmp_path / "a") == tree(tmp_path / "b")


def test_one_more_draw_leaves_the_others_pages_alone(tmp_path: Path) -> None:
    one, two = draw(tmp_path, "a"), draw(tmp_path, "b")
    site = built(tmp_path, one)
    before = {p: p.stat().st_mtime_ns for p in site.rglob("*") if p.is_file()}
    rebuilt = build_site(publication(tmp_path, one, two), site)
    shared = {"index.html", "draws.json", "manifest.json", "sitemap.xml", "SHA256SUMS"}
    shared |= {"statistics.html", "feed.xml"}
    assert rebuilt.written == len(two.files) + 2 + len(shared)
    for path, time in before.items():
        assert (path.stat().st_mtime_ns == time) == (path.name not in shared), path


def test_one_more_result_rewrites_under_ten_files(tmp_path: Path) -> None:
    draws = [draw(tmp_path, f"2026-{n:03}") for n in range(1, 13)]
    made = everything(tmp_path)
    site = built(tmp_path, *draws, **made)
    before = {p: p.stat().st_mtime_ns for p in site.rglob("*") if p.is_file()}
    made["results"] = {**made["results"], "2026-002": [result(3, "2026-002")]}
    build_site(publication(tmp_path, *draws, **made), site)
    changed = {p.name for p, at in before.items() if p.stat().st_mtime_ns != at}
    assert "statistics.html" in changed
    assert len(changed) < 10, changed


def test_what_is_no_longer_published_goes(tmp_path: Path) -> None:
    one, two = draw(tmp_path, "a"), draw(tmp_path, "b")
    site = built(tmp_path, one, two)
    rebuilt = build_site(publication(tmp_path, two), site)
    assert rebuilt.removed == len(one.files) + 2
    assert not [path for path in tree(site) if path.startswith("draws/a")]


@pytest.mark.parametrize(
    "path", ["office.json", "draws/2026-001/drawn.tsv", "verifier/verify.py"]
)
@pytest.mark.parametrize("how", ["changed", "missing", "line ends"])
def test_a_publication_that_was_damaged_is_refused(
    tmp_path: Path, path: str, how: str
) -> None:
    one = draw(tmp_path)
    site = built(tmp_path, one)
    before = tree(site)
    public = tmp_path / "public"
    data = (public / path).read_bytes()
    if how == "missing":
        (public / path).unlink()
    elif how == "changed":
        (public / path).write_bytes(data[:-1] + b"x")
    else:  # FTP in text mode
        (public / path).write_bytes(data.replace(b"\n", b"\r\n"))
    assert code_of(lambda: build_site(public, site)) == ("E909", str(public / path))
    assert tree(site) == before


def test_a_manifest_that_names_too_little_is_refused(tmp_path: Path) -> None:
    public = publication(tmp_path)
    (public / "manifest.json").write_bytes(
        b'{"files":{},"schema":"dualrandom/public/v1"}\n'
    )
    assert code_of(lambda: build_site(public, tmp_path / "s"))[0] == "E909"


def test_attacker_names_a_file_outside_in_the_manifest(tmp_path: Path) -> None:
    public = publication(tmp_path)
    (tmp_path / "office.db").write_bytes(b"secret")
    text = (public / "manifest.json").read_text("utf-8")
    digest = hashlib.sha256(b"secret").hexdigest()
    named = text.replace('"files":{', f'"files":{{"../office.db":"{digest}",')
    (public / "manifest.json").write_text(named, "utf-8", newline="\n")
    assert code_of(lambda: build_site(public, tmp_path / "s"))[0] == "E909"


def test_what_the_manifest_does_not_name_stays_behind(tmp_path: Path) -> None:
    public = publication(tmp_path, draw(tmp_path))
    (public / "draws" / "2026-001" / "teams.tsv").write_text("left here", "utf-8")
    (public / "log" / "notes.txt").write_text("left here", "utf-8")
    build_site(public, tmp_path / "s")
    assert not [d for d in tree(tmp_path / "s").values() if b"left here" in d]


def test_a_folder_that_is_no_publication_is_refused(tmp_path: Path) -> None:
    assert code_of(lambda: build_site(tmp_path / "x", tmp_path / "s"))[0] == "E908"
    assert not (tmp_path / "s").exists()


@pytest.mark.parametrize("out", ["public", "public/site", "."])
def test_the_site_never_lies_in_the_publication(tmp_path: Path, out: str) -> None:
    public = publication(tmp_path)
    assert code_of(lambda: build_site(public, tmp_path / out))[0] == "E911"


def test_a_folder_with_other_files_is_not_overwritten(tmp_path: Path) -> None:
    public = publication(tmp_path)
    (tmp_path / "www").mkdir()
    (tmp_path / "www" / "index.html").write_text("mine", "utf-8")
    assert code_of(lambda: build_site(public, tmp_path / "www"))[0] == "E906"
    assert tree(tmp_path / "www") == {"index.html": b"mine"}


def test_the_sitemap_names_every_page(tmp_path: Path) -> None:
    site = built(tmp_path, draw(tmp_path))
    text = (site / "sitemap.xml").read_text("utf-8")
    found = set(re.findall("<loc>(.*?)</loc>", text))
    assert found == {f"https://scjg.example.gov.cn/{name}" for name in pages(site)}
    assert "<lastmod>2026-11-23T05:13:23Z</lastmod>" in text


def test_the_feed_names_the_newest_draws_first_and_is_text(tmp_path: Path) -> None:
    hostile = "<script>a</script>&\u202e\x1b]]>"
    first = draw(tmp_path, "a", title=hostile)
    second = draw(tmp_path, "b", announced="2026-11-21T00:00:00Z")
    site = built(tmp_path, first, second)
    atom = "{http://www.w3.org/2005/Atom}"
    feed = ET.fromstring((site / "feed.xml").read_bytes())
    entries = feed.findall(f"{atom}entry")
    ids = [entry.findtext(f"{atom}id") for entry in entries]
    base = "https://scjg.example.gov.cn/draws/"
    assert ids == [f"{base}b.html", f"{base}a.html"]
    title = entries[1].findtext(f"{atom}title") or ""
    assert title.startswith("<script>a</script>&\\u202e\\u001b]]>")
    assert feed.findtext(f"{atom}updated") == max(
        entry.findtext(f"{atom}updated") or "" for entry in entries
    )


def test_the_data_package_describes_every_csv(tmp_path: Path) -> None:
    site = built(tmp_path, draw(tmp_path), **everything(tmp_path))
    package = json.loads((site / "datapackage.json").read_text("utf-8"))
    told = {one["path"]: one for one in package["resources"]}
    assert sorted(told) == [path for path in tree(site) if path.endswith(".csv")]
    for path, one in told.items():
        data = (site / path).read_bytes()
        assert one["hash"] == f"sha256:{hashlib.sha256(data).hexdigest()}"
        heads = next(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
        assert [field["name"] for field in one["schema"]["fields"]] == heads
        assert re.fullmatch("[a-z0-9._-]+", one["name"])
    assert len({one["name"] for one in told.values()}) == len(told)
