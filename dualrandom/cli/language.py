"""The one place that knows which language this process speaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dualrandom.errors import Param
    from dualrandom.messages import Lang
    from dualrandom.site.phrases import PageLang

_chosen: Lang = "zh-CN"
_traditional = False
_TRADITIONAL = ("zh-tw", "zh-hk", "zh-mo", "zh-hant")


def choose(
    args: Sequence[str], environment: str | None
) -> tuple[list[str], str | None]:
    """Choose by ``--lang``, else by DUALRANDOM_LANG, else Chinese.

    Returns:
        The arguments without the option, which may stand anywhere; and what was
        asked for if there is no such language.
    """
    global _chosen, _traditional  # noqa: PLW0603 - once, before anything is said
    wanted = None
    rest = []
    following = iter(args)
    for arg in following:
        if arg == "--":
            rest += [arg, *following]
        elif arg == "--lang":
            wanted = next(following, "")
        elif arg.startswith("--lang="):
            wanted = arg.removeprefix("--lang=")
        else:
            rest.append(arg)
    tag = (environment or "" if wanted is None else wanted).lower()
    _traditional = tag.startswith(_TRADITIONAL)
    _chosen = "en" if tag.startswith("en") else "zh-CN"
    known = wanted is None or tag.startswith(("en", "zh"))
    return rest, None if known else wanted


def lang() -> Lang:
    """Return the language of this process."""
    return _chosen


def page_lang() -> PageLang:
    """Return the language of pages; only they know traditional characters."""
    return "zh-TW" if _traditional else _chosen


def say(key: str, /, **params: Param) -> str:
    """Return a sentence in that language."""
    from dualrandom.messages import text

    return text(_chosen, key, **params)
