"""The rules of the URL map."""

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule


class MatchingRule(Rule):
    """A rule that is matched: what makes an address from it is compiled when somebody asks, which no request does.

    Compiling it for every route took most of the time in which the application is made.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compile_now = super()._compile_builder

        def build(_rule: Rule, **values: Any) -> tuple[str, str]:
            return compile_now(append_unknown).__get__(self, None)(**values)  # type: ignore[no-any-return]

        return build
