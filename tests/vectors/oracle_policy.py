"""A policy by its text, a second time: read, written, and asked who is enough.

Border: as :mod:`oracle_log`: imports nothing of dualrandom, plain and slow.
"""

from __future__ import annotations

import json
import re
from typing import Any

from oracle_log import NAME, b64, is_weak, key_id, need, read_vkey, unb64

Policy = dict[str, Any]


def read_policy(data: bytes) -> Policy:
    """log-v1 §7, *Read*: rules 1 to 7, line by line."""
    need(data[-1:] in (b"\n", b"") and data.count(b"\n") <= 1000, "E717")
    made: Policy = {"logs": [], "witnesses": {}, "groups": {}, "quorum": []}
    members: set[str] = set()
    for line in data[:-1].split(b"\n"):
        need(all(b in (9, *range(32, 127), *range(128, 256)) for b in line), "E717")
        # Names are opaque bytes: latin-1 gives each byte a character of its own.
        words = line.decode("latin-1").replace("\t", " ").split(" ")
        words = [word for word in words if word]
        if words and words[0][0] != "#":
            _line(made, members, words)
    need(len(made["quorum"]) == 1, "E718")
    return made


def _line(made: Policy, members: set[str], words: list[str]) -> None:
    names = {*made["witnesses"], *made["groups"]}
    match words:
        case ["log", key] | ["log", key, _]:
            found = _key(key, made["logs"])
            need(found["kind"] == 1, "E717")
            made["logs"].append(found)
        case ["witness", name, key] | ["witness", name, key, _]:
            found = _key(key, [*made["witnesses"].values()])
            need(found["kind"] != 1 and name not in {*names, "none"}, "E717")
            made["witnesses"][name] = found
        case ["group", name, count, *of] if of:
            need(name not in {*names, "none"}, "E717")
            need(len(set(of)) == len(of) and set(of) <= names - members, "E717")
            least = {"any": "1", "all": f"{len(of)}"}.get(count, count)
            need(least in map(str, range(1, len(of) + 1)), "E717")
            members.update(of)
            made["groups"][name] = (int(least), of)
        case ["quorum", name]:
            need(name in {*names, "none"}, "E717")
            made["quorum"].append(name)
        case _:
            need(ok=False, code="E717")


def _key(text: str, others: list[dict[str, Any]]) -> dict[str, Any]:
    try:
        text = text.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        need(ok=False, code="E717")
    parts = re.fullmatch(rf"({NAME})\+([0-9a-f]{{8}})\+(\S+)", text)
    need(parts, "E717")
    assert parts is not None
    material = unb64(parts[3], "E717")
    kind, public = material[0], material[1:]
    need(key_id(parts[1], kind, public).hex() == parts[2], "E717")
    need(kind not in (1, 4) or (len(public) == 32 and not is_weak(public)), "E717")
    need(public not in [other["public"] for other in others], "E717")
    return {"text": text, "kind": kind, "public": public}


def is_enough(policy: Policy, cosigned: list[str]) -> bool:
    """Whether these keys, as texts, are the quorum: from the bottom upwards."""
    counts = {"none"}
    for name, key in policy["witnesses"].items():
        if key["kind"] == 4 and key["text"] in cosigned:
            counts.add(name)
    for name, (least, of) in policy["groups"].items():
        if len(counts & set(of)) >= least:
            counts.add(name)
    return policy["quorum"][0] in counts


def written(entries: list[str]) -> str | None:
    """log-v1 §7, *Written*, of entries without a fault; None: there is no file."""
    acts = [json.loads(entry.partition("\n")[0]) for entry in entries]
    genesis = acts[0]["body"]
    keys = {"log": [genesis["key"]], "supervisor": [*genesis["supervisors"]]}
    for act in acts[1:]:
        body = act["body"]
        if act["act"] == "key.add" and body["role"] in keys:
            keys[body["role"]].append(body["key"])
        if act["act"] == "key.revoke":
            for role, held in keys.items():
                keys[role] = [key for key in held if key != body["key"]]
    supervisors = [_cosigner(text) for text in keys["supervisor"]]
    quorum = genesis["quorum"]
    if len(supervisors) < quorum:
        return None
    lines = [f"log {key}" for key in keys["log"]]
    lines += [f"witness s{n} {key}" for n, key in enumerate(supervisors, 1)]
    if quorum == 0:
        lines.append("quorum none")
    else:
        names = " ".join(f"s{n + 1}" for n in range(len(supervisors)))
        lines += [f"group supervisors {quorum} {names}", "quorum supervisors"]
    return "".join(f"{line}\n" for line in lines)


def _cosigner(text: str) -> str:
    key = read_vkey(text)
    public = bytes.fromhex(key["public"])
    return f"{key['name']}+{key_id(key['name'], 4, public).hex()}+" + b64(
        b"\4" + public
    )
