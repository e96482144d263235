"""The cases of log.json: what is given, and the verdict that the text must come to.

Border: imports nothing of dualrandom. Keys are computed from their names: test only.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cases_policy
import oracle_log as oracle
import oracle_policy
from histories_log import JIWEI, OFFICER, ORIGIN, RENDA, STRANGER, TIME, histories, year
from histories_results import results
from oracle_log import Key, b64, sha

if TYPE_CHECKING:
    from collections.abc import Iterator

NOTES = {
    "published": "An example of the public format's own text.",
    "several-ways": "The same value, written in another way: there is only one way.",
    "unknown-key": "A line by a key that is not known proves nothing and is no fault.",
    "edge": "At the very limit of what is allowed, or one step beyond it.",
    "parser": "What two parsers would read differently, or not survive.",
    "chinese": "Chinese text where the log may hold it.",
    "forgery": "Somebody signs what he may not.",
    "history": "Entries removed, exchanged, repeated or rewritten.",
    "coherence": "Signed and chained rightly, but it makes no sense.",
    "no-anchor": "Nothing is wrong, but it cannot be told whether all is there.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One test: input, and the error that is due, or None."""

    kind: str
    id: str
    input: dict[str, Any]
    error: str | None = None
    flags: tuple[str, ...] = ()
    comment: str = ""
    expected: Any = None


PUBLISHED_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
PUBLISHED_NOTE = (
    "This is an example message.\n\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Z"
    "tg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)


def cases() -> Iterator[Case]:
    yield from _vkeys()
    yield from _notes()
    yield from _trees()
    yield from _checkpoints()
    yield from _proofs()
    yield from _entries()
    yield from _logs()
    yield from _policies()


def _vkeys() -> Iterator[Case]:
    def case(name: str, text: str, error: str | None = None, *flags: str) -> Case:
        return Case(
            kind="vkey", id=name, input={"text": text}, error=error, flags=flags
        )

    def weak(public: bytes) -> str:
        kid = oracle.key_id("a", 1, public).hex()
        return f"a+{kid}+{b64(bytes([1]) + public)}"

    yield case("published", PUBLISHED_KEY, None, "published")
    yield case("officer", OFFICER.vkey())
    yield case("cosigner", JIWEI.vkey(4))
    yield case("chinese", Key("县纪委监委/监督员-01").vkey(), None, "chinese")
    yield case("other-id", PUBLISHED_KEY.replace("530d", "530e"), "E706")
    yield case(
        "capitals", PUBLISHED_KEY.replace("530d", "530D"), "E706", "several-ways"
    )
    yield case("last-bits", PUBLISHED_KEY[:-1] + "l", "E706", "several-ways")
    yield case("blank", PUBLISHED_KEY.replace(".com", " com"), "E706")
    yield case("short", weak(b"x" * 31), "E709", "edge")
    yield case("neutral-point", weak(b"\1" + bytes(31)), "E709", "forgery")
    yield case(
        "order-two", weak((oracle.PRIME - 1).to_bytes(32, "little")), "E709", "forgery"
    )
    yield case("order-four", weak(bytes(32)), "E709", "forgery")
    eight = "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"
    yield case("order-eight", weak(bytes.fromhex(eight)), "E709", "forgery")
    signed = bytes.fromhex(eight[:-2] + "fa")
    yield case("order-eight-other-sign", weak(signed), "E709", "forgery")
    second = (oracle.PRIME + 1).to_bytes(32, "little")
    yield case("neutral-point-second-encoding", weak(second), "E709", "forgery")


def _notes() -> Iterator[Case]:
    text = "正文一行\n"
    note = OFFICER.note(text)
    line = OFFICER.line(text.encode())

    def case(
        name: str, data: str | bytes, error: str | None = None, *flags: str
    ) -> Case:
        given: dict[str, Any] = {"keys": [OFFICER.vkey(), JIWEI.vkey(4)]}
        if isinstance(data, bytes):
            given["hex"] = data.hex()
        else:
            given["text"] = data
        return Case(kind="note", id=name, input=given, error=error, flags=flags)

    yield Case(
        kind="note",
        id="published",
        input={"text": PUBLISHED_NOTE, "keys": [PUBLISHED_KEY]},
        flags=("published",),
    )
    yield case("one-line", note, None, "chinese")
    yield case("empty-lines-inside", OFFICER.note("a\n\nb\n"))
    stranger = STRANGER.line(text.encode())
    yield case("and-an-unknown-key", note + stranger, None, "unknown-key")
    yield case("unknown-key-only", STRANGER.note(text), None, "unknown-key")
    other = Key(OFFICER.name, "another").note(text)
    yield case("known-name-other-key", other, None, "unknown-key")
    yield case("changed-text", note.replace("正", "证"), "E708", "forgery")
    twin = "bu\u0308ro\n"
    changed = OFFICER.note(twin).replace("u\u0308", "\u00fc")
    yield case("composed-instead-of-decomposed", changed, "E708", "several-ways")
    false = OFFICER.line(b"something else\n")
    yield case("one-good-one-false", note + false, "E708", "forgery")
    forged = Key(OFFICER.name, "another").sign(text.encode())
    line_forged = f"— {OFFICER.name} {b64(OFFICER.id() + forged)}\n"
    yield case("forged-under-the-known-id", f"{text}\n{line_forged}", "E708", "forgery")
    yield case("sixty-four-lines", text + "\n" + line * 64, None, "edge")
    yield case("sixty-five-lines", text + "\n" + line * 65, "E702", "edge")
    yield case("no-signature", text, "E703")
    yield case("no-empty-line", text + line, "E703")
    yield case("no-last-line-end", note[:-1], "E703")
    yield case("carriage-returns", note.replace("\n", "\r\n"), "E703", "several-ways")
    yield case("control", note.replace("一", "\u0007"), "E703")
    yield case("not-utf-8", note.encode().replace("一".encode(), b"\xff"), "E703")
    yield case(
        "surrogate", note.encode().replace("一".encode(), b"\xed\xa0\x80"), "E703"
    )
    yield case("hyphen-for-dash", note.replace("—", "-"), "E704", "several-ways")
    yield case("blank-behind", note[:-1] + " \n", "E704", "several-ways")
    loose = b64(OFFICER.id() + OFFICER.sign(text.encode()))
    at = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    nudged = loose[:-2] + at[at.index(loose[-2]) + 1] + "="
    yield case("loose-last-bits", note.replace(loose, nudged), "E704", "several-ways")
    yield case("no-padding", note.replace("=\n", "\n"), "E704", "several-ways")
    yield case("plus-in-name", note.replace("shishijian/", "shishijian+"), "E704")
    wide = note.replace("shishijian/", "shishijian\u3000")
    yield case("ideographic-space-in-name", wide, "E704")


def _trees() -> Iterator[Case]:
    entries = [f"entry {n}".encode() for n in range(9)]
    leaves = [oracle.leaf(entry) for entry in entries]
    for size in (0, 1, 2, 3, 7, 8, 9):
        given = {"entries": [entry.decode() for entry in entries[:size]]}
        expected = oracle.root(leaves[:size]).hex()
        yield Case(kind="tree", id=f"size-{size}", input=given, expected=expected)

    def inclusion(
        name: str, at: int, of: int, error: str | None = None, **changed: Any
    ) -> Case:
        given: dict[str, Any] = {
            "leaf": leaves[at].hex(),
            "index": at,
            "size": of,
            "path": [h.hex() for h in oracle.path(at, leaves[:of])],
            "root": oracle.root(leaves[:of]).hex(),
        }
        return Case(kind="inclusion", id=name, input=given | changed, error=error)

    for index, size in ((0, 1), (0, 9), (3, 7), (6, 7), (8, 9)):
        yield inclusion(f"{index}-of-{size}", index, size)
    yield inclusion("another-index", 3, 7, "E714", index=2)
    yield inclusion("index-is-size", 6, 7, "E716", index=7)
    yield inclusion("another-leaf", 3, 7, "E714", leaf=leaves[4].hex())
    yield inclusion("another-root", 3, 7, "E714", root=leaves[0].hex())
    right = [h.hex() for h in oracle.path(3, leaves[:7])]
    yield inclusion("path-cut", 3, 7, "E714", path=right[:-1])
    yield inclusion("path-longer", 3, 7, "E714", path=[*right, right[0]])
    yield inclusion("path-reversed", 3, 7, "E714", path=right[::-1])

    def consistency(
        name: str, first: int, last: int, error: str | None = None, **changed: Any
    ) -> Case:
        proof = oracle.proof(first, leaves[:last]) if first else []
        given: dict[str, Any] = {
            "old": first,
            "new": last,
            "old_root": oracle.root(leaves[:first]).hex(),
            "new_root": oracle.root(leaves[:last]).hex(),
            "proof": [h.hex() for h in proof],
        }
        return Case(kind="consistency", id=name, input=given | changed, error=error)

    for old, new in ((1, 1), (1, 9), (4, 8), (6, 8), (7, 9), (8, 9)):
        yield consistency(f"{old}-to-{new}", old, new)
    yield consistency("from-nothing", 0, 9, "E716")
    yield consistency("backwards", 6, 8, "E716", old=8, new=6)
    yield consistency("another-old-root", 6, 8, "E715", old_root=leaves[0].hex())
    yield consistency("another-new-root", 6, 8, "E715", new_root=leaves[0].hex())
    yield consistency("no-proof", 6, 8, "E715", proof=[])
    given = [h.hex() for h in oracle.proof(6, leaves[:8])]
    yield consistency("proof-longer", 6, 8, "E715", proof=[*given, given[0]])
    yield consistency("proof-for-equal-sizes", 8, 8, "E715", proof=given)


ROOT = sha(b"root")


def _checkpoints() -> Iterator[Case]:
    log = Key(ORIGIN)
    signed = oracle.checkpoint(log, 7, ROOT)

    def case(name: str, text: str, error: str | None = None, *flags: str) -> Case:
        given = {"text": text}
        return Case(kind="checkpoint", id=name, input=given, error=error, flags=flags)

    def noted(*lines: str) -> str:
        return log.note("".join(f"{line}\n" for line in lines))

    yield case("size-7", signed)
    yield case("size-0", oracle.checkpoint(log, 0, sha(b"")), None, "edge")
    largest = oracle.checkpoint(log, 2**53 - 1, ROOT)
    yield case("largest-size", largest, None, "edge")
    yield case("beyond-largest", oracle.checkpoint(log, 2**53, ROOT), "E711", "edge")
    yield case("extension", noted(ORIGIN, "7", b64(ROOT), "more"))
    yield case("two-lines", noted(ORIGIN, "7"), "E711")
    yield case("zero-first", noted(ORIGIN, "07", b64(ROOT)), "E711", "several-ways")
    yield case("plus-sign", noted(ORIGIN, "+7", b64(ROOT)), "E711", "several-ways")
    yield case(
        "other-digits", noted(ORIGIN, "\u0667", b64(ROOT)), "E711", "several-ways"
    )
    yield case("short-root", noted(ORIGIN, "7", b64(ROOT[:31])), "E711")
    yield case("root-in-hex", noted(ORIGIN, "7", ROOT.hex()), "E711", "several-ways")
    yield case("no-origin", noted("", "7", b64(ROOT)), "E711")
    text = signed.split("\n\n")[0] + "\n"

    def cosigned(name: str, line: str, error: str | None = None, *flags: str) -> Case:
        given = {"text": signed + line, "keys": [log.vkey(), JIWEI.vkey(4)]}
        return Case(kind="note", id=name, input=given, error=error, flags=flags)

    good = JIWEI.cosign(text.encode(), TIME)
    yield cosigned("cosigned", good)
    yield cosigned("cosigned-twice", good + JIWEI.cosign(text.encode(), TIME + 60))
    yield cosigned(
        "cosigned-by-a-stranger", RENDA.cosign(text.encode(), TIME), None, "unknown-key"
    )
    value = oracle.unb64(good.split(" ")[2][:-1], "")
    later = value[:4] + (TIME + 1).to_bytes(8, "big") + value[12:]
    yield cosigned("time-moved", f"— {JIWEI.name} {b64(later)}\n", "E708", "forgery")
    bare = JIWEI.id(4) + JIWEI.sign(text.encode())
    yield cosigned(
        "plain-signature-as-cosignature",
        f"— {JIWEI.name} {b64(bare)}\n",
        "E708",
        "forgery",
    )
    timed = JIWEI.id(4) + bytes(8) + JIWEI.sign(text.encode())
    yield cosigned(
        "plain-signature-with-a-time",
        f"— {JIWEI.name} {b64(timed)}\n",
        "E708",
        "forgery",
    )


def _proofs() -> Iterator[Case]:
    log = year()
    leaves = log.leaves
    signed = log.checkpoint()

    def case(
        name: str,
        index: int,
        text: str,
        error: str | None = None,
        *flags: str,
    ) -> Case:
        given = {"text": text, "entry": log.entries[index]}
        return Case(kind="proof", id=name, input=given, error=error, flags=flags)

    def made(index: int) -> str:
        return oracle.proof_file(index, oracle.path(index, leaves), signed)

    for index in (0, 5, 10):
        yield case(f"entry-{index}", index, made(index))
    extra = made(5).replace("index", "extra bW9yZQ==\nindex", 1)
    yield case("extra", 5, extra)
    yield case("another-entry", 4, made(5), "E714")
    yield case("another-index", 5, made(5).replace("index 5", "index 4"), "E714")
    yield case("beyond-the-tree", 5, made(5).replace("index 5", "index 11"), "E716")
    yield case("hash-missing", 5, made(5).replace(b64(leaves[4]) + "\n", ""), "E714")
    older = oracle.proof_file(5, oracle.path(5, leaves), log.checkpoint(9))
    yield case("older-checkpoint", 5, older, "E714")
    yield case("version-2", 5, made(5).replace("@v1", "@v2"), "E713")
    yield case(
        "zero-first", 5, made(5).replace("index 5", "index 05"), "E713", "several-ways"
    )
    yield case("no-gap", 5, made(5).replace("\n\n", "\n", 1), "E713")
    yield case("no-index", 5, made(5).replace("index 5\n", ""), "E713")
    yield case(
        "extra-behind", 5, made(5).replace("index 5", "index 5\nextra bW9yZQ=="), "E713"
    )


def _entries() -> Iterator[Case]:
    log = year()
    text = log.entries[1].split("\n\n")[0] + "\n"

    def case(name: str, changed: str, error: str | None = None, *flags: str) -> Case:
        given = {"text": OFFICER.note(changed)}
        return Case(kind="entry", id=name, input=given, error=error, flags=flags)

    def field(name: str, value: object) -> str:
        fields = json.loads(text) | {name: value}
        return (
            oracle.canonical({k: v for k, v in fields.items() if v is not ...}).decode()
            + "\n"
        )

    for seq, act in enumerate(
        ("genesis", "change", "", "announce", "dice", "result", "", "abandon", "add")
    ):
        if act:
            given = {"text": log.entries[seq]}
            flags = ("chinese",) if seq == 0 else ()
            yield Case(kind="entry", id=act, input=given, flags=flags)
    yield case("unknown-field", field("memo", "x"))
    for name in ("act", "body", "by", "log", "op", "prev", "seq", "time"):
        yield case(f"no-{name}", field(name, ...), "E725")
    yield case("seq-a-text", field("seq", "1"), "E725")
    yield case("seq-negative", field("seq", -1), "E725")
    yield case("seq-true", field("seq", True), "E725", "parser")  # noqa: FBT003
    yield case("prev-in-capitals", field("prev", "A" * 64), "E725", "several-ways")
    yield case(
        "time-with-offset",
        field("time", "2026-11-20T01:00:00+00:00"),
        "E725",
        "several-ways",
    )
    yield case(
        "op-in-capitals",
        field("op", "9B2D3C1E-0000-4000-8000-0123456789AB"),
        "E725",
        "several-ways",
    )
    yield case("by-with-a-plus", field("by", "a+b"), "E725")
    yield case("no-approvals", field("approvals", []), "E725")
    yield case("body-null", field("body", {"x": None}), "E725")
    yield case("body-true", field("body", {"x": True}), "E725")
    yield case("body-2^53", field("body", {"x": 2**53}), "E725", "edge")
    yield case("body-2^53-1", field("body", {"x": 2**53 - 1}), None, "edge")
    yield case("blank", text.replace(":5", ": 5"), "E802", "several-ways")
    yield case("fraction", text.replace(":5", ":5.0"), "E802", "several-ways")
    yield case("exponent", text.replace(":5", ":5e0"), "E802", "several-ways")
    yield case("minus-zero", text.replace(":0,", ":-0,", 1), "E802", "several-ways")
    yield case("nan", text.replace(":5", ":NaN"), "E802", "parser")
    yield case("5000-digits", text.replace(":5", ":" + "5" * 5000), "E802", "parser")
    yield case(
        "30000-deep",
        text.replace(":5", ":" + "[" * 30_000 + "]" * 30_000),
        "E802",
        "parser",
    )
    yield case(
        "duplicate-key",
        text.replace('"added":5', '"added":5,"added":6'),
        "E802",
        "parser",
    )
    yield case(
        "escape", text.replace("targets", "t\\u0061rgets"), "E802", "several-ways"
    )
    order = dict(reversed(json.loads(text).items()))
    other = json.dumps(order, separators=(",", ":")) + "\n"
    yield case("another-order", other, "E802", "several-ways")
    yield case("a-list", "[]\n", "E802")
    spare = 65_535 - len(OFFICER.note(field("body", {"x": ""})).encode())
    yield case("65535-bytes", field("body", {"x": "y" * spare}), None, "edge")
    yield case("65536-bytes", field("body", {"x": "y" * (spare + 1)}), "E701", "edge")


def _logs() -> Iterator[Case]:
    for name, log, verdict, first, code, flag, changed in (*histories(), *results()):
        own = log.checkpoint()
        given = {"entries": log.entries, "checkpoint": own, "kept": [own]} | changed
        yield Case(
            kind="log",
            id=name,
            input={k: v for k, v in given.items() if v is not None},
            error=code,
            flags=(flag,) if flag else (),
            expected={"exit": verdict, "first": first},
        )


def _policies() -> Iterator[Case]:
    for name, data, error, flags in cases_policy.read():
        given: dict[str, Any] = {"cosigned": cases_policy.cosigned()}
        if isinstance(data, bytes):
            given["hex"] = data.hex()
        else:
            given["text"] = data
        yield Case(kind="policy", id=name, input=given, error=error, flags=flags)
    for name, log, copy, error, flags in cases_policy.copies():
        due = oracle_policy.written(log.entries)
        text = due if copy == "due" else copy
        given = {"entries": [*log.entries], "checkpoint": log.checkpoint()}
        yield Case(
            kind="policy-copy",
            id=name,
            input=given if text is None else given | {"policy": text},
            error=error,
            flags=flags,
            expected=due,
        )
