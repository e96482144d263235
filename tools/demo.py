"""One whole draw on fictional lists, by the installed command, as an officer would.

    python tools/demo.py build/demo

Leaves an office, its draw folder, its public folder and the pages made from it, and
says what was done, what was checked and where to look. Every command has to end with
the exit code that is expected of it; the first that does not ends the demo with 1.
Speaks Chinese, or English with ``DUALRANDOM_LANG=en``.
"""

from __future__ import annotations

import datetime as dt
import os
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parents[1]
OFFICE, TASK = "示例局", "2026-001"
# An inspection lies ahead, whenever the demo is run.
START, END = (
    str(dt.datetime.now(dt.UTC).date() + dt.timedelta(days=days)) for days in (8, 38)
)
DICE = "63454660390103169462"
ENGLISH = os.environ.get("DUALRANDOM_LANG", "").startswith("en")
SHOWN = 12
"""Lines of a command's output that are shown, from both ends; the rest is counted."""


def say(chinese: str, english: str) -> str:
    """Return the wording of the reader's language."""
    return english if ENGLISH else chinese


def quoted(word: str) -> str:
    """Return a word as one would type it; Chinese needs no quotes."""
    return shlex.quote(word) if set(word) & set(" '\"$|&;<>()*?") else word


class Demo:
    """A folder to work in, and what has been checked so far."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.office = folder / OFFICE
        self.supervisor = folder / "监督人"
        self.webmaster = folder / "网站管理员"
        self.checked: list[str] = []
        self.command = Path(sys.executable).with_name("dualrandom")
        # Nobody's settings may change what the demo shows.
        self.env = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("DUALRANDOM_") or name == "DUALRANDOM_LANG"
        } | {
            "PYTHONIOENCODING": "utf-8",
            "PYTHONUNBUFFERED": "1",  # data and talk in the order they were said
        }

    def title(self, chinese: str, english: str) -> None:
        """Print the heading of a part."""
        print(f"\n━━ {say(chinese, english)}")

    def run(
        self,
        *command: str | Path,
        at: Path | None = None,
        expect: int = 0,
        about: str = "",
    ) -> str:
        """Run a command, show it and how it begins and ends; return all it says.

        Args:
            command: a Path is given relative to the folder, as a person would type it.
            at: the folder to run it in; the office unless said otherwise.
            expect: the exit code that it must end with.
            about: show only lines that name this.

        Raises:
            SystemExit: it did not end with the expected code.
        """
        here = at or self.office
        words = [
            os.path.relpath(word, here) if isinstance(word, Path) else word
            for word in command
        ]
        print(f"\n{here.name} $ {' '.join(map(quoted, words))}")
        known = {"dualrandom": str(self.command), "python3": sys.executable}
        done = subprocess.run(
            [known.get(words[0], words[0]), *words[1:]],
            cwd=here,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
        lines = done.stdout.splitlines()
        if done.returncode != expect:
            print(done.stdout)
            raise SystemExit(
                say(
                    f"演示中止：退出码 {done.returncode}，应为 {expect}",
                    f"demo stopped: exit code {done.returncode}, expected {expect}",
                )
            )
        if about:
            lines = [line for line in lines if about in line]
        if len(lines) > SHOWN:
            lines[SHOWN // 2 : -SHOWN // 2] = [f"… (+{len(lines) - SHOWN})"]
        for line in lines:
            print(f"  {line}")
        if expect:
            print(say(f"  （退出码 {expect}）", f"  (exit code {expect})"))
        return done.stdout

    def note(self, chinese: str, english: str) -> None:
        """Note what the commands before have shown."""
        self.checked.append(say(chinese, english))

    def check(self, ok: bool, chinese: str, english: str) -> None:  # noqa: FBT001
        """Note what was checked here.

        Raises:
            SystemExit: it did not hold.
        """
        if not ok:
            head = say("演示中止，不成立：", "demo stopped, not so: ")
            raise SystemExit(head + say(chinese, english))
        self.note(chinese, english)


def prepare(demo: Demo) -> None:
    """Make lists and an office, and import the lists."""
    demo.title(
        "准备：虚构名录，建立办公室，导入", "Fictional lists, an office, imports"
    )
    lists = demo.folder / "lists"
    sample = ROOT / "tools" / "sample.py"
    demo.run("python3", sample, lists, at=demo.folder)
    name = "示例市市场监督管理局"
    init = ("dualrandom", "init", OFFICE, "--name", name, "--no-input")
    demo.run(*init, at=demo.folder)
    for kind, file in (
        ("items", "items.csv"),
        ("targets", "targets.csv"),
        ("inspectors", "inspectors.xlsx"),
    ):
        demo.run("dualrandom", "import", kind, lists / file)


def announce(demo: Demo) -> None:
    """Fix lists and rules, and publish them."""
    demo.title(
        "公告：先固定名单和规则", "Announcement: lists and rules are fixed first"
    )
    demo.run(
        *("dualrandom", "task", "new", TASK, "--item", "SP-03", "--ratio", "3%"),
        *("--posts", "执法证:2", "--from", START, "--to", END),
        *("--title", "食品经营监督检查"),
    )
    demo.run("dualrandom", "draw", TASK, "--dice", DICE, expect=4)
    demo.run("dualrandom", "freeze", TASK, "--randomness", "dice:20")
    demo.run("dualrandom", "publish")


def cosign(demo: Demo) -> None:
    """Let the supervisor check all that is new, on another machine, and cosign it."""
    demo.title(
        "见证：监督人在自己的电脑上核对、联署",
        "Witness: a supervisor checks and cosigns",
    )
    given = demo.supervisor / "received"
    if not demo.supervisor.exists():
        shutil.move(demo.office / "keys" / "supervisor", demo.supervisor)
        shutil.copy(demo.office / "kept" / "genesis.entry", demo.supervisor)
        given.mkdir()
    (given / f"{TASK}.zip").unlink(missing_ok=True)
    pack = ("dualrandom", "pack", TASK, "--for", "supervisor")
    demo.run(*pack, "-o", given / f"{TASK}.zip")
    demo.run(
        *("dualrandom", "log", "cosign", demo.office / "public" / "log"),
        *("--key", "supervisor-01.key", "--state", "seen.checkpoint"),
        *("--draws", "received", "-o", "cosigned.checkpoint"),
        at=demo.supervisor,
    )
    demo.run("dualrandom", "log", "witness", demo.supervisor / "cosigned.checkpoint")


def draw(demo: Demo) -> None:
    """Roll the dice, draw, once, and publish."""
    demo.title("抽取：掷骰之后才有结果", "Draw: only the dice make a result")
    demo.run("dualrandom", "draw", TASK, "--dice", DICE)
    demo.run("dualrandom", "draw", TASK, "--dice", DICE, expect=4)
    demo.note(
        "封存之前不能抽，抽过不能再抽（退出码 4）",
        "no draw before the freeze, and no second one (exit code 4)",
    )
    demo.run("dualrandom", "publish")


def hand_out(demo: Demo) -> None:
    """Make the pages, the list for those who inspect, and the packages."""
    demo.title("公示：网页、名单、文件包", "Publication: pages, lists, packages")
    demo.run("dualrandom", "publish")
    # The webmaster has public/ and nothing else: no database, no key.
    shutil.copytree(demo.office / "public", demo.webmaster / "public")
    build = ("dualrandom", "site", "build", "-o", demo.folder / "site")
    demo.run(*build, at=demo.webmaster)
    demo.run("dualrandom", "export", TASK, "-o", demo.folder / "抽查名单.xlsx")
    pack = ("dualrandom", "pack", TASK, "--for", "public")
    demo.run(*pack, "-o", demo.folder / f"{TASK}.zip")


def verify(demo: Demo) -> None:
    """Check the draw: by the package, by the one-file verifier, and by hand."""
    demo.title("核验：程序、单文件核验程序、手工", "Checks: program, one file, by hand")
    trust = ("--genesis", demo.supervisor / "genesis.entry")
    demo.run("dualrandom", "log", "verify")
    demo.run(
        *("dualrandom", "log", "verify", demo.office / "public" / "log"),
        *("--against", "seen.checkpoint"),
        at=demo.supervisor,
    )
    demo.note(
        "审计日志完好，是监督人上次所见的延续",
        "the log is intact, and continues what the supervisor saw",
    )
    whole = demo.office / "draws" / TASK
    public = demo.webmaster / "public" / "draws" / TASK
    one = demo.webmaster / "public" / "verifier" / "verify.py"
    shipped = (ROOT / "reports" / "verifier" / "verify.py").read_bytes()
    demo.check(
        one.read_bytes() == shipped,
        "随抽取结果公布的核验程序与源代码一致",
        "the verifier that ships with the draw is the one of the sources",
    )
    alone = ("python3", "-I", "-S", one, "--lang", say("zh-CN", "en"))
    for verifier in (("dualrandom", "verify"), alone):
        demo.run(*verifier, whole, *trust, at=demo.folder)
        demo.run(*verifier, public, *trust, expect=6, at=demo.folder)
    demo.note(
        "两个核验程序：完整文件夹全部一致（0），公开部分可见部分一致（6）",
        "both verifiers: the whole folder agrees (0), its public part too (6)",
    )
    by_hand(demo, public)
    tampered(demo, public, alone)


def by_hand(demo: Demo, public: Path) -> None:
    """Compute one target's ticket as a citizen would, and compare."""
    rows = (public / "selected.tsv").read_text("utf-8").splitlines()[1:]
    _, target, _, _, ticket = rows[0].split("\t")
    demo.run("dualrandom", "why", TASK, target)
    # Strata are public here: the key is the seed.
    line = f'printf "%s,%s" $(sha256sum seed.txt | cut -c1-32) {target} | sha256sum'
    said = demo.run("sh", "-c", line, at=public)
    demo.check(
        said.split()[0] == ticket,
        f"手工用 sha256sum 算出的签号与名单一致：{target}",
        f"a ticket computed by hand with sha256sum is the listed one: {target}",
    )


def tampered(demo: Demo, public: Path, alone: Sequence[str | Path]) -> None:
    """Take one drawn target off a copy of the list: both verifiers must notice."""
    copy = demo.folder / "tampered" / TASK
    shutil.copytree(public, copy)
    drawn = copy / "drawn.tsv"
    drawn.write_bytes(b"".join(drawn.read_bytes().splitlines(keepends=True)[:-1]))
    demo.run("dualrandom", "verify", copy, expect=1, about="drawn.tsv")
    demo.run(*alone, copy, expect=1, about="drawn.tsv")
    demo.note(
        "副本中删去一户，两个核验程序都指出不一致（退出码 1）",
        "one target taken off a copy: both verifiers say so (exit code 1)",
    )


def main() -> None:
    """Run all parts and say where to look."""
    start = time.monotonic()
    demo = Demo(Path(sys.argv[1] if len(sys.argv) > 1 else "build/demo").resolve())
    shutil.rmtree(demo.folder, ignore_errors=True)
    demo.folder.mkdir(parents=True)
    for part in (prepare, announce, cosign, draw, cosign, hand_out, verify):
        part(demo)
    demo.title("核对了什么", "What was checked")
    for sentence in demo.checked:
        print(f"  ✓ {sentence}")
    demo.title("到哪里看", "Where to look")
    places = (
        (demo.office, "办公室：名录、密钥、日志", "the office: registry, keys, log"),
        (demo.office / "draws" / TASK, "抽取文件夹", "the draw folder"),
        (demo.webmaster / "public", "可以公开的全部", "all that may be seen"),
        (demo.folder / "site" / "index.html", "公示网页", "the pages"),
        (demo.folder / "抽查名单.xlsx", "抽查名单", "drawn targets and teams"),
    )
    for path, chinese, english in places:
        assert path.exists(), path
        print(f"  {path}  {say(chinese, english)}")
    seconds = time.monotonic() - start
    print(say(f"\n演示完成，用时 {seconds:.0f} 秒。", f"\nDone in {seconds:.0f} s."))


if __name__ == "__main__":
    main()
