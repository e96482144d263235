"""One whole draw on fictional lists, by the installed command, as an officer would.

    python tools/demo.py build/demo

Leaves an office, its draw folder, its public folder and the pages made from it, and
says what was done, what was checked and where to look. Every command has to end with
the exit code that is expected of it; the first that does not ends the demo with 1.
Speaks Chinese, or English with ``DUALRANDOM_LANG=en``.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OFFICE, TASK = "示例局", "2026-001"
DICE = "63454660390103169462"
ENGLISH = os.environ.get("DUALRANDOM_LANG", "").startswith("en")
SHOWN = 12
"""Lines of a command's output that are shown; the rest is counted."""


def say(chinese: str, english: str) -> str:
    """Return the wording of the reader's language."""
    return english if ENGLISH else chinese


class Demo:
    """A folder to work in, and what has been checked so far."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.office = folder / OFFICE
        self.supervisor = folder / "监督人"
        self.checked: list[str] = []
        self.command = Path(sys.executable).with_name("dualrandom")
        # Nobody's settings may change what the demo shows.
        self.env = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("DUALRANDOM_") or name == "DUALRANDOM_LANG"
        } | {
            "PYTHONDONTWRITEBYTECODE": "1",
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
        show: int = SHOWN,
    ) -> str:
        """Run a command, show it and the head of what it says; return all it says.

        Raises:
            SystemExit: it did not end with the expected code.
        """
        words = [str(word) for word in command]
        print(f"\n$ {shlex.join(words)}")
        if words[0] == "dualrandom":
            words[0] = str(self.command)
        done = subprocess.run(
            words,
            cwd=at or self.office,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
        lines = done.stdout.splitlines()
        failed = done.returncode != expect
        for line in lines if failed else lines[:show]:
            print(f"  {line}")
        if len(lines) > show and not failed:
            print(f"  … (+{len(lines) - show})")
        if failed:
            raise SystemExit(
                say(
                    f"演示中止：退出码 {done.returncode}，应为 {expect}",
                    f"demo stopped: exit code {done.returncode}, expected {expect}",
                )
            )
        return done.stdout

    def check(self, ok: bool, chinese: str, english: str) -> None:  # noqa: FBT001
        """Note what was checked.

        Raises:
            SystemExit: it did not hold.
        """
        sentence = say(chinese, english)
        if not ok:
            raise SystemExit(
                say("演示中止，不成立：", "demo stopped, not so: ") + sentence
            )
        self.checked.append(sentence)


def prepare(demo: Demo) -> None:
    """Make lists and an office, and import the lists."""
    demo.title(
        "准备：虚构名录，建立办公室，导入", "Fictional lists, an office, imports"
    )
    lists = demo.folder / "lists"
    sample = ROOT / "tools" / "sample.py"
    demo.run(sys.executable, sample, lists, at=demo.folder)
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
        *("--posts", "执法证:2", "--from", "2026-12-01", "--to", "2026-12-31"),
        *("--title", "食品经营监督检查"),
    )
    demo.run("dualrandom", "draw", TASK, "--dice", DICE, expect=4)
    demo.run("dualrandom", "freeze", TASK, "--randomness", "dice:20")
    demo.run("dualrandom", "publish")


def cosign(demo: Demo) -> None:
    """Let the supervisor look at all announced files, and cosign before the dice."""
    demo.title(
        "见证：监督人在自己的电脑上联署", "Witness: the supervisor cosigns, elsewhere"
    )
    shutil.move(demo.office / "keys" / "supervisor", demo.supervisor)
    given = demo.supervisor / "received"
    given.mkdir()
    pack = ("dualrandom", "pack", TASK, "--for", "supervisor")
    demo.run(*pack, "-o", given / f"{TASK}.zip")
    demo.run(
        *("dualrandom", "log", "cosign", demo.office / "public" / "log"),
        *("--key", "supervisor-01.key", "--state", "seen.checkpoint"),
        *("--draws", "received", "-o", "cosigned.checkpoint"),
        at=demo.supervisor,
    )
    demo.run("dualrandom", "log", "witness", demo.supervisor / "cosigned.checkpoint")
    demo.run("dualrandom", "publish")


def draw(demo: Demo) -> None:
    """Roll the dice, draw, publish, and make the pages."""
    demo.title("抽取：掷骰之后才有结果", "Draw: only the dice make a result")
    demo.run("dualrandom", "draw", TASK, "--dice", DICE)
    demo.run("dualrandom", "draw", TASK, "--dice", DICE, expect=4)
    demo.check(
        ok=True,
        chinese="封存之前不能抽，抽过不能再抽（退出码 4）",
        english="no draw before the freeze, and no second one (exit code 4)",
    )
    demo.run("dualrandom", "publish")
    demo.run("dualrandom", "site", "build", "-o", demo.folder / "site")
    demo.run("dualrandom", "export", TASK, "-o", demo.folder / "抽查名单.xlsx")
    for reader in ("public", "supervisor"):
        pack = demo.folder / f"{TASK}-{reader}.zip"
        demo.run("dualrandom", "pack", TASK, "--for", reader, "-o", pack)


def verify(demo: Demo) -> None:
    """Check the draw: by the package, by the one-file verifier, and by hand."""
    demo.title("核验：程序、单文件核验程序、手工", "Checks: program, one file, by hand")
    folder = demo.office / "draws" / TASK
    public = demo.office / "public" / "draws" / TASK
    genesis = demo.office / "kept" / "genesis.entry"
    demo.run("dualrandom", "log", "verify", expect=6)
    demo.run("dualrandom", "verify", folder, "--genesis", genesis, expect=6)
    demo.run("dualrandom", "verify", public, expect=6)
    demo.check(
        ok=True,
        chinese="完整文件夹和公开文件夹：凡在其中的，重算全部一致",
        english="whole folder and public folder: all that is there agrees",
    )
    one = demo.office / "public" / "verifier" / "verify.py"
    shipped = (ROOT / "reports" / "verifier" / "verify.py").read_bytes()
    demo.check(
        one.read_bytes() == shipped,
        "随抽取结果发布的核验程序与源代码一致",
        "the verifier that ships with the draw is the one of the sources",
    )
    for given in (folder, public):
        demo.run("python3", "-I", "-S", one, given, expect=6)
    demo.check(
        ok=True,
        chinese="只用 Python 标准库的单文件核验程序得出同样结论",
        english="the one-file verifier, with Python alone, comes to the same",
    )
    by_hand(demo, public)
    tampered(demo, public, one)


def by_hand(demo: Demo, public: Path) -> None:
    """Compute one target's ticket as a citizen would, and compare."""
    rows = (public / "selected.tsv").read_text("utf-8").splitlines()[1:]
    _, target, _, _, ticket = rows[0].split("\t")
    demo.run("dualrandom", "why", TASK, target)
    line = f"printf '%s,%s' $(sha256sum seed.txt | cut -c1-32) {target} | sha256sum"
    said = demo.run("sh", "-c", line, at=public)
    demo.check(
        said.split()[0] == ticket,
        f"手工用 sha256sum 算出的签号与名单一致：{target}",
        f"a ticket computed by hand with sha256sum is the listed one: {target}",
    )


def tampered(demo: Demo, public: Path, one: Path) -> None:
    """Take one drawn target off a copy of the list: both verifiers must notice."""
    copy = demo.folder / "tampered" / TASK
    shutil.copytree(public, copy)
    drawn = copy / "drawn.tsv"
    drawn.write_text("".join(drawn.read_text("utf-8").splitlines(keepends=True)[:-1]))
    demo.run("dualrandom", "verify", copy, expect=1)
    demo.run("python3", "-I", "-S", one, copy, expect=1)
    demo.check(
        ok=True,
        chinese="副本中删去一户，两个核验程序都指出不一致（退出码 1）",
        english="one target taken off a copy: both verifiers say so (exit code 1)",
    )


def main() -> None:
    """Run all parts and say where to look."""
    start = time.monotonic()
    demo = Demo(Path(sys.argv[1] if len(sys.argv) > 1 else "build/demo").resolve())
    shutil.rmtree(demo.folder, ignore_errors=True)
    demo.folder.mkdir(parents=True)
    for part in (prepare, announce, cosign, draw, verify):
        part(demo)
    demo.title("核对了什么", "What was checked")
    for sentence in demo.checked:
        print(f"  ✓ {sentence}")
    demo.title("到哪里看", "Where to look")
    places = (
        (demo.office, "办公室：名录、密钥、日志", "the office: registry, keys, log"),
        (demo.office / "draws" / TASK, "抽取文件夹", "the draw folder"),
        (demo.office / "public", "可以公开的全部", "all that may be seen"),
        (demo.folder / "site" / "index.html", "公示网页", "the pages"),
        (demo.folder / "抽查名单.xlsx", "抽查名单", "drawn targets and teams"),
    )
    for path, chinese, english in places:
        print(f"  {path}  {say(chinese, english)}")
        demo.check(path.exists(), f"{path}", f"{path}")
    seconds = time.monotonic() - start
    print(say(f"\n演示完成，用时 {seconds:.0f} 秒。", f"\nDone in {seconds:.0f} s."))


if __name__ == "__main__":
    main()
