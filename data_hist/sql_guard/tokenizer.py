"""sqlglot's Trino tokenizer, with numbers as Trino reads them.

sqlglot takes a second sign into a number with an exponent, so that `1e3+1` is one token to it. Both
who judges SQL and who executes it read with this one.
"""

import re

from sqlglot.dialects.trino import Trino
from sqlglot.tokenizer_core import TokenizerCore, TokenType

_WITH_EXPONENT = re.compile(r"[0-9]++(?:\.[0-9]*+)?[eE][+-]?[0-9]++")


class _Core(TokenizerCore):
    __slots__ = ()

    def _scan_number(self) -> None:
        number = _WITH_EXPONENT.match(self.sql, self._current - 1)
        if number is None:
            super()._scan_number()
        else:
            self._advance(number.end() - self._current)
            self._add(TokenType.NUMBER)


class TrinoTokenizer(Trino.Tokenizer):
    """Trino's tokenizer with another reader of numbers."""

    def _init_core(self) -> TokenizerCore:
        core = super()._init_core()
        # Its constructor takes thirty settings; this changes the one method and none of them.
        core.__class__ = _Core
        return core
