"""Writers that are killed, disks that fail, servers that die: what is left of the log.

    python -m tests.faults [SEED]     the whole campaign, as ``make faults`` runs it

- Writers are processes with an office's keys. Each writes down what it is about to do
  (an ``op``), does it, and writes down that it was told that it is done. After a kill
  the next one of the same name does the same again, with the same ``op``.
- What was written down as done must be in the log, at that place; nothing twice, no
  gap, no fork, and ``log verify`` says 0.
- All chances come from a seed, which is printed. When a kill meets a process is the
  machine's affair.
- A run in which nothing was killed proves nothing, and fails.
"""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from dualrandom import audit
from dualrandom.canonical import sha256
from dualrandom.errors import DualRandomError, EnvironmentProblem
from dualrandom.keys import load_key
from dualrandom.model import InspectorId, TargetId
from dualrandom.office import journal, memory
from dualrandom.office.checking import verify_office_log
from dualrandom.office.lists import write_changes
from dualrandom.office.place import open_office
from dualrandom.office.publishing import publish
from dualrandom.office.setup import init_office
from dualrandom.records import Recusal
from dualrandom.registry.lists import RECUSALS
from tests.clusters import Cluster, binaries, throw_away

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dualrandom.keys import PrivateKey
    from dualrandom.office.place import Office

WRITERS = 6
LOST = ("E104", "E117", "E118")
"""Busy, not reached, or broken off: try again, with the same ``op``."""


class Chance:
    """Numbers from a seed: the same ones on every machine."""

    def __init__(self, seed: str) -> None:
        self._seed, self._drawn = seed, 0

    def below(self, limit: int) -> int:
        """Return a number, 0 ≤ n < limit."""
        self._drawn += 1
        data = hashlib.sha256(f"{self._seed}/{self._drawn}".encode()).digest()
        return int.from_bytes(data[:8], "big") % limit


@dataclass(kw_only=True)
class Counts:
    """What a run came to.

    Attributes:
        kills: processes that were killed, or faults that were injected.
        acknowledged: acts whose writer was told that they are done.
        found: of these, how many the log holds where it was said.
        entries: entries of the log in the end.
        twice: operations that stand in the log more than once.
        verified: what ``log verify`` ended with.
        retried: operations that found their own entry from before a kill.
    """

    what: str
    seed: str
    kills: int = 0
    acknowledged: int = 0
    found: int = 0
    entries: int = 0
    twice: int = 0
    retried: int = 0
    verified: int = -1
    wrong: list[str] = field(default_factory=list)

    def check(self) -> None:
        """Fail unless faults were met and nothing was lost."""
        assert self.kills > 0, f"nothing was killed: {self}"
        assert self.acknowledged > 0, f"nothing was done: {self}"
        assert self.found == self.acknowledged, self
        assert (self.twice, self.verified, self.wrong) == (0, 0, []), self


def opened(folder: Path) -> Office:
    """Open an office whose keys have no passphrase."""
    return open_office(folder, unlock=load_key)


def make_office(folder: Path, database: str = "") -> Office:
    """Make an office with a first checkpoint."""
    init_office(folder, name="例局", database=database, passphrase=None)
    return opened(folder)


# ── a writer ─────────────────────────────────────────────────────────────────────


def write(folder: Path, name: str, seed: str) -> None:
    """Write acts until killed; go on where the last one of the same name was."""
    office, signer = opened(folder), load_key(folder / "keys/officer-01.key")
    notes = folder.parent / "notes"
    begun, done = notes / f"{name}.begun", notes / f"{name}.done"
    known = begun.read_text().split() if begun.exists() else []
    number = max(0, len(known) - 1)
    while True:
        op = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{seed}/{name}/{number}"))
        if number >= len(known):
            _note(begun, op)
            known.append(op)
        try:
            seq = act(office, signer, name, number, op)
        except DualRandomError as error:
            if error.code not in LOST:
                _note(notes / f"{name}.wrong", f"{error.code} {error.params}")
                return
            continue
        _note(done, f"{op} {seq}")
        number += 1


def act(office: Office, signer: PrivateKey, name: str, number: int, op: str) -> int:
    """Do one thing, or find that it was done; return its entry's number."""
    if number % 9 == 8:
        memory.checkpoint(office)
    with journal.writing(office) as (tx, undo):
        before = tx.entry_by_op(op)
        if before is not None:
            _note(office.root.parent / "notes" / f"{name}.again", op)
            return audit.parse_entry(before)[0].seq
        if number % 3 == 2:
            row = Recusal(
                inspector=InspectorId(name), target=TargetId(f"T-{number}"), reason=""
            )
            changes = tx.diff(RECUSALS, [row], full=False)
            return write_changes(office, tx, undo, changes, "例", signer=signer, op=op)
        body = {"manifest": sha256(f"{name}/{number}".encode())}
        made = journal.append(office, tx, "notice.publish", body, signer=signer, op=op)
        return made.seq


def _note(path: Path, line: str) -> None:
    # One write, so that a kill leaves a whole line or none.
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.write(handle, f"{line}\n".encode())
    os.close(handle)


def child(run: Callable[[], object]) -> int:
    """Start a process that runs something and says nothing; return its id."""
    pid = os.fork()
    if pid:
        return pid
    code = 99
    try:
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        result = run()
        code = result if isinstance(result, int) else 0
    finally:
        os._exit(code)


# ── killing writers ──────────────────────────────────────────────────────────────


def kill_writers(
    folder: Path,
    *,
    kills: int,
    seed: str,
    cluster: Cluster | None = None,
    server_every: int = 0,
) -> Counts:
    """Kill writers of an office at random moments; return what is left.

    Args:
        folder: the office's.
        kills: how many.
        seed: of all chances.
        cluster: the office's server, if it has one.
        server_every: every so often the server is stopped at once, instead of a writer.
    """
    notes = folder.parent / "notes"
    notes.mkdir()
    chance = Chance(seed)
    counts = Counts(what=folder.parent.name, seed=seed)
    names = [f"w{number}" for number in range(WRITERS)]
    running = {name: child(lambda n=name: write(folder, n, seed)) for name in names}
    try:
        # On a busy machine writers may be killed before they did anything.
        while counts.kills < kills or not any(notes.glob("*.done")):
            # A server takes its time to come up again, and then is given some to work.
            time.sleep(chance.below(2_000_000 if server_every else 200_000) / 1e6)
            if cluster and server_every and counts.kills % server_every == 0:
                cluster.stop()
                cluster.start()
                counts.kills += 1
                continue
            name = names[chance.below(len(names))]
            os.kill(running[name], signal.SIGKILL)
            _, status = os.waitpid(running[name], 0)
            counts.kills += os.waitstatus_to_exitcode(status) == -signal.SIGKILL
            running[name] = child(lambda n=name: write(folder, n, seed))
    finally:
        for pid in running.values():
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            counts.kills += 1
    examine(opened(folder), notes, counts)
    return counts


def examine(office: Office, notes: Path, counts: Counts) -> None:
    """Compare what writers were told with what the log holds."""
    with office.registry.read() as tx:
        entries = [audit.parse_entry(data)[0] for data in tx.entries()]
    by_op = Counter(entry.op for entry in entries)
    place = {entry.op: entry.seq for entry in entries}
    told = [
        line.split()
        for path in notes.glob("*.done")
        for line in path.read_text().splitlines()
    ]
    counts.wrong += [p.read_text().strip() for p in sorted(notes.glob("*.wrong"))]
    counts.retried = sum(len(p.read_text().split()) for p in notes.glob("*.again"))
    counts.acknowledged = len(told)
    counts.found = sum(place.get(op) == int(seq) for op, seq in told)
    counts.entries = len(entries)
    counts.twice = sum(number > 1 for number in by_op.values())
    assert [entry.seq for entry in entries] == list(range(len(entries))), "a gap"
    memory.checkpoint(office)
    counts.verified = verify_office_log(
        office, against=None, policy=None, genesis=None
    ).exit_code


# ── failing disks ────────────────────────────────────────────────────────────────

CALLS = ("write", "pwrite64", "writev", "fsync", "fdatasync", "ftruncate")
FAULTS = ("EIO", "ENOSPC")
ACTS = ("append", "checkpoint", "publish")
PR_SET_PTRACER = 0x59616D61


def perform(folder: Path, name: str) -> int:
    """Do one of the acts in an office; return 0, or the exit code of our error."""
    try:
        office = opened(folder)
        if name == "append":
            act(office, load_key(folder / "keys/officer-01.key"), "one", 2, _op(name))
        elif name == "checkpoint":
            memory.checkpoint(office)
        else:
            publish(office)
    except DualRandomError as error:
        return error.exit_code
    return 0


def _op(name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, name))


def count_calls(ready: Path, name: str, work: Path) -> dict[str, int]:
    """Return how often an act makes each of the calls that may fail."""
    log = work / "calls"
    code = _traced(ready, name, work, "-o", str(log), "-e", f"trace={','.join(CALLS)}")
    assert code == 0, "it works when nothing fails"
    names = (
        line.partition("(")[0].split()[-1] for line in log.read_text().splitlines()
    )
    counted = Counter(name for name in names if name in CALLS)
    assert counted.keys() & {"fsync", "fdatasync"}, "an act that is not made to last"
    return dict(counted)


def fail_once(
    ready: Path, name: str, work: Path, call: str, number: int, fault: str
) -> tuple[int, Path]:
    """Do an act while one call of it fails; return its exit code and the office."""
    how = ("-e", f"trace={call}", "-e", f"inject={call}:error={fault}:when={number}")
    return _traced(ready, name, work, "-o", os.devnull, *how), work / "office"


def _traced(ready: Path, name: str, work: Path, *options: str) -> int:
    """Do an act in a copy of an office, in a process that strace looks at."""
    office = work / "office"
    shutil.rmtree(office, ignore_errors=True)
    shutil.copytree(ready, office)
    pid = child(lambda: _stopped(office, name))
    os.waitpid(pid, os.WUNTRACED)
    strace = _look_at(pid, *options)
    os.kill(pid, signal.SIGCONT)
    _, status = os.waitpid(pid, 0)
    strace.wait()
    return os.waitstatus_to_exitcode(status)


def _look_at(pid: int, *options: str) -> subprocess.Popen[bytes]:
    """Start strace, and wait until it looks at a process."""
    strace = subprocess.Popen(["strace", "-qq", *options, "-p", str(pid)])
    while "TracerPid:\t0" in Path(f"/proc/{pid}/status").read_text():
        assert strace.poll() is None, "strace may not look at a process of ours"
        time.sleep(0.001)
    return strace


def _stopped(office: Path, name: str) -> int:
    """Wait until somebody looks; that anybody may, Linux wants to be told."""
    ctypes.CDLL(None).prctl(PR_SET_PTRACER, ctypes.c_ulong(-1))
    os.kill(os.getpid(), signal.SIGSTOP)
    return perform(office, name)


def fail_calls(folder: Path, *, seed: str, most: int | None = None) -> Counts:
    """Let each write and each sync of each act fail, once each; see what is left.

    Args:
        folder: for the work.
        seed: of which calls, where not all.
        most: calls for each act and fault; None: all of them.
    """
    ready = folder / "ready"
    office = make_office(ready)
    (folder / "notes").mkdir()
    act(office, load_key(ready / "keys/officer-01.key"), "one", 0, _op("first"))
    counts, chance = Counts(what="disk", seed=seed), Chance(seed)
    for name in ACTS:
        calls = count_calls(ready, name, folder)
        points = [(c, n) for c in calls for n in range(1, calls[c] + 1)]
        while most is not None and len(points) > most:
            points.pop(chance.below(len(points)))
        for fault in FAULTS:
            for call, number in points:
                code, left = fail_once(ready, name, folder, call, number, fault)
                counts.kills += 1
                _examine_failed(
                    left, name, code, counts, f"{name} {call} {number} {fault}"
                )
    return counts


def _examine_failed(
    folder: Path, name: str, code: int, counts: Counts, where: str
) -> None:
    """What failed can be done again; what was said to be done is done."""
    office = opened(folder)
    if code not in (0, EnvironmentProblem.exit_code):
        counts.wrong.append(f"{where}: exit {code}")
    with office.registry.read() as tx:
        stood = tx.entry_by_op(_op(name)) is not None
    told = [code, *(perform(folder, name) for _ in range(2))]
    if any(told[1:]):
        counts.wrong.append(f"{where}: cannot be done again")
    with office.registry.read() as tx:
        ops = [audit.parse_entry(data)[0].op for data in tx.entries()]
    if name == "append":
        counts.retried += stood
        counts.acknowledged += told.count(0)
        counts.found += stood * (code == 0) + ops.count(_op(name)) * told[1:].count(0)
    counts.entries = max(counts.entries, len(ops))
    counts.twice += len(ops) - len(set(ops))
    memory.checkpoint(office)
    checked = verify_office_log(office, against=None, policy=None, genesis=None)
    left = [p.name for p in folder.rglob(".*") if p.name.endswith(".new")]
    if checked.exit_code or left:
        counts.wrong.append(f"{where}: {checked.exit_code} {left}")
    counts.verified = max(counts.verified, checked.exit_code)


# ── a server's failing disk ──────────────────────────────────────────────────────

SERVER_CALLS = ("pwrite64", "fdatasync")
"""How a server's process writes its log ahead, and makes it last."""
PATIENCE = 600


def fail_server(folder: Path, *, faults: int, seed: str) -> Counts:
    """Let the server's own writes and syncs of an act fail; see what is left.

    Args:
        folder: the office's, whose server makes its commits last.
        faults: how many.
        seed: of which call fails, and how.
    """
    notes = folder.parent / "notes"
    notes.mkdir()
    office, signer = opened(folder), load_key(folder / "keys/officer-01.key")
    counts, chance = Counts(what="server's disk", seed=seed), Chance(seed)
    for number in range(4 * faults):
        if counts.kills == faults:
            break
        op = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{seed}/disk/{number}"))
        call = SERVER_CALLS[chance.below(len(SERVER_CALLS))]
        fault = FAULTS[chance.below(len(FAULTS))]
        write_one = partial(act, office, signer, "disk", 9 * number + 2, op)
        told = []
        try:
            with _failing(office, call, fault, notes / "calls"):
                told.append(write_one())
        except DualRandomError as error:
            if error.code not in (*LOST, "E105", "E108"):
                counts.wrong.append(f"{call} {fault}: {error.code}")
        counts.kills += "(INJECTED)" in (notes / "calls").read_text()
        told.append(_in_the_end(write_one))
        for seq in told:
            _note(notes / "disk.done", f"{op} {seq}")
    examine(office, notes, counts)
    return counts


def _in_the_end(run: Callable[[], int]) -> int:
    """Run something until the server is there again."""
    for _ in range(PATIENCE):
        try:
            return run()
        except DualRandomError as error:
            if error.code not in LOST:
                raise
            time.sleep(0.1)
    raise AssertionError


@contextmanager
def _failing(office: Office, call: str, fault: str, log: Path) -> Iterator[None]:
    """Keep a connection whose process on the server meets a fault at such a call."""
    with office.registry.held():
        with office.registry.read() as tx:
            asked = tx._connection.exec_driver_sql("SELECT pg_backend_pid()")
            pid = asked.scalar_one()
        how = ("-e", f"trace={call}", "-e", f"inject={call}:error={fault}:when=1")
        strace = _look_at(pid, "-o", str(log), *how)
        try:
            yield
        finally:
            strace.terminate()
            strace.wait()


# ── the campaign ─────────────────────────────────────────────────────────────────


@contextmanager
def office_on_server(
    folder: Path, cluster: Cluster, schema: str = "faults"
) -> Iterator[Path]:
    """Give an office whose registry is on a server, in a schema of its own."""
    from dualrandom.office.databases import provide_offices

    database = cluster.make_database()
    provide_offices(cluster.url(database), (schema,))
    person = cluster.make_person(database, f"{schema}_officer_1", f"{schema}_officer")
    url = cluster.url(database, person, schema)
    make_office(folder, url)
    yield folder


def main(arguments: list[str]) -> int:
    """Run the whole campaign; print its counts, and end with 1 if anything was lost."""
    seed = arguments[0] if arguments else uuid.uuid4().hex
    print(f"seed {seed}", flush=True)
    failed = 0
    for counts in campaign(seed):
        shown = asdict(counts)
        print(json.dumps(shown, ensure_ascii=False), flush=True)
        try:
            counts.check()
        except AssertionError as error:
            print(f"FAILED: {error}")
            failed = 1
    return failed


def campaign(seed: str, kills: int = 300) -> Iterator[Counts]:
    """Yield what each part of the campaign came to."""
    with tempfile.TemporaryDirectory() as top:
        folder = Path(top, "sqlite", "office")
        folder.parent.mkdir()
        make_office(folder)
        yield kill_writers(folder, kills=kills, seed=seed)
        if binaries() is None:
            print("no PostgreSQL: not run")
        else:
            for what, every in (("postgresql", 0), ("server", 1)):
                folder = Path(top, what, "office")
                folder.parent.mkdir()
                for cluster in throw_away(durable=True):
                    with office_on_server(folder, cluster):
                        yield kill_writers(
                            folder,
                            kills=kills if not every else kills // 10,
                            seed=seed,
                            cluster=cluster,
                            server_every=every,
                        )
        if shutil.which("strace") is None:
            print("no strace: not run")
        else:
            folder = Path(top, "disk")
            folder.mkdir()
            yield fail_calls(folder, seed=seed)
            if binaries() is not None:
                folder = Path(top, "server's disk", "office")
                folder.parent.mkdir()
                for cluster in throw_away(durable=True):
                    with office_on_server(folder, cluster):
                        yield fail_server(folder, faults=kills // 10, seed=seed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
