"""Cases for draw.json: names, canonical JSON, tables.

Border: as in ``cases_draw``; whether a file is due, and salted, is not asked here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cases_draw import SALT, T1, Case

if TYPE_CHECKING:
    from collections.abc import Iterator


def cases() -> Iterator[Case]:
    yield from _names()
    yield from _json()
    yield from _tables()


def _names() -> Iterator[Case]:
    for what, name, text, ok, *flags in (
        ("id", "a credit code", T1, True),
        ("id", "one letter", "a", True, "edge"),
        ("id", "one digit", "0", True, "edge"),
        ("id", "ling, U+3007", "〇", True, "edge"),
        ("id", "ling first", "〇二号", True),
        ("id", "the first ideograph, U+4E00", "\u4e00", True, "edge"),
        ("id", "the last ideograph, U+9FFF", "\u9fff", True, "edge"),
        ("id", "before the first, U+4DFF", "\u4dff", False, "edge"),
        ("id", "after the last, U+A000", "\ua000", False, "edge"),
        ("id", "iteration mark, U+3005", "人々", False),
        ("id", "extension B, U+20000", "\U00020000", False),
        ("id", "64 characters", "A" * 64, True, "edge"),
        ("id", "65 characters", "A" * 65, False, "edge"),
        ("id", "64 ideographs, 192 bytes", "检" * 64, True, "edge"),
        ("id", "65 ideographs", "检" * 65, False, "edge"),
        ("id", "empty", "", False, "edge"),
        ("id", "inner - _ .", "A-1_b.c", True),
        ("id", "- first", "-A", False),
        ("id", "_ first", "_A", False),
        ("id", ". first", ".A", False),
        ("id", "- last", "A-", True),
        ("id", "a comma", "A,B", False, "injection"),
        ("id", "a slash", "A/B", False, "injection"),
        ("id", "a hash", "A#2", False, "injection"),
        ("id", "a space", "A B", False, "injection"),
        ("id", "a tab", "A\tB", False, "injection"),
        ("id", "a line end", "A\n", False, "injection"),
        ("id", "a space behind", "A ", False, "editor"),
        ("id", "an ideographic space behind", "A\u3000", False, "editor"),
        ("id", "full-width letters", "ＡＢ", False, "twins"),
        ("id", "full-width digits", "１２", False, "twins"),
        ("id", "Arabic digits", "١٢", False, "twins"),
        ("id", "e with acute, NFC", "\u00e9", False, "twins"),
        ("id", "e with acute, NFD", "e\u0301", False, "twins"),
        ("id", "a compatibility ideograph, U+F900", "\uf900", False, "twins"),
        ("id", "its NFC, U+8C48", "\u8c48", True, "twins"),
        ("id", "a zero-width space", "A\u200bB", False, "injection"),
        ("id", "a right-to-left mark", "A\u200f", False, "injection"),
        ("draw", "a draw id", "2026-017", True),
        ("draw", "32 characters", "A" * 32, True, "edge"),
        ("draw", "33 characters", "A" * 33, False, "edge"),
        ("draw", "- first", "-017", False),
        ("draw", "a dot", "2026.017", False),
        ("draw", "parent folder", "..", False, "injection"),
        ("draw", "ideographs", "第一号", False),
        ("draw", "empty", "", False, "edge"),
        ("stratum", "a stratum", "east", True),
        ("stratum", "16 characters", "a" * 16, True, "edge"),
        ("stratum", "17 characters", "a" * 17, False, "edge"),
        ("stratum", "an underscore", "a_b", False),
        ("stratum", "- first", "-a", False),
        ("stratum", "ideographs", "东", False),
    ):  # fmt: skip
        error = None if ok else "E801"
        given = {"what": what, "text": text}
        yield Case("name", f"{what}: {name}", given, error, tuple(flags))


def _json() -> Iterator[Case]:
    for name, text, ok, *flags in (
        ("an object", '{"a":1,"b":[true,false,null,"x"]}\n', True),
        ("an empty object", "{}\n", True, "edge"),
        ("an empty array", "[]\n", True, "edge"),
        ("Chinese stands as it is", '{"office":"示例市市场监督管理局"}\n', True),
        ("the largest number", "[9007199254740991]\n", True, "edge"),
        ("2^53", "[9007199254740992]\n", False, "edge"),
        ("a very long number", "[" + "9" * 5000 + "]\n", False, "injection"),
        ("a fraction", "[1.5]\n", False),
        ("1.0", "[1.0]\n", False, "several-ways"),
        ("1e0", "[1e0]\n", False, "several-ways"),
        ("-0", "[-0]\n", False, "several-ways"),
        ("01", "[01]\n", False, "several-ways"),
        ("+1", "[+1]\n", False, "several-ways"),
        ("NaN", "[NaN]\n", False),
        ("Infinity", "[Infinity]\n", False),
        ("-Infinity", "[-Infinity]\n", False),
        ("keys sorted", '{"a":1,"aa":2,"b":3}\n', True),
        ("capitals before small letters", '{"B":1,"a":2}\n', True),
        ("keys not sorted", '{"b":1,"a":2}\n', False, "several-ways"),
        ("keys by UTF-16: U+1F600 before U+FB33", '{"\U0001f600":1,"\ufb33":2}\n', True),
        ("keys by code point", '{"\ufb33":2,"\U0001f600":1}\n', False, "several-ways"),
        ("a key twice", '{"a":1,"a":1}\n', False, "injection"),
        ("a key twice, once escaped", '{"a":1,"\\u0061":1}\n', False, "injection"),
        ("a space", '{"a": 1}\n', False, "several-ways"),
        ("a space before", ' {"a":1}\n', False, "editor"),
        ("a space behind", '{"a":1} \n', False, "editor"),
        ("several lines", '{\n"a":1}\n', False, "editor"),
        ("no LF", '{"a":1}', False, "editor"),
        ("two LF", '{"a":1}\n\n', False, "editor"),
        ("CR LF", '{"a":1}\r\n', False, "editor"),
        ("a byte order mark", '\ufeff{"a":1}\n', False, "editor"),
        ("nothing", "", False, "edge"),
        ("only LF", "\n", False, "edge"),
        ("two values", "{}{}\n", False),
        ("a comma too many", "[1,]\n", False),
        ("single quotes", "{'a':1}\n", False),
        ("a comment", "{}//\n", False),
        ("the short escapes", '["\\b\\t\\n\\f\\r\\"\\\\"]\n', True),
        ("a control, \\u001f", '["\\u001f"]\n', True, "edge"),
        ("\\u001F, upper case", '["\\u001F"]\n', False, "several-ways"),
        ("\\u000a for \\n", '["\\u000a"]\n', False, "several-ways"),
        ("a slash escaped", '["\\/"]\n', False, "several-ways"),
        ("a slash", '["/"]\n', True),
        ("an ideograph escaped", '["\\u68c0"]\n', False, "several-ways"),
        ("U+007F stands as it is", '["\u007f"]\n', True, "edge"),
        ("U+2028 stands as it is", '["\u2028"]\n', True, "edge"),
        ("a raw tab in a string", '["\t"]\n', False),
        ("an emoji", '["\U0001f600"]\n', True),
        ("an emoji escaped", '["\\ud83d\\ude00"]\n', False, "several-ways"),
        ("half of a surrogate pair", '["\\ud800"]\n', False),
        ("half of a surrogate pair as a key", '{"\\udc00":1}\n', False),
        ("e with acute, NFC", '["\u00e9"]\n', True, "twins"),
        ("e with acute, NFD", '["e\u0301"]\n', True, "twins"),
    ):  # fmt: skip
        error = None if ok else "E802"
        yield Case("json", name, {"text": text}, error, tuple(flags))
    for name, data in (
        ("not UTF-8", b'["\xff"]\n'),
        ("an overlong form", b'["\xc0\xaf"]\n'),
        ("a surrogate in UTF-8", b'["\xed\xa0\x80"]\n'),
        ("UTF-16", '["a"]\n'.encode("utf-16")),
    ):
        yield Case("json", name, {"hex": data.hex()}, "E802")


def _seen(file: str, text: str) -> str:
    """Return a visibility under which the salt line is as it must be."""
    if file not in (
        "targets.tsv",
        "strata.tsv",
        "selected.tsv",
        "reserves.tsv",
        "drawn.tsv",
    ):
        return "supervisors"
    if "#strata" in text:
        return "supervisors"
    return "sealed" if "#salt" in text else "public"


def _tables() -> Iterator[Case]:
    head = "id\tname\tregion\tkind\tsalt\n"
    row = f"{T1}\t示例食品店\t城东\t食品经营\t\n"
    salt = f"#salt\t{SALT}\n"
    people = "id\tname\tunit\tregion\ttags\tmax\n" + salt
    strata = "id\tstratum\ttickets\n"
    pairs = "id\tinspector\treason\n" + salt
    out = "id\treason\n" + salt
    sel = "order\tid\tstratum\trank\tticket\n"
    h64 = "9f1d" * 16
    quota = '#strata\t[{"name":"a","quota":{"count":1},"rows":1}]\n'
    targets, team = "targets.tsv", "teams.tsv"
    for file, name, text, error, *flags in (
        (targets, "one record", head + row, None),
        (targets, "no record", head, None, "edge"),
        (targets, "region and kind empty", head + "A\t店\t\t\t\n", None, "edge"),
        (targets, "a sealed row", head + salt + f"A\t店\t\t\t{'0' * 32}\n", None),
        (targets, "sorted by bytes: Z before a", head + "Z\t甲\t\t\t\na\t乙\t\t\t\n", None),
        (targets, "- before a digit", head + "A-\t甲\t\t\t\nA0\t乙\t\t\t\n", None),
        (targets, "a name in NFC", head + "A\tcaf\u00e9\t\t\t\n", None, "twins"),
        (targets, "the same in NFD", head + "A\tcafe\u0301\t\t\t\n", None, "twins"),
        (targets, "a name with quotes and a comma", head + 'A\t"a",b\t\t\t\n', None),
        (targets, "a name with spaces around", head + "A\t 店 \t\t\t\n", None),
        (targets, "a no-break space, U+00A0", head + "A\t\u00a0\t\t\t\n", None, "edge"),
        (targets, "U+2027", head + "A\t\u2027\t\t\t\n", None, "edge"),
        (targets, "CR LF", (head + row).replace("\n", "\r\n"), "E803", "editor"),
        (targets, "a byte order mark", "\ufeff" + head + row, "E803", "editor"),
        (targets, "no last LF", (head + row)[:-1], "E803", "editor"),
        (targets, "an empty line at the end", head + row + "\n", "E803", "editor"),
        (targets, "an empty line between", head + "\n" + row, "E803", "editor"),
        (targets, "nothing", "", "E803", "edge"),
        (targets, "no header", row, "E803"),
        (targets, "a column too many", head[:-1] + "\tnote\n" + row[:-1] + "\t\n", "E803"),
        (targets, "a column too few", head[:-6] + "\n" + row[:-2] + "\n", "E803"),
        (targets, "columns in another order",
         head.replace("id\tname", "name\tid") + row, "E803"),
        (targets, "header in capitals", head.upper() + row, "E803"),
        (targets, "a value too many", head + row[:-1] + "\t\n", "E803"),
        (targets, "a value too few", head + row[:-2] + "\n", "E803"),
        (targets, "commas for tabs", (head + row).replace("\t", ","), "E803", "editor"),
        (targets, "a NUL", head + "A\t\0\t\t\t\n", "E803", "injection"),
        (targets, "an escape", head + "A\t\u001b[31m\t\t\t\n", "E803", "injection"),
        (targets, "a bare CR", head + "A\t店\r\t\t\t\n", "E803", "injection"),
        (targets, "a vertical tab", head + "A\t店\u000b\t\t\t\n", "E803"),
        (targets, "U+007F", head + "A\t\u007f\t\t\t\n", "E803", "edge"),
        (targets, "U+0080", head + "A\t\u0080\t\t\t\n", "E803", "edge"),
        (targets, "next line, U+0085", head + "A\t店\u0085\t\t\t\n", "E803", "injection"),
        (targets, "U+009F", head + "A\t\u009f\t\t\t\n", "E803", "edge"),
        (targets, "U+2028", head + "A\t店\u2028\t\t\t\n", "E803", "injection"),
        (targets, "U+2029", head + "A\t店\u2029\t\t\t\n", "E803", "injection"),
        (targets, "a name is missing", head + "A\t\t\t\t\n", "E801", "edge"),
        (targets, "an id in full width", head + "Ａ\t店\t\t\t\n", "E801", "twins"),
        (targets, "a row's salt of 31", head + salt + f"A\t店\t\t\t{'0' * 31}\n", "E801"),
        (targets, "a row's salt in capitals", head + salt + f"A\t店\t\t\t{'F' * 32}\n",
         "E801"),
        (targets, "not sorted", head + "B\t甲\t\t\t\nA\t乙\t\t\t\n", "E804"),
        (targets, "an id twice", head + "A\t甲\t\t\t\nA\t乙\t\t\t\n", "E804", "injection"),
        (targets, "a record twice", head + row + row, "E804", "editor"),
        (targets, "sorted without case", head + "a\t甲\t\t\t\nB\t乙\t\t\t\n", "E804"),
        (targets, "a salt of 31", head + salt[:-2] + "\n" + row, "E803"),
        (targets, "a salt of 33", head + salt[:-1] + "0\n" + row, "E803"),
        (targets, "a salt in capitals", head + salt.replace("f", "F") + row, "E803"),
        (targets, "#salt without a tab", head + salt.replace("\t", " ") + row, "E803"),
        (targets, "#salt after a record", head + row + salt, "E803", "injection"),
        (targets, "#salt twice", head + salt + salt + row, "E803", "injection"),
        (targets, "a comment", head + "#note\n" + row, "E803", "injection"),
        ("strata.tsv", "public", strata + f"{T1}\teast\t1\n", None),
        ("strata.tsv", "private", strata + salt + quota + "A\ta\t1\n", None, "private"),
        ("strata.tsv", "99 tickets", strata + "A\ta\t99\n", None, "edge"),
        ("strata.tsv", "100 tickets", strata + "A\ta\t100\n", "E801", "edge"),
        ("strata.tsv", "0 tickets", strata + "A\ta\t0\n", "E801", "edge"),
        ("strata.tsv", "no tickets", strata + "A\ta\t\n", "E801"),
        ("strata.tsv", "tickets 01", strata + "A\ta\t01\n", "E801", "several-ways"),
        ("strata.tsv", "tickets +1", strata + "A\ta\t+1\n", "E801", "several-ways"),
        ("strata.tsv", "tickets 1.0", strata + "A\ta\t1.0\n", "E801", "several-ways"),
        ("strata.tsv", "full-width tickets", strata + "A\ta\t１\n", "E801", "twins"),
        ("strata.tsv", "a superscript", strata + "A\ta\t²\n", "E801", "twins"),
        ("strata.tsv", "a stratum in Chinese", strata + "A\t东\t1\n", "E801"),
        ("strata.tsv", "#strata without #salt", strata + quota + "A\ta\t1\n", "E803",
         "private"),
        ("strata.tsv", "#strata before #salt", strata + quota + salt + "A\ta\t1\n",
         "E803", "private"),
        ("inspectors.tsv", "all fields", people + "I-1\t甲\t一队\t城东\ta,b,执法证\t3\n",
         None),
        ("inspectors.tsv", "only an id", people + "I-1\t\t\t\t\t\n", None, "edge"),
        ("inspectors.tsv", "max 0", people + "I-1\t\t\t\t\t0\n", None, "edge"),
        ("inspectors.tsv", "max 2^53-1", people + "I-1\t\t\t\t\t9007199254740991\n", None,
         "edge"),
        ("inspectors.tsv", "max 2^53", people + "I-1\t\t\t\t\t9007199254740992\n", "E801",
         "edge"),
        ("inspectors.tsv", "max -1", people + "I-1\t\t\t\t\t-1\n", "E801"),
        ("inspectors.tsv", "tags not sorted", people + "I-1\t\t\t\tb,a\t\n", "E801",
         "several-ways"),
        ("inspectors.tsv", "a tag twice", people + "I-1\t\t\t\ta,a\t\n", "E801",
         "several-ways"),
        ("inspectors.tsv", "a comma behind", people + "I-1\t\t\t\ta,\t\n", "E801"),
        ("inspectors.tsv", "a space between", people + "I-1\t\t\t\ta, b\t\n", "E801"),
        ("inspectors.tsv", "a full-width comma", people + "I-1\t\t\t\ta，b\t\n", "E801",
         "twins"),
        ("conflicts.tsv", "one target, two inspectors",
         pairs + "A\tI-1\t亲属\nA\tI-2\t亲属\n", None),
        ("conflicts.tsv", "by id, then inspector", pairs + "A\tI-2\tx\nB\tI-1\tx\n", None),
        ("conflicts.tsv", "a pair twice", pairs + "A\tI-1\tx\nA\tI-1\ty\n", "E804"),
        ("conflicts.tsv", "inspectors not sorted", pairs + "A\tI-2\tx\nA\tI-1\tx\n",
         "E804"),
        ("conflicts.tsv", "no reason", pairs + "A\tI-1\t\n", "E801"),
        ("exclusions.tsv", "none", out, None, "edge"),
        ("exclusions.tsv", "one", out + "A\t注销\n", None),
        ("exclusions.tsv", "no reason", out + "A\t\n", "E801"),
        ("inspector-exclusions.tsv", "one", out + "I-9\t执法证过期\n", None),
        ("selected.tsv", "by number, not by text",
         sel + "".join(f"{n}\tT{n}\ta\t{n}\t{h64}\n" for n in range(1, 12)), None),
        ("selected.tsv", "order from 0", sel + f"0\tA\ta\t1\t{h64}\n", "E801", "edge"),
        ("selected.tsv", "rank from 0", sel + f"1\tA\ta\t0\t{h64}\n", "E801", "edge"),
        ("selected.tsv", "a ticket of 63", sel + f"1\tA\ta\t1\t{h64[1:]}\n", "E801"),
        ("selected.tsv", "an order twice",
         sel + f"1\tA\ta\t1\t{h64}\n1\tB\ta\t2\t{h64}\n", "E804"),
        ("reserves.tsv", "strata in any order: the announcement decides",
         sel[6:] + f"A\tw\t3\t{h64}\nB\te\t4\t{h64}\n", None),
        ("drawn.tsv", "two", "id\nA\nB\n", None),
        ("drawn.tsv", "none", "id\n", None, "edge"),
        ("drawn.tsv", "an empty line", "id\nA\n\n", "E801", "editor"),
        ("drawn.tsv", "not sorted", "id\nB\nA\n", "E804"),
        (team, "by order, then post", f"id\tpost\tinspector\n{salt}B\t1\tI-1\nA\t1\tI-2\n",
         None),
        (team, "post 0", f"id\tpost\tinspector\n{salt}A\t0\tI-1\n", "E801", "edge"),
        ("replacements.tsv", "one", "seq\tid\tsubstitute\treason\tevidence\n" + salt
         + "431\tA\tB\t已搬迁\t现场照片\n", None),
        ("replacements.tsv", "a seq twice", "seq\tid\tsubstitute\treason\tevidence\n"
         + salt + "4\tA\tB\tx\ty\n4\tB\tC\tx\ty\n", "E804"),
        ("replacements.tsv", "no evidence", "seq\tid\tsubstitute\treason\tevidence\n"
         + salt + "431\tA\tB\tx\t\n", "E801"),
        ("substitutions.tsv", "one", "seq\tid\tpost\tinspector\tsubstitute\treason\n"
         + salt + "9\tA\t2\tI-1\tI-2\t病假\n", None),
    ):  # fmt: skip
        given = {"file": file, "visibility": _seen(file, text), "text": text}
        yield Case("table", f"{file}: {name}", given, error, tuple(flags))
    for file, seen, name, text in (
        (targets, "public", "a salt in a public file", head + salt + row),
        (targets, "sealed", "a sealed file without its salt", head + row),
        ("strata.tsv", "supervisors", "private, no salt", strata + "A\ta\t1\n"),
        ("exclusions.tsv", "supervisors", "no salt", "id\treason\nA\t注销\n"),
        (
            "conflicts.tsv",
            "supervisors",
            "no salt, no record",
            "id\tinspector\treason\n",
        ),
        ("drawn.tsv", "sealed", "sealed, no salt", "id\nA\n"),
    ):
        given = {"file": file, "visibility": seen, "text": text}
        yield Case("table", f"{file}: {name}", given, "E812")
    bad = head.encode() + "A\t店\t\t\t\n".encode("gb18030")
    yield Case(
        "table", "targets.tsv: GB18030", {"file": targets, "visibility": "public", "hex": bad.hex()}, "E803",
        ("editor",),
    )  # fmt: skip
