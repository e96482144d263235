"""The cases of log.json about policies: what is read, what is written beside a log.

Border: as :mod:`cases_log`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import oracle_log as oracle
import oracle_policy
from histories_log import JIWEI, OFFICER, ORIGIN, RENDA, STRANGER
from oracle_log import Key, Log, b64

if TYPE_CHECKING:
    from collections.abc import Iterator

LOG = f"log {Key(ORIGIN).vkey()}\n"
X = [Key(f"x.example/witness-{n}") for n in (1, 2, 3)]
Y = [Key(f"y.example/witness-{n}") for n in (1, 2, 3)]
A, B = f"witness a {X[0].vkey(4)}\n", f"witness b {X[1].vkey(4)}\n"

Read = tuple[str, str | bytes, str | None, tuple[str, ...]]
"""Name, the file, the error that is due, flags."""
Copy = tuple[str, Log, str | None, str | None, tuple[str, ...]]
"""Name, the log as it is now, the file beside it, the error that is due, flags."""


def vkey(kind: int, public: bytes, name: str = "z.example/witness") -> str:
    """Return a verifier key of any kind and length."""
    kid = oracle.key_id(name, kind, public).hex()
    return f"{name}+{kid}+{b64(bytes([kind]) + public)}"


def cosigned() -> list[list[str]]:
    """Return who may have cosigned, in each of the cases."""
    x1, x2, x3, y1, *_ = [key.vkey(4) for key in (*X, *Y)]
    plain = [key.vkey() for key in (*X, *Y)]
    return [[], [x1], [x2], [x1, x2], [x1, x2, x3], [x1, y1], [x1, x3, y1], plain]


def read() -> Iterator[Read]:
    """Yield policies as a reader may bring them."""
    yield from _published()
    yield from _lines()
    yield from _keys()
    yield from _groups()
    yield from _quorums()


def _published() -> Iterator[Read]:
    text = LOG + "\n"
    for letter, keys in (("X", X), ("Y", Y)):
        for n, key in enumerate(keys, 1):
            text += f"witness {letter}{n} {key.vkey(4)}\n"
        least = {"X": "2", "Y": "any"}[letter]
        text += f"group {letter}-witnesses {least} {letter}1 {letter}2 {letter}3\n\n"
    text += "group X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n"
    yield "published", text, None, ("published",)
    yield "no-quorum-asked", LOG + "quorum none\n", None, ()
    yield "one-witness", LOG + A + "quorum a\n", None, ()
    yield "no-log", A + "quorum a\n", None, ()
    yield "two-logs", LOG + f"log {Y[0].vkey()}\nquorum none\n", None, ()
    other = LOG.replace("\n", " https://scjg.example.gov.cn/log\n")
    url = A.replace("\n", " https://x.example/\n")
    yield "with-urls", other + url + "quorum a\n", None, ()


def _lines() -> Iterator[Read]:
    yield "blanks-and-tabs", f" \t{LOG}\t \nquorum \t none\t\n", None, ()
    yield "remark", "# 说明\n\t#x\n" + LOG + "quorum none\n", None, ("chinese",)
    chinese = LOG + A.replace(" a ", " 纪委 ") + "quorum 纪委\n"
    yield "chinese-name", chinese, None, ("chinese",)
    opaque = (LOG + A.replace(" a ", " ? ") + "quorum ?\n").encode()
    yield "name-of-no-text", opaque.replace(b"?", b"\xff\xfe"), None, ("parser",)
    twins = LOG + A.replace(" a ", " \u00e9 ") + B.replace(" b ", " e\u0301 ")
    yield "composed-and-decomposed", twins + "quorum \u00e9\n", None, ("parser",)
    yield (
        "decomposed-quorum",
        LOG + A.replace(" a ", " \u00e9 ") + ("quorum e\u0301\n"),
        "E717",
        ("parser",),
    )
    yield "thousand-lines", LOG + "\n" * 998 + "quorum none\n", None, ("edge",)
    yield "thousand-and-one", LOG + "\n" * 999 + "quorum none\n", "E717", ("edge",)
    yield "nothing", "", "E718", ("edge",)
    yield "no-last-line-end", LOG + "quorum none", "E717", ()
    crlf = (LOG + "quorum none\n").replace("\n", "\r\n")
    yield "carriage-returns", crlf, "E717", ("several-ways",)
    for name, blank in (("no-break-space", "\u00a0"), ("wide-space", "\u3000")):
        yield name, LOG + f"quorum{blank}none\n", "E717", ("several-ways",)
    yield "form-feed", LOG + "\fquorum none\n", "E717", ("several-ways",)
    yield "control-in-a-remark", LOG + "#\x1b[2J\nquorum none\n", "E717", ("parser",)
    yield "delete-in-a-remark", LOG + "#\x7f\nquorum none\n", "E717", ("parser",)
    yield "remark-behind", LOG + "quorum none # all\n", "E717", ()
    yield "capitals", LOG + "Quorum none\n", "E717", ("several-ways",)
    yield "unknown-line", LOG + "trust me\nquorum none\n", "E717", ()
    yield "log-alone", "log\nquorum none\n", "E717", ()
    yield "log-with-two-urls", LOG.replace("\n", " u v\n") + "quorum none\n", "E717", ()
    yield "witness-without-key", LOG + "witness a\nquorum none\n", "E717", ()


def _keys() -> Iterator[Read]:
    end = "quorum none\n"
    yield "cosigner-as-log", f"log {X[0].vkey(4)}\n{end}", "E717", ("forgery",)
    plain = f"witness a {X[0].vkey()}\nquorum a\n"
    yield "plain-key-as-witness", LOG + plain, "E717", ("forgery",)
    yield "log-of-unknown-kind", f"log {vkey(6, b'x' * 1312)}\n{end}", "E717", ()
    later = f"witness z {vkey(6, b'x' * 1312)}\n"
    asks = LOG + A + later + "group g any a z\nquorum g\n"
    yield "witness-of-unknown-kind", asks, None, ("unknown-key",)
    alone = LOG + later + "quorum z\n"
    yield "only-a-witness-of-unknown-kind", alone, None, ("unknown-key",)
    wrong = later.replace(vkey(6, b"x" * 1312).split("+")[1], "00000000")
    yield "unknown-kind-with-another-id", LOG + wrong + end, "E717", ()
    twice = LOG + later + later.replace(" z ", " y ") + end
    yield "unknown-kind-twice", twice, "E717", ()
    yield "key-of-31-bytes", f"log {vkey(1, b'x' * 31)}\n{end}", "E717", ("edge",)
    weak = b"\1" + bytes(31)
    yield "weak-log-key", f"log {vkey(1, weak)}\n{end}", "E717", ("forgery",)
    yield "weak-witness", f"{LOG}witness z {vkey(4, weak)}\n{end}", "E717", ("forgery",)
    yield "another-id", LOG.replace("b2fce611", "b2fce612") + end, "E717", ()
    yield "no-key", f"log {ORIGIN}\n{end}", "E717", ()
    yield "empty-key", f"log {ORIGIN}+00000000+\n{end}", "E717", ("edge",)
    bad = (LOG + end).encode().replace(b"example", b"\xffxample")
    yield "key-name-of-no-text", bad, "E717", ("parser",)
    renamed = vkey(1, Key(ORIGIN).public, "b.example/log")
    yield "log-twice", LOG + f"log {renamed}\n{end}", "E717", ("forgery",)
    renamed = vkey(4, X[0].public, "b.example/witness")
    double = f"{LOG}{A}witness b {renamed}\ngroup g 2 a b\nquorum g\n"
    yield "witness-twice", double, "E717", ("forgery",)
    both = f"log {X[0].vkey()}\n{A}quorum a\n"
    yield "log-and-witness-by-one-key", both, None, ()


def _groups() -> Iterator[Read]:
    two = LOG + A + B

    def case(
        name: str, group: str, error: str | None = "E717", *flags: str
    ) -> Iterator[Read]:
        yield name, f"{two}{group}\nquorum g\n", error, flags

    yield from case("all", "group g all a b", None)
    yield from case("any", "group g any a b", None)
    yield from case("one-of-one", "group g 1 a", None, "edge")
    yield from case("two-of-two", "group g 2 a b", None, "edge")
    yield from case("three-of-two", "group g 3 a b", "E717", "edge")
    yield from case("none-of-two", "group g 0 a b", "E717", "edge")
    yield from case("zero-in-front", "group g 01 a b", "E717", "several-ways")
    yield from case("plus-in-front", "group g +1 a b", "E717", "several-ways")
    yield from case("underscore", "group g 1_0 a b", "E717", "parser")
    yield from case("other-digits", "group g \uff11 a b", "E717", "parser")
    yield from case("endless-count", f"group g {'9' * 5000} a b", "E717", "parser")
    yield from case("no-member", "group g any", "E717", "edge")
    yield from case("unknown-member", "group g any a c")
    yield from case("nobody-as-member", "group g any a none")
    yield from case("itself", "group g any a g")
    yield from case("member-twice", "group g 2 a a b", "E717", "forgery")
    yield from case("name-taken", "group a any b\ngroup g any a")
    yield from case("reserved-name", "group none any a\ngroup g any b")
    yield from case("in-two-groups", "group h 1 a\ngroup g 2 a b h", "E717", "forgery")
    yield from case("group-of-groups", "group h 1 a\ngroup g 2 b h", None)
    yield from case("defined-below", "group g any h\ngroup h any a")
    deep = "group g0 any a\n" + "".join(
        f"group {'g' if n == 900 else f'g{n}'} any g{n - 1}\n" for n in range(1, 901)
    )
    yield from case("900-deep", deep[:-1], None, "parser", "edge")
    same = LOG + A + B.replace(" b ", " a ") + "quorum a\n"
    yield "witness-name-twice", same, "E717", ()
    yield (
        "witness-called-none",
        LOG + A.replace(" a ", " none ") + ("quorum none\n"),
        "E717",
        (),
    )


def _quorums() -> Iterator[Read]:
    two = LOG + A + B
    yield "no-quorum", two, "E718", ()
    yield "two-quorums", two + "quorum a\nquorum b\n", "E718", ()
    yield "one-quorum-twice", two + "quorum a\nquorum a\n", "E718", ()
    yield "quorum-of-nobody-known", two + "quorum c\n", "E717", ()
    yield "quorum-before-its-witness", LOG + "quorum a\n" + A, "E717", ()
    yield "quorum-of-two", two + "quorum a b\n", "E717", ()
    yield "group-behind-the-quorum", two + "quorum a\ngroup g any b\n", None, ()
    yield "quorum-inside-a-group", two + "group g any a\nquorum a\n", None, ()


def copies() -> Iterator[Copy]:
    """Yield logs with what lies beside them; a copy of ``"due"`` is the right one."""
    chinese = Key("县纪委监委/监督员-01")
    third, new = Key("renda/supervisor-02"), Key(ORIGIN, "second")
    log = _log(1, [JIWEI, RENDA])
    yield "first-keys", log, "due", None, ()
    yield "not-there", log, None, None, ()
    yield "quorum-0", _log(0, [JIWEI]), "due", None, ()
    yield "nobody-supervises", _log(0, []), "due", None, ("edge",)
    yield "chinese-witness", _log(1, [chinese]), "due", None, ("chinese",)
    log = _log(2, [RENDA, JIWEI])
    yield "as-the-genesis-lists-them", log, "due", None, ()
    sorted_ = oracle_policy.written(_log(2, [JIWEI, RENDA]).entries)
    yield "in-another-order", log, sorted_, "E792", ("several-ways",)
    _add(log, third.vkey(), "supervisor", [JIWEI, RENDA])
    yield "supervisor-came", log, "due", None, ()
    before = oracle_policy.written(log.entries[:1])
    yield "of-the-keys-before", log, before, "E792", ("history",)
    _revoke(log, RENDA.vkey(), [JIWEI, third])
    yield "supervisor-went", log, "due", None, ()
    _add(log, STRANGER.vkey(), "officer", [JIWEI])
    yield "officers-do-not-count", log, "due", None, ()
    _revoke(log, third.vkey(), [JIWEI, third])
    yield "fewer-than-the-quorum", log, None, None, ("edge",)
    for name, least in (("fewer-than-the-quorum-said", 2), ("quorum-lowered", 1)):
        _, witness, *_ = (oracle_policy.written(_log(1, [JIWEI]).entries) or "").split(
            "\n"
        )
        lines = (LOG[:-1], witness, f"group supervisors {least} s1")
        text = "".join(f"{line}\n" for line in (*lines, "quorum supervisors"))
        yield name, log, text, "E792", ("forgery",)
    log = _log(1, [JIWEI])
    _add(log, new.vkey(), "log", [JIWEI])
    yield "two-log-keys", log, "due", None, ()
    _revoke(log, Key(ORIGIN).vkey(), [JIWEI])
    log.key = new
    yield "log-key-exchanged", log, "due", None, ()
    yield from _changed(_log(1, [JIWEI, RENDA]))


def _changed(log: Log) -> Iterator[Copy]:
    due = oracle_policy.written(log.entries) or ""
    for name, text, flag in (
        ("empty", "", "edge"),
        ("blank-behind", due.replace("\n", " \n", 1), "several-ways"),
        ("tab", due.replace("log ", "log\t"), "several-ways"),
        ("remark", "# 说明\n" + due, "several-ways"),
        ("carriage-returns", due.replace("\n", "\r\n"), "several-ways"),
        ("no-last-line-end", due[:-1], "several-ways"),
        ("count-in-words", due.replace("supervisors 1", "supervisors any"), ""),
        ("no-quorum-asked", due.replace("quorum supervisors", "quorum none"), ""),
        ("stranger-as-witness", due.replace(*_exchange(RENDA, STRANGER)), "forgery"),
        ("plain-witness-keys", due.replace(RENDA.vkey(4), RENDA.vkey()), ""),
    ):
        yield name, log, text, "E792", (flag,) if flag else ()


def _exchange(one: Key, other: Key) -> tuple[str, str]:
    return one.vkey(4), other.vkey(4)


def _log(quorum: int, supervisors: list[Key]) -> Log:
    log = Log(ORIGIN, OFFICER, supervisors)
    body: dict[str, Any] = {
        "id": "00112233445566778899aabbccddeeff",
        "office": "示例市市场监督管理局",
        "key": log.key.vkey(),
        "officers": [OFFICER.vkey()],
        "supervisors": [key.vkey() for key in supervisors],
        "quorum": quorum,
    }
    log.add("log.genesis", body)
    return log


def _add(log: Log, key: str, role: str, approvers: list[Key]) -> None:
    log.add("key.add", {"key": key, "role": role}, approvers=approvers)


def _revoke(log: Log, key: str, approvers: list[Key]) -> None:
    body = {"key": key, "suspect_from": len(log.entries)}
    log.add("key.revoke", body, approvers=approvers)
