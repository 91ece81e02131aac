"""Where Athena is not Trino: the one list, each entry with its source and the code that follows it.

* An undecorated decimal literal such as `1.5` is a double on Athena, and a decimal on Trino.
  Source: Athena's user guide, breaking changes of engine version 3; measured. `spell_for_trino`
  sends `1.5e0` instead.
* Athena reports `real` as `float`. Source: ColumnInfo of Athena's API; measured.
  `local_athena.engine.column_info` does it for every backend.
* Values are text: `[1, 2]`, `{a=1}`, `{field0=1}` for a row without names, `null` inside, at least
  three digits of a second, bytes as hex with blanks between. Source: Athena's user guide, on
  arrays and rows; measured. `local_athena.backends.trino.values` writes them.
* A text that does not parse is refused by StartQueryExecution and has no execution. Trino reports
  SYNTAX_ERROR. Source: Athena's API reference. `embedded` takes one for the other.
* One semicolon may end a statement. Source: measured. The corpora have none.
"""

import bisect
import re
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""'(?:[^']|'')*' | "(?:[^"]|"")*" | --[^\n]* | /\*.*?\*/
    | [A-Za-z_][A-Za-z0-9_]*
    | (?P<decimal>(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)(?![0-9_eE.]))
    | [0-9.]+(?:[eE][+-]?[0-9]+)?""",
    re.VERBOSE | re.DOTALL,
)
_SUFFIX = "e0"


@dataclass(frozen=True)
class TrinoSpelling:
    """A statement as Trino has to be asked; `inserted` are the offsets of what Athena's lacks."""

    sql: str
    inserted: tuple[int, ...]
    original: str

    def athena_position(self, line: int, column: int) -> tuple[int, int]:
        """Where a position of Trino's text is in Athena's; both count from 1."""
        starts = [0, *(match.end() for match in re.finditer("\n", self.sql))]
        offset = starts[line - 1] + column - 1
        original = offset - len(_SUFFIX) * bisect.bisect_right(self.inserted, offset)
        before = self.original[:original]
        return before.count("\n") + 1, original - (before.rfind("\n") + 1) + 1


def spell_for_trino(sql: str) -> TrinoSpelling:
    """Spell a statement of Athena so that it means the same on Trino."""
    parts: list[str] = []
    inserted: list[int] = []
    end = length = 0
    for match in _TOKEN.finditer(sql):
        if match["decimal"] is None:
            continue
        parts += [sql[end : match.end()], _SUFFIX]
        length += match.end() - end
        inserted.append(length)
        length += len(_SUFFIX)
        end = match.end()
    return TrinoSpelling("".join([*parts, sql[end:]]), tuple(inserted), sql)
