"""What pages say: the wording of one language, by key.

Border: the only reader of ``locale/pages.*.toml``. A phrase is text, never markup.

- All files have the same keys and placeholders.
- A word of the data that the wording does not know is shown as it stands.

    say = Phrases("zh-CN")
    say("pager.page", page=2)
"""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final, Literal

from dualrandom.messages import shown

if TYPE_CHECKING:
    from dualrandom.errors import Param

PageLang = Literal["zh-CN", "zh-TW", "en"]
"""The languages of pages; traditional characters are made of the simplified ones."""
_FILES: Final[dict[PageLang, str]] = {
    "zh-CN": "pages.zh_CN.toml",
    "zh-TW": "pages.zh_TW.toml",
    "en": "pages.en.toml",
}


class Phrases:
    """The wording of one language."""

    def __init__(self, lang: PageLang) -> None:
        text = files("dualrandom").joinpath("locale", _FILES[lang]).read_text("utf-8")
        self._table: dict[str, Any] = tomllib.loads(text)
        self.lang = lang

    def __call__(self, key: str, **params: Param) -> str:
        """Return one phrase by its dotted key, filled in.

        Raises:
            KeyError: no such phrase; a test sees to it that this cannot happen.
        """
        node = self._node(key)
        if not isinstance(node, str):
            raise KeyError(key)
        return node.format_map({name: shown(value) for name, value in params.items()})

    def around(self, key: str, name: str, **params: Param) -> tuple[str, str]:
        """Return a phrase as what stands before and after one placeholder.

        So a page can put a link there without any phrase holding markup.
        """
        before, _, after = self._node(key).partition(f"{{{name}}}")
        told = {field: shown(value) for field, value in params.items()}
        return before.format_map(told), after.format_map(told)

    def lines(self, key: str) -> tuple[str, ...]:
        """Return a list of phrases."""
        return tuple(map(str, self._node(key)))

    def word(self, group: str, code: str) -> str:
        """Return the phrase for a code, or the code itself if there is none."""
        return str(self._node(group).get(code, code))

    def _node(self, key: str) -> Any:  # noqa: ANN401 - whatever TOML holds
        node: Any = self._table
        for part in key.split("."):
            node = node[part]
        return node
