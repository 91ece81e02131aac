"""Hypothesis strategies for the records of both tables, in pairs of worlds.

The two worlds of a pair agree in what one customer may see and in nothing else.
"""

from typing import Any, NamedTuple

from hypothesis import strategies as st

from tests.guarded_queries.engine import Row
from tests.guarded_queries.worlds import CANARY, TENANT, event

_TEXTS = st.sampled_from(
    ["", "svc-a", "svc-b", "0", "1", "x", "O'Neil", "env:prod,n:1", "\u00e9\n"]
)
_JSON = st.sampled_from(
    ['{"status":"1","items":[1,2],"code":5}', '{"who":"svc-a","items":[]}', "{}", "[1]", "null"]
)
_OWN = st.fixed_dictionaries(
    {},
    optional={
        "servicename": st.none() | _TEXTS,
        "service": st.none() | _TEXTS,
        "tags": st.none() | _TEXTS,
        "data": st.none() | _JSON,
        "hr": st.sampled_from(["05", "06"]),
        "dt": st.sampled_from(["2026-11-20", "2026-11-21"]),
    },
)
# What would make many an expression fail, or show, if it were ever looked at.
_WILD = st.sampled_from([CANARY, f"{CANARY}'", "{x", "", "svc-a", "[(", "%zz", "0"]) | st.none()
_NUMBERS = st.sampled_from([0, -1, 7_777_777_777_777, 2**63 - 1, -(2**63)]) | st.none()
_FOREIGN = st.fixed_dictionaries(
    {"customerid": st.sampled_from([1, 11001, 110000, -11000, 0]) | st.none()},
    optional={
        **dict.fromkeys(("servicename", "service", "tags", "data", "dt", "hr", "min"), _WILD),
        "createdtimestamp": _NUMBERS,
        "arrivaltimestamp": _NUMBERS,
    },
)
_HIDDEN = st.sampled_from([CANARY, f"{CANARY}-2", "", "resource"]) | st.none()


class Pair(NamedTuple):
    """Two worlds: for each the rows by table."""

    first: dict[str, list[Row]]
    second: dict[str, list[Row]]


@st.composite
def _world(draw: st.DrawFn, own: dict[str, list[dict[str, Any]]]) -> dict[str, list[Row]]:
    tables: dict[str, list[Row]] = {}
    for table, visible in own.items():
        changes = draw(st.lists(_FOREIGN, min_size=1, max_size=4))
        rows = [event(number) | change for number, change in enumerate(changes)]
        place = draw(st.integers(0, len(rows)))
        hidden = draw(_HIDDEN)
        mine = [row | {"resourceid": hidden, "operationid": draw(_HIDDEN)} for row in visible]
        tables[table] = [*rows[:place], *mine, *rows[place:]]
    return tables


@st.composite
def pairs(draw: st.DrawFn) -> Pair:
    own = {
        table: [
            event(number, TENANT) | change
            for number, change in enumerate(draw(st.lists(_OWN, min_size=1, max_size=4)))
        ]
        for table in ("events", "metrics")
    }
    return Pair(draw(_world(own)), draw(_world(own)))
