"""Small web sites for tests, and a strict reader of their pages.

site = built(tmp_path, draw(tmp_path), draw(tmp_path, "2026-002", kind="sealed"))
pages(site)["draws/2026-001.html"].text
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from hashlib import sha256
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest

from dualrandom.errors import DualRandomError
from dualrandom.outcomes import Ending
from dualrandom.plans import Plan, PlanId, PlanLine, plan_bytes
from dualrandom.public import OfficePage, Site
from dualrandom.public_items import PublishedItem
from dualrandom.public_outcomes import (
    Penalties,
    PublishedPenalty,
    PublishedResult,
    Tombstone,
)
from dualrandom.public_tables import DisclosedTable
from dualrandom.public_texts import PublishedText
from dualrandom.publish import PublicDraw, plan_public, verifiers, write_public
from dualrandom.randomness import Drand, Local, Lottery, Sealed, commitment_of
from dualrandom.records import ItemCode, ItemRecord
from dualrandom.site import build_site
from dualrandom.staging import list_files
from tests.factories import Supersedes, make_folder

if TYPE_CHECKING:
    from pathlib import Path

OFFICE = OfficePage(
    name="示例市市场监督管理局",
    origin="scjg.example.gov.cn/dualrandom",
    site=Site(
        domain="scjg.example.gov.cn",
        site_code="3301000001",
        contact="信用监督管理科",
        phone="0571-0000",
        supervision_phone="12345",
    ),
)
SHELL = """<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><!-- dualrandom:head --></head>
<body><header><p>本单位的页头</p></header>
<main><!-- dualrandom:content --></main>
<footer><p>本单位的页脚</p></footer></body></html>
"""
VERIFIERS = (("verifier/verify.py", b"pass\n"),)
CHECKPOINT = "scjg.example.gov.cn/dualrandom\n3\nCsUYapGGPo4=\n\n— scjg AAAA\n".encode()
LOG = (
    ("checkpoint", CHECKPOINT),
    ("genesis.sha256", b"ab" * 32 + b"\n"),
    ("policy", b"log\n"),
    ("tile/0/000.p/3", b"\0" * 96),
)
ITEM = PublishedItem(
    record=ItemRecord(
        code=ItemCode("SP-03"),
        name="食品经营监督检查",
        basis="《食品安全法》",
        body="县局",
        content="经营条件\n过程控制",
        method="现场检查",
    ),
    version=2,
    valid_from="2026-01-01T00:00:00Z",
)


RULES = "+++\n[exclusions]\nyearly_cap = 2\n+++\n\n# 细则\n\n第一条 抽取按公开的办法进行。\n".encode()


def publication(
    tmp_path: Path,
    *draws: PublicDraw,
    office: OfficePage = OFFICE,
    items: Any = (ITEM,),
    log: Any = LOG,
    **more: Any,
) -> Path:
    out = tmp_path / "public"
    files = plan_public(
        **{
            "office": office,
            "items": items,
            "draws": draws,
            "verifier": VERIFIERS,
            **more,
        }
    )
    write_public(out, files, log)
    return out


def result(number: int = 1, draw: str = "2026-001", **fields: Any) -> PublishedResult:
    given: dict[str, Any] = {
        "target": f"91330000EXAMPLE{number:03}",
        "name": f"示例食品店{number:03}（个体工商户）",
        "item": "SP-03",
        "item_name": "食品经营监督检查",
        "done": "2026-12-08",
        "codes": "1",
        "code": "01",
        "text": "未发现问题",
        "action": "",
        "note": "",
    }
    return PublishedResult(**(given | fields))


def penalty(number: int = 1, **fields: Any) -> PublishedPenalty:
    given: dict[str, Any] = {
        "number": f"示市监罚〔2026〕{number}号",
        "party": f"示例食品店{number:03}（个体工商户）",
        "party_code": f"91330000EXAMPLE{number:03}",
        "violation": "经营超过保质期的食品",
        "basis": "《中华人民共和国食品安全法》第一百二十四条第一款第五项",
        "content": "没收违法所得，罚款3000元",
        "authority": "示例市市场监督管理局",
        "decided": "2026-12-10",
        "changed": "",
        "draw": "2026-001",
        "until": "2029-12-10",
        "quality": True,
    }
    return PublishedPenalty(**(given | fields))


def disclosed(name: str = "fees", **fields: Any) -> DisclosedTable:
    given: dict[str, Any] = {
        "title": "收费项目",
        "content": "收费依据、标准、减免",
        "basis": "《价格法》",
        "deadline": "长期公开",
        "unit": "办公室",
        "channel": "",
        "columns": ("项目", "标准", "依据"),
        "rows": (("特种设备检验费", "300元/台", "示例价〔2026〕1号"),),
    }
    return DisclosedTable(name=name, **(given | fields))


def everything(tmp_path: Path) -> dict[str, Any]:
    """Return what makes a publication with a page of every type, for `publication`."""
    plan = plan_bytes(
        Plan(
            year=2026,
            lines=(
                PlanLine(
                    id=PlanId("2026-01"),
                    name="食品经营监督检查",
                    items=("SP-03",),
                    quota="3%",
                    start=dt.date(2026, 12, 1),
                    end=dt.date(2026, 12, 31),
                    units=("示例市市场监督管理局",),
                ),
            ),
        )
    )
    since = "2026-01-05T01:00:00Z"
    return {
        "items": (
            ITEM,
            dataclasses.replace(
                ITEM,
                version=1,
                valid_from="2025-01-01T00:00:00Z",
                valid_to="2026-01-01T00:00:00Z",
                record=dataclasses.replace(ITEM.record, content="经营条件"),
            ),
        ),
        "texts": [
            (
                PublishedText(
                    year=year, version=1, since=since, digest=sha256(data).hexdigest()
                ),
                data,
            )
            for year, data in ((None, RULES), (2026, plan))
        ],
        "results": {
            "2026-001": [
                result(1),
                result(2, text="发现问题已责令改正", code="06", action="责令改正"),
            ]
        },
        "penalties": Penalties(
            shown=(penalty(1), penalty(2, quality=False)),
            ended=(
                Tombstone(
                    number="示市监罚〔2025〕9号", ended="2026-11-01", why=Ending.PERIOD
                ),
            ),
        ),
        "tables": [disclosed()],
        "verifier": verifiers(),
    }


def draw(tmp_path: Path, name: str = "2026-001", **plan: Any) -> PublicDraw:
    given = {
        k: plan.pop(k)
        for k in ("released", "order_witnessed", "now", "approved")
        if k in plan
    }
    folder = make_folder(tmp_path / "draws", name, **{"log": True, **plan})
    return PublicDraw.load(folder, **given)


def built(tmp_path: Path, *draws: PublicDraw, lang: Any = "zh-CN", **more: Any) -> Path:
    out = tmp_path / "site"
    build_site(publication(tmp_path, *draws, **more), out, lang)
    return out


def tree(folder: Path) -> dict[str, bytes]:
    return {path: (folder / path).read_bytes() for path in list_files(folder)}


def code_of(call: Any) -> tuple[str, str | None]:
    with pytest.raises(DualRandomError) as caught:
        call()
    return caught.value.code, caught.value.where.file if caught.value.where else None


class Page(HTMLParser):
    """A page as a strict reader sees it."""

    VOID = frozenset({"meta", "link", "br", "img"})

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.said: list[str] = []
        self.faults: list[str] = []
        self.source = source
        self.feed(self.source)
        self.close()
        self.faults += [f"left open: {tag}" for tag in self.open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if len(dict(attrs)) != len(attrs):
            self.faults.append(f"attribute twice: {tag}")
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"closed out of turn: {tag}")

    def handle_data(self, data: str) -> None:
        self.said.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.said))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]

    def ids(self) -> list[str]:
        return [a["id"] or "" for _, a in self.tags if "id" in a]


def pages(site: Path) -> dict[str, Page]:
    names = [name for name in list_files(site) if name.endswith(".html")]
    return {name: Page((site / name).read_text("utf-8")) for name in names}


def every_kind(tmp_path: Path) -> list[PublicDraw]:
    """Return draws of every kind, state and source of randomness."""
    chain = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"
    seal = commitment_of("k-7", "县纪委监委", "a" * 64)
    outside = (
        Sealed(party="县纪委监委", commitment=seal),
        Drand(chain=chain, round=34112212),
        Drand(chain=chain, round=2**53 - 1),
        Lottery(game="ssq", issue="2026135"),
    )
    values = ("a" * 64, "b" * 64, "c" * 64, "03.09.11.20.25.31+07")
    return [
        draw(tmp_path, "k-1"),
        draw(tmp_path, "k-2", kind="private", reserves=None),
        draw(tmp_path, "k-3", kind="sealed"),
        draw(tmp_path, "k-4", kind="sealed", released=True),
        draw(tmp_path, "k-5", kind="sealed-private", ends="announced"),
        draw(
            tmp_path,
            "k-6",
            ends="announced",
            now="2027-01-01T00:00:00Z",
            supersedes=Supersedes(draw="k-8", reason="list_wrong"),
        ),
        draw(tmp_path, "k-7", randomness=outside, values=values, order_witnessed=True),
        draw(tmp_path, "k-8", ends="abandoned"),
        draw(tmp_path, "k-9", randomness=(Local(),), values=("0" * 64,), log=False),
    ]


def notice(tmp_path: Path, lang: Any = "zh-CN", **plan: Any) -> Page:
    """Return the page of one draw."""
    one = draw(tmp_path, **plan)
    return pages(built(tmp_path, one, lang=lang))[f"draws/{one.announcement.draw}.html"]
