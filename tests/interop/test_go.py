"""A program that knows nothing of us reads our logs: Go's sumdb packages."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from uuid import UUID

import pytest

from dualrandom.audit import EMPTY_ROOT, Proof, consistency_proof, proof_bytes
from dualrandom.canonical import leaf_hash
from dualrandom.notes import Signature, to_base64
from tests.logmaking import LogMaker

GO = shutil.which("go")
# Where Debian's golang-golang-x-mod-dev puts its sources.
GOPATH = Path(os.environ.get("DUALRANDOM_GOPATH", "/usr/share/gocode"))
PACKAGES = GOPATH / "src" / "golang.org" / "x" / "mod" / "sumdb"
SOURCE = Path(__file__).with_name("logcheck.go")
SIZES = (0, 1, 2, 255, 256, 257, 511, 512)
LARGE = (65_536, 70_000)
STEP = 11
"""At the large sizes, of how many entries one has its signatures checked."""

pytestmark = [
    pytest.mark.skipif(GO is None, reason="go is absent"),
    pytest.mark.skipif(
        not PACKAGES.is_dir(),
        reason="golang.org/x/mod (golang-golang-x-mod-dev) is absent",
    ),
]


@pytest.fixture(scope="module")
def checker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("go")
    program = folder / "logcheck"
    assert GO is not None
    environment = os.environ | {
        "GOPATH": str(GOPATH),
        "GO111MODULE": "off",
        "GOCACHE": str(folder / "cache"),
        "GOFLAGS": "",
    }
    subprocess.run([GO, "build", "-o", program, SOURCE], env=environment, check=True)
    return program


@pytest.fixture(scope="module")
def log() -> LogMaker:
    made = LogMaker().year(60)
    while len(made.entries) < max(SIZES):
        made.change()
    return made


class LongLog(LogMaker):
    """A log whose entries are written, not made: there are many of them."""

    def __init__(self, size: int) -> None:
        super().__init__()
        key = self.officers[0]
        line = Signature(name=key.name, id=key.vkey.id, value=b"\0" * 64).line
        head = line.rpartition(b" ")[0]
        self.hashes = [leaf_hash(self.entries[0])]
        for seq in range(1, size):
            prev, op = self.hashes[-1].hex(), UUID(int=seq)
            text = (
                f'{{"act":"rules.set","body":{{"digest":"{prev}","version":{seq}}},'
                f'"by":"{key.name}","log":"{self.origin}","op":"{op}","prev":"{prev}",'
                f'"seq":{seq},"time":"2026-11-20T01:00:00Z"}}\n'
            ).encode()
            value = to_base64(key.vkey.id + key.sign(text)).encode()
            self.entries.append(text + b"\n" + head + b" " + value + b"\n")
            self.hashes.append(leaf_hash(self.entries[-1]))

    @property
    def leaves(self) -> list[bytes]:
        return self.hashes


def _write(folder: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def _published(log: LogMaker, size: int) -> dict[str, bytes]:
    """Return what is published at a size, with proofs to hold against Go's."""
    checkpoint = log.checkpoint(size, cosigners=log.supervisors[:1])
    files = log.published(size) | {"checkpoint": checkpoint}
    sampled = {0, size // 2, size - 1} if size else set()
    for index in sorted(sampled):
        proof = Proof(index=index, path=log.path(index, size), checkpoint=checkpoint)
        files[f"proofs/{index}.tlog-proof"] = proof_bytes(proof)
    lines = [
        " ".join(
            [
                str(old),
                to_base64(log.root(old)),
                *map(to_base64, consistency_proof(log.leaves, old, size)),
            ]
        )
        for old in (*SIZES, *LARGE)
        if 0 < old <= size
    ]
    lines.insert(0, f"0 {to_base64(EMPTY_ROOT)}")
    files["consistency"] = "".join(f"{line}\n" for line in lines).encode()
    return files


def _run(checker: Path, folder: Path, log: LogMaker, step: int = 1) -> tuple[int, str]:
    persons = [str(key.vkey) for key in (*log.officers, *log.supervisors)]
    witness = str(log.supervisors[0].vkey.cosigner)
    done = subprocess.run(
        [checker, folder, str(step), str(log.key.vkey), witness, *persons],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


@pytest.mark.parametrize("size", SIZES)
def test_go_checks_every_entry_and_proof(
    size: int, log: LogMaker, checker: Path, tmp_path: Path
) -> None:
    folder = _write(tmp_path, _published(log, size))
    smaller = sum(old <= size for old in SIZES)
    due = f"entries {size} cosigned 1 consistent {smaller}\n"
    assert _run(checker, folder, log) == (0, due)


def test_go_checks_a_long_log(checker: Path, tmp_path: Path) -> None:
    """Full tiles on three levels; all entries of them, one signature in eleven."""
    log = LongLog(max(LARGE))
    for at, size in enumerate(LARGE, len(SIZES) + 1):
        folder = _write(tmp_path / str(size), _published(log, size))
        due = f"entries {size} cosigned 1 consistent {at}\n"
        assert _run(checker, folder, log, STEP) == (0, due)


@pytest.mark.parametrize(
    "name",
    [
        "checkpoint",
        "tile/entries/000",
        "tile/entries/001.p/1",
        "tile/0/000",
        "tile/0/001.p/1",
        "tile/1/000.p/1",
        "proofs/128.tlog-proof",
        "consistency",
    ],
)
def test_go_refuses_a_changed_byte(
    name: str, log: LogMaker, checker: Path, tmp_path: Path
) -> None:
    files = _published(log, 257)
    data = bytearray(files[name])
    data[len(data) // 2] ^= 0x01
    folder = _write(tmp_path, files | {name: bytes(data)})
    assert _run(checker, folder, log)[0] == 1


def test_go_refuses_an_entry_by_an_unknown_key(checker: Path, tmp_path: Path) -> None:
    log = LogMaker().year(5)
    folder = _write(tmp_path, _published(log, 5))
    log.officers = log.officers[1:]
    code, said = _run(checker, folder, log)
    assert (code, said.startswith("entry 0: ")) == (1, True)
