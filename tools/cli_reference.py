"""Write docs/cli.md, the reference of all commands, from the commands' own help.

    python tools/cli_reference.py            # write it
    python tools/cli_reference.py --check    # compare, and end with 1 if it is stale

The reference is in Chinese, as the help is unless another language is asked for.
"""

from __future__ import annotations

import inspect
import sys
import typing
from pathlib import Path
from typing import TYPE_CHECKING

import click
import typer
from typer.models import ArgumentInfo

from dualrandom.cli import language

if TYPE_CHECKING:
    from collections.abc import Iterator

OUT = Path(__file__).parents[1] / "docs" / "cli.md"
HEAD = """\
<!-- tools/cli_reference.py 由各命令的帮助生成，请勿手改 -->
# 命令一览

每条命令加 `--help` 显示同样的说明。数据写到标准输出，提示写到标准错误。
有 `--json` 的命令可以输出一个 JSON 文档。
退出码见 [exit-codes.md](exit-codes.md)，错误码见 [errors.md](errors.md)。

| 通用选项、环境变量 | 说明 |
|---|---|
| `--lang zh-CN`、`--lang en` | 说哪种语言；也可以用环境变量 `DUALRANDOM_LANG` |
| `--version` | 显示版本 |
| `--debug` | 程序出错时显示调用过程，供维护人员查看；其中可能有姓名，不要外传 |
| `DUALRANDOM_PASSPHRASE` | 密钥的口令；没有设置的，在终端上提问 |
| `NO_COLOR` | 不用颜色 |
"""


def leaves(
    command: click.Command, path: tuple[str, ...] = ()
) -> Iterator[tuple[str, click.Command]]:
    """Yield every command that does something, with its full name."""
    if isinstance(command, click.Group):
        for name, child in command.commands.items():
            yield from leaves(child, (*path, name))
    else:
        yield " ".join(path), command


def commands() -> dict[str, click.Command]:
    """Return the commands by full name, in the order of the help, in Chinese."""
    language.choose((), "zh-CN")
    from dualrandom.cli.app import build  # noqa: PLC0415 - speaks once it is loaded

    return dict(leaves(typer.main.get_command(build())))


def page() -> str:
    """Return the page as it should be."""
    return HEAD + "".join(section(*item) for item in commands().items())


def section(name: str, command: click.Command) -> str:
    """Return what stands about one command."""
    about, _, example = (command.help or "").partition("\n\n")
    title = f"dualrandom {name}"
    usage = " ".join([title, *command.collect_usage_pieces(click.Context(command))])
    out = f"\n## {title}\n\n{about}\n\n    {usage}\n"
    if example:
        label, _, line = example.partition("：")
        out += f"\n{label}：`{line}`\n"
    said = list(parameters(command))
    if said:
        out += "\n| 参数 | 说明 |\n|---|---|\n"
        out += "".join(f"| {left} | {right} |\n" for left, right in said)
    return out


def parameters(command: click.Command) -> Iterator[tuple[str, str]]:
    """Yield what to type, and what it is for."""
    context = click.Context(command)
    declared = arguments(command)
    for at in command.params:
        metavar = at.make_metavar(context)
        if isinstance(at, click.Option):
            said = [at.help or ""]
            names = "`, `".join(at.opts)
            left = f"`{names}`" if at.is_flag else f"`{names} {metavar}`"
            if at.required:
                said.append("必填")
            if at.default and not at.is_flag and isinstance(at.default, str | Path):
                said.append(f"默认 `{at.default}`")
            if at.envvar:
                said.append(f"环境变量 `{at.envvar}`")
        else:
            left, said = f"`{metavar}`", [declared.get(at.name or "", "")]
        yield left.replace("|", "\\|"), "；".join(filter(None, said))


def arguments(command: click.Command) -> dict[str, str]:
    """Return the help of each positional argument, as its function declares it."""
    # click 8.5 has a help of its own for arguments and drops the one Typer sets.
    assert command.callback is not None
    run = inspect.unwrap(command.callback)
    return {
        name: info.help or ""
        for name, hint in typing.get_type_hints(run, include_extras=True).items()
        for info in getattr(hint, "__metadata__", ())
        if isinstance(info, ArgumentInfo)
    }


def main() -> None:
    """Write the page, or compare it."""
    due = page()
    if sys.argv[1:] != ["--check"]:
        OUT.write_text(due, "utf-8")
    elif not OUT.exists() or OUT.read_text("utf-8") != due:
        raise SystemExit("docs/cli.md is stale: run python tools/cli_reference.py")


if __name__ == "__main__":
    main()
