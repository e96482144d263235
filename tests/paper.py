"""What a small draw's forms and letter say, for tests."""

from __future__ import annotations

from dualrandom.forms import FormItem, Letter, Line, Paper, Person, Visit
from dualrandom.qrcode import qr_svg

PAPER = Paper(
    office="示例局",
    draw="2026-001",
    title="抽查",
    start="2026-11-01",
    end="2026-12-31",
    items=(
        FormItem(code="SP-03", name="检查", basis="法", content="内容", method="看"),
    ),
    lines=(Line(label="seed", values=("dice 1",), code=True),),
    digests=(("targets.tsv", "0" * 64),),
    signed=qr_svg(b"checkpoint"),
    size=11,
    visits=(
        Visit(
            id="T-1",
            name="甲店",
            address="某路1号",
            team=(Person(id="A-1", name="张", unit="队", certificate="99"),),
        ),
    ),
    results=("未发现问题",),
    actions=("无需后续处置",),
    contact="科",
    phone="1",
    supervision_phone="2",
)
LETTER = Letter(
    office="示例局",
    to="某局",
    draw="2026-001",
    title="抽查",
    targets=1,
    rows=2,
    actions=("移送",),
    sheet="移送.xlsx",
    contact="科",
    phone="1",
)
